/*
 * rows.h - made-up rows for every table of a throw-away database.
 *
 * What a rehearsal works on when there is no data at hand. The rows keep all that the schema asks
 * for: types and their limits, NOT NULL, keys (composite, partial, of expressions), foreign keys,
 * CHECK, domains, exclusion constraints, the bounds of partitions. They are made by statements that
 * insert many at once. The same seed gives the same rows in the same schema.
 *
 * For each column a value is an expression over the number of the row, by its type; the constants of a
 * CHECK, of a domain and of a partition's bounds are learned from their text and tried (IN lists,
 * ranges, LIKE and regular expressions). Rows that a CHECK does not take are left out, so are those
 * that a key has already, and more are made. A foreign key takes its values from the rows of its parent.
 *
 *     struct zdm_rehearse_rows_options options = {.rows = 1000, .seed = 1};
 *     if (zdm_rehearse_rows(conn, &options, err) < 0)
 *         return -1;
 */
#ifndef ZDM_REHEARSE_ROWS_H
#define ZDM_REHEARSE_ROWS_H

#include <stdint.h>

#include "base/err.h"
#include "pg/conn.h"

/* What became of a table. Views for the call. */
struct zdm_rehearse_table {
    const char *name; /* as SQL: public.users */
    int64_t rows;     /* that it has now */
    const char
        *trouble; /* why it has fewer than were asked for; NULL: it has them, or as many as its
                            keys and values allow */
};

struct zdm_rehearse_rows_options {
    int64_t rows; /* of each table; a partitioned one has them in its partitions together */
    uint64_t seed;
    /* Called for each table (and partition at the bottom), in the order of their names. NULL: nobody is told. */
    void (*tell)(void *self, const struct zdm_rehearse_table *table);
    void *self;
};

/* Fills all tables of conn's database but those of zdm and of extensions, each up to `rows`; rows that are
 * there stay and count. Triggers do not fire, and the sequences of columns are moved on. Tables are
 * analyzed at the end. A table that no row could be made for stays empty, and is told.
 *
 * For a server that can be thrown away: it needs a superuser, outside a transaction, and leaves the
 * session as zdm_conn_profile does. */
int zdm_rehearse_rows(
    struct zdm_conn *conn, const struct zdm_rehearse_rows_options *options, struct zdm_err *err);

/* The sequences of columns, behind the greatest value there. */
int zdm_rehearse_move_sequences(struct zdm_conn *conn, struct zdm_err *err);
/* Statistics of all tables but those whose rows are at another server. */
int zdm_rehearse_analyze(struct zdm_conn *conn, struct zdm_err *err);

#endif
