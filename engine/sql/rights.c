/* What the server refuses to a role that is not the owner. */
#include <string.h>

#include "sql/acl.h"
#include "sql/families.h"
#include "sql/named.h"
#include "sql/object.h"

bool
zdm_rights_lack_owner(struct zdm_draft *draft, const struct zdm_relation *relation)
{
    if (!relation || relation->missing || !relation->known ||
        !zdm_catalog_surely_lacks(draft->catalog, relation->owner))
        return false;
    zdm_draft_fails(draft, "42501", "%s belongs to %s, and %s has not its rights",
        zdm_draft_name(draft, relation), zdm_ident_text(draft->arena, relation->owner),
        zdm_ident_text(draft->arena, draft->catalog->user));
    return true;
}

const char *
zdm_rights_denied(struct zdm_draft *draft, const struct zdm_relation *relation, unsigned rights)
{
    const struct zdm_catalog *catalog = draft->catalog;

    /* rights_of NULL: whoever reads the catalog is not the one who runs the statements. */
    if (!zdm_acl_is_certain(catalog, relation) || !catalog->rights_of ||
        !zdm_catalog_surely_no_superuser(catalog) ||
        (zdm_role_rights(catalog, relation, catalog->user, true) & rights))
        return NULL;
    return zdm_arena_strf(draft->arena, "%s has no right %s%son %s",
        zdm_ident_text(draft->arena, catalog->user),
        rights == ~0U ? "" : zdm_rights_text(draft->arena, rights), rights == ~0U ? "" : " ",
        zdm_draft_name(draft, relation));
}

bool
zdm_rights_lack(struct zdm_draft *draft, const struct zdm_relation *relation, unsigned rights)
{
    const char *denied = zdm_rights_denied(draft, relation, rights);

    if (denied)
        zdm_draft_fails(draft, "42501", "%s", denied);
    return denied != NULL;
}

static struct zdm_relation *
named_by(const struct zdm_draft *draft, const PgQuery__RangeVar *range)
{
    return range ? zdm_catalog_relation(draft->catalog,
                       range->schemaname[0] ? range->schemaname : NULL, range->relname)
                 : NULL;
}

static bool
lacks_owner_of(struct zdm_draft *draft, const PgQuery__RangeVar *range)
{
    return zdm_rights_lack_owner(draft, named_by(draft, range));
}

static void
need_create(struct zdm_draft *draft, const char *schema)
{
    const struct zdm_schema *found = schema ? zdm_catalog_schema(draft->catalog, schema) : NULL;

    if (!found || !found->judged || found->may_create || !zdm_catalog_judges(draft->catalog))
        return;
    zdm_draft_fails(draft, "42501", "%s may make nothing in schema %s",
        zdm_ident_text(draft->arena, draft->catalog->user), zdm_ident_text(draft->arena, schema));
}

/* Where a new relation goes. */
static void
need_place(struct zdm_draft *draft, const PgQuery__RangeVar *range)
{
    if (range && !zdm_range_is_temporary(range))
        need_create(draft, zdm_object_target_schema(draft, range->schemaname));
}

static void
need_place_of_list(struct zdm_draft *draft, size_t n, PgQuery__Node *const *names)
{
    need_create(draft, zdm_object_target_schema(draft, zdm_object_schema(n, names)));
}

/* To drop a relation it is enough to own its schema. */
static void
check_drop(struct zdm_draft *draft, const PgQuery__DropStmt *stmt)
{
    size_t below = 0;

    switch (stmt->remove_type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
    case PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW:
    case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
    case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE:
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER:
    case PG_QUERY__OBJECT_TYPE__OBJECT_POLICY:
    case PG_QUERY__OBJECT_TYPE__OBJECT_RULE:
        below = 1;
        break;
    default:
        return;
    }
    for (size_t i = 0; i < stmt->n_objects; i++) {
        if (stmt->objects[i]->node_case != PG_QUERY__NODE__NODE_LIST)
            continue;
        const PgQuery__List *list = stmt->objects[i]->list;
        if (list->n_items <= below)
            continue;
        size_t n = list->n_items - below;
        const struct zdm_relation *relation = zdm_catalog_relation(
            draft->catalog, zdm_object_schema(n, list->items), zdm_object_name(n, list->items));
        const struct zdm_schema *schema = relation && relation->schema
                                              ? zdm_catalog_schema(draft->catalog, relation->schema)
                                              : NULL;
        if (below || (schema && schema->judged && !schema->may_drop))
            zdm_rights_lack_owner(draft, relation);
    }
}

