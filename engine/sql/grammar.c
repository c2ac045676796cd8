#include "sql/grammar.h"

#include <string.h>

#define GRAMMAR (PG_VERSION_NUM / 10000)
#if GRAMMAR < 15 || GRAMMAR > 18
#error "docs/internals/grammar.md says which versions of libpg_query zdm can be built with"
#endif

bool
zdm_grammar_is_place(const ProtobufCFieldDescriptor *field)
{
    /* location of nearly every node, stmt_len, and since 18 list_start and list_end of brackets. */
    static const char *const ends[] = {"location", "stmt_len", "list_start", "list_end"};
    size_t n = strlen(field->name);

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t tail = strlen(ends[i]);
        if (n >= tail && strcmp(field->name + n - tail, ends[i]) == 0)
            return true;
    }
    return false;
}

bool
zdm_grammar_is_keyword(const char *name)
{
#if GRAMMAR >= 16
    static const char *const words[] = {
        "json_array",
        "json_arrayagg",
        "json_object",
        "json_objectagg",
        "system_user",
#if GRAMMAR >= 17
        "json",
        "json_exists",
        "json_query",
        "json_scalar",
        "json_serialize",
        "json_table",
        "json_value",
        "merge_action",
#endif
    };

    for (size_t i = 0; i < sizeof words / sizeof *words && strchr("jms", name[0]); i++)
        if (strcmp(words[i], name) == 0)
            return true;
#else
    (void)name;
#endif
    return false;
}

char
zdm_grammar_strategy(const PgQuery__PartitionSpec *spec)
{
#if GRAMMAR >= 16
    switch (spec->strategy) {
    case PG_QUERY__PARTITION_STRATEGY__PARTITION_STRATEGY_HASH:
        return 'h';
    case PG_QUERY__PARTITION_STRATEGY__PARTITION_STRATEGY_LIST:
        return 'l';
    case PG_QUERY__PARTITION_STRATEGY__PARTITION_STRATEGY_RANGE:
        return 'r';
    default:
        return 0;
    }
#else
    static const char *const names[] = {"hash", "list", "range"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(spec->strategy, names[i]) == 0)
            return names[i][0];
    return 0;
#endif
}

bool
zdm_grammar_is_virtual(const PgQuery__Constraint *generated)
{
#if GRAMMAR >= 18
    return generated->generated_kind[0] == 'v';
#else
    (void)generated;
    return false;
#endif
}

#if GRAMMAR >= 18

struct zdm_alter_constraint
zdm_grammar_alter_constraint(const PgQuery__AlterTableCmd *cmd)
{
    const PgQuery__ATAlterConstraint *given = cmd->def->atalter_constraint;

    return (struct zdm_alter_constraint){.name = given->conname,
        .timing = given->alter_deferrability,
        .enforceability = given->alter_enforceability,
        .inheritance = given->alter_inheritability,
        .deferrable = given->deferrable,
        .initially_deferred = given->initdeferred,
        .enforced = given->is_enforced,
        .no_inherit = given->noinherit};
}

bool
zdm_grammar_is_enforced(const PgQuery__Constraint *constraint)
{
    return constraint->is_enforced;
}

bool
zdm_grammar_without_overlaps(const PgQuery__Constraint *key)
{
    return key->without_overlaps;
}

bool
zdm_grammar_has_period(const PgQuery__Constraint *foreign)
{
    return foreign->fk_with_period || foreign->pk_with_period;
}

#else

struct zdm_alter_constraint
zdm_grammar_alter_constraint(const PgQuery__AlterTableCmd *cmd)
{
    const PgQuery__Constraint *given = cmd->def->constraint;

    return (struct zdm_alter_constraint){.name = given->conname,
        .timing = true,
        .deferrable = given->deferrable,
        .initially_deferred = given->initdeferred};
}

bool
zdm_grammar_is_enforced(const PgQuery__Constraint *constraint)
{
    (void)constraint;
    return true;
}

bool
zdm_grammar_without_overlaps(const PgQuery__Constraint *key)
{
    (void)key;
    return false;
}

bool
zdm_grammar_has_period(const PgQuery__Constraint *foreign)
{
    (void)foreign;
    return false;
}

