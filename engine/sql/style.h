/*
 * style.h - rules of taste, which look at the tree only. Private to engine/sql.
 */
#ifndef ZDM_SQL_STYLE_H
#define ZDM_SQL_STYLE_H

#include "sql/draft.h"

/* Called for every statement while any of them is on. */
void zdm_style_rules(struct zdm_draft *draft);

/* style_columns.c. key: it is, or is part of, the primary key. */
void zdm_style_column(struct zdm_draft *draft, const PgQuery__ColumnDef *column, bool key);
/* style_tables.c */
void zdm_style_table(struct zdm_draft *draft, const PgQuery__CreateStmt *stmt);
void zdm_style_constraint(
    struct zdm_draft *draft, const PgQuery__Constraint *constraint, const char *table);
/* style_indexes.c */
void zdm_style_index(struct zdm_draft *draft, const PgQuery__IndexStmt *stmt);
/* style_names.c: a name that the statement gives; location as in the tree. */
void zdm_style_name(struct zdm_draft *draft, const char *name, int location);
void zdm_style_long_names(struct zdm_draft *draft);
/* style_repeat.c: what happens when it runs twice. */
void zdm_style_repeat(struct zdm_draft *draft);

#endif
