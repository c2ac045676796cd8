#include "sql/grammar.h"

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

static bool same_message(const ProtobufCMessage *a, const ProtobufCMessage *b);

static bool
zdm_same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

/* One value of a field, at a in one message and at b in the other. */
static bool
same_value(const ProtobufCFieldDescriptor *field, const void *a, const void *b)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_MESSAGE: {
        const ProtobufCMessage *x = *(ProtobufCMessage *const *)a;
        const ProtobufCMessage *y = *(ProtobufCMessage *const *)b;
        return x && y ? same_message(x, y) : x == y;
    }
    case PROTOBUF_C_TYPE_STRING:
        return zdm_same_text(*(char *const *)a, *(char *const *)b);
    case PROTOBUF_C_TYPE_BOOL:
        return *(const protobuf_c_boolean *)a == *(const protobuf_c_boolean *)b;
    case PROTOBUF_C_TYPE_DOUBLE:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return memcmp(a, b, 8) == 0;
    case PROTOBUF_C_TYPE_INT32:
        return memcmp(a, b, 4) == 0 || zdm_grammar_is_place(field);
    case PROTOBUF_C_TYPE_BYTES:
        return false; /* the grammar has none */
    default:
        return memcmp(a, b, 4) == 0;
    }
}

static bool
same_list(const ProtobufCFieldDescriptor *field, const char *a, const char *b)
{
    size_t n = *(const size_t *)(a + field->quantifier_offset);
    const char *x = *(char *const *)(a + field->offset), *y = *(char *const *)(b + field->offset);
    size_t size = field->type == PROTOBUF_C_TYPE_MESSAGE || field->type == PROTOBUF_C_TYPE_STRING
                      ? sizeof(void *)
                  : field->type == PROTOBUF_C_TYPE_UINT64 ? 8
                                                          : 4;

    if (n != *(const size_t *)(b + field->quantifier_offset))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!same_value(field, x + i * size, y + i * size))
            return false;
    return true;
}

/* The same but for the places in their texts. */
static bool
same_message(const ProtobufCMessage *a, const ProtobufCMessage *b)
{
    const ProtobufCMessageDescriptor *type = a->descriptor;
    const char *x = (const char *)a, *y = (const char *)b;

    if (type != b->descriptor)
        return false;
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        bool choice = field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF;
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            if (!same_list(field, x, y))
                return false;
            continue;
        }
        if (choice) {
            uint32_t mine = *(const uint32_t *)(x + field->quantifier_offset);
            if (mine != *(const uint32_t *)(y + field->quantifier_offset))
                return false;
            if (mine != field->id)
                continue;
        }
        if (!same_value(field, x + field->offset, y + field->offset))
            return false;
    }
    return true;
}

/* The deparser of libpg_query 15 forgets to quote some names: what it wrote counts only when it
 * reads back as the same tree. */
static bool
reads_back(const PgQuery__Node *statement, const char *text)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_tree tree;
    bool same = false;

    if (zdm_tree_parse_alone(text, &tree, &err) == 0) {
        same = tree.parsed->n_stmts == 1 &&
               same_message(&statement->base, &tree.parsed->stmts[0]->stmt->base);
        zdm_tree_release(&tree);
    }
    zdm_err_release(&err);
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
    char *text = !result.error && reads_back(statement, result.query)
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

/* What nearly every default and most conditions are made of, as the deparser writes it in many times the
 * time: a column, a constant, a call such as now(). NULL: it is something else. */
static char *
simple_constant(struct zdm_arena *arena, const PgQuery__AConst *constant)
{
    if (constant->isnull)
        return zdm_arena_strdup(arena, "NULL");
    switch (constant->val_case) {
    case PG_QUERY__A__CONST__VAL_IVAL:
        return zdm_arena_strf(arena, "%d", constant->ival->ival);
    case PG_QUERY__A__CONST__VAL_BOOLVAL:
        return zdm_arena_strdup(arena, constant->boolval->boolval ? "true" : "false");
    case PG_QUERY__A__CONST__VAL_SVAL:
        return strpbrk(constant->sval->sval, "'\\")
                   ? NULL
                   : zdm_arena_strf(arena, "'%s'", constant->sval->sval);
    default:
        return NULL;
    }
}