#endif

bool
zdm_grammar_take_attribute(PgQuery__Constraint *constraint, const PgQuery__Constraint *attribute)
{
    switch (attribute->contype) {
    case PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_DEFERRABLE:
        constraint->deferrable = true;
        return true;
    case PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_DEFERRED:
        constraint->deferrable = constraint->initdeferred = true;
        return true;
    case PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_NOT_DEFERRABLE:
    case PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_IMMEDIATE:
        return true;
#if GRAMMAR >= 18
    case PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_NOT_ENFORCED:
        constraint->is_enforced = false;
        constraint->skip_validation = true;
        constraint->initially_valid = false;
        return true;
    case PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_ENFORCED:
        return true;
#endif
    default:
        return false;
    }
}

#define TABLE_NOT_NULL                                                                             \
    ((struct zdm_newer){.since = 18,                                                               \
        .words = "NOT NULL as a constraint of the table",                                          \
        .sqlstate = "42601",                                                                       \
        .known = true})

#if GRAMMAR >= 16

#define NEWER(version, what)                                                                       \
    ((struct zdm_newer){.since = (version), .words = (what), .sqlstate = "42601", .known = true})
#define UNKNOWN(version, what)                                                                     \
    ((struct zdm_newer){.since = (version), .words = (what), .sqlstate = "42601"})

static bool
found(struct zdm_newer *out, struct zdm_newer newer)
{
    *out = newer;
    return true;
}

/* A constraint of a table, or of a column: then it names no columns of its own. */
static bool
newer_constraint(const PgQuery__Constraint *constraint, bool of_column, struct zdm_newer *out)
{
    /* Every grammar has it: not_null_text.h. */
    if (constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL && !of_column)
        return found(out, TABLE_NOT_NULL);
#if GRAMMAR >= 18
    switch (constraint->contype) {
    case PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL:
        if (constraint->is_no_inherit)
            return found(out, NEWER(18, "NOT NULL ... NO INHERIT"));
        return false;
    case PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_NOT_ENFORCED:
        return found(out, NEWER(18, "NOT ENFORCED"));
    case PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_ENFORCED:
        return found(out, NEWER(18, "ENFORCED"));
    case PG_QUERY__CONSTR_TYPE__CONSTR_CHECK:
    case PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN:
        if (!constraint->is_enforced)
            return found(out, NEWER(18, "NOT ENFORCED"));
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_GENERATED:
        if (zdm_grammar_is_virtual(constraint))
            return found(out, NEWER(18, "virtual generated columns"));
        break;
    default:
        break;
    }
    if (constraint->without_overlaps)
        return found(out, NEWER(18, "WITHOUT OVERLAPS"));
    if (constraint->fk_with_period || constraint->pk_with_period)
        return found(out, NEWER(18, "PERIOD in a foreign key"));
#endif
    return false;
}

static bool
newer_column(const PgQuery__ColumnDef *column, struct zdm_newer *out)
{
    struct zdm_newer first = {0};

    if (column->storage_name[0])
        first = NEWER(16, "STORAGE of a new column");
    for (size_t i = 0; i < column->n_constraints; i++) {
        struct zdm_newer newer;
        if (!newer_constraint(column->constraints[i]->constraint, true, &newer))
            continue;
        if (!first.since || newer.since > first.since || !newer.known)
            first = newer;
        if (!first.known)
            break;
    }
    *out = first;
    return first.since > 0;
}

static bool
newer_part(const PgQuery__Node *part, struct zdm_newer *out)
{
    switch (part->node_case) {
    case PG_QUERY__NODE__NODE_COLUMN_DEF:
        return newer_column(part->column_def, out);
    case PG_QUERY__NODE__NODE_CONSTRAINT:
        return newer_constraint(part->constraint, false, out);
    default:
        return false;
    }
}

