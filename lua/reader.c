#include "lua/reader.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "lua/own.h"
#include "plan/canon.h"

#define FUNCTIONS "zdm.functions"

/* What is read here was checked by stdlib/validate.lua; a wrong type is a bug of stdlib, and said. */
struct reader {
    lua_State *L;
    const struct zdm_source *source;
    struct zdm_plan *plan;
};

void
zdm_push_function(lua_State *L, zdm_func func)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, FUNCTIONS);
    lua_rawgeti(L, -1, func);
    lua_remove(L, -2);
}

/* Pushes a field; false, with nothing pushed, when it is nil. */
static bool
get(struct reader *r, const char *name, int type)
{
    int found = lua_getfield(r->L, -1, name);

    if (found == LUA_TNIL) {
        lua_pop(r->L, 1);
        return false;
    }
    if (found != type)
        luaL_error(r->L, "stdlib described %s as a %s", name, lua_typename(r->L, found));
    return true;
}

static const char *
read_string(struct reader *r, const char *name)
{
    if (!get(r, name, LUA_TSTRING))
        return NULL;
    char *copy = zdm_arena_strdup(r->plan->arena, lua_tostring(r->L, -1));
    lua_pop(r->L, 1);
    return copy;
}

static int64_t
read_integer(struct reader *r, const char *name, int64_t otherwise)
{
    if (!get(r, name, LUA_TNUMBER))
        return otherwise;
    int64_t n = luaL_checkinteger(r->L, -1);
    lua_pop(r->L, 1);
    return n;
}

static bool
read_bool(struct reader *r, const char *name)
{
    if (!get(r, name, LUA_TBOOLEAN))
        return false;
    bool value = lua_toboolean(r->L, -1);
    lua_pop(r->L, 1);
    return value;
}

/* The number of entries of the list on the stack. */
static size_t
length(struct reader *r)
{
    return (size_t)luaL_len(r->L, -1);
}

/* A list of strings, with a NULL behind the last. */
static const char **
read_strings(struct reader *r, const char *name, size_t *n)
{
    *n = 0;
    if (!get(r, name, LUA_TTABLE))
        return NULL;
    size_t count = length(r);
    const char **list = zdm_arena_alloc(r->plan->arena, (count + 1) * sizeof *list);
    for (size_t i = 0; i < count; i++) {
        lua_geti(r->L, -1, (lua_Integer)i + 1);
        list[i] = zdm_arena_strdup(r->plan->arena, luaL_checkstring(r->L, -1));
        lua_pop(r->L, 1);
    }
    lua_pop(r->L, 1);
    *n = count;
    return list;
}

static struct zdm_place
read_line(struct reader *r)
{
    return (struct zdm_place){.file = r->plan->file, .line = (int)read_integer(r, "line", 0)};
}

/* { text, line, key } */
static struct zdm_sql_text
read_sql(struct reader *r, const char *name)
{
    struct zdm_sql_text sql = {.text = NULL};

    if (!get(r, name, LUA_TTABLE))
        return sql;
    const char *key = read_string(r, "key");
    sql.text = read_string(r, "text");
    sql.at = read_line(r);
    sql.exact = zdm_source_find_text(r->source, sql.text, key, sql.at.line, &sql.at);
    sql.at.file = r->plan->file;
    lua_pop(r->L, 1);
    return sql;
}

static zdm_func
read_function(struct reader *r, const char *name)
{
    if (!get(r, name, LUA_TFUNCTION))
        return 0;
    luaL_getsubtable(r->L, LUA_REGISTRYINDEX, FUNCTIONS);
    lua_insert(r->L, -2);
    int ref = luaL_ref(r->L, -2);
    lua_pop(r->L, 1);
    return ref;
}

static struct zdm_allow
read_allow(struct reader *r)
{
    struct zdm_allow allow = {.because = read_string(r, "because")};

    allow.rules = read_strings(r, "allow", &allow.n_rules);
    return allow;
}

static const struct zdm_sync *
read_sync(struct reader *r, const char *field)
{
    if (!get(r, field, LUA_TTABLE))
        return NULL;
    struct zdm_sync *sync = zdm_arena_alloc(r->plan->arena, sizeof *sync);
    sync->table = read_string(r, "table");
    sync->from = read_string(r, "from");
    sync->to = read_string(r, "to");
    sync->up = read_sql(r, "up");
    sync->down = read_sql(r, "down");
    sync->next = read_sync(r, "next");
    lua_pop(r->L, 1);
    return sync;
}

