/*
 * state.h - one Lua state a plan, with budgets.
 *
 * While a plan is described its instructions, CPU time and memory are counted;
 * a plan that exceeds a budget is stopped with the line it was at. While a hook
 * runs only memory is counted, and ^C stops it; a map has a budget of instructions for
 * each row. No error raised for a budget or
 * ^C can be caught by a plan: the declare environment has no pcall, and the
 * pcall of hooks looks for ^C and budgets again.
 */
#ifndef ZDM_LUA_STATE_H
#define ZDM_LUA_STATE_H

#include <locale.h>
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "lua/source.h"

struct zdm_describer;

struct zdm_script {
    lua_State *L;
    struct zdm_source *source;             /* borrowed */
    const struct zdm_describer *describer; /* borrowed; NULL: there is none */
    bool undescribed;                      /* it was asked for, and there is none */
    char *chunkname;                       /* "@" and the path: what Lua calls the plan */
    const char *language; /* the module of stdlib/ that knows what the file may say: "dsl" */
    locale_t locale;      /* "C": order of strings and decimal points are the same everywhere */
    bool executing;       /* a hook or a map runs; otherwise the plan is described */
    int64_t row_limit;    /* instructions of a map on one row; 0: it is none */
    int64_t look_limit;   /* of a gate's function at one look; 0: none is running */
    size_t memory;        /* bytes in use */
    int64_t instructions;
    int64_t cpu_start_us;
    bool over_budget; /* the running error is one of a budget */
    int error_line;   /* line of the plan where the last error arose; 0 unknown */
    int memory_line;  /* where memory was refused last */
};

#define ZDM_LUA_MEMORY_LIMIT      (64 * 1024 * 1024)
#define ZDM_LUA_INSTRUCTION_LIMIT (50 * 1000 * 1000)
#define ZDM_LUA_CPU_LIMIT_US      (10 * 1000 * 1000)

/* A state with nothing in it but the standard libraries that stdlib/ needs. Owned. */
struct zdm_script *zdm_script_new(struct zdm_source *source);
void zdm_script_free(struct zdm_script *script); /* NULL is fine */
struct zdm_script *zdm_script_of(lua_State *L);

/* Starts the budgets of instructions and time anew. */
void zdm_script_rearm(struct zdm_script *script);

/* Calls the function below its n arguments, results as in lua_pcall. On an error: *err is set with
 * the place in the plan, the stack is as before without function and arguments, and -1. */
int zdm_script_call(struct zdm_script *script, int n, int results, struct zdm_err *err);

/* The line of the plan that is running: the innermost frame that is of the plan file; 0 when none. */
int zdm_script_line(lua_State *L);
/* Raises when a budget is used up, or a hook was asked to stop. */
void zdm_script_tick(lua_State *L);

#endif
