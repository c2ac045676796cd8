/*
 * map.h - a batch that goes through an author's function.
 *
 *     BEGIN; the cursor's row is locked if it stands where we think, and the rows of the range are
 *            locked and read                                          one round trip
 *     the function, row by row                                         here
 *     the rows are changed by their keys, the cursor moves; COMMIT     one round trip
 *
 * It is one transaction, so it is applied once or not at all, as a batch of one
 * statement is; a reply to COMMIT that was lost is looked up in the cursor. Rows stay
 * locked while the function runs: a batch that takes it too long, or whose rows are too
 * many bytes, is taken back and tried with fewer rows. A process that is stopped
 * meanwhile loses its session soon (idle_in_transaction_session_timeout), and so its
 * locks.
 *
 * Private to batch/.
 */
#ifndef ZDM_BATCH_MAP_H
#define ZDM_BATCH_MAP_H

#include "batch/mapper.h"
#include "batch/request.h"

/* "10s": longer than any batch may take here, and about as long as a row may stay locked by somebody
 * who does not go on. */
#define ZDM_MAP_IDLE_MOST "10s"

/* The parameters of the writing statement: arrays of text, written down as the server reads them. */
struct zdm_map_arrays {
    size_t n_keys, n_set;
    struct zdm_buf *arrays; /* keys, values, kept */
    struct zdm_buf kept;    /* of the row in question */
    bool keeps;             /* a row keeps some */
    int64_t rows;
};

void zdm_map_arrays_init(struct zdm_map_arrays *a, size_t n_keys, size_t n_set);
void zdm_map_arrays_clear(struct zdm_map_arrays *a);
void zdm_map_arrays_release(struct zdm_map_arrays *a);
/* One row by its key, n_keys texts. */
void zdm_map_arrays_add(
    struct zdm_map_arrays *a, const char *const *keys, const struct zdm_mapped *mapped);
/* Ends the arrays; view of n_keys + n_set + 1 texts in *out. */
void zdm_map_arrays_end(struct zdm_map_arrays *a, const char **out);

/* Of a worker. */
struct zdm_map {
    bool ready;           /* for the table that the worker is about */
    char **read, **write; /* owned: its columns, not quoted */
    size_t n_read, n_write;
    struct zdm_mapped mapped;
    struct zdm_map_arrays arrays;
};
void zdm_map_release(struct zdm_map *map);
/* Did the batch fail because it was too much at once? */
bool zdm_map_too_much(const struct zdm_err *err);

#endif
