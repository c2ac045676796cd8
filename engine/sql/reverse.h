/*
 * reverse.h - what takes SQL back, as far as its text alone tells.
 *
 * Only where that is certain: when the statement ran, its object was not there before (so nothing with IF
 * NOT EXISTS or OR REPLACE), and what it made has a name. An old default, and whether a column was NOT NULL, the
 * catalog knows before the text runs: `ask`. What neither holds (rows that were changed, a name that the server
 * chose) is the author's to say.
 */
#ifndef ZDM_SQL_REVERSE_H
#define ZDM_SQL_REVERSE_H

#include "base/err.h"

enum zdm_reversal {
    ZDM_REVERSAL_SQL,     /* sql takes it back */
    ZDM_REVERSAL_NOTHING, /* it leaves nothing to take back: VACUUM, VALIDATE CONSTRAINT, ... */
    ZDM_REVERSAL_UNKNOWN,
};

struct zdm_sql_reverse {
    enum zdm_reversal kind;
    char *sql; /* owned; statements with semicolons, the last of the text first; NULL: none */
    char *
        ask; /* owned; NULL: the text tells all. A query for what takes it back, to be asked before it
                  runs; NULL: nothing does. sql is what that may look like */
    /* Owned; NULL: none. Queries: what has to run in a transaction of its own before (no row: nothing), and why it
     * cannot be taken back as things are (no row: it can). */
    char *before, *unless;
    char *note; /* owned; NULL: none. What is to be known of the way back before it is needed */
    char *why;  /* owned; UNKNOWN: which statement, and what its text does not tell */
};

/* text is one or more statements that parse. */
void zdm_sql_reverse(const char *text, struct zdm_sql_reverse *out);
void zdm_sql_reverse_release(struct zdm_sql_reverse *reverse);

/* The indexes without a schema that `undo` drops and `up` makes. Where they are, the table tells; what their
 * name means, the search_path of the day. */
struct zdm_bare_index {
    char *index, *table; /* owned, as SQL writes them */
};
struct zdm_bare_indexes {
    struct zdm_bare_index *items;
    size_t count;
};
void zdm_sql_bare_indexes(const char *up, const char *undo, struct zdm_bare_indexes *out);
void zdm_bare_indexes_release(struct zdm_bare_indexes *list);

#endif
