#include <string.h>

#include "sql/dropping.h"
#include "sql/families.h"
#include "sql/named.h"
#include "sql/object.h"
#include "sql/row_security.h"

/* A trigger that the parent has for all its partitions. */
static bool
is_cloned(const struct zdm_relation *relation, const char *name)
{
    if (!relation->is_partition)
        return false;
    for (size_t i = 0; i < relation->parents.n; i++) {
        const struct zdm_trigger *trigger = zdm_relation_trigger(relation->parents.items[i], name);
        if (trigger && trigger->row)
            return true;
    }
    return false;
}

/* False when there is none: told, unless IF EXISTS. */
static bool
part_exists(struct zdm_draft *draft, const PgQuery__DropStmt *stmt,
    const struct zdm_relation *relation, const char *table, const char *name)
{
    const char *kind = "rule";
    const void *found = NULL;

    if (!relation->known)
        return true;
    if (stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER) {
        kind = "trigger";
        found = zdm_relation_trigger(relation, name);
    } else if (stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_POLICY) {
        kind = "policy";
        found = zdm_relation_policy(relation, name);
    } else {
        found = zdm_relation_rule(relation, name);
        if (relation->kind == ZDM_RELATION_VIEW && strcmp(name, "_RETURN") == 0) {
            zdm_draft_fails(draft, "2BP01", "a view cannot be without its rule _RETURN");
            return false;
        }
    }
    if (!found && !stmt->missing_ok)
        zdm_draft_fails(
            draft, "42704", "%s has no %s %s", table, kind, zdm_ident_text(draft->arena, name));
    return found;
}

static void
forget_part(struct zdm_draft *draft, const PgQuery__DropStmt *stmt, struct zdm_relation *relation,
    const char *name)
{
    struct zdm_catalog *catalog = draft->catalog;

    if (stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER)
        zdm_catalog_remove(catalog, &relation->triggers, zdm_relation_trigger(relation, name));
    else if (stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_POLICY)
        zdm_catalog_remove(catalog, &relation->policies, zdm_relation_policy(relation, name));
    else
        zdm_relation_forget_rule(draft, relation, zdm_relation_rule(relation, name));
}

