/* made_private.h - what made.c and made_list.c share. Private to engine/sql. */
#ifndef ZDM_SQL_MADE_PRIVATE_H
#define ZDM_SQL_MADE_PRIVATE_H

#include "sql/made.h"

/* schema "" is none; relation and name may be "". */
void zdm_made_put(struct zdm_made_list *list, enum zdm_made_kind kind, enum zdm_made_state state,
    const char *schema, const char *relation, const char *name);
/* What was known of the parts of a relation, or with a column of what names it, is of no account. */
void zdm_made_forget(
    struct zdm_made_list *list, const char *schema, const char *relation, const char *column);

#endif
