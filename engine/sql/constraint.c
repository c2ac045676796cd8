/* ADD CONSTRAINT: by its kind. */
#include "sql/constraint.h"

void
zdm_alter_add_constraint(struct zdm_alter *alter)
{
    const PgQuery__Constraint *constraint = alter->cmd->def->constraint;

    /* Whether or not the constraint is for them. */
    if (alter->draft->pg_version >= 18)
        zdm_alter_lock_family(alter, ZDM_HELD_BRIEF);
    switch (constraint->contype) {
    case PG_QUERY__CONSTR_TYPE__CONSTR_CHECK:
        zdm_constraint_add_check(alter, constraint);
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN:
        zdm_constraint_add_foreign(alter, constraint);
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
    case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE:
    case PG_QUERY__CONSTR_TYPE__CONSTR_EXCLUSION:
        zdm_constraint_add_key(alter, constraint);
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL:
        zdm_constraint_add_not_null(alter, constraint);
        break;
    default:
        zdm_alter_lock(alter, ZDM_HELD_STATEMENT);
        ZDM_FIND(alter->draft, UNKNOWN_STATEMENT, .kind = "this form of ADD CONSTRAINT");
    }
}