/* A relation gets a new name in its schema: that makes something there. */
static void
check_rename(struct zdm_draft *draft, const PgQuery__RenameStmt *stmt)
{
    const struct zdm_relation *relation = named_by(draft, stmt->relation);

    if (!relation || zdm_rights_lack_owner(draft, relation))
        return;
    switch (stmt->rename_type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
    case PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW:
    case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
    case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE:
        need_create(draft, relation->schema);
        break;
    default:
        break;
    }
}

/* Partitions and children are made by who owns the parent. */
static void
check_create(struct zdm_draft *draft, const PgQuery__CreateStmt *stmt)
{
    need_place(draft, stmt->relation);
    for (size_t i = 0; i < stmt->n_inh_relations && !zdm_draft_failed(draft); i++)
        lacks_owner_of(draft, stmt->inh_relations[i]->range_var);
}

static void
check_alter(struct zdm_draft *draft, const PgQuery__AlterTableStmt *stmt)
{
    if (lacks_owner_of(draft, stmt->relation))
        return;
    for (size_t i = 0; i < stmt->n_cmds; i++) {
        const PgQuery__AlterTableCmd *cmd = stmt->cmds[i]->alter_table_cmd;
        if (cmd->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_AttachPartition &&
            zdm_rights_lack_owner(draft, named_by(draft, cmd->def->partition_cmd->name)))
            return;
        if (cmd->subtype != PG_QUERY__ALTER_TABLE_TYPE__AT_ChangeOwner || !cmd->newowner)
            continue;
        const struct zdm_relation *relation = named_by(draft, stmt->relation);
        const struct zdm_named *owner =
            zdm_catalog_named(draft->catalog, ZDM_NAMED_ROLE, NULL, cmd->newowner->rolename);
        if (relation && relation->owner && owner && !owner->settable && !owner->usable &&
            strcmp(relation->owner, owner->name) != 0 &&
            zdm_catalog_surely_lacks(draft->catalog, owner->name))
            zdm_draft_fails(draft, "42501", "%s cannot become %s, and gives it nothing",
                zdm_ident_text(draft->arena, draft->catalog->user),
                zdm_ident_text(draft->arena, owner->name));
    }
}

static void
check_comment(struct zdm_draft *draft, const PgQuery__CommentStmt *stmt)
{
    bool column = stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN;

    if ((!column && stmt->objtype != PG_QUERY__OBJECT_TYPE__OBJECT_TABLE &&
            stmt->objtype != PG_QUERY__OBJECT_TYPE__OBJECT_VIEW) ||
        stmt->object->node_case != PG_QUERY__NODE__NODE_LIST ||
        stmt->object->list->n_items <= (size_t)column)
        return;
    size_t n = stmt->object->list->n_items - (size_t)column;
    zdm_rights_lack_owner(
        draft, zdm_catalog_relation(draft->catalog, zdm_object_schema(n, stmt->object->list->items),
                   zdm_object_name(n, stmt->object->list->items)));
}

/* SET ROLE: to one that is there, and that the session may become. */
static void
check_set(struct zdm_draft *draft, const PgQuery__VariableSetStmt *stmt)
{
    if (strcmp(stmt->name, "role") != 0 || !stmt->n_args || !draft->catalog->names_known ||
        stmt->args[0]->node_case != PG_QUERY__NODE__NODE_A_CONST ||
        stmt->args[0]->a_const->val_case != PG_QUERY__A__CONST__VAL_SVAL)
        return;
    const char *name = stmt->args[0]->a_const->sval->sval;
    const char *text = zdm_ident_text(draft->arena, name);
    const struct zdm_named *role = zdm_catalog_named(draft->catalog, ZDM_NAMED_ROLE, NULL, name);
    if (strcmp(name, "none") == 0)
        return;
    if (!role)
        zdm_draft_fails(draft, "22023", "role %s does not exist", text);
}

