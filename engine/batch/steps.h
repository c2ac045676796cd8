/*
 * steps.h - ends of ranges that are computed instead of looked up (pure).
 *
 * Looking up where a range ends means to count its keys in the index, and to ask the page of each row
 * whether it is there still, once the batches have written to that page. Along a key in the order of the
 * rows a page is asked for many keys at a time and that costs 1 % of the batches. Along a random one, such as a
 * uuid, it costs more than the batches (docs/internals/benchmarks.md).
 *
 * So both are timed, per key, and when looking up takes more than its share, the end of the next range
 * is computed: that of the last one, plus as many keys as the batch shall have, divided by how dense
 * they lie. A range may then hold more keys or fewer, or none. Nothing but the size of the batch depends
 * on it: what is done is what the cursor moves over, and the bound ends the walk.
 *
 * How dense they lie is known from the slice (its rows and its ends), from what was looked up, and
 * from the rows that batches hit. After several empty ranges in a row the next ones are looked up, which jumps
 * over a gap of any width.
 *
 * Keys of one column, whose type is a number: integers, and uuid, which the server compares byte by byte.
 */
#ifndef ZDM_BATCH_STEPS_H
#define ZDM_BATCH_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#define ZDM_STEPS_SHARE 0.15 /* of the time, that looking up may take */
#define ZDM_STEPS_SEEN                                                                             \
    100 /* ms of it, before that is believed: a busy server is slow now and then */
#define ZDM_STEPS_LEAST                                                                            \
    100 /* keys a range: below, it is looked up, so that there are not far more */

enum zdm_step_by { ZDM_STEP_NONE, ZDM_STEP_INTEGER, ZDM_STEP_UUID };

struct zdm_steps {
    enum zdm_step_by by;
    double most;             /* ZDM_STEPS_SHARE, or another share */
    double seen_ms;          /* of looking up, that are still to be seen */
    double look_ms, work_ms; /* a key, smoothed; 0: not known */
    double density;          /* keys by unit of the key; 0: not known */
    unsigned empty;          /* ranges in a row */
    unsigned empty_most;     /* as many until the next look */
    bool look;               /* the next ends are looked up */
};

/* Of a key's type, qualified: "pg_catalog.uuid". */
enum zdm_step_by zdm_step_by_type(const char *type);
/* Another table; most 0: ZDM_STEPS_SHARE, and ZDM_STEPS_SEEN before it counts. */
void zdm_steps_init(struct zdm_steps *s, enum zdm_step_by by, double most);
/* Another slice, of about `total` keys behind `after` up to `bound`; total below 1, after NULL: unknown. */
void zdm_steps_slice(struct zdm_steps *s, const char *after, const char *bound, int64_t total);
/* `keys` keys were looked up in `ms`. */
void zdm_steps_looked(struct zdm_steps *s, int64_t keys, double ms);
/* ... and that many of them lie behind `after` up to `upto`, with no gap known before them. */
void zdm_steps_dense(struct zdm_steps *s, const char *after, const char *upto, int64_t keys);
/* An undisturbed batch over `keys` keys. */
void zdm_steps_worked(struct zdm_steps *s, int64_t keys, double ms);
/* What looking up takes of the time, 0..1. */
double zdm_steps_share(const struct zdm_steps *s);
/* The end of a range of about `keys` keys behind `after`; `bound` when it is no further. Owned. NULL:
 * it is to be looked up. */
char *zdm_steps_end(struct zdm_steps *s, const char *after, const char *bound, int64_t keys);
/* A range whose end was computed for `keys` keys had `rows` that were changed. all: each of its rows is. */
void zdm_steps_hit(struct zdm_steps *s, int64_t keys, int64_t rows, bool all);

#endif