static char *
simple_call(struct zdm_arena *arena, const PgQuery__FuncCall *call)
{
    bool plain = call->n_funcname == 1 && !call->n_args && !call->n_agg_order &&
                 !call->agg_filter && !call->over && !call->agg_within_group && !call->agg_star &&
                 !call->agg_distinct && !call->func_variadic &&
                 call->funcformat == PG_QUERY__COERCION_FORM__COERCE_EXPLICIT_CALL;
    const char *name = plain ? zdm_node_string(call->funcname[0]) : "";

    /* What has to be quoted may be a word of the grammar, with a form of its own. */
    return name[0] && strcmp(zdm_ident_text(arena, name), name) == 0
               ? zdm_arena_strf(arena, "%s()", name)
               : NULL;
}

static char *
simple_column(struct zdm_arena *arena, const PgQuery__ColumnRef *ref)
{
    for (size_t i = 0; i < ref->n_fields; i++)
        if (ref->fields[i]->node_case != PG_QUERY__NODE__NODE_STRING)
            return NULL;
    return zdm_list_text(arena, ref->n_fields, ref->fields);
}

static char *
simple_expr(struct zdm_arena *arena, const PgQuery__Node *expr)
{
    switch (expr->node_case) {
    case PG_QUERY__NODE__NODE_A_CONST:
        return simple_constant(arena, expr->a_const);
    case PG_QUERY__NODE__NODE_FUNC_CALL:
        return simple_call(arena, expr->func_call);
    case PG_QUERY__NODE__NODE_COLUMN_REF:
        return simple_column(arena, expr->column_ref);
    default:
        return NULL;
    }
}

char *
zdm_deparse_expr(struct zdm_arena *arena, PgQuery__Node *expr)
{
    PgQuery__ResTarget target = PG_QUERY__RES_TARGET__INIT;
    PgQuery__Node target_node = PG_QUERY__NODE__INIT, statement = PG_QUERY__NODE__INIT;
    PgQuery__Node *targets[] = {&target_node};
    PgQuery__SelectStmt select = PG_QUERY__SELECT_STMT__INIT;
    char *simple = simple_expr(arena, expr);

    if (simple)
        return simple;
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

/* Types whose spelling in the tree is another one than in the text. */
static const struct spelling {
    const char *name, *text;
} spellings[] = {{"bool", "boolean"}, {"bpchar", "char"}, {"float4", "real"},
    {"float8", "double precision"}, {"int2", "smallint"}, {"int4", "int"}, {"int8", "bigint"},
    {"numeric", "numeric"}, {"time", "time"}, {"timestamp", "timestamp"}, {"varchar", "varchar"}};

static const char *
spelling(struct zdm_arena *arena, const PgQuery__TypeName *type)
{
    const char *name = zdm_last_string(type->n_names, type->names);

    if (type->n_names != 2 || strcmp(zdm_node_string(type->names[0]), "pg_catalog") != 0)
        return zdm_list_text(arena, type->n_names, type->names);
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (strcmp(spellings[i].name, name) == 0 &&
            (type->n_typmods || strcmp(name, "bpchar") != 0)) /* char alone is char(1) */
            return spellings[i].text;
    return NULL;
}

/* Nearly every type is a name with a number or two behind it: the deparser would take longer than
 * everything else that is done for a statement. NULL: it is another one. */
static char *
simple_type(struct zdm_arena *arena, const PgQuery__TypeName *type)
{
    int numbers[2];

    if (type->n_array_bounds || type->setof || type->pct_type || type->n_typmods > 2)
        return NULL;
    for (size_t i = 0; i < type->n_typmods; i++) {
        const PgQuery__Node *node = type->typmods[i];
        if (node->node_case != PG_QUERY__NODE__NODE_A_CONST || node->a_const->isnull ||
            node->a_const->val_case != PG_QUERY__A__CONST__VAL_IVAL)
            return NULL;
        numbers[i] = node->a_const->ival->ival;
    }
    const char *text = spelling(arena, type);
    if (!text || type->n_typmods == 0)
        return text ? zdm_arena_strdup(arena, text) : NULL;
    return type->n_typmods == 1 ? zdm_arena_strf(arena, "%s(%d)", text, numbers[0])
                                : zdm_arena_strf(arena, "%s(%d, %d)", text, numbers[0], numbers[1]);
}

/* Through the deparser, as the type of a cast. */
static char *
any_type(struct zdm_arena *arena, PgQuery__TypeName *type)
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

char *
zdm_deparse_type(struct zdm_arena *arena, PgQuery__TypeName *type)
{
    char *simple = simple_type(arena, type);

    return simple ? simple : any_type(arena, type);
}
