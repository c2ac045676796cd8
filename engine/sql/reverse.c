#include "sql/reverse.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sql/reverse_ask.h"
#include "sql/reverse_inner.h"
#include "sql/syntax.h"

static const char *
gone_table(struct zdm_reverser *r, const PgQuery__DropStmt *st)
{
    const PgQuery__List *name = st->objects[0]->list;

    return zdm_no_undo(
        r, zdm_was_aside(zdm_last_string(name->n_items, name->items))
               ? "the table and its rows are gone"
               : "the table and its rows are gone: drop_table with retain keeps them "
                 "for a while");
}

static const char *
drop(struct zdm_reverser *r, const char *what, const char *name)
{
    return zdm_arena_strf(r->arena, "DROP %s %s", what, name);
}

static const char *
drop_range(struct zdm_reverser *r, const char *what, const PgQuery__RangeVar *range)
{
    if (range->relpersistence && range->relpersistence[0] == 't')
        return zdm_no_undo(r, "it is temporary");
    return drop(r, what, zdm_range_text(r->arena, range));
}

static bool
is_made_name(const struct zdm_reverser *r, const char *name)
{
    for (size_t i = 0; i < r->n_made; i++)
        if (strcmp(r->made[i], name) == 0)
            return true;
    return false;
}

bool
zdm_undo_makes(const struct zdm_reverser *r, const PgQuery__RangeVar *range)
{
    return range && is_made_name(r, zdm_range_text(r->arena, range));
}

static const char *
make(struct zdm_reverser *r, const char *what, const PgQuery__RangeVar *relation)
{
    const char *sql = drop_range(r, what, relation);

    if (sql) {
        r->made = zdm_grow(r->made, r->n_made, sizeof *r->made);
        r->made[r->n_made++] = zdm_range_text(r->arena, relation);
    }
    return sql;
}

static const char *
of_table(struct zdm_reverser *r, const PgQuery__CreateStmt *st, const char *what)
{
    return st->if_not_exists ? zdm_no_undo(r, ZDM_UNDO_NOT_CERTAIN) : make(r, what, st->relation);
}

static const char *
of_table_as(struct zdm_reverser *r, const PgQuery__CreateTableAsStmt *st)
{
    bool view = st->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW;

    if (st->if_not_exists)
        return zdm_no_undo(r, ZDM_UNDO_NOT_CERTAIN);
    return make(r, view ? "MATERIALIZED VIEW" : "TABLE", st->into->rel);
}

static const char *
of_index(struct zdm_reverser *r, const PgQuery__IndexStmt *st)
{
    const char *schema = st->relation->schemaname;

    if (zdm_undo_makes(r, st->relation))
        return "";
    if (st->if_not_exists)
        return zdm_no_undo(r, ZDM_UNDO_NOT_CERTAIN);
    if (!st->idxname || !st->idxname[0])
        return zdm_no_undo(r, ZDM_UNDO_NO_NAME);
    const char *name = zdm_ident_text(r->arena, st->idxname);
    if (schema && schema[0])
        name = zdm_arena_strf(r->arena, "%s.%s", zdm_ident_text(r->arena, schema), name);
    return drop(r, st->concurrent ? "INDEX CONCURRENTLY" : "INDEX", name);
}

static const char *
of_schema(struct zdm_reverser *r, const PgQuery__CreateSchemaStmt *st)
{
    if (st->if_not_exists)
        return zdm_no_undo(r, ZDM_UNDO_NOT_CERTAIN);
    if (st->n_schema_elts > 0)
        return zdm_no_undo(r, "it makes more than the schema: write that in statements of its own");
    if (!st->schemaname || !st->schemaname[0])
        return zdm_no_undo(r, "its name is that of a role");
    return drop(r, "SCHEMA", zdm_ident_text(r->arena, st->schemaname));
}

