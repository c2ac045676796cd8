#include "lua/mod.h"

#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "lua/own.h"
#include "lua/state.h"
#include "sql/syntax.h"

#define DB       "zdm.db"
#define SQL_NULL "zdm.null"

/* Type Oids that are not strings for Lua; fixed in PostgreSQL's pg_type.dat. */
enum { OID_BOOL = 16, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_FLOAT4 = 700, OID_FLOAT8 };

enum shape { SHAPE_AFFECTED, SHAPE_ROWS, SHAPE_ROW, SHAPE_VALUE };

static int
null_tostring(lua_State *L)
{
    lua_pushliteral(L, "null");
    return 1;
}

void
zdm_push_null(lua_State *L)
{
    if (lua_getfield(L, LUA_REGISTRYINDEX, SQL_NULL " value") != LUA_TNIL)
        return;
    lua_pop(L, 1);
    lua_newuserdatauv(L, 0, 0);
    luaL_newmetatable(L, SQL_NULL);
    lua_pushcfunction(L, null_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, SQL_NULL " value");
}

bool
zdm_is_null(lua_State *L, int index)
{
    return luaL_testudata(L, index, SQL_NULL) != NULL;
}

/* The argument at index as text for the server: NULL for SQL NULL. Leaves the text on the stack. */
static const char *
parameter(lua_State *L, int index)
{
    char number[40];
    size_t n;

    if (lua_isnoneornil(L, index) || zdm_is_null(L, index))
        return NULL;
    switch (lua_type(L, index)) {
    case LUA_TBOOLEAN:
        return lua_toboolean(L, index) ? "true" : "false";
    case LUA_TNUMBER:
        if (lua_isinteger(L, index))
            return luaL_tolstring(L, index, NULL);
        /* 17 digits bring a double back unchanged; Lua itself writes 14. */
        snprintf(number, sizeof number, "%.17g", lua_tonumber(L, index));
        return lua_pushstring(L, number);
    case LUA_TSTRING: {
        const char *text = lua_tolstring(L, index, &n);
        if (strlen(text) != n)
            luaL_error(L, "argument for $%d has a NUL byte", index - 2);
        return text;
    }
    default:
        luaL_error(L,
            "argument for $%d is a %s: it must be a string, a number, a boolean, nil or db.null",
            index - 2, luaL_typename(L, index));
        return NULL;
    }
}

static void
push_cell(lua_State *L, const struct zdm_result *result, int row, int column)
{
    const char *text = zdm_result_get(result, row, column);

    if (!text) {
        zdm_push_null(L);
        return;
    }
    switch (zdm_result_type(result, column)) {
    case OID_BOOL:
        lua_pushboolean(L, zdm_result_bool(result, row, column));
        return;
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
        lua_pushinteger(L, zdm_result_i64(result, row, column));
        return;
    case OID_FLOAT4:
    case OID_FLOAT8:
        lua_pushnumber(L, strtod(text, NULL)); /* reads NaN and Infinity too */
        return;
    default:
        lua_pushstring(L, text);
    }
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
        push_cell(L, result, row, i);
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
        push_cell(L, result, 0, 0);
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
    struct zdm_db *db = luaL_checkudata(L, 1, DB);
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
    if (zdm_conn_query(db->conn, sql, (size_t)n, values, (struct zdm_result **)result, err) == 0) {
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
zdm_mod_db(lua_State *L, struct zdm_conn *conn, bool transaction)
{
    struct zdm_db *db = lua_newuserdatauv(L, sizeof *db, 0);

    *db = (struct zdm_db){.conn = conn, .transaction = transaction};
    if (luaL_newmetatable(L, DB)) {
        push_methods(L);
        lua_setfield(L, -2, "__index");
    }
    lua_setmetatable(L, -2);
    return db;
}