static const struct zdm_twin *
read_twin(struct reader *r)
{
    if (!get(r, "twin", LUA_TTABLE))
        return NULL;
    struct zdm_twin *twin = zdm_arena_alloc(r->plan->arena, sizeof *twin);
    *twin = (struct zdm_twin){
        .table = read_string(r, "table"),
        .same = read_string(r, "same"),
        .trigger = read_string(r, "trigger"),
    };
    lua_pop(r->L, 1);
    return twin;
}

/* { { at, length, of = { name } } }, of a text that stands in the plan as it was given. */
static struct zdm_sql_pieces
read_pieces(struct reader *r, const char *name, const char *text)
{
    struct zdm_sql_pieces pieces = {.items = NULL};

    if (!get(r, name, LUA_TTABLE))
        return pieces;
    size_t all = text ? strlen(text) : 0;
    pieces.count = length(r);
    pieces.items = zdm_arena_alloc(r->plan->arena, (pieces.count + 1) * sizeof *pieces.items);
    for (size_t i = 0; i < pieces.count; i++) {
        struct zdm_sql_piece *piece = &pieces.items[i];
        lua_geti(r->L, -1, (lua_Integer)i + 1);
        piece->at = (size_t)read_integer(r, "at", 0);
        piece->length = (size_t)read_integer(r, "length", 0);
        piece->of = read_strings(r, "of", &piece->n_of);
        if (piece->n_of == 0 || piece->at > all || piece->length > all - piece->at)
            luaL_error(r->L, "stdlib described %s of another text", name);
        lua_pop(r->L, 1);
    }
    lua_pop(r->L, 1);
    return pieces;
}

static void
read_sql_step(struct reader *r, struct zdm_step_sql *step)
{
    step->up = read_sql(r, "up");
    step->undo = read_sql(r, "undo");
    step->undo_derived = read_bool(r, "undo_derived");
    step->pieces = read_pieces(r, "pieces", step->up.text);
    step->undo_pieces = read_pieces(r, "undo_pieces", step->undo.text);
    step->undo_behind = read_string(r, "undo_behind");
    step->recall = read_string(r, "recall");
    step->behind = read_string(r, "behind");
    step->undo_before = read_string(r, "undo_before");
    step->undo_finds = read_string(r, "undo_finds");
    step->undo_unless = read_strings(r, "undo_unless", &step->n_undo_unless);
    step->twin = read_twin(r);
    step->keeps = read_bool(r, "keeps");
    step->kept = read_string(r, "kept");
    step->probe = read_sql(r, "probe");
    step->allow = read_allow(r);
    step->sync = read_sync(r, "sync");
    if (!get(r, "requires", LUA_TTABLE))
        return;
    step->n_requires = length(r);
    step->requires = zdm_arena_alloc(r->plan->arena, step->n_requires * sizeof *step->requires);
    for (size_t i = 0; i < step->n_requires; i++) {
        lua_geti(r->L, -1, (lua_Integer)i + 1);
        step->requires[i].sql = read_sql(r, "sql");
        step->requires[i].message = read_string(r, "message");
        step->requires[i].hint = read_string(r, "hint");
        step->requires[i].early = read_bool(r, "early");
        lua_pop(r->L, 1);
    }
    lua_pop(r->L, 1);
}

/* "run:" and the text of the function, for the fingerprint. Appends to the arena string. */
static const char *
function_source(struct reader *r, const char *name, const char *before)
{
    lua_Debug ar;

    if (!get(r, name, LUA_TFUNCTION))
        return before;
    lua_getinfo(r->L, ">S", &ar); /* pops the function */
    char *text = zdm_source_function(r->source, ar.linedefined, ar.lastlinedefined);
    const char *both =
        zdm_arena_strf(r->plan->arena, "%s%s:\n%s", before ? before : "", name, text);
    free(text);
    return both;
}

