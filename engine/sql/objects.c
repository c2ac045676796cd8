#include <string.h>
#include <strings.h>

#include "sql/families.h"
#include "sql/object.h"

void
zdm_family_default_privileges(struct zdm_draft *draft)
{
    const PgQuery__AlterDefaultPrivilegesStmt *stmt = draft->node->alter_default_privileges_stmt;

    zdm_catalog_touch(
        draft->catalog, &draft->catalog->defaults_known, sizeof draft->catalog->defaults_known);
    draft->catalog->defaults_known = false;
    for (size_t i = 0; i < stmt->n_options; i++) {
        const PgQuery__DefElem *option = stmt->options[i]->def_elem;
        if (strcmp(option->defname, "schemas") != 0 || !option->arg ||
            option->arg->node_case != PG_QUERY__NODE__NODE_LIST)
            continue;
        for (size_t k = 0; k < option->arg->list->n_items; k++)
            zdm_object_check_schema(draft, zdm_node_string(option->arg->list->items[k]));
    }
}

void
zdm_family_alter_enum(struct zdm_draft *draft)
{
    const PgQuery__AlterEnumStmt *stmt = draft->node->alter_enum_stmt;
    const char *name = zdm_list_text(draft->arena, stmt->n_type_name, stmt->type_name);
    struct zdm_type *type = zdm_object_type_named(draft, stmt->n_type_name, stmt->type_name);

    if ((!type && draft->catalog->complete) || (type && type->kind != ZDM_TYPE_ENUM)) {
        zdm_draft_fails(draft, type ? "42809" : "42704",
            type ? "%s is no enum" : "type %s does not exist", name);
        return;
    }
    draft->fresh = type && type->fresh;
    if (stmt->old_val[0])
        zdm_enum_rename_value(draft, type, stmt, name);
    else
        zdm_enum_add_value(draft, type, stmt, name);
    draft->fresh = false;
}

void
zdm_family_statistics(struct zdm_draft *draft)
{
    const PgQuery__CreateStatsStmt *stmt = draft->node->create_stats_stmt;
    const PgQuery__RangeVar *range =
        stmt->n_relations && stmt->relations[0]->node_case == PG_QUERY__NODE__NODE_RANGE_VAR
            ? stmt->relations[0]->range_var
            : NULL;

    if (!range)
        return;
    struct zdm_relation *relation = zdm_draft_relation(draft, range);
    const char *text = zdm_range_text(draft->arena, range);
    if (relation->missing || !zdm_object_check_kind(draft, relation, text, "rpmf", "a table"))
        return;
    if (stmt->n_defnames && draft->catalog->complete && zdm_statistics_taken(draft, stmt)) {
        if (!stmt->if_not_exists)
            zdm_draft_fails(draft, "42710", "statistics object %s exists already",
                zdm_list_text(draft->arena, stmt->n_defnames, stmt->defnames));
        zdm_draft_lock_on(draft, relation, ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, ZDM_HELD_BRIEF);
        return;
    }
    for (size_t i = 0; i < stmt->n_exprs; i++) {
        const char *column = stmt->exprs[i]->stats_elem->name;
        if (!column[0] || !relation->known || zdm_relation_column(relation, column))
            continue;
        zdm_draft_fails(
            draft, "42703", "%s has no column %s", text, zdm_ident_text(draft->arena, column));
        return;
    }
    if (stmt->n_exprs == 1 && stmt->exprs[0]->stats_elem->name[0]) {
        zdm_draft_fails(draft, "42P17", "statistics on one column are what ANALYZE keeps anyway");
        return;
    }
    zdm_draft_lock_on(draft, relation, ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, ZDM_HELD_BRIEF);
    zdm_statistics_add(draft, relation, stmt);
}

void
zdm_family_alter_statistics(struct zdm_draft *draft)
{
    const PgQuery__AlterStatsStmt *stmt = draft->node->alter_stats_stmt;

    if (draft->catalog->complete && !stmt->missing_ok &&
        !zdm_statistics_relation(draft, stmt->n_defnames, stmt->defnames))
        zdm_draft_fails(draft, "42704", "statistics object %s does not exist",
            zdm_list_text(draft->arena, stmt->n_defnames, stmt->defnames));
}

static const char *
known_extension(const struct zdm_catalog *catalog, const char *name)
{
    for (size_t i = 0; i < catalog->extensions.n; i++)
        if (strcmp(catalog->extensions.items[i], name) == 0)
            return catalog->extensions.items[i];
    return NULL;
}

void
zdm_family_extension(struct zdm_draft *draft)
{
    const PgQuery__Node *node = draft->node;
    bool create = node->node_case == PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT;
    const char *name =
        create ? node->create_extension_stmt->extname : node->alter_extension_stmt->extname;
    const char *text = zdm_ident_text(draft->arena, name);
    bool there = known_extension(draft->catalog, name);

    if (create && there) {
        if (!node->create_extension_stmt->if_not_exists)
            zdm_draft_fails(draft, "42710", "extension %s is there already", text);
        return;
    }
    if (!create && !there && draft->catalog->complete) {
        zdm_draft_fails(draft, "42704", "extension %s does not exist", text);
        return;
    }
    ZDM_FIND(draft, CREATE_EXTENSION, .name = text);
    if (create)
        zdm_catalog_append(
            draft->catalog, &draft->catalog->extensions, zdm_catalog_string(draft->catalog, name));
    /* Its script makes types, functions, tables: what the catalog knows stays true, what it does not
     * know may be there. */
    zdm_draft_uncertain(draft);
}

