/*
 * failpoint.h - places where a test kills the process (kill -9).
 *
 * ZDM_FAILPOINT=name[:n] in the environment kills at the n-th pass (default the
 * first). ZDM_FAILPOINT=list makes the program print every name and exit. Names
 * are declared in failpoint.def with what the crash window is, so that the
 * crash tests can kill at each of them. Compiled in only with
 * -DZDM_FAILPOINTS; otherwise ZDM_FAIL_HERE() is nothing.
 */
#ifndef ZDM_BASE_FAILPOINT_H
#define ZDM_BASE_FAILPOINT_H

enum zdm_failpoint {
#define FAILPOINT(symbol, name, window) ZDM_FP_##symbol,
#include "base/failpoint.def"
#undef FAILPOINT
    ZDM_FP_COUNT
};

#ifdef ZDM_FAILPOINTS
void zdm_failpoint_hit(enum zdm_failpoint point);
/* Reads the environment; exits with 2 on an unknown name, with 0 after `list`. */
void zdm_failpoints_init(void);
#define ZDM_FAIL_HERE(symbol) zdm_failpoint_hit(ZDM_FP_##symbol)
#else
#define ZDM_FAIL_HERE(symbol) ((void)0)
#endif

#endif
