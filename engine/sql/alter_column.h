/*
 * alter_column.h - what the sub-commands of ALTER COLUMN have in common. Private to engine/sql.
 */
#ifndef ZDM_SQL_ALTER_COLUMN_H
#define ZDM_SQL_ALTER_COLUMN_H

#include "sql/alter.h"

/* The column of the target that the sub-command names; *column NULL: nothing is known of it. False: it
 * is not there, or one that every table has, told already. */
bool zdm_alter_find_column(struct zdm_alter *alter, struct zdm_column **column);
const char *zdm_alter_quoted_column(const struct zdm_alter *alter);

#endif