/* Functions are known by the types of what goes in. */
static const char *
of_function(struct zdm_reverser *r, const PgQuery__CreateFunctionStmt *st)
{
    struct zdm_buf types = ZDM_BUF_INIT;

    if (st->replace)
        return zdm_no_undo(r, "it may replace another one");
    for (size_t i = 0; i < st->n_parameters; i++) {
        const PgQuery__FunctionParameter *p = st->parameters[i]->function_parameter;
        bool out = p->mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_OUT ||
                   p->mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_TABLE;
        const char *type = out ? "" : zdm_deparse_type(r->arena, p->arg_type);
        if (!type || (out && st->is_procedure)) {
            zdm_buf_release(&types);
            return zdm_no_undo(r, "its parameters cannot be written down again");
        }
        if (!out)
            zdm_buf_addf(&types, "%s%s", types.len ? ", " : "", type);
    }
    const char *sql =
        zdm_arena_strf(r->arena, "DROP %s %s(%s)", st->is_procedure ? "PROCEDURE" : "FUNCTION",
            zdm_list_text(r->arena, st->n_funcname, st->funcname), types.len ? types.s : "");
    zdm_buf_release(&types);
    return sql;
}

/* What hangs on a table: DROP TRIGGER name ON t. */
static const char *
drop_on(struct zdm_reverser *r, bool replace, const char *what, const char *name,
    const PgQuery__RangeVar *table)
{
    if (zdm_undo_makes(r, table))
        return "";
    if (replace)
        return zdm_no_undo(r, "it may replace another one");
    return zdm_arena_strf(r->arena, "DROP %s %s ON %s", what, zdm_ident_text(r->arena, name),
        zdm_range_text(r->arena, table));
}

static const char *
of_rows(struct zdm_reverser *r, const PgQuery__RangeVar *table, const PgQuery__WithClause *with)
{
    for (size_t i = 0; with && i < with->n_ctes; i++)
        if (with->ctes[i]->common_table_expr->ctequery->node_case !=
            PG_QUERY__NODE__NODE_SELECT_STMT)
            return zdm_no_undo(r, "what its WITH changes is not in the text");
    return zdm_undo_makes(r, table) ? "" : zdm_no_undo(r, "the rows before are not in the text");
}

static const char *
of_comment(struct zdm_reverser *r, const PgQuery__CommentStmt *st)
{
    bool column = st->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN;

    if ((!column && st->objtype != PG_QUERY__OBJECT_TYPE__OBJECT_TABLE) ||
        st->object->node_case != PG_QUERY__NODE__NODE_LIST)
        return zdm_no_undo(r, "the comment before is not in the text");
    const PgQuery__List *name = st->object->list;
    size_t n = name->n_items - (column && name->n_items > 1);
    const char *relation = zdm_list_text(r->arena, n, name->items);
    if (is_made_name(r, relation))
        return "";
    r->asks = zdm_ask_comment(
        r->arena, relation, column ? zdm_last_string(name->n_items, name->items) : "");
    return zdm_arena_strf(r->arena, "COMMENT ON %s %s IS NULL", column ? "COLUMN" : "TABLE",
        zdm_list_text(r->arena, name->n_items, name->items));
}

static const char *
of_grant(struct zdm_reverser *r, const PgQuery__GrantStmt *st)
{
    for (size_t i = 0; i < st->n_objects; i++)
        if (st->objects[i]->node_case != PG_QUERY__NODE__NODE_RANGE_VAR ||
            !zdm_undo_makes(r, st->objects[i]->range_var))
            return zdm_no_undo(r, "which rights there were before is not in the text");
    return "";
}

static const char *
of_named(struct zdm_reverser *r, const char *what, size_t n, PgQuery__Node *const *name)
{
    return drop(r, what, zdm_list_text(r->arena, n, name));
}

/* Names without a schema meant something else under it than where the undo runs. */
static const char *
of_setting(struct zdm_reverser *r, const PgQuery__VariableSetStmt *st)
{
    return st->name && strcmp(st->name, "search_path") == 0
               ? zdm_no_undo(r, "it sets search_path, which the undo does not: qualify the names")
               : "";
}

