/*
 * content.h - the rows of a database as sums of hashes: are they the same in two databases?
 *
 * A table has the number of its rows, one sum over whole rows and one for each column. What differs between
 * a run that was killed and one that was not counts, unless it says nothing: values that two runs that were
 * not killed do not agree on (now(), random()), and numbers of a sequence, which leaves gaps.
 *
 *     if (zdm_content_differs(&reference, &killed)) {
 *         ... read `again` of one more run that was not killed ...
 *         char *what = zdm_content_diff(&reference, &again, &killed);
 *     }
 */
#ifndef ZDM_REHEARSE_CONTENT_H
#define ZDM_REHEARSE_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pg/conn.h"

struct zdm_content_column {
    char *name;    /* as SQL */
    bool numbered; /* by a sequence, or refers to what is */
    char *sum;     /* a number; "" of no rows */
};
struct zdm_content_table {
    char *name; /* public.users */
    int64_t rows;
    char *sum; /* of whole rows */
    struct zdm_content_column *columns;
    size_t n_columns;
};
struct zdm_content {
    struct zdm_content_table *tables; /* by name */
    size_t n;
};

/* All tables of conn's database but those of zdm, of extensions, and those with rows at other servers. */
int zdm_content_read(struct zdm_conn *conn, struct zdm_content *out, struct zdm_err *err);
void zdm_content_release(struct zdm_content *content);

/* Pure. */
bool zdm_content_differs(const struct zdm_content *a, const struct zdm_content *b);
/* What differs in `killed`, and does not between the other two: a line a table; owned, NULL: nothing. A table
 * that one of them does not have is none of this: the schemas tell. */
char *zdm_content_diff(const struct zdm_content *reference, const struct zdm_content *again,
    const struct zdm_content *killed);

#endif
