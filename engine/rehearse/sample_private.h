/* sample_private.h - the parts of sample.h. */
#ifndef ZDM_REHEARSE_SAMPLE_PRIVATE_H
#define ZDM_REHEARSE_SAMPLE_PRIVATE_H

#include "rehearse/sample.h"

enum { ZDM_SAMPLE_AT_ONCE = 1000 }; /* rows, or keys that are looked for */

/* The columns of sample_tables.sql. */
enum {
    ZDM_SAMPLE_TABLE,
    ZDM_SAMPLE_READ_FROM,
    ZDM_SAMPLE_COLUMNS,
    ZDM_SAMPLE_INTO,
    ZDM_SAMPLE_VALUES
};

struct zdm_sample_table {
    int64_t rows, bytes;
    bool is_short; /* for the bytes it has */
};

struct zdm_sample {
    struct zdm_conn *from, *to;
    const struct zdm_sample_options *options;
    struct zdm_result *tables;     /* of sample_tables.sql */
    struct zdm_result *references; /* of sample_references.sql */
    struct zdm_sample_table *got;  /* by table */
    struct zdm_sample_cut *cuts;   /* by reference */
};

/* One of the table; view while the sample is. */
const char *zdm_sample_of(const struct zdm_sample *s, int table, int column);

/* How many rows of the table to hold in memory. */
int zdm_sample_at_once(const struct zdm_sample *s, int table);

/* Rows, which are texts of their types, into a table. */
int zdm_sample_insert(
    struct zdm_sample *s, int table, const struct zdm_result *rows, struct zdm_err *err);

/* May the table get no more rows? *why says what the limit is then. */
bool zdm_sample_is_full(
    const struct zdm_sample *s, int table, int64_t more_rows, enum zdm_sample_limit *why);

/* sample_parents.c: gives each of the cuts its tables. */
void zdm_sample_name_references(struct zdm_sample *s);

/* sample_parents.c: what the rows that are there refer to, level by level, in the transaction of `from`. */
int zdm_sample_parents(struct zdm_sample *s, struct zdm_err *err);

/* sample_parents.c: rows that refer to one which is not there, when no more are fetched. */
int zdm_sample_settle(struct zdm_sample *s, struct zdm_err *err);

#endif
