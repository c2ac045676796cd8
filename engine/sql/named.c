#include "sql/named.h"

#include <string.h>

#include "sql/acl.h"
#include "sql/families.h"
#include "sql/object.h"

static const char *
word_of(enum zdm_named_kind kind)
{
    switch (kind) {
    case ZDM_NAMED_ROLE:
        return "role";
    case ZDM_NAMED_TABLESPACE:
        return "tablespace";
    case ZDM_NAMED_ACCESS_METHOD:
        return "access method";
    case ZDM_NAMED_SUBSCRIPTION:
        return "subscription";
    case ZDM_NAMED_COLLATION:
        break;
    }
    return "collation";
}

/* NULL: there is none, which is told, or nobody knows. */
static struct zdm_named *
need(struct zdm_draft *draft, enum zdm_named_kind kind, const char *name)
{
    if (!draft->catalog->names_known || draft->catalog->uncertain || !name || !name[0])
        return NULL;
    struct zdm_named *named = zdm_catalog_named(draft->catalog, kind, NULL, name);
    if (!named)
        zdm_draft_fails(draft, "42704", "%s %s does not exist", word_of(kind),
            zdm_ident_text(draft->arena, name));
    return named;
}

const char *
zdm_named_collation(struct zdm_draft *draft, size_t n, PgQuery__Node *const *names)
{
    struct zdm_catalog *catalog = draft->catalog;
    const char *schema = zdm_object_schema(n, names), *name = zdm_object_name(n, names);

    if (strcmp(name, "default") == 0 && (!schema || strcmp(schema, "pg_catalog") == 0))
        return NULL;
    const struct zdm_named *collation = zdm_catalog_collation(catalog, schema, name);
    if (collation)
        return zdm_catalog_joined(catalog, collation);
    if (!catalog->names_known || catalog->uncertain || !catalog->search_path_known)
        return zdm_catalog_string(
            catalog, zdm_arena_strf(draft->arena, "%s.%s", schema ? schema : "pg_catalog", name));
    if (zdm_object_check_schema(draft, schema))
        zdm_draft_fails(
            draft, "42704", "collation %s does not exist", zdm_list_text(draft->arena, n, names));
    return NULL;
}

static void
need_method(struct zdm_draft *draft, const char *name, char type)
{
    const struct zdm_named *method = need(draft, ZDM_NAMED_ACCESS_METHOD, name);

    if (method && method->type != type)
        zdm_draft_fails(draft, "55000", "access method %s is not one of %s",
            zdm_ident_text(draft->arena, name), type == 't' ? "tables" : "indexes");
}

static bool
see_named(void *self, const ProtobufCMessage *message)
{
    struct zdm_draft *draft = self;

    if (message->descriptor == &pg_query__role_spec__descriptor) {
        const PgQuery__RoleSpec *role = (const PgQuery__RoleSpec *)message;
        if (role->roletype == PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_CSTRING)
            need(draft, ZDM_NAMED_ROLE, role->rolename);
    } else if (message->descriptor == &pg_query__grant_role_stmt__descriptor) {
        const PgQuery__GrantRoleStmt *stmt = (const PgQuery__GrantRoleStmt *)message;
        for (size_t i = 0; i < stmt->n_granted_roles; i++)
            need(draft, ZDM_NAMED_ROLE, stmt->granted_roles[i]->access_priv->priv_name);
    } else if (message->descriptor == &pg_query__collate_clause__descriptor) {
        const PgQuery__CollateClause *clause = (const PgQuery__CollateClause *)message;
        zdm_named_collation(draft, clause->n_collname, clause->collname);
    } else if (message->descriptor == &pg_query__create_stmt__descriptor) {
        const PgQuery__CreateStmt *stmt = (const PgQuery__CreateStmt *)message;
        need_method(draft, stmt->access_method, 't');
        need(draft, ZDM_NAMED_TABLESPACE, stmt->tablespacename);
    } else if (message->descriptor == &pg_query__into_clause__descriptor) {
        const PgQuery__IntoClause *into = (const PgQuery__IntoClause *)message;
        need_method(draft, into->access_method, 't');
        need(draft, ZDM_NAMED_TABLESPACE, into->table_space_name);
    } else if (message->descriptor == &pg_query__index_stmt__descriptor) {
        const PgQuery__IndexStmt *stmt = (const PgQuery__IndexStmt *)message;
        need(draft, ZDM_NAMED_TABLESPACE, stmt->table_space);
        if (strcmp(stmt->access_method, "rtree") != 0) /* an old name of gist */
            need(draft, ZDM_NAMED_ACCESS_METHOD, stmt->access_method);
    } else if (message->descriptor == &pg_query__constraint__descriptor) {
        need(draft, ZDM_NAMED_TABLESPACE, ((const PgQuery__Constraint *)message)->indexspace);
    } else if (message->descriptor == &pg_query__alter_table_cmd__descriptor) {
        const PgQuery__AlterTableCmd *cmd = (const PgQuery__AlterTableCmd *)message;
        if (cmd->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_SetTableSpace)
            need(draft, ZDM_NAMED_TABLESPACE, cmd->name);
        else if (cmd->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_SetAccessMethod)
            need_method(draft, cmd->name, 't');
    }
    return !zdm_draft_failed(draft);
}