static const char *
of_statement(struct zdm_reverser *r, const PgQuery__Node *node)
{
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_CREATE_STMT:
        return of_table(r, node->create_stmt, "TABLE");
    case PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT:
        return of_table(r, node->create_foreign_table_stmt->base_stmt, "FOREIGN TABLE");
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
        return of_table_as(r, node->create_table_as_stmt);
    case PG_QUERY__NODE__NODE_INDEX_STMT:
        return of_index(r, node->index_stmt);
    case PG_QUERY__NODE__NODE_VIEW_STMT:
        return node->view_stmt->replace ? zdm_no_undo(r, "it may replace another one")
                                        : drop_range(r, "VIEW", node->view_stmt->view);
    case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
        return node->create_seq_stmt->if_not_exists
                   ? zdm_no_undo(r, ZDM_UNDO_NOT_CERTAIN)
                   : drop_range(r, "SEQUENCE", node->create_seq_stmt->sequence);
    case PG_QUERY__NODE__NODE_CREATE_ENUM_STMT:
        return of_named(
            r, "TYPE", node->create_enum_stmt->n_type_name, node->create_enum_stmt->type_name);
    case PG_QUERY__NODE__NODE_CREATE_RANGE_STMT:
        return of_named(
            r, "TYPE", node->create_range_stmt->n_type_name, node->create_range_stmt->type_name);
    case PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT:
        return drop(r, "TYPE", zdm_range_text(r->arena, node->composite_type_stmt->typevar));
    case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT:
        return of_named(r, "DOMAIN", node->create_domain_stmt->n_domainname,
            node->create_domain_stmt->domainname);
    case PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT:
        return of_schema(r, node->create_schema_stmt);
    case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
        return of_function(r, node->create_function_stmt);
    case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
        return drop_on(r, node->create_trig_stmt->replace, "TRIGGER",
            node->create_trig_stmt->trigname, node->create_trig_stmt->relation);
    case PG_QUERY__NODE__NODE_CREATE_POLICY_STMT:
        return drop_on(r, false, "POLICY", node->create_policy_stmt->policy_name,
            node->create_policy_stmt->table);
    case PG_QUERY__NODE__NODE_RULE_STMT:
        return drop_on(r, node->rule_stmt->replace, "RULE", node->rule_stmt->rulename,
            node->rule_stmt->relation);
    case PG_QUERY__NODE__NODE_CREATE_STATS_STMT:
        if (node->create_stats_stmt->if_not_exists)
            return zdm_no_undo(r, ZDM_UNDO_NOT_CERTAIN);
        return !node->create_stats_stmt->n_defnames
                   ? zdm_no_undo(r, ZDM_UNDO_NO_NAME)
                   : of_named(r, "STATISTICS", node->create_stats_stmt->n_defnames,
                         node->create_stats_stmt->defnames);
    case PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT:
        return node->create_extension_stmt->if_not_exists
                   ? zdm_no_undo(r, ZDM_UNDO_NOT_CERTAIN)
                   : drop(r, "EXTENSION",
                         zdm_ident_text(r->arena, node->create_extension_stmt->extname));
    case PG_QUERY__NODE__NODE_CREATE_PUBLICATION_STMT:
        return drop(
            r, "PUBLICATION", zdm_ident_text(r->arena, node->create_publication_stmt->pubname));
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        return zdm_undo_of_alter_table(r, node->alter_table_stmt);
    case PG_QUERY__NODE__NODE_RENAME_STMT:
        r->renames = true;
        return zdm_undo_of_rename(r, node->rename_stmt);
    case PG_QUERY__NODE__NODE_INSERT_STMT:
        return of_rows(r, node->insert_stmt->relation, node->insert_stmt->with_clause);
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
        return of_rows(r, node->update_stmt->relation, node->update_stmt->with_clause);
    case PG_QUERY__NODE__NODE_DELETE_STMT:
        return of_rows(r, node->delete_stmt->relation, node->delete_stmt->with_clause);
    case PG_QUERY__NODE__NODE_COMMENT_STMT:
        return of_comment(r, node->comment_stmt);
    case PG_QUERY__NODE__NODE_GRANT_STMT:
        return of_grant(r, node->grant_stmt);
    case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
        return of_setting(r, node->variable_set_stmt);
    case PG_QUERY__NODE__NODE_DROP_STMT:
        if (node->drop_stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE)
            return gone_table(r, node->drop_stmt);
        return zdm_no_undo(r, "what it drops is gone");
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
        return zdm_no_undo(r, "what it drops is gone");
    case PG_QUERY__NODE__NODE_ALTER_ENUM_STMT:
        return zdm_undo_of_enum(r, node->alter_enum_stmt);
    case PG_QUERY__NODE__NODE_VACUUM_STMT:
    case PG_QUERY__NODE__NODE_REINDEX_STMT:
    case PG_QUERY__NODE__NODE_LOCK_STMT:
    case PG_QUERY__NODE__NODE_REFRESH_MAT_VIEW_STMT:
    case PG_QUERY__NODE__NODE_CHECK_POINT_STMT:
        return "";
    default:
        return zdm_no_undo(r, "zdm does not know the way back of this kind of statement");
    }
}

