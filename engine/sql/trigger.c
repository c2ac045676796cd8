#include <string.h>

#include "sql/acl.h"
#include "sql/coercion.h"
#include "sql/families.h"
#include "sql/named.h"
#include "sql/object.h"
#include "sql/table_parts.h"

enum { /* bits of pg_trigger.tgtype, as the tree has them */
    TIMING_BEFORE = 1 << 1,
    ON_INSERT = 1 << 2,
    ON_DELETE = 1 << 3,
    ON_UPDATE = 1 << 4,
    ON_TRUNCATE = 1 << 5,
    TIMING_INSTEAD = 1 << 6,
};

static const char **
names_of(struct zdm_draft *draft, size_t n, PgQuery__Node *const *names)
{
    const char **kept = zdm_catalog_alloc(draft->catalog, (n + 1) * sizeof *kept);

    for (size_t i = 0; i < n; i++)
        kept[i] = zdm_catalog_string(draft->catalog, zdm_node_string(names[i]));
    return kept;
}

const char *
zdm_trigger_function(
    struct zdm_draft *draft, size_t n, PgQuery__Node *const *names, const char *result)
{
    PgQuery__ObjectWithArgs object = PG_QUERY__OBJECT_WITH_ARGS__INIT;
    bool missing;

    object.n_objname = n;
    object.objname = (PgQuery__Node **)names;
    const struct zdm_function *function = zdm_object_function(draft, &object, &missing);
    if (missing)
        zdm_draft_fails(
            draft, "42883", "function %s() does not exist", zdm_list_text(draft->arena, n, names));
    else if (function && function->result && !zdm_type_is(function->result, result))
        zdm_draft_fails(draft, "42P17", "function %s() does not return %s",
            zdm_list_text(draft->arena, n, names), result);
    if (!function || !function->schema)
        return zdm_list_text(draft->arena, n, names);
    return zdm_arena_strf(draft->arena, "%s.%s", function->schema, function->name);
}

static void
add_trigger(struct zdm_draft *draft, struct zdm_relation *relation,
    const PgQuery__CreateTrigStmt *stmt, const char *function)
{
    struct zdm_catalog *catalog = draft->catalog;
    struct zdm_trigger *trigger = zdm_relation_trigger(relation, stmt->trigname);
    struct zdm_names when = {0};

    if (trigger)
        zdm_catalog_remove(catalog, &relation->triggers, trigger);
    trigger = zdm_catalog_alloc(catalog, sizeof *trigger);
    trigger->name = zdm_catalog_string(catalog, stmt->trigname);
    trigger->function = zdm_catalog_string(catalog, function);
    trigger->columns = names_of(draft, stmt->n_columns, stmt->columns);
    trigger->n_columns = stmt->n_columns;
    zdm_names_of_expression(draft, stmt->when_clause, &when);
    trigger->when_columns = zdm_names_keep(draft, &when);
    trigger->n_when_columns = when.n;
    trigger->row = stmt->row;
    trigger->before = stmt->timing & TIMING_BEFORE;
    trigger->insert = stmt->events & ON_INSERT;
    trigger->delete_ = stmt->events & ON_DELETE;
    trigger->update = stmt->events & ON_UPDATE;
    trigger->truncate = stmt->events & ON_TRUNCATE;
    trigger->constraint = stmt->isconstraint;
    trigger->deferrable = stmt->deferrable;
    trigger->enabled = true;
    zdm_catalog_append(catalog, &relation->triggers, trigger);
}

/* False when the server refuses it on this kind of relation. */
static bool
fits(struct zdm_draft *draft, const struct zdm_relation *relation, const char *table,
    const PgQuery__CreateTrigStmt *stmt)
{
    bool instead = stmt->timing & TIMING_INSTEAD;
    const char *why = NULL;

    if (relation->kind == ZDM_RELATION_ANY)
        return true;
    if (!zdm_object_check_kind(draft, relation, table, "rpvf", "a table or a view"))
        return false;
    if (relation->kind == ZDM_RELATION_VIEW && !instead && stmt->row)
        why = "a view has no rows of its own for BEFORE or AFTER triggers";
    else if (relation->kind == ZDM_RELATION_VIEW && (stmt->events & ON_TRUNCATE))
        why = "a view cannot have TRUNCATE triggers";
    else if (relation->kind != ZDM_RELATION_VIEW && instead)
        why = "only views have INSTEAD OF triggers";
    if (why) {
        zdm_draft_fails(draft, "42809", "%s", why);
        return false;
    }
    if (zdm_rights_lack(draft, relation, ZDM_RIGHT_TRIGGER))
        return false;
    if (stmt->row && (stmt->events & ON_TRUNCATE)) {
        zdm_draft_fails(draft, "0A000", "TRUNCATE has no rows for FOR EACH ROW triggers");
        return false;
    }
    if (relation->kind == ZDM_RELATION_PARTITIONED && stmt->row && stmt->n_transition_rels) {
        zdm_draft_fails(draft, "0A000",
            "row triggers with transition tables cannot be on the partitioned table %s", table);
        return false;
    }
    for (size_t i = 0; i < stmt->n_columns; i++) {
        const char *column = zdm_node_string(stmt->columns[i]);
        if (!relation->known || zdm_relation_column(relation, column))
            continue;
        zdm_draft_fails(draft, "42703", "column %s of %s does not exist",
            zdm_ident_text(draft->arena, column), table);
        return false;
    }
    if (!stmt->replace && relation->known && zdm_relation_trigger(relation, stmt->trigname)) {
        zdm_draft_fails(draft, "42710", "%s has a trigger %s already", table,
            zdm_ident_text(draft->arena, stmt->trigname));
        return false;
    }
    return true;
}

void
zdm_family_trigger(struct zdm_draft *draft)
{
    const PgQuery__CreateTrigStmt *stmt = draft->node->create_trig_stmt;
    const char *table = zdm_range_text(draft->arena, stmt->relation);
    struct zdm_relation *relation = zdm_draft_relation(draft, stmt->relation);
    size_t n = 1;

    if (relation->missing || !fits(draft, relation, table, stmt))
        return;
    if (stmt->replace && stmt->isconstraint) {
        zdm_draft_fails(draft, "0A000", "a constraint trigger cannot be replaced");
        return;
    }
    const char *function = zdm_trigger_function(draft, stmt->n_funcname, stmt->funcname, "trigger");
    draft->fresh = relation->fresh;
    if (stmt->constrrel)
        zdm_draft_lock_on(draft, zdm_draft_relation(draft, stmt->constrrel), ZDM_LOCK_ACCESS_SHARE,
            ZDM_HELD_BRIEF);
    /* Row triggers of a partitioned table are made on each partition; those that inherit have none. */
    struct zdm_relation **family = &relation;
    if (stmt->row)
        family = zdm_draft_partitions(draft, relation, &n);
    for (size_t i = 0; i < n; i++) {
        zdm_draft_lock_on(draft, family[i], ZDM_LOCK_SHARE_ROW_EXCLUSIVE, ZDM_HELD_BRIEF);
        add_trigger(draft, family[i], stmt, function);
    }
    ZDM_FIND(draft, CREATE_TRIGGER, .table = table);
    /* From now on writers of this table may write to any of the new ones. */
    if (!draft->fresh)
        zdm_catalog_settle(draft->catalog);
}
