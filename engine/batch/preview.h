/*
 * preview.h - what a backfill will do, looked up before it runs. Reads only.
 *
 * The table may be another one by the time of the backfill: earlier steps of the plan may make it, or
 * add the columns that are set. What they do is told by the caller (struct zdm_foreseen), and where
 * nothing can be known for that reason the preview says so; it is no error. What a run would fail with
 * as things stand (no key, a view, no right to update) is `problem`.
 */
#ifndef ZDM_BATCH_PREVIEW_H
#define ZDM_BATCH_PREVIEW_H

#include "batch/predict.h"
#include "batch/room.h"

/* A column by the time of the backfill. Views. */
struct zdm_foreseen_column {
    const char *name;  /* unquoted */
    const char *type;  /* for a cast; NULL: not known */
    const char *value; /* its default; NULL: none */
    const char *index; /* one that rules out HOT updates of it; NULL: none */
    bool not_null, not_null_later;
};

struct zdm_foreseen_set { /* of one assignment */
    const char *column;   /* unquoted */
    char *const *sources; /* columns that its expression reads, n_sources, unquoted */
    size_t n_sources;
};

struct zdm_foreseen_check { /* a CHECK that an UPDATE must keep */
    const char *name, *condition;
    const char *const *columns; /* that it mentions, n_columns, unquoted */
    size_t n_columns;
};

struct zdm_foreseen {
    bool known;      /* columns are all that the table has then */
    bool fresh;      /* an earlier step makes the table */
    bool into_fresh; /* of a copy: the table that it copies into */
    bool uncertain;  /* an earlier step may have changed anything */
    const struct zdm_foreseen_column *columns;
    size_t n_columns;
    const struct zdm_foreseen_check *checks;
    size_t n_checks;
    const struct zdm_foreseen_set *set; /* n_set of the spec */
};

struct zdm_preview_column { /* as it is now; owned */
    char *name, *quoted, *type;
    char *bare;   /* the type without its length */
    bool limited; /* ... which is one that an assignment insists on: varchar(n), bit(n) */
    bool not_null, may_read;
    int64_t length; /* bytes; below 0: varies */
    int64_t width;  /* on average, by ANALYZE; -1: not known */
};

struct zdm_backfill_preview {
    bool later;             /* the table is made by an earlier step: nothing else is known */
    struct zdm_err problem; /* code ZDM_OK: none. Else nothing else is known */
    struct zdm_backfill_target target;
    bool
        by_leaf; /* partition by partition, as far as can be seen without asking for their rights */
    int64_t tables;      /* 1, or partitions with rows of their own */
    int64_t rows;        /* the planner's estimate, of the table */
    bool matched_known;  /* how many of them `where` matches is known */
    const char *not_hot; /* the index that rules out HOT updates; NULL: none does. View of it or of
                          * what was foreseen */
    char **added;        /* quoted: columns that are set and do not exist yet, n_added */
    size_t n_added;
    /* Why there will be no final sweep, by the catalog; NULL: nothing is against it. */
    char *no_sweep;
    struct zdm_predict_from from;
    struct zdm_prediction prediction;
    struct zdm_prediction without; /* the index not_hot, when there is one */
    int stripes_percent; /* HOT with 8 stripes, where the plan has none; -1: it has, or cannot */
    struct zdm_room room;
    struct zdm_preview_column *columns;
    size_t n_columns;
};

/* rows_per_s: of an earlier run; 0: none is known. Inside a transaction, which is over when `problem` is
 * set. -1: the session is lost, or ^C. */
int zdm_backfill_preview(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    const struct zdm_foreseen *foreseen, double rows_per_s, struct zdm_backfill_preview *out,
    struct zdm_err *err);
/* prediction, without and what is advised, from `from`. */
void zdm_backfill_preview_predict(struct zdm_backfill_preview *preview);
void zdm_backfill_preview_release(struct zdm_backfill_preview *preview);

/* Bytes of the rows and of the indexes of a table, qualified, with its partitions. */
int zdm_preview_size(struct zdm_conn *conn, const char *relation, double *heap, double *indexes,
    struct zdm_err *err);
/* Of a table, qualified; *out owned. */
int zdm_preview_columns(struct zdm_conn *conn, const char *relation,
    struct zdm_preview_column **out, size_t *n, struct zdm_err *err);
void zdm_preview_columns_free(struct zdm_preview_column *columns, size_t n);

const struct zdm_foreseen_column *zdm_foreseen_find(
    const struct zdm_foreseen *foreseen, const char *name);
const struct zdm_preview_column *zdm_preview_find(
    const struct zdm_backfill_preview *preview, const char *name);

#endif
