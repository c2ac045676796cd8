/*
 * sample.h - some rows of a database's tables, copied to a throw-away one with the same schema.
 *
 * Reads only, in one transaction with one snapshot, and from random pages where a table is large. Then the rows
 * that these refer to are fetched, and what those refer to, level by level, until all foreign keys hold or a limit is
 * reached: the levels, and rows and bytes of each table. At a limit a row that refers to one which was not fetched
 * refers to nothing instead, where its columns may be NULL. What still refers to a row that is not there goes: it was
 * behind a limit, or cannot be read (by row security, say). What a foreign key that is NOT VALID does not hold for
 * stays: that may be what a plan meets there.
 *
 *     struct zdm_sample_options options = {.rows = 1000, .seed = 1};
 *     if (zdm_sample(from, to, &options, err) < 0)
 *         return -1;
 */
#ifndef ZDM_REHEARSE_SAMPLE_H
#define ZDM_REHEARSE_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "pg/conn.h"

/* What a table gets at most, by itself and because rows refer to it: so many times the rows that are wanted, once more
 * for each foreign key that refers to it, and so many bytes for each row that is wanted; but the least, if that is more. */
enum {
    ZDM_SAMPLE_LEVELS = 100, /* of rows that refer to rows */
    ZDM_SAMPLE_TIMES = 10,
    ZDM_SAMPLE_LEAST_ROWS = 1000,
    ZDM_SAMPLE_ROW_BYTES = 16 << 10,
    ZDM_SAMPLE_LEAST_BYTES = 64 << 20
};

enum zdm_sample_limit {
    ZDM_SAMPLE_NO_LIMIT,
    ZDM_SAMPLE_DEPTH, /* ZDM_SAMPLE_LEVELS */
    ZDM_SAMPLE_ROWS,
    ZDM_SAMPLE_BYTES
};

struct zdm_sample_got {
    const char *table; /* as SQL has it */
    int64_t rows, bytes;
    bool is_short; /* it has fewer rows than were wanted, for its bytes */
};

/* A foreign key along which not all rows were fetched. */
struct zdm_sample_cut {
    const char *child, *parent; /* as SQL has them */
    enum zdm_sample_limit limit;
    int64_t refer_to_nothing, left_out; /* rows of the child */
};

struct zdm_sample_options {
    int64_t
        rows; /* of each table, before those that are referred to; a partitioned one is one table */
    uint64_t seed;
    /* Called for each table, and for each foreign key that was cut. Views for the call. NULL: nobody is told. */
    void (*tell)(void *self, const struct zdm_sample_got *got);
    void (*tell_cut)(void *self, const struct zdm_sample_cut *cut);
    void *self;
};

/* Nothing is changed in `from`, where no transaction is open, before nor after. The tables of `to` are
 * empty; triggers do not fire there, and it needs a superuser. Both sessions are left as zdm_conn_profile does. */
int zdm_sample(struct zdm_conn *from, struct zdm_conn *to, const struct zdm_sample_options *options,
    struct zdm_err *err);

#endif
