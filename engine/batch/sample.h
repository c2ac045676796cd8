/*
 * sample.h - tries a backfill on some of its rows, without writing. Reads only.
 *
 * Rows of pages from all over the table are picked, and what the backfill would make of them is
 * evaluated in their own snapshot: `where`, the values, their cast to the columns, CHECK constraints, and
 * the way back of a sync. Columns that do not exist yet take part as what an earlier step adds: with
 * their type and default. A chunk of rows that fails is halved until the row is found.
 *
 * An assignment casts otherwise than an explicit cast: text that is too long for varchar(n) is an error
 * there, and cut here. So values are compared before and after the cast to the length.
 *
 * The caller's transaction is read-only, of one snapshot (REPEATABLE READ), and has a statement_timeout:
 * an expression that writes fails, and is not sampled. Evaluating runs the functions that the plan
 * names: only for plans that are trusted.
 *
 * The function of a map gets the same rows, one by one, and what it returns is cast to the columns by the
 * server. CHECK constraints of these are not looked at.
 */
#ifndef ZDM_BATCH_SAMPLE_H
#define ZDM_BATCH_SAMPLE_H

#include "batch/mapper.h"
#include "batch/preview.h"

#define ZDM_SAMPLE_MOST 100000

struct zdm_sample_sync {   /* of the backfill's table; views */
    const char *from, *to; /* unquoted */
    const char *up, *down; /* NULL: the other column as it is */
};

enum zdm_sample_kind {
    ZDM_SAMPLE_FAILS,      /* the expression, or its cast: fails_with says how */
    ZDM_SAMPLE_TOO_LONG,   /* 22001, 22026 */
    ZDM_SAMPLE_NULL,       /* 23502: now, or when a later step says NOT NULL */
    ZDM_SAMPLE_CHECK,      /* 23514 */
    ZDM_SAMPLE_LOSES,      /* a warning: NULL, although nothing that it is made of is NULL */
    ZDM_SAMPLE_ROUND_TRIP, /* a warning: down(up(x)) is not x */
    ZDM_SAMPLE_STAYS,      /* a warning: `where` is still true, and batches check that it is not */
};
const char *zdm_sample_kind_name(enum zdm_sample_kind kind); /* "fails", "too-long", ... */
bool zdm_sample_is_error(enum zdm_sample_kind kind);

#define ZDM_SAMPLE_KEYS 3
struct zdm_sample_finding {
    enum zdm_sample_kind kind;
    char *column;     /* quoted; "where"; of a round trip "from <-> to" */
    char *constraint; /* of a CHECK, else NULL */
    char sqlstate[6]; /* that an UPDATE would fail with; "" for a warning */
    char *message;    /* of the first row; NULL: none. Values are left out unless asked for */
    int64_t rows;     /* 0: whatever the row */
    char *keys[ZDM_SAMPLE_KEYS]; /* "id = 7" of the first ones */
    size_t n_keys;
};

struct zdm_backfill_sample {
    struct zdm_err unable; /* why not all of it could be tried; code ZDM_OK: all was */
    int64_t rows;          /* tried */
    int64_t matched;       /* of these by `where` */
    bool where_alone;      /* of a map: its function was not tried */
    bool stopped;          /* so many rows fail that the others were not tried */
    struct zdm_sample_finding *findings;
    size_t n_findings;
    char *index;     /* that leads a batch; NULL: not known, or no key */
    bool scans;      /* a batch would read the whole table */
    double us_a_row; /* to evaluate */
    double written;  /* bytes a row of what is set; -1: not known */
};

struct zdm_sample_request {
    const struct zdm_backfill_spec *spec;
    const struct zdm_foreseen *foreseen;
    const struct zdm_backfill_preview *seen; /* later false, without problem */
    int64_t rows;                            /* 1..ZDM_SAMPLE_MOST */
    bool values;                             /* messages may hold what is in the rows */
    const struct zdm_sample_sync *syncs;
    size_t n_syncs;
    const struct zdm_mapper *mapper; /* of a map; NULL: only its `where` is tried */
};
/* -1: the session is lost, or ^C. */
int zdm_backfill_sample(struct zdm_conn *conn, const struct zdm_sample_request *request,
    struct zdm_backfill_sample *out, struct zdm_err *err);
/* Without rows, and without calling what the plan names: *why, when the server knows a column that it names as little as
 * what is foreseen does; with `functions`, a function or an operator, too. For one that nothing is known of,
 * nothing. In a transaction; -1: the session is lost, or ^C. */
int zdm_backfill_sample_names(struct zdm_conn *conn, const struct zdm_sample_request *request,
    bool functions, struct zdm_err *why, struct zdm_err *err);
/* Predicts anew with what the rows told. */
void zdm_backfill_sample_refine(
    const struct zdm_backfill_sample *sample, struct zdm_backfill_preview *preview);
void zdm_backfill_sample_release(struct zdm_backfill_sample *sample);

/* The message with what stands in double quotes left out: values, mostly. Owned. */
char *zdm_sample_hide(const char *sqlstate, const char *message);

#endif
