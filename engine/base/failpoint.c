#include "base/failpoint.h"

#ifdef ZDM_FAILPOINTS

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const struct {
    const char *name;
    const char *window;
} points[] = {
#define FAILPOINT(symbol, name, window) {name, window},
#include "base/failpoint.def"
#undef FAILPOINT
};

static int armed = -1;
static _Atomic int64_t passes_left; /* workers of a backfill pass at the same time */

void
zdm_failpoint_hit(enum zdm_failpoint point)
{
    if ((int)point == armed && --passes_left == 0)
        kill(getpid(), SIGKILL);
}

void
zdm_failpoints_init(void)
{
    const char *spec = getenv("ZDM_FAILPOINT");

    if (!spec || !*spec)
        return;
    if (strcmp(spec, "list") == 0) {
        for (size_t i = 0; i < ZDM_FP_COUNT; i++)
            printf("%s\t%s\n", points[i].name, points[i].window);
        exit(0);
    }
    size_t len = strcspn(spec, ":");
    int64_t passes = 1;
    for (int i = 0; i < ZDM_FP_COUNT; i++)
        if (strlen(points[i].name) == len && memcmp(points[i].name, spec, len) == 0)
            armed = i;
    if (armed < 0 ||
        (spec[len] == ':' && (!zdm_parse_i64(spec + len + 1, &passes) || passes < 1))) {
        fprintf(stderr, "zdm: ZDM_FAILPOINT=%s: no such failpoint; ZDM_FAILPOINT=list names them\n",
            spec);
        exit(2);
    }
    passes_left = passes;
}

#else
typedef int zdm_failpoints_are_off; /* ISO C wants one declaration a file */
#endif
