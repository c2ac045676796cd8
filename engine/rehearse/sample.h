/*
 * sample.h - some rows of a database's tables, copied to a throw-away one with the same schema.
 *
 * Reads only, in one transaction with one snapshot, and from random pages where a table is large. Then the rows
 * that these refer to are fetched, and what those refer to, until all foreign keys hold; a row that refers
 * to one which cannot be read (by row security, say) goes. What a foreign key that is NOT VALID does not hold for
 * stays: that may be what a plan meets there.
 *
 *     struct zdm_sample_options options = {.rows = 1000, .seed = 1};
 *     if (zdm_sample(from, to, &options, err) < 0)
 *         return -1;
 */
#ifndef ZDM_REHEARSE_SAMPLE_H
#define ZDM_REHEARSE_SAMPLE_H

#include <stdint.h>

#include "base/err.h"
#include "pg/conn.h"

struct zdm_sample_options {
    int64_t
        rows; /* of each table, before those that are referred to; a partitioned one is one table */
    uint64_t seed;
    /* Called for each table with how many rows it has got. Views for the call. NULL: nobody is told. */
    void (*tell)(void *self, const char *table, int64_t rows);
    void *self;
};

/* Nothing is changed in `from`, where no transaction is open, before nor after. The tables of `to` are
 * empty; triggers do not fire there, and it needs a superuser. Both sessions are left as zdm_conn_profile does. */
int zdm_sample(struct zdm_conn *from, struct zdm_conn *to, const struct zdm_sample_options *options,
    struct zdm_err *err);

#endif