static void
read_throttle(struct reader *r, struct zdm_step_throttle *throttle)
{
    if (!get(r, "throttle", LUA_TTABLE))
        return;
    throttle->lag_bytes = read_integer(r, "lag_bytes", 0);
    throttle->replicas = read_strings(r, "replicas", &throttle->n_replicas);
    throttle->slot_bytes = read_integer(r, "slot_bytes", 0);
    throttle->archive_segments = read_integer(r, "archive", 0);
    throttle->blocked_ms = read_integer(r, "blocked", 0);
    throttle->canary_times = read_integer(r, "commit", 0);
    throttle->dead_percent = read_integer(r, "dead", 0);
    throttle->checkpoints_a_minute = read_integer(r, "checkpoints", 0);
    throttle->load = read_bool(r, "load");
    throttle->sql = read_sql(r, "sql");
    throttle->url = read_string(r, "url");
    throttle->file = read_string(r, "file");
    throttle->source = function_source(r, "check", NULL);
    throttle->check = read_function(r, "check");
    lua_pop(r->L, 1);
}

static void read_backfill(struct reader *r, struct zdm_step_backfill *step);

static const struct zdm_step_back *
read_back(struct reader *r)
{
    if (!get(r, "back", LUA_TTABLE))
        return NULL;
    struct zdm_step_back *back = zdm_arena_alloc(r->plan->arena, sizeof *back);
    *back = (struct zdm_step_back){
        .id = read_string(r, "id"),
        .behind = read_string(r, "behind"),
        .tells = read_string(r, "tells"),
    };
    if (get(r, "fill", LUA_TTABLE)) {
        read_backfill(r, &back->fill);
        lua_pop(r->L, 1);
    }
    lua_pop(r->L, 1);
    return back;
}

static void
read_backfill(struct reader *r, struct zdm_step_backfill *step)
{
    step->back = read_back(r);
    step->table = read_string(r, "table");
    step->where = read_sql(r, "where");
    step->undo = read_sql(r, "undo");
    step->key = read_strings(r, "key", &step->n_key);
    step->target_ms = read_integer(r, "target", 0);
    step->batch_min = read_integer(r, "batch_min", 0);
    step->batch_max = read_integer(r, "batch_max", 0);
    step->lock_timeout_ms = read_integer(r, "lock_timeout", 0);
    step->workers = read_integer(r, "workers", 1);
    step->stripes = read_integer(r, "stripes", 8);
    step->synchronous_commit = read_string(r, "synchronous_commit");
    step->pause_ms = read_integer(r, "pause", 0);
    step->max_lag_ms = read_integer(r, "max_lag", 0);
    step->wal_rate = read_integer(r, "wal_rate", 0);
    step->max_throttled_ms = read_integer(r, "max_throttled", 0);
    step->vacuum = read_bool(r, "vacuum");
    step->verify = read_bool(r, "verify");
    step->where_becomes_false = read_bool(r, "where_becomes_false");
    step->max_quarantine = read_integer(r, "max_quarantine", 0);
    step->quarantine_values = read_bool(r, "quarantine_values");
    read_throttle(r, &step->throttle);
    step->erase = read_bool(r, "delete");
    step->into = read_string(r, "into");
    step->on_conflict = read_string(r, "on_conflict");
    step->allow = read_allow(r);
    step->map_source = function_source(r, "map", NULL);
    step->map = read_function(r, "map");
    step->read = read_strings(r, "read", &step->n_read);
    step->write = read_strings(r, "write", &step->n_write);
    if (!get(r, "set", LUA_TTABLE))
        return;
    step->n_set = length(r);
    step->set = zdm_arena_alloc(r->plan->arena, step->n_set * sizeof *step->set);
    for (size_t i = 0; i < step->n_set; i++) {
        lua_geti(r->L, -1, (lua_Integer)i + 1);
        step->set[i].column = read_string(r, "column");
        step->set[i].expr = read_sql(r, "expr");
        lua_pop(r->L, 1);
    }
    lua_pop(r->L, 1);
}

static enum zdm_check_kind
read_check_kind(struct reader *r)
{
    const char *kind = read_string(r, "kind");

    for (int i = 0; kind && i < ZDM_CHECK_KINDS; i++)
        if (strcmp(kind, zdm_check_kind_name((enum zdm_check_kind)i)) == 0)
            return (enum zdm_check_kind)i;
    luaL_error(r->L, "stdlib described a check of an unknown kind");
    return ZDM_CHECK_KINDS;
}

static void
read_options(struct reader *r, struct zdm_check *check)
{
    if (!get(r, "options", LUA_TTABLE))
        return;
    check->n_options = length(r);
    struct zdm_check_option *options =
        zdm_arena_alloc(r->plan->arena, check->n_options * sizeof *options);
    for (size_t i = 0; i < check->n_options; i++) {
        lua_geti(r->L, -1, (lua_Integer)i + 1);
        options[i].name = read_string(r, "name");
        options[i].value = read_string(r, "value");
        lua_pop(r->L, 1);
    }
    check->options = options;
    lua_pop(r->L, 1);
}