static void
drop_part(struct zdm_draft *draft, const PgQuery__DropStmt *stmt, struct zdm_relation *relation,
    const char *table, const char *name)
{
    const struct zdm_trigger *trigger = zdm_relation_trigger(relation, name);
    bool triggers = stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER;
    size_t n = 1;

    if (triggers && is_cloned(relation, name)) {
        zdm_draft_fails(draft, "2BP01", "trigger %s of %s belongs to the partitioned table",
            zdm_ident_text(draft->arena, name), table);
        return;
    }
    struct zdm_relation **family = &relation;
    if (triggers && relation->kind == ZDM_RELATION_PARTITIONED && trigger && trigger->row)
        family = zdm_draft_family(draft, relation, &n);
    draft->fresh = relation->fresh;
    const char *before = zdm_row_security_shuts_out(draft, relation);
    for (size_t i = 0; i < n; i++) {
        zdm_draft_lock_on(draft, family[i], ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
        forget_part(draft, stmt, family[i], name);
    }
    const char *text = zdm_ident_text(draft->arena, name);
    if (triggers)
        ZDM_FIND(draft, DROP_TRIGGER, .table = table, .name = text);
    else if (stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_RULE)
        ZDM_FIND(draft, DROP_RULE, .table = table, .name = text);
    else
        zdm_row_security_tell(draft, relation, table, before);
    draft->fresh = false;
}

/* Triggers, policies, rules: the name's last part, on the table of the parts before it. */
static void
drop_from_table(struct zdm_draft *draft, const PgQuery__DropStmt *stmt)
{
    for (size_t i = 0; i < stmt->n_objects; i++) {
        const PgQuery__Node *object = stmt->objects[i];
        if (object->node_case != PG_QUERY__NODE__NODE_LIST || object->list->n_items < 2)
            continue;
        size_t n = object->list->n_items - 1;
        const char *name = zdm_last_string(object->list->n_items, object->list->items);
        struct zdm_relation *relation =
            stmt->missing_ok ? zdm_object_find_relation(draft, n, object->list->items)
                             : zdm_object_relation(draft, n, object->list->items);
        const char *table = zdm_list_text(draft->arena, n, object->list->items);
        if (relation && !relation->missing && part_exists(draft, stmt, relation, table, name))
            drop_part(draft, stmt, relation, table, name);
    }
}

static void
drop_statistics(struct zdm_draft *draft, const PgQuery__DropStmt *stmt)
{
    for (size_t i = 0; i < stmt->n_objects; i++) {
        if (stmt->objects[i]->node_case != PG_QUERY__NODE__NODE_LIST)
            continue;
        const PgQuery__List *list = stmt->objects[i]->list;
        struct zdm_relation *relation = zdm_statistics_relation(draft, list->n_items, list->items);
        if (!relation) {
            if (draft->catalog->complete && !stmt->missing_ok)
                zdm_draft_fails(draft, "42704", "statistics object %s does not exist",
                    zdm_list_text(draft->arena, list->n_items, list->items));
            continue;
        }
        zdm_draft_lock_on(draft, relation, ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, ZDM_HELD_BRIEF);
        zdm_statistics_forget(draft, relation, zdm_last_string(list->n_items, list->items));
    }
}

void
zdm_family_drop(struct zdm_draft *draft)
{
    const PgQuery__DropStmt *stmt = draft->node->drop_stmt;

    switch (stmt->remove_type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
        draft->st->kind = "DROP INDEX";
        zdm_family_drop_index(draft);
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER:
        draft->st->kind = "DROP TRIGGER";
        drop_from_table(draft, stmt);
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_POLICY:
        draft->st->kind = "DROP POLICY";
        drop_from_table(draft, stmt);
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_RULE:
        draft->st->kind = "DROP RULE";
        drop_from_table(draft, stmt);
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_STATISTIC_EXT:
        draft->st->kind = "DROP STATISTICS";
        drop_statistics(draft, stmt);
        break;
    default:
        zdm_drop_objects(draft, stmt);
    }
}

static const char *
role_name(struct zdm_draft *draft, size_t n, PgQuery__Node *const *roles)
{
    const char *name = n && roles[0]->node_case == PG_QUERY__NODE__NODE_ROLE_SPEC
                           ? roles[0]->role_spec->rolename
                           : "";

    return name[0] ? zdm_ident_text(draft->arena, name) : "of a role";
}

void
zdm_family_drop_other(struct zdm_draft *draft)
{
    const PgQuery__Node *node = draft->node;
    const char *name = "";

    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_DROPDB_STMT:
        zdm_draft_forbid_transaction(draft, false);
        zdm_draft_probe_named(draft, ZDM_PROBE_ABSENT, "database", node->dropdb_stmt->dbname);
        draft->st->data_loss = true;
        name = zdm_ident_text(draft->arena, node->dropdb_stmt->dbname);
        ZDM_FIND(draft, DROP_DATABASE, .kind = draft->st->kind, .name = name);
        return;
    case PG_QUERY__NODE__NODE_DROP_TABLE_SPACE_STMT:
        zdm_draft_forbid_transaction(draft, false);
        name = node->drop_table_space_stmt->tablespacename;
        zdm_draft_probe_named(draft, ZDM_PROBE_ABSENT, "tablespace", name);
        name = zdm_ident_text(draft->arena, name);
        break;
    case PG_QUERY__NODE__NODE_DROP_SUBSCRIPTION_STMT: {
        const char *subscription = node->drop_subscription_stmt->subname;
        const struct zdm_named *there =
            zdm_catalog_named(draft->catalog, ZDM_NAMED_SUBSCRIPTION, NULL, subscription);
        if (!there && draft->catalog->names_known && !draft->catalog->uncertain)
            return;
        zdm_draft_probe_named(draft, ZDM_PROBE_ABSENT, "subscription", subscription);
        if (!there || there->has_slot) /* drops the slot on the other server */
            zdm_draft_forbid_transaction(draft, false);
        name = zdm_ident_text(draft->arena, subscription);
        break;
    }
    case PG_QUERY__NODE__NODE_DROP_ROLE_STMT:
        name = role_name(draft, node->drop_role_stmt->n_roles, node->drop_role_stmt->roles);
        break;
    case PG_QUERY__NODE__NODE_DROP_USER_MAPPING_STMT:
        name = zdm_ident_text(draft->arena, node->drop_user_mapping_stmt->servername);
        break;
    case PG_QUERY__NODE__NODE_DROP_OWNED_STMT:
        zdm_named_roles(draft, node->drop_owned_stmt->n_roles, node->drop_owned_stmt->roles);
        draft->st->data_loss = true;
        /* Whose things these are the catalog tells only of relations. */
        zdm_draft_uncertain(draft);
        name = role_name(draft, node->drop_owned_stmt->n_roles, node->drop_owned_stmt->roles);
        break;
    default:
        zdm_die("a statement came to the wrong family");
    }
    zdm_draft_assume(draft);
    ZDM_FIND(draft, BREAK_DROP_OBJECT, .kind = draft->st->kind, .name = name);
}
