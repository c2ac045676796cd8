/*
 * predict.h - what a backfill will cost (pure arithmetic).
 *
 * Measured on PostgreSQL 15 (2 M rows of 207 bytes, a primary key and an index on text, one text column
 * filled; tests/bench/backfill.sh makes such a table), and good to about 15 % there:
 *
 *   HOT share   with k stripes, tuples that grow from s to s' bytes, and a table with fillfactor f:
 *                   0.97 * s / s' * ((1 - 1/k) + (100 - f) / f),     at most 1
 *               The first stripe leaves its page, unless the fillfactor left room, and the others
 *               take its place; the longer the tuples become, the less of them fit. 0 when an index
 *               holds a column that is set. Along a random key k is as many rows as a page has.
 *   heap        grows by s' for each row that is not HOT; with VACUUM between the batches (vacuum.h) by
 *               s' for a fifth of the table or 100,000 rows, whichever is more, and behind that by
 *               what each row is longer (measured at 10,000 rows/s; it is seen later when it is fast)
 *   indexes     double when more than 30 % of the table is written and not HOT; below that, PostgreSQL
 *               clears the old entries away in time (bottom-up deletion)
 *   WAL         each page of the table and, unless all is HOT, of its indexes once as a whole
 *               (full_page_writes); and for each row
 *                   HOT      70 bytes + what is set
 *                   not HOT  85 bytes + s', and for each index 48 bytes + 1.3 of its entries
 *               and 60 bytes for each page and stripe, for pruning
 *               delete       60 bytes; copy 70 + s' and 48 + 1.3 entries for each index of `into`
 *
 * It knows nothing of long transactions that keep dead rows (then no update is HOT), of triggers,
 * TOAST and compressed full pages.
 */
#ifndef ZDM_BATCH_PREDICT_H
#define ZDM_BATCH_PREDICT_H

#include "batch/target.h"

struct zdm_predict_from {
    enum zdm_backfill_action action;
    double rows;                    /* of the table */
    double matched;                 /* share of them that is changed, 0..1 */
    double heap_bytes, index_bytes; /* of the table; indexes of `into` for a copy */
    double n_indexes;               /* of one partition */
    int fillfactor;
    double written; /* bytes a row of the values that are set */
    double added;   /* by how much a row grows; may be negative */
    bool hot;       /* no index holds a column that is set */
    int64_t stripes;
    bool scattered; /* rows lie in random order of the key (target.h) */
    bool vacuum;    /* between the batches */
    bool full_pages;
    double block;      /* bytes of a page */
    double rows_per_s; /* 0: zdm_predict_pace assumes it */
    double wal_rate;   /* bytes a second at most; 0: no ceiling */
};

/* What one session does without anybody to wait for: the lower end of what was measured. */
#define ZDM_ROWS_PER_S 100000
/* Rows a second, as given or assumed: a map does half as many. */
double zdm_predict_pace(const struct zdm_predict_from *from);

struct zdm_prediction {
    int64_t rows;    /* that are changed */
    int hot_percent; /* -1: nothing is updated */
    int64_t wal;     /* bytes */
    int64_t heap;    /* bytes that the table (of a copy: `into`) grows by */
    int64_t indexes; /* the same of its indexes */
    int64_t ms;
};
void zdm_predict(const struct zdm_predict_from *from, struct zdm_prediction *out);

#endif