static void
read_gate(struct reader *r, struct zdm_step_gate *step)
{
    if (!get(r, "checks", LUA_TTABLE))
        return;
    step->n_checks = length(r);
    step->checks = zdm_arena_alloc(r->plan->arena, step->n_checks * sizeof *step->checks);
    for (size_t i = 0; i < step->n_checks; i++) {
        struct zdm_check *check = &step->checks[i];
        lua_geti(r->L, -1, (lua_Integer)i + 1);
        check->kind = read_check_kind(r);
        check->id = read_string(r, "id");
        check->soak_ms = read_integer(r, "ms", 0);
        check->sql = read_sql(r, "sql");
        check->argv = read_strings(r, "argv", &check->n_argv);
        read_options(r, check);
        check->names = read_strings(r, "names", &check->n_names);
        check->roles = read_strings(r, "roles", &check->n_roles);
        check->functions = read_strings(r, "functions", &check->n_functions);
        check->aliases = read_strings(r, "aliases", &check->n_aliases);
        check->replicas = read_strings(r, "replicas", &check->n_replicas);
        check->source = function_source(r, "run", NULL);
        check->run = read_function(r, "run");
        check->shown = read_string(r, "shown");
        check->at = read_line(r);
        lua_pop(r->L, 1);
    }
    lua_pop(r->L, 1);
}

static void
read_hook(struct reader *r, struct zdm_step_hook *step)
{
    step->run = read_function(r, "run");
    step->probe = read_function(r, "probe");
    step->undo = read_function(r, "undo");
    step->transaction = read_bool(r, "transaction");
    step->source = function_source(r, "run", "");
    step->source = function_source(r, "probe", step->source);
    step->source = function_source(r, "undo", step->source);
}

static void
read_command(struct reader *r, struct zdm_step_command *step)
{
    step->argv = read_strings(r, "argv", &step->n_argv);
    step->probe = read_strings(r, "probe", &step->n_probe);
    step->undo = read_strings(r, "undo", &step->n_undo);
    step->idempotent = read_bool(r, "idempotent");
    step->timeout_ms = read_integer(r, "timeout", 0);
}

static enum zdm_phase
read_phase(struct reader *r)
{
    const char *name = read_string(r, "phase");

    for (enum zdm_phase phase = ZDM_PHASE_EXPAND; phase <= ZDM_PHASE_CONTRACT; phase++)
        if (name && strcmp(name, zdm_phase_name(phase)) == 0)
            return phase;
    luaL_error(r->L, "stdlib described a step of an unknown phase");
    return ZDM_PHASE_EXPAND;
}

static enum zdm_step_kind
read_kind(struct reader *r)
{
    const char *name = read_string(r, "kind");

    for (enum zdm_step_kind kind = ZDM_STEP_SQL; kind <= ZDM_STEP_COMMAND; kind++)
        if (name && strcmp(name, zdm_step_kind_name(kind)) == 0)
            return kind;
    luaL_error(r->L, "stdlib described a step of an unknown kind");
    return ZDM_STEP_SQL;
}

/* What is not said stays as it is. */
static void
read_locks(struct reader *r, struct zdm_lock_rules *rules)
{
    rules->budget_ms = read_integer(r, "lock_budget", rules->budget_ms);
    rules->patience_ms = read_integer(r, "lock_patience", rules->patience_ms);
    rules->tries = read_integer(r, "lock_tries", rules->tries);
    rules->statement_ms = read_integer(r, "statement_timeout", rules->statement_ms);
    rules->old_ms = read_integer(r, "old_transaction", rules->old_ms);
    rules->wait_old_ms = read_integer(r, "wait_for_old_transactions", rules->wait_old_ms);
    rules->blocked_age_ms = read_integer(r, "on_blocked_age", rules->blocked_age_ms);
    const char *application = read_string(r, "on_blocked_application");
    if (application)
        rules->blocked_application = application;
    const char *what = read_string(r, "on_blocked");
    for (int i = ZDM_BLOCKED_WAIT; what && i <= ZDM_BLOCKED_TERMINATE; i++)
        if (strcmp(what, zdm_on_blocked_name((enum zdm_on_blocked)i)) == 0)
            rules->on_blocked = (enum zdm_on_blocked)i;
}

