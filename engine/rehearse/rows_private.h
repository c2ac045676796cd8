/*
 * rows_private.h - what the files of rows.h share: the tables as they were read, and the text of the
 * statements that fill them.
 *
 *     rows_load.c -> struct rows_schema -> rows_order.c -> rows_fill.c, a table after the other
 *                                                          rows_parent.c  values of foreign keys
 *                                                          rows_value.c   values by type
 *                                                          rows_learn.c   what the conditions name
 *                                                          rows_beside.c  pairs of columns
 *
 * All of it lives in one arena. Names are quoted as SQL, unless it says otherwise.
 */
#ifndef ZDM_REHEARSE_ROWS_PRIVATE_H
#define ZDM_REHEARSE_ROWS_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "pg/conn.h"
#include "rehearse/rows.h"

/* The number of a row in the statements. */
#define ROWS_NUMBER "\"zdm made row\""

struct rows_type {
    unsigned oid;
    const char *name;    /* without modifier */
    const char *bare;    /* not quoted */
    bool builtin;        /* of pg_catalog */
    char kind, category; /* typtype, typcategory */
    unsigned inside_oid;
    const struct rows_type *inside; /* of an array, a domain, a range, a multirange */
    int inside_typmod;              /* of a domain's */
    bool not_null;                  /* a domain says so */
    int64_t n_labels;               /* of an enum */
    const char *parts;              /* of a composite type: "oid:typmod,..." */
    const char **checks;            /* of a domain, on VALUE */
    size_t n_checks;
    const char **inputs; /* of a type that zdm does not know: texts that it takes */
    size_t n_inputs;
};

/* What conditions say of a column's values. */
struct rows_hints {
    const char **literals; /* texts; when `sorted`, in the order of their values */
    size_t n_literals;
    bool sorted;
    int64_t *lengths; /* numbers beside a text */
    size_t n_lengths;
    const char **patterns; /* SQL expressions that give a text each */
    size_t n_patterns;
    bool upper; /* a condition says upper() */
    bool mixed; /* a condition is about this column and another one */
    const struct rows_column
        *beside;        /* that one, when values near its own are worth a try; NULL: none */
    const char **spans; /* intervals that conditions with it name */
    size_t n_spans;
};

struct rows_parents;
struct rows_column {
    int attnum;
    const char *name, *bare;
    const struct rows_type *type; /* as declared: may be a domain */
    int typmod;
    const struct rows_type *base; /* without domains */
    const char *cast;             /* of base, with its modifier, without a domain */
    int base_typmod;
    bool not_null;
    bool numbered;         /* counted by a sequence */
    bool distinct;         /* its values shall differ from row to row */
    int tile;              /* of an exclusion constraint: 1, 2, ...; 0: none */
    const char *generated; /* expression */
    struct rows_hints hints;
};

struct rows_key {
    bool exclusion;
    const int *attnums;
    size_t n;
};

struct rows_check {
    const char *name; /* not quoted; NULL: of a domain or partition */
    const char *expression;
    const int *attnums; /* 0: unknown, by the text */
    size_t n;
};

struct rows_reference {
    struct rows_root *parent; /* NULL: one that is not filled */
    unsigned parent_root;
    const char *parent_name;
    const char *parent_columns; /* "id AS c1, ..." */
    bool full;                  /* MATCH FULL */
    const int *attnums;
    size_t n;
    bool soft;  /* it can be NULL, by columns of its own */
    bool later; /* its parent has no rows yet */
};

struct rows_table {
    const char *oid;
    const char *name, *alias; /* public.users, users */
    unsigned root_oid;
    struct rows_root *root;
    const char *partition; /* condition of a partition */
    struct rows_column *columns;
    size_t n_columns;
    struct rows_key *keys;
    size_t n_keys;
    struct rows_check *checks;
    size_t n_checks;
    struct rows_reference *references;
    size_t n_references;
    int64_t rows; /* that it has */
    const char *trouble;
};

/* An ordinary table, or a partitioned one with its partitions at the bottom. */
struct rows_root {
    unsigned oid;
    struct rows_table **tables;
    size_t n_tables;
    int64_t next; /* number of the next row */
    size_t waits,
        waits_hard; /* references to roots that are not filled, and those that cannot be NULL */
    struct rows_root **children; /* by whom it is referenced, one each time */
    bool *children_soft;
    size_t n_children;
    bool placed; /* in the order */
    bool filled;
};

struct rows_schema {
    struct zdm_arena *arena;
    uint64_t seed;
    struct rows_type *types; /* by oid */
    size_t n_types;
    struct rows_table *tables; /* by name */
    size_t n_tables;
    struct rows_root *roots; /* by oid */
    size_t n_roots;
    struct rows_root **order; /* parents first, where that is possible */
};

