/*
 * alter_actions.h - the sub-commands of ALTER TABLE: what they can be done to, with which lock, in
 * which order, and who knows them. Private to engine/sql.
 */
#ifndef ZDM_SQL_ALTER_ACTIONS_H
#define ZDM_SQL_ALTER_ACTIONS_H

#include "sql/alter.h"

/* The order in which the server runs the sub-commands of one statement, whatever the text's. */
enum zdm_alter_pass {
    ZDM_PASS_DROP,
    ZDM_PASS_TYPE,
    ZDM_PASS_ADD_COLUMN,
    ZDM_PASS_EXPRESSION,
    ZDM_PASS_NOT_NULL,
    ZDM_PASS_INDEX,
    ZDM_PASS_CONSTRAINT,
    ZDM_PASS_MISC
};

struct zdm_alter_action {
    PgQuery__AlterTableType type;
    const char *words; /* as the server's errors call it */
    enum zdm_alter_pass pass;
    unsigned kinds;          /* of relations that it can be done to: zdm_alter_takes() */
    enum zdm_lock_mode mode; /* zdm_alter_mode_of() knows those that it depends on more for */
    void (*run)(struct zdm_alter *alter);
};

struct zdm_alter_target { /* what the statement calls its target, and which kinds it takes */
    PgQuery__ObjectType type;
    const char *kind, *what;
    unsigned kinds;
};

/* NULL: a form that the families do not know. */
const struct zdm_alter_action *zdm_alter_action_of(const PgQuery__AlterTableCmd *cmd);
enum zdm_alter_pass zdm_alter_pass_of(const PgQuery__AlterTableCmd *cmd);
enum zdm_lock_mode zdm_alter_mode_of(const PgQuery__AlterTableCmd *cmd);
const struct zdm_alter_target *zdm_alter_target_of(const PgQuery__AlterTableStmt *stmt);
bool zdm_alter_takes(unsigned kinds, const struct zdm_relation *relation);

#endif