static void
read_step(struct reader *r, struct zdm_step *step)
{
    luaL_checktype(r->L, -1, LUA_TTABLE);
    step->locks = r->plan->locks;
    read_locks(r, &step->locks);
    step->id = read_string(r, "id");
    step->phase = read_phase(r);
    step->kind = read_kind(r);
    step->why = read_string(r, "why");
    step->at = read_line(r);
    switch (step->kind) {
    case ZDM_STEP_SQL:
        read_sql_step(r, &step->u.sql);
        break;
    case ZDM_STEP_BACKFILL:
        read_backfill(r, &step->u.backfill);
        break;
    case ZDM_STEP_GATE:
        read_gate(r, &step->u.gate);
        break;
    case ZDM_STEP_HOOK:
        read_hook(r, &step->u.hook);
        break;
    case ZDM_STEP_COMMAND:
        read_command(r, &step->u.command);
        break;
    }
}

static void
read_queries(
    struct reader *r, const char *name, struct zdm_compat *compat, enum zdm_compat_side side)
{
    if (!get(r, name, LUA_TTABLE))
        return;
    size_t n = length(r);
    compat->n[side] = n;
    compat->queries[side] = zdm_arena_alloc(r->plan->arena, n * sizeof *compat->queries[side]);
    for (size_t i = 0; i < n; i++) {
        struct zdm_compat_query *query = &compat->queries[side][i];
        lua_geti(r->L, -1, (lua_Integer)i + 1);
        query->statements = read_strings(r, "statements", &query->n);
        lua_pop(r->L, 1);
    }
    lua_pop(r->L, 1);
}

static void
read_compat(struct reader *r, struct zdm_compat *compat)
{
    if (!get(r, "compat", LUA_TTABLE))
        return;
    read_queries(r, "old", compat, ZDM_COMPAT_OLD);
    read_queries(r, "new", compat, ZDM_COMPAT_NEW);
    lua_pop(r->L, 1);
}

/* (reader, description) */
static int
read_plan(lua_State *L)
{
    struct reader *r = lua_touserdata(L, 1);
    struct zdm_plan *plan = r->plan;

    plan->file = zdm_arena_strdup(plan->arena, r->source->path);
    plan->name = read_string(r, "id");
    plan->why = read_string(r, "why");
    plan->ticket = read_string(r, "ticket");
    plan->api = (int)read_integer(r, "api", 0);
    read_locks(r, &plan->locks);
    plan->after = read_strings(r, "after", &plan->n_after);
    plan->alongside = read_strings(r, "alongside", &plan->n_alongside);
    plan->because = read_string(r, "because");
    read_compat(r, &plan->compat);
    if (!get(r, "steps", LUA_TTABLE))
        return 0;
    plan->n_steps = length(r);
    plan->steps = zdm_arena_alloc(plan->arena, plan->n_steps * sizeof *plan->steps);
    for (size_t i = 0; i < plan->n_steps; i++) {
        lua_geti(L, -1, (lua_Integer)i + 1);
        read_step(r, &plan->steps[i]);
        lua_pop(L, 1);
    }
    return 0;
}

/* (reader, description) */
static int
read_compat_alone(lua_State *L)
{
    struct reader *r = lua_touserdata(L, 1);

    read_compat(r, &r->plan->compat);
    return 0;
}

/* Reads the description on top of the stack by `read`. */
static int
read_by(lua_CFunction read, struct zdm_script *script, struct zdm_plan **out, struct zdm_err *err)
{
    struct reader r = {.L = script->L, .source = script->source, .plan = zdm_plan_new()};

    lua_pushcfunction(r.L, read);
    lua_insert(r.L, -2);
    lua_pushlightuserdata(r.L, &r);
    lua_insert(r.L, -2);
    if (zdm_script_call(script, 2, 0, err) < 0) {
        zdm_plan_free(r.plan);
        return -1;
    }
    *out = r.plan;
    return 0;
}

int
zdm_read_plan(struct zdm_script *script, struct zdm_plan **out, struct zdm_err *err)
{
    if (read_by(read_plan, script, out, err) < 0)
        return -1;
    zdm_plan_canonicalise(*out);
    return 0;
}

int
zdm_read_compat(struct zdm_script *script, struct zdm_plan **out, struct zdm_err *err)
{
    return read_by(read_compat_alone, script, out, err);
}