/* A new one; NULL: the name is taken, which is told unless `quiet`. */
static struct zdm_named *
make(struct zdm_draft *draft, enum zdm_named_kind kind, const char *schema, const char *name,
    bool quiet)
{
    if (zdm_catalog_named(draft->catalog, kind, schema, name)) {
        if (!quiet)
            zdm_draft_fails(draft, "42710", "%s %s exists already", word_of(kind),
                zdm_ident_text(draft->arena, name));
        return NULL;
    }
    return zdm_catalog_name(draft->catalog, kind, schema, name);
}

static void
make_role(struct zdm_draft *draft, const PgQuery__CreateRoleStmt *stmt)
{
    struct zdm_named *role = make(draft, ZDM_NAMED_ROLE, NULL, stmt->role, false);

    for (size_t i = 0; role && i < stmt->n_options; i++) {
        const PgQuery__DefElem *option = stmt->options[i]->def_elem;
        if (strcmp(option->defname, "superuser") == 0 || strcmp(option->defname, "bypassrls") == 0)
            *(option->defname[0] == 's' ? &role->superuser : &role->bypass_rls) =
                zdm_option_is_on(1, &stmt->options[i], option->defname);
        else if (strcmp(option->defname, "rolemembers") == 0 ||
                 strcmp(option->defname, "adminmembers") == 0)
            zdm_catalog_forget_rights(draft->catalog);
    }
    /* Since PostgreSQL 16 who makes a role may give itself its rights. */
    if (role && draft->pg_version >= 16)
        role->settable = true;
}

static void
drop(struct zdm_draft *draft, enum zdm_named_kind kind, const char *name, bool missing_ok)
{
    struct zdm_named *named =
        missing_ok ? zdm_catalog_named(draft->catalog, kind, NULL, name) : need(draft, kind, name);

    if (named)
        zdm_catalog_unname(draft->catalog, named);
}

struct renamed { /* a role */
    struct zdm_catalog *catalog;
    const char *from, *to;
};

/* Owners, grants and policies know roles by their names. */
static bool
see_renamed(void *self, struct zdm_relation *relation)
{
    const struct renamed *renamed = self;
    struct zdm_catalog *catalog = renamed->catalog;

    zdm_catalog_touch(catalog, relation, sizeof *relation);
    if (zdm_same_text(relation->owner, renamed->from))
        relation->owner = renamed->to;
    if (relation->acl)
        relation->acl = zdm_acl_moved(catalog, relation->acl, renamed->from, renamed->to);
    for (size_t i = 0; i < relation->columns.n; i++) {
        struct zdm_column *column = relation->columns.items[i];
        if (!column->acl)
            continue;
        zdm_catalog_touch(catalog, column, sizeof *column);
        column->acl = zdm_acl_moved(catalog, column->acl, renamed->from, renamed->to);
    }
    for (size_t i = 0; i < relation->policies.n; i++) {
        struct zdm_policy *policy = relation->policies.items[i];
        for (size_t k = 0; k < policy->n_roles; k++) {
            if (!zdm_same_text(policy->roles[k], renamed->from))
                continue;
            zdm_catalog_touch(catalog, &policy->roles[k], sizeof policy->roles[k]);
            policy->roles[k] = renamed->to;
        }
    }
    return true;
}

static void
rename_one(struct zdm_draft *draft, const PgQuery__RenameStmt *stmt, enum zdm_named_kind kind)
{
    const char *from = stmt->subname[0] ? stmt->subname : zdm_node_string(stmt->object);
    struct zdm_named *named = need(draft, kind, from);

    if (!named)
        return;
    struct zdm_named *to = make(draft, kind, NULL, stmt->newname, false);
    if (!to)
        return;
    const char *name = to->name;
    *to = *named;
    to->name = name;
    zdm_catalog_unname(draft->catalog, named);
    if (kind == ZDM_NAMED_ROLE) { /* who has its rights knows the old name */
        struct renamed renamed = {draft->catalog, named->name, name};
        zdm_catalog_each_relation(draft->catalog, see_renamed, &renamed);
        zdm_catalog_forget_rights(draft->catalog);
    }
}

struct moved { /* a collation, by what columns and indexes call it */
    struct zdm_draft *draft;
    const char *from, *to;
};

