/*
 * sample_sql.h - the queries of a sample (pure text). Private to sample*.c.
 *
 * Which rows: $1, an array of ctid, and of a partitioned table $2, an array of the tables' oids with
 * the ctid behind each.
 */
#ifndef ZDM_BATCH_SAMPLE_SQL_H
#define ZDM_BATCH_SAMPLE_SQL_H

#include "batch/sample.h"

struct zdm_sample_column { /* that is set; owned texts */
    char *quoted;
    char *type;    /* NULL: not known */
    char *shown;   /* the type for people */
    char *bare;    /* the type without its length */
    bool length;   /* ... which an assignment insists on */
    bool not_null; /* now, or later */
};

struct zdm_sample_shape {
    const struct zdm_sample_request *request;
    struct zdm_sample_column *columns; /* n_set of the spec */
    bool copies;                       /* columns are those of another table */
    bool parts;                        /* more tables than one: $2 */
    const char *name;                  /* the table's own, quoted */
    size_t *checks;                    /* which of foreseen->checks a value can violate, n_checks */
    size_t n_checks;
    bool stays; /* whether `where` is true behind the change is asked, too */
};

/* Columns of the result: the row's ctid and tableoid, then for each assignment these, then for each check
 * whether it is violated. */
enum { ZDM_SAMPLE_ROW = 2 };
enum { ZDM_SET_NULL, ZDM_SET_LONG, ZDM_SET_FULL, ZDM_SET_SIZE, ZDM_SET_COLUMNS };

/* $1 percent of the pages, $2 rows -> table, ctid, name of the table, columns of the key. */
char *zdm_sample_pick_sql(const struct zdm_sample_shape *s);
/* What an UPDATE would do; `only`: assignment alone (-1: all, and the checks; -2: none). */
#define ZDM_ALL_SET  (-1)
#define ZDM_NONE_SET (-2)
char *zdm_sample_set_sql(const struct zdm_sample_shape *s, int only);
/* ctid, table, and the columns that a map reads. */
char *zdm_sample_map_sql(const struct zdm_sample_shape *s);
/* ctid, table, whether the way back leads elsewhere. NULL: a column of it is not known. */
char *zdm_sample_sync_sql(const struct zdm_sample_shape *s, const struct zdm_sample_sync *sync);
/* No rows, the type of the assignment's expression. */
char *zdm_sample_type_sql(const struct zdm_sample_shape *s, size_t set);

/* "pg_catalog.varchar(20)[]" -> "pg_catalog.varchar[]"; owned. */
char *zdm_type_without_length(const char *type);

#endif