static bool
newer_command(const PgQuery__AlterTableCmd *cmd, struct zdm_newer *out)
{
    switch (cmd->subtype) {
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint:
        return newer_part(cmd->def, out);
#if GRAMMAR >= 17
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetExpression:
        return found(out, NEWER(17, "SET EXPRESSION"));
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetAccessMethod:
        return !cmd->name[0] && found(out, UNKNOWN(17, "SET ACCESS METHOD DEFAULT"));
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetStatistics:
        return !cmd->def && found(out, NEWER(17, "SET STATISTICS DEFAULT"));
#endif
#if GRAMMAR >= 18
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AlterConstraint:
        if (cmd->def->atalter_constraint->alter_enforceability)
            return found(out, NEWER(18, "ALTER CONSTRAINT ... ENFORCED"));
        return cmd->def->atalter_constraint->alter_inheritability &&
               found(out, NEWER(18, "ALTER CONSTRAINT ... INHERIT"));
#endif
    default:
        return false;
    }
}

/* Of several forms the one that nobody knows, else the newest: an older server stops at either. */
static bool
newer_of_all(size_t n, PgQuery__Node *const *nodes, struct zdm_newer *out)
{
    struct zdm_newer best = {0}, newer;

    for (size_t i = 0; i < n; i++) {
        bool is = nodes[i]->node_case == PG_QUERY__NODE__NODE_ALTER_TABLE_CMD
                      ? newer_command(nodes[i]->alter_table_cmd, &newer)
                      : newer_part(nodes[i], &newer);
        if (is && (!best.since || (best.known && (!newer.known || newer.since > best.since))))
            best = newer;
    }
    *out = best;
    return best.since > 0;
}

static bool
newer_statement(const PgQuery__Node *statement, struct zdm_newer *out)
{
    switch (statement->node_case) {
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        return newer_of_all(
            statement->alter_table_stmt->n_cmds, statement->alter_table_stmt->cmds, out);
    case PG_QUERY__NODE__NODE_CREATE_STMT:
        return newer_of_all(
            statement->create_stmt->n_table_elts, statement->create_stmt->table_elts, out);
    case PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT:
        return newer_of_all(statement->create_foreign_table_stmt->base_stmt->n_table_elts,
            statement->create_foreign_table_stmt->base_stmt->table_elts, out);
    case PG_QUERY__NODE__NODE_ALTER_DOMAIN_STMT:
        return statement->alter_domain_stmt->def &&
               statement->alter_domain_stmt->def->node_case == PG_QUERY__NODE__NODE_CONSTRAINT &&
               statement->alter_domain_stmt->def->constraint->contype ==
                   PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL &&
               found(out, UNKNOWN(17, "NOT NULL as a constraint of a domain"));
    case PG_QUERY__NODE__NODE_REINDEX_STMT:
        return !statement->reindex_stmt->name[0] && !statement->reindex_stmt->relation &&
               found(out, NEWER(16, "REINDEX without a name"));
    case PG_QUERY__NODE__NODE_CREATE_STATS_STMT:
        return !statement->create_stats_stmt->n_defnames &&
               found(out, NEWER(16, "CREATE STATISTICS without a name"));
    default:
        return false;
    }
}

struct below {
    int pg_version;
    struct zdm_newer newer;
};

/* Functions of SQL/JSON look like any other in an older grammar: which error is hard to say. */
static const struct json {
    const ProtobufCMessageDescriptor *type;
    int since;
    const char *sqlstate;
} json[] = {
    {&pg_query__json_is_predicate__descriptor, 16, "42601"},
    {&pg_query__json_object_constructor__descriptor, 16, NULL},
    {&pg_query__json_array_constructor__descriptor, 16, NULL},
    {&pg_query__json_array_query_constructor__descriptor, 16, NULL},
    {&pg_query__json_object_agg__descriptor, 16, NULL},
    {&pg_query__json_array_agg__descriptor, 16, NULL},
#if GRAMMAR >= 17
    {&pg_query__json_func_expr__descriptor, 17, NULL},
    {&pg_query__json_parse_expr__descriptor, 17, NULL},
    {&pg_query__json_scalar_expr__descriptor, 17, NULL},
    {&pg_query__json_serialize_expr__descriptor, 17, NULL},
    {&pg_query__json_table__descriptor, 17, "42601"},
#endif
};

