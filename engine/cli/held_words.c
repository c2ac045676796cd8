#include "base/mem.h"
#include "cli/render_plan.h"

const char *
zdm_held_words(enum zdm_held held)
{
    switch (held) {
    case ZDM_HELD_BRIEF:
        return "briefly";
    case ZDM_HELD_SCAN:
        return "while it scans";
    case ZDM_HELD_REWRITE:
        return "while it rewrites";
    case ZDM_HELD_BUILD:
        return "while it builds";
    case ZDM_HELD_STATEMENT:
        return "while it runs";
    }
    zdm_die("unknown lock duration");
}
