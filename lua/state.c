#include "lua/state.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/signals.h"
#include "lua/mod.h"

#define HOOK_EVERY 1000 /* instructions */

static int64_t
cpu_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

void
zdm_script_rearm(struct zdm_script *script)
{
    script->instructions = 0;
    script->cpu_start_us = cpu_us();
}

struct zdm_script *
zdm_script_of(lua_State *L)
{
    return *(struct zdm_script **)lua_getextraspace(L);
}

/* lua_Alloc with a limit. Lua collects garbage and asks again before it raises an error; its error
 * for memory has no place, so the place is kept here. */
static void *
allocate(void *ud, void *ptr, size_t old_size, size_t new_size)
{
    struct zdm_script *script = ud;
    size_t old = ptr ? old_size : 0;

    if (new_size == 0) {
        free(ptr);
        script->memory -= old;
        return NULL;
    }
    if (new_size > old && script->memory + (new_size - old) > ZDM_LUA_MEMORY_LIMIT) {
        /* What fails while the error is on its way has no line any more. */
        int line = script->L ? zdm_script_line(script->L) : 0;
        if (line > 0)
            script->memory_line = line;
        return NULL;
    }
    script->memory += new_size - old;
    return zdm_realloc(ptr, new_size);
}

int
zdm_script_line(lua_State *L)
{
    const char *chunkname = zdm_script_of(L)->chunkname;
    lua_Debug ar;

    for (int level = 0; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.currentline > 0 && strcmp(ar.source, chunkname) == 0)
            return ar.currentline;
    }
    return 0;
}

void
zdm_script_tick(lua_State *L)
{
    struct zdm_script *script = zdm_script_of(L);

    if (script->executing) {
        if (zdm_stop_requested())
            luaL_error(L, "interrupted");
        if (script->row_limit && script->instructions > script->row_limit)
            luaL_error(L, "map ran for over %d million instructions on one row",
                (int)(script->row_limit / 1000000));
        if (script->look_limit && script->instructions > script->look_limit)
            luaL_error(L, "check ran for over %d million instructions",
                (int)(script->look_limit / 1000000));
        return;
    }
    if (script->instructions > ZDM_LUA_INSTRUCTION_LIMIT) {
        script->over_budget = true;
        luaL_error(
            L, "plan ran for over %d million instructions", ZDM_LUA_INSTRUCTION_LIMIT / 1000000);
    }
    if (cpu_us() - script->cpu_start_us > ZDM_LUA_CPU_LIMIT_US) {
        script->over_budget = true;
        luaL_error(L, "plan ran for over %d seconds", ZDM_LUA_CPU_LIMIT_US / 1000000);
    }
}

static void
on_count(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    zdm_script_of(L)->instructions += HOOK_EVERY;
    zdm_script_tick(L);
}

/* What stdlib needs; a plan gets its own choice of these (stdlib/env.lua). */
static int
open_libraries(lua_State *L)
{
    static const luaL_Reg libraries[] = {
        {LUA_GNAME, luaopen_base},
        {LUA_TABLIBNAME, luaopen_table},
        {LUA_STRLIBNAME, luaopen_string},
        {LUA_MATHLIBNAME, luaopen_math},
        {LUA_UTF8LIBNAME, luaopen_utf8},
    };

    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        luaL_requiref(L, libraries[i].name, libraries[i].func, 1);
        lua_pop(L, 1);
    }
    return 0;
}

struct zdm_script *
zdm_script_new(struct zdm_source *source)
{
    struct zdm_script *script = zdm_alloc(sizeof *script);
    struct zdm_err err = ZDM_ERR_INIT;

    script->source = source;
    script->language = "dsl";
    script->chunkname = zdm_strf("@%s", source->path);
    zdm_script_rearm(script);
    script->locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    lua_State *L = lua_newstate(allocate, script);
    if (!L)
        zdm_die("lua_newstate");
    *(struct zdm_script **)lua_getextraspace(L) = script;
    script->L = L;
    lua_pushcfunction(L, open_libraries);
    if (zdm_script_call(script, 0, 0, &err) < 0)
        zdm_die(err.message);
    lua_sethook(L, on_count, LUA_MASKCOUNT, HOOK_EVERY);
    return script;
}

void
zdm_script_free(struct zdm_script *script)
{
    if (!script)
        return;
    lua_close(script->L);
    freelocale(script->locale);
    free(script->chunkname);
    free(script);
}

/* The message without the "file:line: " that Lua put before it: the place is kept apart. */
static const char *
without_place(lua_State *L, const char *message)
{
    lua_Debug ar;

    for (int level = 0; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        size_t n = strlen(ar.short_src);
        if (ar.currentline < 0 || strncmp(message, ar.short_src, n) != 0 || message[n] != ':')
            continue;
        size_t digits = strspn(message + n + 1, "0123456789");
        if (digits > 0 && strncmp(message + n + 1 + digits, ": ", 2) == 0)
            return message + n + 1 + digits + 2;
    }
    return message;
}

/* Message handler: runs where the error arose, while the stack is still there. */
static int
on_error(lua_State *L)
{
    zdm_script_of(L)->error_line = zdm_script_line(L);
    if (lua_type(L, 1) == LUA_TSTRING)
        lua_pushstring(L, without_place(L, lua_tostring(L, 1)));
    return 1;
}

/* "stack overflow" comes with a traceback of C's; one line says it. */
static void
set_message(struct zdm_script *script, enum zdm_code code, struct zdm_err *err)
{
    lua_State *L = script->L;

    if (lua_type(L, -1) != LUA_TSTRING) {
        zdm_fail(err, code, "error raised with a %s instead of a message", luaL_typename(L, -1));
        return;
    }
    const char *message = lua_tostring(L, -1);
    int n = (int)strcspn(message, "\n");
    if (strncmp(message, "stack overflow", 14) == 0)
        n = 14;
    zdm_fail(err, code, "%.*s", n, message);
}

int
zdm_script_call(struct zdm_script *script, int n, int results, struct zdm_err *err)
{
    lua_State *L = script->L;
    enum zdm_code code = script->executing ? ZDM_ERR_FAILED : ZDM_ERR_PLAN;
    int base = lua_gettop(L) - n;

    script->error_line = script->memory_line = 0;
    script->over_budget = false;
    lua_pushcfunction(L, on_error);
    lua_insert(L, base);
    locale_t before = uselocale(script->locale);
    int status = lua_pcall(L, n, results, base);
    uselocale(before);
    lua_remove(L, base);
    if (status == LUA_OK)
        return 0;

    int line = script->error_line;
    if (status == LUA_ERRMEM) {
        script->over_budget = true;
        line = script->memory_line;
        zdm_fail(err, code, "%s wants more than %d MB of memory",
            script->row_limit   ? "map"
            : script->executing ? "hook"
                                : "plan",
            ZDM_LUA_MEMORY_LIMIT / 1024 / 1024);
    } else if (script->executing && zdm_stop_requested()) {
        zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted");
    } else if (!zdm_db_error(L, -1, err)) {
        set_message(script, code, err);
    }
    lua_pop(L, 1);
    if (err->line > 0) /* an error of db knows its place */
        return -1;
    return zdm_err_at(err, (struct zdm_place){.file = script->source->path, .line = line});
}