static bool
newer_part_of_query(const ProtobufCMessage *message, struct zdm_newer *out)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;

    if (type == &pg_query__range_subselect__descriptor)
        return !((const PgQuery__RangeSubselect *)message)->alias &&
               found(out, NEWER(16, "sub-selects without an alias"));
#if GRAMMAR >= 17
    if (type == &pg_query__merge_when_clause__descriptor)
        return ((const PgQuery__MergeWhenClause *)message)->match_kind ==
                   PG_QUERY__MERGE_MATCH_KIND__MERGE_WHEN_NOT_MATCHED_BY_SOURCE &&
               found(out, NEWER(17, "NOT MATCHED BY SOURCE"));
#endif
#if GRAMMAR == 17
    if (type == &pg_query__merge_stmt__descriptor)
        return ((const PgQuery__MergeStmt *)message)->n_returning_list &&
               found(out, NEWER(17, "RETURNING of MERGE"));
#elif GRAMMAR >= 18
    if (type == &pg_query__merge_stmt__descriptor)
        return ((const PgQuery__MergeStmt *)message)->returning_clause &&
               found(out, NEWER(17, "RETURNING of MERGE"));
    if (type == &pg_query__returning_option__descriptor)
        return found(out, NEWER(18, "options of RETURNING"));
#endif
    for (size_t i = 0; i < sizeof json / sizeof *json; i++)
        if (json[i].type == type) {
            *out = (struct zdm_newer){.since = json[i].since,
                .words = "this function of SQL/JSON",
                .sqlstate = json[i].sqlstate,
                .known = true};
            return true;
        }
    return false;
}

static bool
see(void *self, const ProtobufCMessage *message)
{
    struct below *below = self;
    struct zdm_newer newer;

    if (!below->newer.since && newer_part_of_query(message, &newer) &&
        newer.since > below->pg_version)
        below->newer = newer;
    return !below->newer.since;
}

bool
zdm_grammar_newer(const PgQuery__Node *statement, int pg_version, struct zdm_newer *out)
{
    struct below below = {.pg_version = pg_version};

    if (newer_statement(statement, out))
        return true;
    if (pg_version == 0 || pg_version >= GRAMMAR)
        return false;
    zdm_tree_walk(&statement->base, see, &below);
    *out = below.newer;
    return below.newer.since > 0;
}

#else

bool
zdm_grammar_newer(const PgQuery__Node *statement, int pg_version, struct zdm_newer *out)
{
    (void)pg_version;
    if (statement->node_case != PG_QUERY__NODE__NODE_ALTER_TABLE_STMT)
        return false;
    const PgQuery__AlterTableStmt *alter = statement->alter_table_stmt;
    for (size_t i = 0; i < alter->n_cmds; i++) {
        const PgQuery__AlterTableCmd *cmd = alter->cmds[i]->alter_table_cmd;
        if (cmd->subtype != PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint ||
            cmd->def->constraint->contype != PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL)
            continue;
        *out = TABLE_NOT_NULL;
        return true;
    }
    return false;
}

#endif

#if GRAMMAR >= 18
#define RETURNING(st)                                                                              \
    ((st)->returning_clause ? (struct zdm_returning){(st)->returning_clause->n_exprs,              \
                                  (st)->returning_clause->exprs}                                   \
                            : (struct zdm_returning){0, NULL})
#else
#define RETURNING(st) ((struct zdm_returning){(st)->n_returning_list, (st)->returning_list})
#endif

struct zdm_returning
zdm_grammar_returning(const ProtobufCMessage *statement)
{
    if (statement->descriptor == &pg_query__insert_stmt__descriptor)
        return RETURNING((const PgQuery__InsertStmt *)statement);
    if (statement->descriptor == &pg_query__update_stmt__descriptor)
        return RETURNING((const PgQuery__UpdateStmt *)statement);
    if (statement->descriptor == &pg_query__delete_stmt__descriptor)
        return RETURNING((const PgQuery__DeleteStmt *)statement);
#if GRAMMAR >= 17
    if (statement->descriptor == &pg_query__merge_stmt__descriptor)
        return RETURNING((const PgQuery__MergeStmt *)statement);
#endif
    return (struct zdm_returning){0, NULL};
}