static bool
see_collated(void *self, struct zdm_relation *relation)
{
    const struct moved *moved = self;
    struct zdm_catalog *catalog = moved->draft->catalog;
    struct zdm_index *index = relation->index;

    for (size_t i = 0; i < relation->columns.n; i++) {
        struct zdm_column *column = relation->columns.items[i];
        if (!column->collation || strcmp(column->collation, moved->from) != 0)
            continue;
        zdm_catalog_touch(catalog, column, sizeof *column);
        column->collation = moved->to;
    }
    for (size_t i = 0; index && i < index->n_columns; i++) {
        struct zdm_index_column *key = &index->columns[i];
        if (!key->collation || strcmp(key->collation, moved->from) != 0)
            continue;
        zdm_catalog_touch(catalog, key, sizeof *key);
        key->collation = moved->to;
    }
    return true;
}

static void
move_collation(struct zdm_draft *draft, size_t n, PgQuery__Node *const *names, const char *schema,
    const char *name)
{
    struct zdm_named *old = zdm_catalog_collation(
        draft->catalog, zdm_object_schema(n, names), zdm_object_name(n, names));

    if (!old)
        return;
    struct zdm_named *new = make(
        draft, ZDM_NAMED_COLLATION, schema ? schema : old->schema, name ? name : old->name, false);
    if (!new)
        return;
    struct moved moved = {.draft = draft,
        .from = zdm_catalog_joined(draft->catalog, old),
        .to = zdm_catalog_joined(draft->catalog, new)};
    zdm_catalog_each_relation(draft->catalog, see_collated, &moved);
    zdm_catalog_unname(draft->catalog, old);
}

static void
drop_listed(struct zdm_draft *draft, const PgQuery__DropStmt *stmt)
{
    for (size_t i = 0; i < stmt->n_objects; i++) {
        const PgQuery__Node *object = stmt->objects[i];
        if (stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_ACCESS_METHOD) {
            drop(draft, ZDM_NAMED_ACCESS_METHOD, zdm_node_string(object), stmt->missing_ok);
        } else if (stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_COLLATION &&
                   object->node_case == PG_QUERY__NODE__NODE_LIST) {
            const PgQuery__List *list = object->list;
            struct zdm_named *collation =
                zdm_catalog_collation(draft->catalog, zdm_object_schema(list->n_items, list->items),
                    zdm_object_name(list->n_items, list->items));
            if (collation)
                zdm_catalog_unname(draft->catalog, collation);
            else if (!stmt->missing_ok)
                zdm_named_collation(draft, list->n_items, list->items);
        }
    }
}

