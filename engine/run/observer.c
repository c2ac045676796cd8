#include "run/observer.h"

const char *
zdm_event_name(enum zdm_event_kind kind)
{
    static const char *const names[] = {
#define EVENT(symbol, name) name,
        ZDM_EVENTS(EVENT)
#undef EVENT
    };
    return names[kind];
}