/* rows_load.c, rows_order.c */
int zdm_rows_load(struct zdm_conn *conn, struct rows_schema *schema, struct zdm_err *err);
void zdm_rows_order(struct rows_schema *schema);
const struct rows_type *zdm_rows_type(const struct rows_schema *schema, unsigned oid);
struct rows_root *zdm_rows_root(const struct rows_schema *schema, unsigned oid);
struct rows_column *zdm_rows_column(const struct rows_table *table, int attnum);
/* Which columns shall have values that differ, so that its keys hold. */
void zdm_rows_spread(struct rows_table *table);
bool zdm_rows_in(const int *attnums, size_t n, int attnum);

/* rows_learn.c: the hints of all columns of the table. */
int zdm_rows_learn(struct zdm_conn *conn, struct rows_schema *schema, struct rows_table *table,
    struct zdm_err *err);
/* expression with `with` for the word VALUE. Adds it to out. */
void zdm_rows_replace_value(struct zdm_buf *out, const char *expression, const char *with);
/* rows_beside.c: which columns shall have values near those of another one: `ends_at` beside `starts_at`, by a
 * CHECK about both. Behind zdm_rows_spread. */
void zdm_rows_beside(struct rows_schema *schema, struct rows_table *table);
/* How many layers of such columns there are, each on values of the one before. */
int zdm_rows_layers(const struct rows_table *table);
/* Adds what the n-th layer (from 1 on) has before the query of the one below: "(SELECT ... FROM ". */
void zdm_rows_layer(struct zdm_buf *out, const struct rows_schema *schema,
    const struct rows_table *table, const struct rows_parents *parents, int n);
/* rows_regex.c: an SQL expression for texts that match; false: it uses what is not known here. */
bool zdm_rows_regex(struct zdm_buf *out, const char *regex, uint64_t *salt);
bool zdm_rows_like(struct zdm_buf *out, const char *pattern, uint64_t *salt);

/* rows_hash.c: where the salts of a table begin, for one purpose. Only the seed, its name and the purpose
 * decide. */
uint64_t zdm_rows_salt(
    const struct rows_schema *schema, const struct rows_table *table, const char *purpose);
/* Adds a whole number of 0 or more that only `salt` and the number of the row decide. Each
 * call takes another one of the salts that come of the seed. */
void zdm_rows_hash(struct zdm_buf *out, uint64_t *salt);
void zdm_rows_literal(struct zdm_buf *out, const char *text);
/* rows_value.c: adds an expression of the column's base type; never NULL, but for a type that nothing is known of. */
void zdm_rows_value(struct zdm_buf *out, const struct rows_schema *schema,
    const struct rows_column *column, uint64_t *salt);
/* rows_probe.c: the inputs of types that are not known. */
int zdm_rows_probe(struct zdm_conn *conn, struct rows_schema *schema, struct zdm_err *err);

/* Adds a condition that is true for some rows: where a column is NULL. `often`: also for most of a row's
 * columns, or for nearly none, for conditions on which of them are there. */
void zdm_rows_null(struct zdm_buf *out, const struct rows_schema *schema,
    const struct rows_table *table, bool often, uint64_t *salt);

/* rows_parent.c: where a table's foreign keys take their values from. */
struct rows_parents {
    struct zdm_buf joins;  /* LEFT JOIN ... */
    struct zdm_buf filter; /* " AND ..." */
    char **values;         /* by column of the table: an expression, or NULL */
    size_t n_values;
    const char *missing;       /* a parent without rows that cannot be done without */
    struct rows_parent *known; /* temporary tables, until zdm_rows_parents_free */
    size_t n_known;
};
#define ROWS_PARENTS_INIT                                                                          \
    {                                                                                              \
        .joins = ZDM_BUF_INIT, .filter = ZDM_BUF_INIT                                              \
    }
int zdm_rows_parents(struct zdm_conn *conn, const struct rows_schema *schema,
    struct rows_table *table, struct rows_parents *parents, struct zdm_err *err);
/* A temporary table of the rows that a reference can be to: c1, ... as in parent_columns, counted by n from
 * 1 on for each value of the columns at the places `shared` (1, ...), total of them. Its number and rows. */
int zdm_rows_parent(struct zdm_conn *conn, struct rows_parents *parents,
    const struct rows_reference *reference, const int *shared, size_t n_shared, size_t *number,
    int64_t *rows, struct zdm_err *err);
/* Is the column in another reference of the table too? */
bool zdm_rows_shared(
    const struct rows_table *table, const struct rows_reference *reference, int attnum);
void zdm_rows_parents_free(struct rows_parents *parents);

/* rows_fill.c: up to `rows` in the table. */
int zdm_rows_fill(struct zdm_conn *conn, struct rows_schema *schema, struct rows_table *table,
    int64_t rows, struct rows_parents *parents, struct zdm_err *err);

/* Adds what each row has to keep: the table's CHECKs first, then its partition's, then those of domains. */
void zdm_rows_conditions(
    struct zdm_buf *out, const struct rows_table *table, const char *separator);
/* Adds the columns that can be inserted. */
void zdm_rows_names(struct zdm_buf *out, const struct rows_table *table);

/* rows_circles.c: references around a circle that cannot be NULL, made good when all tables have rows. */
int zdm_rows_close_circles(struct zdm_conn *conn, struct rows_schema *schema,
    struct rows_parents *parents, struct zdm_err *err);

#endif