void
zdm_rights_check(struct zdm_draft *draft)
{
    const PgQuery__Node *node = draft->node;

    if (!draft->catalog->names_known || draft->catalog->uncertain)
        return;
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        check_alter(draft, node->alter_table_stmt);
        break;
    case PG_QUERY__NODE__NODE_INDEX_STMT: {
        const struct zdm_relation *table = named_by(draft, node->index_stmt->relation);
        if (table && !zdm_rights_lack_owner(draft, table))
            need_create(draft, table->schema);
        break;
    }
    case PG_QUERY__NODE__NODE_RENAME_STMT:
        check_rename(draft, node->rename_stmt);
        break;
    case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT:
        if (!lacks_owner_of(draft, node->alter_object_schema_stmt->relation))
            need_create(draft, node->alter_object_schema_stmt->newschema);
        break;
    case PG_QUERY__NODE__NODE_DROP_STMT:
        check_drop(draft, node->drop_stmt);
        break;
    case PG_QUERY__NODE__NODE_CREATE_STMT:
        check_create(draft, node->create_stmt);
        break;
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
        need_place(draft, node->create_table_as_stmt->into->rel);
        break;
    case PG_QUERY__NODE__NODE_VIEW_STMT:
        need_place(draft, node->view_stmt->view);
        if (node->view_stmt->replace && !zdm_draft_failed(draft))
            lacks_owner_of(draft, node->view_stmt->view);
        break;
    case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
        need_place(draft, node->create_seq_stmt->sequence);
        break;
    case PG_QUERY__NODE__NODE_CREATE_ENUM_STMT:
        need_place_of_list(
            draft, node->create_enum_stmt->n_type_name, node->create_enum_stmt->type_name);
        break;
    case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT:
        need_place_of_list(
            draft, node->create_domain_stmt->n_domainname, node->create_domain_stmt->domainname);
        break;
    case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
        need_place_of_list(
            draft, node->create_function_stmt->n_funcname, node->create_function_stmt->funcname);
        break;
    case PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT:
        if (!zdm_catalog_schema(draft->catalog, node->create_schema_stmt->schemaname) &&
            !draft->catalog->may_create_schema && zdm_catalog_judges(draft->catalog))
            zdm_draft_fails(draft, "42501", "%s may make no schema in this database",
                zdm_ident_text(draft->arena, draft->catalog->user));
        break;
    case PG_QUERY__NODE__NODE_CREATE_POLICY_STMT:
        lacks_owner_of(draft, node->create_policy_stmt->table);
        break;
    case PG_QUERY__NODE__NODE_ALTER_POLICY_STMT:
        lacks_owner_of(draft, node->alter_policy_stmt->table);
        break;
    case PG_QUERY__NODE__NODE_RULE_STMT:
        lacks_owner_of(draft, node->rule_stmt->relation);
        break;
    case PG_QUERY__NODE__NODE_ALTER_SEQ_STMT:
        lacks_owner_of(draft, node->alter_seq_stmt->sequence);
        break;
    case PG_QUERY__NODE__NODE_CREATE_STATS_STMT:
        if (node->create_stats_stmt->n_relations &&
            node->create_stats_stmt->relations[0]->node_case == PG_QUERY__NODE__NODE_RANGE_VAR)
            lacks_owner_of(draft, node->create_stats_stmt->relations[0]->range_var);
        break;
    case PG_QUERY__NODE__NODE_COMMENT_STMT:
        check_comment(draft, node->comment_stmt);
        break;
    case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
        check_set(draft, node->variable_set_stmt);
        break;
    default:
        break;
    }
}
