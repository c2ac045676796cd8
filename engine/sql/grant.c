/* GRANT and REVOKE: what they name must be there. */
#include <string.h>

#include "sql/expression.h"
#include "sql/families.h"
#include "sql/granting.h"
#include "sql/named.h"
#include "sql/object.h"

/* Does it name nothing but what is new? */
static bool
revokes_of_new(struct zdm_draft *draft)
{
    const PgQuery__GrantStmt *stmt = draft->node->grant_stmt;

    if (draft->node->node_case != PG_QUERY__NODE__NODE_GRANT_STMT || stmt->n_objects == 0)
        return false;
    for (size_t i = 0; i < stmt->n_objects; i++) {
        const PgQuery__Node *object = stmt->objects[i];
        bool missing, fresh = false;
        if (object->node_case == PG_QUERY__NODE__NODE_RANGE_VAR) {
            const PgQuery__RangeVar *range = object->range_var;
            const struct zdm_relation *relation = zdm_catalog_relation(
                draft->catalog, range->schemaname[0] ? range->schemaname : NULL, range->relname);
            fresh = relation && relation->fresh;
        } else if (object->node_case == PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS) {
            const struct zdm_function *function =
                zdm_object_function(draft, object->object_with_args, &missing);
            fresh = function && function->fresh;
        }
        if (!fresh)
            return false;
    }
    return true;
}

/* What a GRANT names must be there; columns too. */
static void
check_granted(struct zdm_draft *draft, const PgQuery__GrantStmt *stmt)
{
    if (stmt->targtype != PG_QUERY__GRANT_TARGET_TYPE__ACL_TARGET_OBJECT)
        return;
    for (size_t i = 0; i < stmt->n_objects; i++) {
        const PgQuery__Node *object = stmt->objects[i];
        bool missing = false;
        if (object->node_case == PG_QUERY__NODE__NODE_RANGE_VAR) {
            const struct zdm_relation *relation = zdm_draft_relation(draft, object->range_var);
            const char *text = zdm_range_text(draft->arena, object->range_var);
            if (draft->pg_version >= 18)
                zdm_draft_lock_on(draft, relation, ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_BRIEF);
            if (stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE)
                zdm_object_check_kind(draft, relation, text, "S", "a sequence");
            else
                zdm_object_check_kind(draft, relation, text, "rpvmfS", "a table");
            for (size_t p = 0; p < stmt->n_privileges; p++) {
                const PgQuery__AccessPriv *privilege = stmt->privileges[p]->access_priv;
                for (size_t c = 0; c < privilege->n_cols; c++) {
                    const char *column = zdm_node_string(privilege->cols[c]);
                    if (relation->known && !zdm_relation_column(relation, column) &&
                        !zdm_is_system_column(column))
                        zdm_draft_fails(draft, "42703", "%s has no column %s", text,
                            zdm_ident_text(draft->arena, column));
                }
            }
        } else if (object->node_case == PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS) {
            zdm_object_function(draft, object->object_with_args, &missing);
            if (missing)
                zdm_draft_fails(draft, "42883", "function %s does not exist",
                    zdm_object_text(draft, object, 0));
        } else if (stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA) {
            zdm_object_check_schema(draft, zdm_node_string(object));
        }
    }
}

void
zdm_family_grant(struct zdm_draft *draft)
{
    bool objects = draft->node->node_case == PG_QUERY__NODE__NODE_GRANT_STMT;
    const PgQuery__GrantStmt *stmt = objects ? draft->node->grant_stmt : NULL;
    bool grant = objects ? stmt->is_grant : draft->node->grant_role_stmt->is_grant;

    draft->st->kind = grant ? "GRANT" : "REVOKE";
    if (objects) {
        zdm_named_roles(draft, stmt->n_grantees, stmt->grantees);
        check_granted(draft, stmt);
    }
    if (zdm_draft_failed(draft))
        return;
    draft->fresh = revokes_of_new(draft);
    if (objects && (stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE ||
                       stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE))
        zdm_granting_follow(draft, stmt);
    else if (!grant)
        ZDM_FIND(draft, REVOKE, .name = "");
    draft->fresh = false;
}