/* Which of several statements it is, when there are several. */
static void
blame(const struct zdm_tree *tree, size_t i, const char *why, struct zdm_sql_reverse *out)
{
    out->kind = ZDM_REVERSAL_UNKNOWN;
    out->why =
        tree->parsed->n_stmts > 1 ? zdm_strf("statement %zu: %s", i + 1, why) : zdm_strdup(why);
}

/* For the way back of all statements, the last first. */
static char *
question(struct zdm_reverser *r, const char *const *each, const char *const *asks, size_t n)
{
    struct zdm_buf sql = ZDM_BUF_INIT;

    zdm_buf_add(&sql, "SELECT NULLIF(pg_catalog.concat_ws(E'\\n'");
    while (n-- > 0)
        if (*each[n])
            zdm_buf_addf(&sql, ",\n%s",
                asks[n] ? asks[n]
                        : zdm_ask_nothing(r->arena, zdm_arena_strf(r->arena, "%s;", each[n])));
    zdm_buf_add(&sql, "), '')");
    char *text = zdm_strdup(sql.s);
    zdm_buf_release(&sql);
    return text;
}

void
zdm_sql_reverse(const char *text, struct zdm_sql_reverse *out)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_buf sql = ZDM_BUF_INIT;
    struct zdm_tree tree;

    *out = (struct zdm_sql_reverse){.kind = ZDM_REVERSAL_UNKNOWN};
    if (zdm_tree_parse(text, &tree, &err) < 0) {
        out->why = zdm_strdup("it cannot be parsed");
        zdm_err_release(&err);
        return;
    }
    struct zdm_reverser r = {.arena = zdm_arena_new(), .n_stmts = tree.parsed->n_stmts};
    size_t n = tree.parsed->n_stmts, i;
    const char **each = zdm_alloc((n + 1) * sizeof *each);
    const char **asks = zdm_alloc((n + 1) * sizeof *asks);
    bool asked = false;
    for (i = 0; i < n; i++) {
        r.asks = NULL;
        each[i] = of_statement(&r, tree.parsed->stmts[i]->stmt);
        if (!each[i])
            break;
        asks[i] = r.asks;
        asked = asked || r.asks;
    }
    if (i < n) {
        blame(&tree, i, r.why, out);
    } else if (asked && r.renames) {
        out->why = zdm_strdup("it renames as well, so that what was before cannot be asked for by "
                              "name: write that in a step of its own");
    } else {
        if (asked)
            out->ask = question(&r, each, asks, n);
        out->before = zdm_strdup(r.before);
        out->unless = zdm_strdup(r.unless);
        out->note = zdm_strdup(r.note);
        while (i-- > 0)
            if (*each[i])
                zdm_buf_addf(&sql, "%s%s;", sql.len ? "\n" : "", each[i]);
        out->kind = sql.len ? ZDM_REVERSAL_SQL : ZDM_REVERSAL_NOTHING;
        out->sql = sql.len ? zdm_strdup(sql.s) : NULL;
    }
    zdm_buf_release(&sql);
    free(each);
    free(asks);
    free(r.made);
    zdm_arena_free(r.arena);
    zdm_tree_release(&tree);
}

void
zdm_sql_reverse_release(struct zdm_sql_reverse *reverse)
{
    free(reverse->sql);
    free(reverse->ask);
    free(reverse->before);
    free(reverse->unless);
    free(reverse->note);
    free(reverse->why);
    *reverse = (struct zdm_sql_reverse){.sql = NULL};
}
