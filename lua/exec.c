#include "lua/exec.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "base/mem.h"
#include "lua/evaluate.h"
#include "lua/mod.h"
#include "lua/reader.h"

#define LOOK_INSTRUCTIONS 100000000LL /* a second or two */

struct call {
    zdm_func func;
    struct zdm_conn *conn;
    const struct zdm_hook_context *context;
    struct zdm_db *db; /* NULL until they are made */
    const struct zdm_hook_context **log;
    int line; /* where the function begins */
    bool is_bool, value;
    char *said; /* a second value, owned; NULL: there was none */
};

/* Keeps the value on the stack alive until the next call: cut_off() needs its memory. */
static void
anchor(lua_State *L, const char *name)
{
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, name);
}

/* (call): func(db, log, ctx) */
static int
call_hook(lua_State *L)
{
    struct call *call = lua_touserdata(L, 1);
    lua_Debug ar;

    zdm_push_function(L, call->func);
    lua_pushvalue(L, -1);
    lua_getinfo(L, ">S", &ar);
    call->line = ar.linedefined;
    struct zdm_db *db = zdm_mod_db(L, call->conn, call->context->transaction, call->context->mark);
    anchor(L, "zdm.current db");
    call->db = db;
    const struct zdm_hook_context **log = zdm_mod_log(L, call->context);
    anchor(L, "zdm.current log");
    call->log = log;
    zdm_mod_ctx(L, call->context);
    lua_call(L, 3, 2);
    call->is_bool = lua_isboolean(L, -2);
    call->value = lua_toboolean(L, -2);
    if (!lua_isnil(L, -1)) {
        const char *said = luaL_tolstring(L, -1, NULL);
        call->said = zdm_strdup(said);
    }
    return 0;
}

/* What a hook may have kept of db and log leads nowhere from here on. */
static void
cut_off(struct call *call)
{
    if (call->db)
        call->db->conn = NULL;
    if (call->log)
        *call->log = NULL;
}

/* A transaction that a hook without one of zdm's left open would swallow the journal row. */
static int
check_left_open(struct call *call, int result, struct zdm_err *err)
{
    if (call->context->transaction || !zdm_conn_in_transaction(call->conn))
        return result;
    zdm_conn_rollback(call->conn);
    if (result < 0)
        return result;
    zdm_fail(err, ZDM_ERR_FAILED, "hook left a transaction open; it was rolled back");
    return zdm_err_hint(err, "end it with db:exec(\"COMMIT\")");
}

static int
check_answer(const struct call *call, bool *answer, struct zdm_err *err)
{
    if (!answer)
        return 0;
    if (!call->is_bool) {
        zdm_fail(err, ZDM_ERR_FAILED, "probe of a hook must return true or false");
        return zdm_err_hint(err, "return true when the work is done already, else false");
    }
    *answer = call->value;
    return 0;
}

static int
check_seen(struct call *call, bool *open, char **seen, struct zdm_err *err)
{
    if (!call->is_bool) {
        zdm_fail(err, ZDM_ERR_FAILED, "the function must return true or false first");
        return zdm_err_hint(err, "return true, \"what was seen\" when the gate may open");
    }
    *open = call->value;
    *seen = call->said;
    call->said = NULL;
    return 0;
}

static int
enter(struct zdm_script *script, struct zdm_err *err)
{
    if (script->executing)
        return 0;
    if (zdm_dsl_call(script, "execute", err) < 0)
        return -1;
    script->executing = true;
    return 0;
}

static int
run(struct zdm_script *script, struct call *call, struct zdm_err *err)
{
    if (enter(script, err) < 0)
        return -1;
    lua_pushcfunction(script->L, call_hook);
    lua_pushlightuserdata(script->L, call);
    int result = zdm_script_call(script, 1, 0, err);
    cut_off(call);
    return result;
}

static int
blame(struct zdm_script *script, const struct call *call, struct zdm_err *err)
{
    return zdm_err_at(err, (struct zdm_place){.file = script->source->path, .line = call->line});
}

int
zdm_exec_call(struct zdm_script *script, zdm_func func, struct zdm_conn *conn,
    const struct zdm_hook_context *context, bool *answer, struct zdm_err *err)
{
    struct call call = {.func = func, .conn = conn, .context = context};

    int result = run(script, &call, err);
    bool ours = result == 0;
    result = check_left_open(&call, result, err);
    if (result == 0)
        result = check_answer(&call, answer, err);
    free(call.said);
    return ours && result < 0 ? blame(script, &call, err) : result;
}

int
zdm_exec_look(struct zdm_script *script, zdm_func func, struct zdm_conn *conn,
    const struct zdm_hook_context *context, bool *open, char **seen, struct zdm_err *err)
{
    struct call call = {.func = func, .conn = conn, .context = context};

    zdm_script_rearm(script);
    script->look_limit = LOOK_INSTRUCTIONS;
    int result = run(script, &call, err);
    script->look_limit = 0;
    if (result == 0 && check_seen(&call, open, seen, err) < 0)
        result = blame(script, &call, err);
    free(call.said);
    return result;
}

struct question {
    zdm_func func;
    const struct zdm_hook_context *context;
    int line; /* where the function begins */
    bool answered;
    char *reason;
};

/* (question): func(ctx) */
static int
call_throttle(lua_State *L)
{
    struct question *q = lua_touserdata(L, 1);
    lua_Debug ar;

    zdm_push_function(L, q->func);
    lua_pushvalue(L, -1);
    lua_getinfo(L, ">S", &ar);
    q->line = ar.linedefined;
    zdm_mod_ctx(L, q->context);
    lua_call(L, 1, 1);
    q->answered = lua_isboolean(L, -1) || lua_isnil(L, -1) || lua_type(L, -1) == LUA_TSTRING;
    if (lua_type(L, -1) == LUA_TSTRING)
        q->reason = zdm_strdup(lua_tostring(L, -1));
    else if (lua_toboolean(L, -1))
        q->reason = zdm_strdup("the plan's throttle function says so");
    return 0;
}

int
zdm_exec_ask(struct zdm_script *script, zdm_func func, const struct zdm_hook_context *context,
    char **reason, struct zdm_err *err)
{
    struct question q = {.func = func, .context = context};

    if (enter(script, err) < 0)
        return -1;
    lua_pushcfunction(script->L, call_throttle);
    lua_pushlightuserdata(script->L, &q);
    if (zdm_script_call(script, 1, 0, err) < 0)
        return -1;
    if (q.answered) {
        *reason = q.reason;
        return 0;
    }
    free(q.reason);
    zdm_fail(err, ZDM_ERR_FAILED, "the throttle function must return true, false or a reason");
    return zdm_err_at(err, (struct zdm_place){.file = script->source->path, .line = q.line});
}
