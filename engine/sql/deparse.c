#include "sql/tree.h"

#include <pg_query.h>
#include <stdlib.h>
#include <string.h>

struct packed {
    size_t size;
    uint8_t *bytes;
};

static struct packed
pack(const PgQuery__ParseResult *tree)
{
    struct packed packed = {.size = pg_query__parse_result__get_packed_size(tree)};

    packed.bytes = zdm_alloc(packed.size);
    pg_query__parse_result__pack(tree, packed.bytes);
    return packed;
}

static bool
see_location(void *self, const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;

    (void)self;
    for (unsigned i = 0; i < type->n_fields; i++)
        if (strcmp(type->fields[i].name, "location") == 0 ||
            strcmp(type->fields[i].name, "stmt_location") == 0 ||
            strcmp(type->fields[i].name, "stmt_len") == 0)
            *(int32_t *)((char *)message + type->fields[i].offset) = 0;
    return true;
}

/* The same tree without places; an empty one when it does not unpack. */
static struct packed
without_places(struct packed packed)
{
    PgQuery__ParseResult *tree = pg_query__parse_result__unpack(NULL, packed.size, packed.bytes);
    struct packed plain = {0, NULL};

    if (tree) {
        zdm_tree_walk(&tree->base, see_location, NULL);
        plain = pack(tree);
        pg_query__parse_result__free_unpacked(tree, NULL);
    }
    return plain;
}

/* The deparser of libpg_query 15 forgets to quote some names: what it wrote counts only when it
 * reads back as the same tree. */
static bool
reads_back(struct packed packed, const char *text)
{
    PgQueryProtobufParseResult parse = pg_query_parse_protobuf(text);
    bool same = false;

    if (!parse.error) {
        struct packed again = {parse.parse_tree.len, (uint8_t *)parse.parse_tree.data};
        struct packed a = without_places(packed), b = without_places(again);
        same = a.size && a.size == b.size && memcmp(a.bytes, b.bytes, a.size) == 0;
        free(a.bytes);
        free(b.bytes);
    }
    pg_query_free_protobuf_parse_result(parse);
    return same;
}

/* The deparser takes a packed tree: wrap the statement, pack, deparse. Nothing is copied or freed
 * of the caller's nodes. */
char *
zdm_deparse(struct zdm_arena *arena, PgQuery__Node *statement)
{
    PgQuery__RawStmt raw = PG_QUERY__RAW_STMT__INIT;
    PgQuery__RawStmt *list[] = {&raw};
    PgQuery__ParseResult tree = PG_QUERY__PARSE_RESULT__INIT;

    raw.stmt = statement;
    tree.version = PG_VERSION_NUM;
    tree.n_stmts = 1;
    tree.stmts = list;

    struct packed packed = pack(&tree);
    PgQueryDeparseResult result = pg_query_deparse_protobuf(
        (PgQueryProtobuf){.len = packed.size, .data = (char *)packed.bytes});
    char *text = !result.error && reads_back(packed, result.query)
                     ? zdm_arena_strdup(arena, result.query)
                     : NULL;
    pg_query_free_deparse_result(result);
    free(packed.bytes);
    return text;
}

static char *
after_prefix(char *text, const char *prefix)
{
    size_t len = strlen(prefix);

    return text && strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

char *
zdm_deparse_expr(struct zdm_arena *arena, PgQuery__Node *expr)
{
    PgQuery__ResTarget target = PG_QUERY__RES_TARGET__INIT;
    PgQuery__Node target_node = PG_QUERY__NODE__INIT, statement = PG_QUERY__NODE__INIT;
    PgQuery__Node *targets[] = {&target_node};
    PgQuery__SelectStmt select = PG_QUERY__SELECT_STMT__INIT;

    target.val = expr;
    target_node.node_case = PG_QUERY__NODE__NODE_RES_TARGET;
    target_node.res_target = &target;
    select.n_target_list = 1;
    select.target_list = targets;
    select.limit_option = PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_DEFAULT;
    select.op = PG_QUERY__SET_OPERATION__SETOP_NONE;
    statement.node_case = PG_QUERY__NODE__NODE_SELECT_STMT;
    statement.select_stmt = &select;
    return after_prefix(zdm_deparse(arena, &statement), "SELECT ");
}

char *
zdm_deparse_type(struct zdm_arena *arena, PgQuery__TypeName *type)
{
    PgQuery__AConst null = PG_QUERY__A__CONST__INIT;
    PgQuery__Node null_node = PG_QUERY__NODE__INIT, cast_node = PG_QUERY__NODE__INIT;
    PgQuery__TypeCast cast = PG_QUERY__TYPE_CAST__INIT;

    null.isnull = true;
    null_node.node_case = PG_QUERY__NODE__NODE_A_CONST;
    null_node.a_const = &null;
    cast.arg = &null_node;
    cast.type_name = type;
    cast_node.node_case = PG_QUERY__NODE__NODE_TYPE_CAST;
    cast_node.type_cast = &cast;
    return after_prefix(zdm_deparse_expr(arena, &cast_node), "NULL::");
}
