/* What an expression names: columns, relations, and what it may not have. */
#include <string.h>

#include "sql/call.h"
#include "sql/object.h"

struct looking {
    const struct zdm_relation *relation;
    const char *missing, *other;
    const ProtobufCMessage *sublink;
    const PgQuery__FuncCall *windowed;
    bool columns;
};

static bool
look(void *self, const ProtobufCMessage *message)
{
    struct looking *looking = self;

    if (message->descriptor == &pg_query__sub_link__descriptor) {
        looking->sublink = message;
        return false;
    }
    if (message->descriptor == &pg_query__func_call__descriptor) {
        const PgQuery__FuncCall *call = (const PgQuery__FuncCall *)message;
        if (call->over && !looking->windowed)
            looking->windowed = call;
    }
    if (message->descriptor != &pg_query__column_ref__descriptor)
        return true;
    const PgQuery__ColumnRef *ref = (const PgQuery__ColumnRef *)message;
    const char *name = zdm_last_string(ref->n_fields, ref->fields);
    looking->columns = true;
    const char *of = ref->n_fields > 1 ? zdm_node_string(ref->fields[ref->n_fields - 2]) : NULL;
    if (looking->relation && of && strcmp(of, looking->relation->name) != 0)
        looking->other = of;
    else if (looking->relation && name[0] && !looking->missing &&
             !zdm_relation_column(looking->relation, name))
        looking->missing = name;
    return true;
}

struct fields {
    const struct zdm_relation *relation;
    void (*see)(void *self, const struct zdm_column *column, const char *attribute);
    void *self;
};

static bool
look_at_field(void *self, const ProtobufCMessage *message)
{
    const struct fields *fields = self;
    const PgQuery__AIndirection *field = (const PgQuery__AIndirection *)message;

    if (message->descriptor != &pg_query__a__indirection__descriptor || !field->n_indirection ||
        !field->arg || field->arg->node_case != PG_QUERY__NODE__NODE_COLUMN_REF ||
        field->indirection[0]->node_case != PG_QUERY__NODE__NODE_STRING)
        return true;
    const PgQuery__ColumnRef *ref = field->arg->column_ref;
    const struct zdm_column *column =
        zdm_relation_column(fields->relation, zdm_last_string(ref->n_fields, ref->fields));
    if (column)
        fields->see(fields->self, column, zdm_node_string(field->indirection[0]));
    return true;
}

void
zdm_expr_each_field(const PgQuery__Node *expr, const struct zdm_relation *relation,
    void (*see)(void *self, const struct zdm_column *column, const char *attribute), void *self)
{
    struct fields fields = {.relation = relation, .see = see, .self = self};

    zdm_node_walk(expr, look_at_field, &fields);
}

bool
zdm_expr_is_plain(struct zdm_draft *draft, const PgQuery__Node *expr, const char *what)
{
    struct looking looking = {0};

    zdm_node_walk(expr, look, &looking);
    if (looking.sublink)
        zdm_draft_fails(draft, "0A000", "%s cannot have a sub-select", what);
    else if (looking.windowed)
        zdm_draft_fails(draft, "42P20", "%s cannot have a window function", what);
    else
        zdm_call_check_kinds(draft, expr, what);
    return !zdm_draft_failed(draft);
}

bool
zdm_is_system_column(const char *name)
{
    static const char *const names[] = {"tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"};

    return zdm_names_have(names, sizeof names / sizeof *names, name);
}

const char *
zdm_expr_missing_column(const PgQuery__Node *expr, const struct zdm_relation *relation)
{
    struct looking looking = {.relation = relation};

    zdm_node_walk(expr, look, &looking);
    if (!looking.missing || zdm_is_system_column(looking.missing) ||
        strcmp(looking.missing, relation->name) == 0) /* the whole row */
        return NULL;
    return looking.missing;
}

bool
zdm_expr_is_over(
    struct zdm_draft *draft, const PgQuery__Node *expr, const struct zdm_relation *relation)
{
    struct looking looking = {.relation = relation};

    zdm_node_walk(expr, look, &looking);
    if (looking.other && !looking.sublink)
        zdm_draft_fails(draft, "42P01", "the expression names %s, and is about %s alone",
            zdm_ident_text(draft->arena, looking.other), zdm_draft_name(draft, relation));
    return !zdm_draft_failed(draft);
}

bool
zdm_expr_has_columns(const PgQuery__Node *expr)
{
    struct looking looking = {0};

    zdm_node_walk(expr, look, &looking);
    return looking.columns;
}

struct wanted {
    const char *name;
    bool found;
};

static bool
look_for(void *self, const ProtobufCMessage *message)
{
    struct wanted *wanted = self;

    if (message->descriptor == &pg_query__column_ref__descriptor) {
        const PgQuery__ColumnRef *ref = (const PgQuery__ColumnRef *)message;
        wanted->found |= strcmp(zdm_last_string(ref->n_fields, ref->fields), wanted->name) == 0;
    }
    return !wanted->found;
}

bool
zdm_expr_has_column(const PgQuery__Node *expr, const char *name)
{
    struct wanted wanted = {.name = name};

    zdm_node_walk(expr, look_for, &wanted);
    return wanted.found;
}

struct naming {
    struct zdm_draft *draft;
    void (*see)(void *self, struct zdm_relation *relation);
    void *self;
};

/* "schema.name" with its quotes, as regclass has it: the same as the name of a column. */
static void
see_name(struct naming *naming, const char *text)
{
    struct zdm_tree tree;
    const PgQuery__Node *node = zdm_expr_parse(text, &tree);

    if (!node)
        return;
    if (node->node_case == PG_QUERY__NODE__NODE_COLUMN_REF) {
        const PgQuery__ColumnRef *ref = node->column_ref;
        struct zdm_relation *relation = zdm_catalog_relation(naming->draft->catalog,
            zdm_object_schema(ref->n_fields, ref->fields),
            zdm_object_name(ref->n_fields, ref->fields));
        if (relation)
            naming->see(naming->self, relation);
    }
    zdm_tree_release(&tree);
}

static bool
see_regclass(void *self, const ProtobufCMessage *message)
{
    if (message->descriptor != &pg_query__type_cast__descriptor)
        return true;
    const PgQuery__TypeCast *cast = (const PgQuery__TypeCast *)message;
    const PgQuery__TypeName *type = cast->type_name;
    if (strcmp(zdm_last_string(type->n_names, type->names), "regclass") == 0 &&
        cast->arg->node_case == PG_QUERY__NODE__NODE_A_CONST &&
        cast->arg->a_const->val_case == PG_QUERY__A__CONST__VAL_SVAL)
        see_name(self, cast->arg->a_const->sval->sval);
    return true;
}

void
zdm_expr_each_relation(struct zdm_draft *draft, const char *sql,
    void (*see)(void *self, struct zdm_relation *relation), void *self)
{
    struct naming naming = {.draft = draft, .see = see, .self = self};
    struct zdm_tree tree;
    const PgQuery__Node *expr = zdm_expr_parse(sql, &tree);

    if (!expr)
        return;
    zdm_node_walk(expr, see_regclass, &naming);
    zdm_tree_release(&tree);
}
