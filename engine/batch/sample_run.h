/*
 * sample_run.h - a sample while it is taken. Private to sample*.c.
 */
#ifndef ZDM_BATCH_SAMPLE_RUN_H
#define ZDM_BATCH_SAMPLE_RUN_H

#include "batch/sample_sql.h"

struct zdm_sample_row {  /* owned texts */
    char *table, *place; /* tableoid and ctid */
    char *key;           /* for people: "id = 7" */
};

struct zdm_sampler {
    struct zdm_conn *conn;
    struct zdm_sample_shape shape;
    struct zdm_backfill_sample *out;
    struct zdm_sample_row *rows;
    size_t n_rows;
    char *sync_name;  /* of the sync whose way back is tried; NULL: the assignments are */
    size_t failed;    /* rows, of what is being tried */
    int64_t until_us; /* nothing is tried from then on */
    int64_t spent_us; /* evaluating */
    double written;   /* bytes, of all rows */
};

struct zdm_sample_found { /* views */
    enum zdm_sample_kind kind;
    const char *column, *constraint, *sqlstate, *message; /* NULL: none */
};
/* Counts the row (NULL: whatever the row) with those of its kind. */
void zdm_sampler_found(
    struct zdm_sampler *s, const struct zdm_sample_found *found, const char *key);

/* A query that may fail: the transaction goes on behind the savepoint zdm_sample. */
int zdm_sampler_query(struct zdm_sampler *s, const char *sql, size_t n, const char *const *values,
    struct zdm_result **out, struct zdm_err *err);

/* The same with the rows [from, to) as parameters. */
int zdm_sampler_rows(struct zdm_sampler *s, const char *sql, size_t from, size_t to,
    struct zdm_result **out, struct zdm_err *err);

int zdm_sample_make_shape(struct zdm_sampler *s, struct zdm_err *err);
void zdm_sample_release_shape(struct zdm_sample_shape *shape);

/* What an earlier step takes away or renames is still there, and its new name is not: nothing fits. */
bool zdm_sample_loses_columns(const struct zdm_sample_request *r);

/* Its message, for people: without values unless they are asked for. */
void zdm_sampler_fails(
    struct zdm_sampler *s, const char *column, const struct zdm_err *why, const char *key);
void zdm_sampler_too_long(
    struct zdm_sampler *s, const struct zdm_sample_column *column, const char *key);
/* So many rows failed, or so much time went by, that no more are tried: noted. */
bool zdm_sampler_spent(struct zdm_sampler *s);
/* Which of the rows [from, to) a row of a result is: its key. */
const char *zdm_sampler_key(
    const struct zdm_sampler *s, const struct zdm_result *r, int row, size_t from, size_t to);

/* Rows of zdm_sample_map_sql, [from, to) of the sample, through the function of the map. */
int zdm_sample_map(struct zdm_sampler *s, const struct zdm_result *rows, size_t from, size_t to,
    struct zdm_err *err);

/* The names and types of an expression. *sound false: told, and there is no need to try it on rows. */
int zdm_sample_check_type(struct zdm_sampler *s, size_t set, bool *sound, struct zdm_err *err);

/* Which index leads a batch, into s->out. */
int zdm_sample_explain(struct zdm_sampler *s, struct zdm_err *err);

#endif
