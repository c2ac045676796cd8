/*
 * row_query.h - the queries of row_question.h. Private to engine/sql.
 *
 * Each makes a question of the statement. Texts live in the arena of the draft.
 */
#ifndef ZDM_SQL_ROW_QUERY_H
#define ZDM_SQL_ROW_QUERY_H

#include "base/buf.h"
#include "sql/condition.h"
#include "sql/draft.h"

struct zdm_asking { /* of one relation */
    struct zdm_draft *draft;
    struct zdm_relation *relation;
    const char *table; /* as the author wrote it */
    bool only;         /* not those that inherit from it */
};

const char *zdm_ask_ident(struct zdm_asking *asking, const char *name);
/* What stands behind FROM; only: without what inherits from it, unless it is partitioned. */
const char *zdm_ask_source(struct zdm_asking *asking, struct zdm_relation *relation, bool only);
/* Any query; see struct zdm_row_question. */
void zdm_ask(struct zdm_asking *asking, const char *sqlstate, bool evaluates, const char *what,
    const char *sql);
/* Rows of the relation that meet the condition. */
void zdm_ask_where(
    struct zdm_asking *asking, const char *sqlstate, const char *what, const char *condition);
/* Rows of the relation whose columns are in no row of the other one. */
void zdm_ask_foreign(struct zdm_asking *asking, size_t n, const char *const *columns,
    struct zdm_relation *references, const char *const *referenced);
/* Values, n texts, that several rows share. condition: of the rows that count, or NULL. */
void zdm_ask_unique(struct zdm_asking *asking, size_t n, const char *const *values,
    bool nulls_equal, const char *condition);
/* A condition as SQL; what it compares must be columns. */
void zdm_ask_condition(
    struct zdm_arena *arena, struct zdm_buf *buf, const struct zdm_condition *condition);

#endif
