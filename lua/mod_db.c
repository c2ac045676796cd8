#include "lua/mod.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "base/text.h"
#include "lua/own.h"
#include "lua/state.h"
#include "lua/value.h"
#include "sql/syntax.h"

#define DB "zdm.db"

enum shape { SHAPE_AFFECTED, SHAPE_ROWS, SHAPE_ROW, SHAPE_VALUE };

/* The argument at index as text for the server: NULL for SQL NULL. Leaves the text on the stack. */
static const char *
parameter(lua_State *L, int index)
{
    const char *text = NULL;
    size_t length;

    if (lua_isnoneornil(L, index))
        return NULL;
    switch (zdm_push_text(L, index, &text, &length)) {
    case ZDM_VALUE_TEXT:
    case ZDM_VALUE_NULL:
        break;
    case ZDM_VALUE_NUL_BYTE:
        luaL_error(L, "argument for $%d has a NUL byte", index - 2);
        break;
    case ZDM_VALUE_OTHER:
        luaL_error(L,
            "argument for $%d is a %s: it must be a string, a number, a boolean, nil or db.null",
            index - 2, luaL_typename(L, index));
        break;
    }
    return text;
}

static void
push_row(lua_State *L, const struct zdm_result *result, int row)
{
    int columns = zdm_result_columns(result);

    lua_createtable(L, 0, columns);
    for (int i = 0; i < columns; i++) {
        lua_pushstring(L, zdm_result_name(result, i));
        lua_pushvalue(L, -1);
        if (lua_rawget(L, -3) != LUA_TNIL)
            luaL_error(L, "the result has two columns named \"%s\": name one with AS",
                zdm_result_name(result, i));
        lua_pop(L, 1);
        zdm_push_cell(L, result, row, i);
        lua_rawset(L, -3);
    }
}

static void
push_result(lua_State *L, const struct zdm_result *result, enum shape shape)
{
    int rows = zdm_result_rows(result);

    if (shape == SHAPE_AFFECTED) {
        lua_pushinteger(L, zdm_result_affected(result));
    } else if (shape == SHAPE_ROWS) {
        lua_createtable(L, rows, 0);
        for (int i = 0; i < rows; i++) {
            push_row(L, result, i);
            lua_rawseti(L, -2, i + 1);
        }
    } else if (rows == 0 || zdm_result_columns(result) == 0) {
        lua_pushnil(L);
    } else if (shape == SHAPE_ROW) {
        push_row(L, result, 0);
    } else {
        zdm_push_cell(L, result, 0, 0);
    }
}

static void
free_result(void *result)
{
    zdm_result_free(result);
}

/* The place of the error in the plan: in the SQL text when it stands there, else the call. */
static void
place_error(lua_State *L, const char *sql, struct zdm_err *err)
{
    const struct zdm_source *source = zdm_script_of(L)->source;
    struct zdm_place at = {.file = source->path, .line = zdm_script_line(L)};

    if (err->position > 0)
        zdm_source_locate(source, sql, NULL, at.line, err->position, &at);
    err->position = 0;
    zdm_err_at(err, at);
}

/* db:exec(sql, ...) and friends. Upvalues: the shape, and whether an error is returned. */
static int
db_run(lua_State *L)
{
    struct zdm_db *db = luaL_testudata(L, 1, DB);
    luaL_argcheck(L, db, 1, "call it with a colon: db:exec(sql, ...)");
    const char *sql = luaL_checkstring(L, 2);
    int n = lua_gettop(L) - 2;
    const char **values = lua_newuserdatauv(L, (size_t)(n + 1) * sizeof *values, 0);
    void **result = zdm_own(L, free_result);
    struct zdm_err *err = zdm_own_err(L);

    zdm_script_tick(L);
    if (!db->conn)
        return luaL_error(L, "db can be used only while its hook runs");
    if (db->transaction && zdm_sql_is_transaction_control(sql))
        return luaL_error(
            L, "a hook in a transaction cannot begin or end one: set transaction = false");
    luaL_checkstack(L, n + 10, "too many arguments");
    for (int i = 0; i < n; i++)
        values[i] = parameter(L, i + 3);
    /* Behind it: positions in errors stay those of the author's text. */
    const char *sent = db->mark ? lua_pushfstring(L, "%s%s", sql, db->mark) : sql;
    if (zdm_conn_query(db->conn, sent, (size_t)n, values, (struct zdm_result **)result, err) == 0) {
        push_result(L, *result, (enum shape)lua_tointeger(L, lua_upvalueindex(1)));
        zdm_own_release(result);
        return 1;
    }
    zdm_script_tick(L); /* a stop is not an error that try_ may hand to the hook */
    place_error(L, sql, err);
    if (!lua_toboolean(L, lua_upvalueindex(2))) {
        zdm_push_db_error(L, err);
        return lua_error(L);
    }
    lua_pushnil(L);
    zdm_push_db_error(L, err);
    return 2;
}

static void
push_methods(lua_State *L)
{
    static const char *const names[] = {"exec", "query", "row", "value"};
    const int shapes[] = {SHAPE_AFFECTED, SHAPE_ROWS, SHAPE_ROW, SHAPE_VALUE};

    lua_newtable(L);
    for (int i = 0; i < 4; i++) {
        for (int try = 0; try < 2; try++) {
            lua_pushfstring(L, try ? "try_%s" : "%s", names[i]);
            lua_pushinteger(L, shapes[i]);
            lua_pushboolean(L, try);
            lua_pushcclosure(L, db_run, 2);
            lua_rawset(L, -3);
        }
    }
    zdm_push_null(L);
    lua_setfield(L, -2, "null");
}

struct zdm_db *
zdm_mod_db(lua_State *L, struct zdm_conn *conn, bool transaction, const char *mark)
{
    struct zdm_db *db = lua_newuserdatauv(L, sizeof *db, 0);

    *db = (struct zdm_db){.conn = conn, .transaction = transaction, .mark = mark};
    if (luaL_newmetatable(L, DB)) {
        push_methods(L);
        lua_setfield(L, -2, "__index");
    }
    lua_setmetatable(L, -2);
    return db;
}