/* ALTER EXTENSION ... ADD or DROP of a member. */
void
zdm_family_extension_member(struct zdm_draft *draft)
{
    const PgQuery__AlterExtensionContentsStmt *stmt = draft->node->alter_extension_contents_stmt;

    draft->st->kind = "ALTER EXTENSION";
    zdm_object_comment(draft, stmt->objtype, stmt->object);
}

void
zdm_family_no_transaction(struct zdm_draft *draft)
{
    const PgQuery__Node *node = draft->node;

    zdm_draft_forbid_transaction(draft, false);
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_ALTER_SYSTEM_STMT:
        draft->st->probe = ZDM_PROBE_REPEAT;
        ZDM_FIND(draft, ALTER_SYSTEM, .name = "");
        break;
    case PG_QUERY__NODE__NODE_CREATEDB_STMT:
        zdm_draft_probe_named(draft, ZDM_PROBE_PRESENT, "database", node->createdb_stmt->dbname);
        break;
    default:
        zdm_draft_probe_named(
            draft, ZDM_PROBE_PRESENT, "tablespace", node->create_table_space_stmt->tablespacename);
    }
}

/* Roles, databases, tablespaces: nothing of this database is locked; who may do what may change. */
void
zdm_family_role(struct zdm_draft *draft)
{
    ZDM_FIND(draft, ALTER_ROLE, .kind = draft->st->kind);
}

/* Only SET TABLESPACE copies the files of a database, and may not run in a transaction. */
void
zdm_family_alter_database(struct zdm_draft *draft)
{
    const PgQuery__AlterDatabaseStmt *stmt = draft->node->alter_database_stmt;

    for (size_t i = 0; i < stmt->n_options; i++)
        if (strcmp(stmt->options[i]->def_elem->defname, "tablespace") == 0) {
            draft->st->probe = ZDM_PROBE_REPEAT; /* where it is already, there is nothing to move */
            zdm_draft_forbid_transaction(draft, false);
        }
    ZDM_FIND(draft, ALTER_ROLE, .kind = draft->st->kind);
}

/* ALTER ROLE ... SET, ALTER DATABASE ... SET: for sessions that begin from now on. */
void
zdm_family_default_setting(struct zdm_draft *draft)
{
    const PgQuery__VariableSetStmt *set =
        draft->node->node_case == PG_QUERY__NODE__NODE_ALTER_ROLE_SET_STMT
            ? draft->node->alter_role_set_stmt->setstmt
            : draft->node->alter_database_set_stmt->setstmt;

    ZDM_FIND(draft, DEFAULT_SETTING, .kind = draft->st->kind,
        .name = set && set->name[0] ? set->name : "settings");
}

struct in_tablespace {
    struct zdm_draft *draft;
    const char *from, *to, *kinds;
};

static bool
see_moved(void *self, struct zdm_relation *relation)
{
    struct in_tablespace *in = self;
    const char *own = relation->tablespace ? relation->tablespace : "pg_default";

    if (strcmp(own, in->from) != 0 || !strchr(in->kinds, (int)relation->kind))
        return true;
    if (relation->schema && strcmp(relation->schema, "information_schema") == 0)
        return true;
    zdm_draft_lock_on(in->draft, relation, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_REWRITE);
    zdm_draft_rewrite(in->draft, zdm_draft_name(in->draft, relation));
    zdm_catalog_touch(in->draft->catalog, relation, sizeof *relation);
    relation->tablespace =
        strcmp(in->to, "pg_default") == 0 ? NULL : zdm_catalog_string(in->draft->catalog, in->to);
    return true;
}

void
zdm_family_move_all(struct zdm_draft *draft)
{
    const PgQuery__AlterTableMoveAllStmt *stmt = draft->node->alter_table_move_all_stmt;
    struct in_tablespace in = {.draft = draft,
        .from = stmt->orig_tablespacename,
        .to = stmt->new_tablespacename,
        .kinds = "rp"};

    if (stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_INDEX) {
        draft->st->kind = "ALTER INDEX ALL IN TABLESPACE";
        in.kinds = "iI";
    } else if (stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW) {
        draft->st->kind = "ALTER MATERIALIZED VIEW ALL IN TABLESPACE";
        in.kinds = "m";
    }
    if (strcmp(stmt->orig_tablespacename, stmt->new_tablespacename) == 0)
        return;
    zdm_draft_assume(draft);
    if (!stmt->n_roles)
        zdm_catalog_each_relation(draft->catalog, see_moved, &in);
    ZDM_FIND(draft, REWRITE_SET_TABLESPACE,
        .table = zdm_arena_strf(draft->arena, "everything in %s",
            zdm_ident_text(draft->arena, stmt->orig_tablespacename)));
}

/* It runs on every DDL statement from now on. */
void
zdm_family_event_trigger(struct zdm_draft *draft)
{
    if (draft->node->node_case == PG_QUERY__NODE__NODE_CREATE_EVENT_TRIG_STMT)
        zdm_trigger_function(draft, draft->node->create_event_trig_stmt->n_funcname,
            draft->node->create_event_trig_stmt->funcname, "event_trigger");
    ZDM_FIND(draft, EVENT_TRIGGER, .kind = draft->st->kind);
}

/* What belongs to the role changes hands; nothing else locks. */
void
zdm_family_reassign(struct zdm_draft *draft)
{
    zdm_draft_assume(draft);
    ZDM_FIND(draft, OWNER_CHANGE, .name = "everything that the role owns", .other = "");
}

/* Makes tables whose names the other server knows. */
void
zdm_family_import(struct zdm_draft *draft)
{
    const PgQuery__ImportForeignSchemaStmt *stmt = draft->node->import_foreign_schema_stmt;

    if (zdm_object_check_schema(draft, stmt->local_schema))
        zdm_draft_uncertain(draft);
}