/* What the statement does to the names themselves. */
static void
follow(struct zdm_draft *draft)
{
    const PgQuery__Node *node = draft->node;

    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_CREATE_ROLE_STMT:
        make_role(draft, node->create_role_stmt);
        break;
    case PG_QUERY__NODE__NODE_GRANT_ROLE_STMT:
    case PG_QUERY__NODE__NODE_ALTER_ROLE_STMT:
    case PG_QUERY__NODE__NODE_REASSIGN_OWNED_STMT:
        zdm_catalog_forget_rights(draft->catalog);
        break;
    case PG_QUERY__NODE__NODE_GRANT_STMT:
        if (node->grant_stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA ||
            node->grant_stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_DATABASE)
            zdm_catalog_forget_rights(draft->catalog);
        break;
    case PG_QUERY__NODE__NODE_DROP_ROLE_STMT:
        for (size_t i = 0; i < node->drop_role_stmt->n_roles; i++)
            drop(draft, ZDM_NAMED_ROLE, node->drop_role_stmt->roles[i]->role_spec->rolename,
                node->drop_role_stmt->missing_ok);
        break;
    case PG_QUERY__NODE__NODE_CREATE_TABLE_SPACE_STMT:
        make(draft, ZDM_NAMED_TABLESPACE, NULL, node->create_table_space_stmt->tablespacename,
            false);
        break;
    case PG_QUERY__NODE__NODE_DROP_TABLE_SPACE_STMT:
        drop(draft, ZDM_NAMED_TABLESPACE, node->drop_table_space_stmt->tablespacename,
            node->drop_table_space_stmt->missing_ok);
        break;
    case PG_QUERY__NODE__NODE_ALTER_TABLE_MOVE_ALL_STMT:
        need(draft, ZDM_NAMED_TABLESPACE, node->alter_table_move_all_stmt->orig_tablespacename);
        need(draft, ZDM_NAMED_TABLESPACE, node->alter_table_move_all_stmt->new_tablespacename);
        break;
    case PG_QUERY__NODE__NODE_CREATE_AM_STMT: {
        struct zdm_named *method =
            make(draft, ZDM_NAMED_ACCESS_METHOD, NULL, node->create_am_stmt->amname, false);
        if (method)
            method->type = node->create_am_stmt->amtype[0];
        break;
    }
    case PG_QUERY__NODE__NODE_CREATE_SUBSCRIPTION_STMT: {
        struct zdm_named *subscription = make(
            draft, ZDM_NAMED_SUBSCRIPTION, NULL, node->create_subscription_stmt->subname, false);
        if (subscription)
            subscription->has_slot = true;
        break;
    }
    case PG_QUERY__NODE__NODE_ALTER_SUBSCRIPTION_STMT:
        need(draft, ZDM_NAMED_SUBSCRIPTION, node->alter_subscription_stmt->subname);
        break;
    case PG_QUERY__NODE__NODE_DROP_SUBSCRIPTION_STMT:
        drop(draft, ZDM_NAMED_SUBSCRIPTION, node->drop_subscription_stmt->subname,
            node->drop_subscription_stmt->missing_ok);
        break;
    case PG_QUERY__NODE__NODE_DEFINE_STMT:
        if (node->define_stmt->kind == PG_QUERY__OBJECT_TYPE__OBJECT_COLLATION) {
            const PgQuery__DefineStmt *stmt = node->define_stmt;
            const char *schema = zdm_object_target_schema(
                draft, zdm_object_schema(stmt->n_defnames, stmt->defnames));
            if (schema)
                make(draft, ZDM_NAMED_COLLATION, schema,
                    zdm_object_name(stmt->n_defnames, stmt->defnames), stmt->if_not_exists);
        }
        break;
    case PG_QUERY__NODE__NODE_DROP_STMT:
        drop_listed(draft, node->drop_stmt);
        break;
    case PG_QUERY__NODE__NODE_RENAME_STMT: {
        const PgQuery__RenameStmt *stmt = node->rename_stmt;
        if (stmt->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_ROLE)
            rename_one(draft, stmt, ZDM_NAMED_ROLE);
        else if (stmt->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABLESPACE)
            rename_one(draft, stmt, ZDM_NAMED_TABLESPACE);
        else if (stmt->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_SUBSCRIPTION)
            rename_one(draft, stmt, ZDM_NAMED_SUBSCRIPTION);
        else if (stmt->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_COLLATION &&
                 stmt->object->node_case == PG_QUERY__NODE__NODE_LIST)
            move_collation(
                draft, stmt->object->list->n_items, stmt->object->list->items, NULL, stmt->newname);
        break;
    }
    case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT: {
        const PgQuery__AlterObjectSchemaStmt *stmt = node->alter_object_schema_stmt;
        if (stmt->object_type == PG_QUERY__OBJECT_TYPE__OBJECT_COLLATION &&
            stmt->object->node_case == PG_QUERY__NODE__NODE_LIST)
            move_collation(draft, stmt->object->list->n_items, stmt->object->list->items,
                stmt->newschema, NULL);
        break;
    }
    default:
        break;
    }
}

/* Names that the server does not look at: what the statement is about is not there, or is already. */
static bool
looks_at_nothing(struct zdm_draft *draft)
{
    const PgQuery__Node *node = draft->node;
    const PgQuery__RangeVar *range = NULL;
    bool if_exists = false;

    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        range = node->alter_table_stmt->missing_ok ? node->alter_table_stmt->relation : NULL;
        if_exists = true;
        break;
    case PG_QUERY__NODE__NODE_CREATE_STMT:
        range = node->create_stmt->if_not_exists ? node->create_stmt->relation : NULL;
        break;
    case PG_QUERY__NODE__NODE_DROP_ROLE_STMT: /* follow() looks */
    case PG_QUERY__NODE__NODE_DROP_USER_MAPPING_STMT:
    case PG_QUERY__NODE__NODE_DROP_STMT:
        return true;
    default:
        break;
    }
    if (!range)
        return false;
    const struct zdm_relation *relation = zdm_catalog_relation(
        draft->catalog, range->schemaname[0] ? range->schemaname : NULL, range->relname);
    return if_exists ? !relation : relation && !relation->fresh;
}

/* Rows may be many, and none of these names is in them. */
static bool
has_names(const PgQuery__Node *node)
{
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_INSERT_STMT:
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
    case PG_QUERY__NODE__NODE_DELETE_STMT:
    case PG_QUERY__NODE__NODE_SELECT_STMT:
    case PG_QUERY__NODE__NODE_COPY_STMT:
        return false;
    default:
        return true;
    }
}

void
zdm_named_roles(struct zdm_draft *draft, size_t n, PgQuery__Node *const *roles)
{
    for (size_t i = 0; i < n; i++)
        zdm_node_walk(roles[i], see_named, draft);
}

void
zdm_named_check(struct zdm_draft *draft)
{
    if (!draft->catalog->names_known || zdm_draft_failed(draft) || !has_names(draft->node))
        return;
    if (!looks_at_nothing(draft))
        zdm_node_walk(draft->node, see_named, draft);
    if (!zdm_draft_failed(draft))
        follow(draft);
}
