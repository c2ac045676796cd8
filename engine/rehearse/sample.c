#include "rehearse/sample.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "rehearse/rows.h"

extern const struct zdm_embedded zdm_rehearse_sql[];

enum {
    AT_ONCE = 1000,  /* rows, or keys that are looked for */
    LEAST_PAGES = 10 /* that a large table is sampled from */
};

struct sample {
    struct zdm_conn *from, *to;
    const struct zdm_sample_options *options;
    struct zdm_result *tables;     /* of sample_tables.sql */
    struct zdm_result *references; /* of sample_references.sql */
    int64_t *rows;                 /* by table */
};

/* The columns of the two. */
enum { TABLE_NAME, TABLE_FROM, TABLE_COLUMNS, TABLE_INTO, TABLE_VALUES };
enum {
    CHILD,
    PARENT,
    VALIDATED,
    REFERS,
    MATCHES,
    KEYS,
    AGGREGATES,
    PARENT_KEYS,
    PARAMETERS,
    N_KEYS
};

static int
find_table(const struct sample *s, const char *name)
{
    for (int i = 0; i < zdm_result_rows(s->tables); i++)
        if (strcmp(zdm_result_get(s->tables, i, TABLE_NAME), name) == 0)
            return i;
    return -1;
}

static const char *
of_table(const struct sample *s, int table, int column)
{
    return zdm_result_get(s->tables, table, column);
}

/* '{"...","..."}' of the rows of a result. */
static char *
array_of(const struct zdm_result *rows)
{
    struct zdm_buf out = ZDM_BUF_INIT;

    zdm_buf_addc(&out, '{');
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        zdm_buf_add(&out, i ? ",\"" : "\"");
        for (const char *c = zdm_result_get(rows, i, 0); *c; c++) {
            if (*c == '"' || *c == '\\')
                zdm_buf_addc(&out, '\\');
            zdm_buf_addc(&out, *c);
        }
        zdm_buf_addc(&out, '"');
    }
    zdm_buf_addc(&out, '}');
    return zdm_buf_take(&out);
}

/* Rows as the texts of their types, which every type can read again. */
static int
insert(struct sample *s, int table, const struct zdm_result *rows, struct zdm_err *err)
{
    if (zdm_result_rows(rows) == 0)
        return 0;
    char *array = array_of(rows);
    char *sql = zdm_strf("INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM "
                         "(SELECT u.t::%s AS r FROM pg_catalog.unnest($1::text[]) AS u (t) "
                         "OFFSET 0) AS x",
        of_table(s, table, TABLE_NAME), of_table(s, table, TABLE_INTO),
        of_table(s, table, TABLE_VALUES), of_table(s, table, TABLE_NAME));
    struct zdm_result *done = NULL;
    int rc = ZDM_QUERY(s->to, sql, &done, err, array);

    if (rc == 0)
        s->rows[table] += zdm_result_affected(done);
    zdm_result_free(done);
    free(sql);
    free(array);
    return rc;
}

/* Rows of the table as the server's statistics have it, and its pages. */
static int
measure(struct sample *s, int table, double *rows, double *pages, struct zdm_err *err)
{
    static const char sql[] =
        "SELECT pg_catalog.sum(GREATEST(c.reltuples, 0)), pg_catalog.sum(c.relpages)\n"
        "  FROM pg_catalog.pg_class c\n"
        " WHERE c.oid = $1::pg_catalog.regclass AND c.relkind = 'r'\n"
        "    OR c.oid IN (SELECT t.relid FROM pg_catalog.pg_partition_tree($1) AS t WHERE "
        "t.isleaf)";
    struct zdm_result *r = NULL;

    if (ZDM_QUERY(s->from, sql, &r, err, of_table(s, table, TABLE_NAME)) < 0)
        return -1;
    const char *n = zdm_result_get(r, 0, 0), *p = zdm_result_get(r, 0, 1);
    *rows = n ? strtod(n, NULL) : 0;
    *pages = p ? strtod(p, NULL) : 0;
    zdm_result_free(r);
    return 0;
}

/* All rows of a cursor that the query makes; no more than AT_ONCE are in memory. */
static int
copy(struct sample *s, int table, const char *query, struct zdm_err *err)
{
    char *declare = zdm_strf("DECLARE zdm_sample NO SCROLL CURSOR FOR %s", query);
    char fetch[64];
    int rc = zdm_conn_exec(s->from, declare, NULL, err), n = AT_ONCE;

    snprintf(fetch, sizeof fetch, "FETCH %d FROM zdm_sample", AT_ONCE);
    while (rc == 0 && n == AT_ONCE) {
        struct zdm_result *rows = NULL;
        rc = zdm_conn_exec(s->from, fetch, &rows, err);
        if (rc == 0) {
            n = zdm_result_rows(rows);
            rc = insert(s, table, rows, err);
        }
        zdm_result_free(rows);
    }
    if (rc == 0)
        rc = zdm_conn_exec(s->from, "CLOSE zdm_sample", NULL, err);
    free(declare);
    return rc;
}

/* Random pages of a large table; if they happen to be empty, and of a small one, its first rows. */
static int
sample_table(struct sample *s, int table, struct zdm_err *err)
{
    int64_t wanted = s->options->rows;
    double rows, pages;
    int rc = 0;

    if (measure(s, table, &rows, &pages, err) < 0)
        return -1;
    if (rows > 2 * (double)wanted && pages > 2 * LEAST_PAGES) {
        double percent = 120.0 * (double)wanted / rows, least = 100.0 * LEAST_PAGES / pages;
        char *query = zdm_strf("SELECT ROW(%s)::text FROM %s TABLESAMPLE SYSTEM (%.6f) REPEATABLE "
                               "(%" PRIu64 ") LIMIT %" PRId64,
            of_table(s, table, TABLE_COLUMNS), of_table(s, table, TABLE_FROM),
            percent > least ? percent : least, s->options->seed % 1000000, wanted);
        rc = copy(s, table, query, err);
        free(query);
    }
    if (rc == 0 && s->rows[table] == 0) {
        char *query = zdm_strf("SELECT ROW(%s)::text FROM %s LIMIT %" PRId64,
            of_table(s, table, TABLE_COLUMNS), of_table(s, table, TABLE_FROM), wanted);
        rc = copy(s, table, query, err);
        free(query);
    }
    return rc;
}

/* Keys that rows of the child refer to and the parent does not have, at most AT_ONCE. Owned. */
static int
missing_keys(struct sample *s, int reference, struct zdm_result **out, struct zdm_err *err)
{
    const struct zdm_result *r = s->references;
    char *sql = zdm_strf("SELECT pg_catalog.count(*), %s FROM (SELECT DISTINCT %s FROM %s AS c "
                         "WHERE %s AND NOT EXISTS (SELECT FROM %s AS p WHERE %s) LIMIT %d) AS m",
        zdm_result_get(r, reference, AGGREGATES), zdm_result_get(r, reference, KEYS),
        zdm_result_get(r, reference, CHILD), zdm_result_get(r, reference, REFERS),
        zdm_result_get(r, reference, PARENT), zdm_result_get(r, reference, MATCHES), AT_ONCE);
    int rc = zdm_conn_exec(s->to, sql, out, err);

    free(sql);
    return rc;
}

/* *fetched: how many rows came. */
static int
fetch_parents(struct sample *s, int reference, int64_t *fetched, struct zdm_err *err)
{
    const struct zdm_result *r = s->references;
    int parent = find_table(s, zdm_result_get(r, reference, PARENT));
    size_t n = (size_t)zdm_result_i64(r, reference, N_KEYS);
    struct zdm_result *keys = NULL, *rows = NULL;
    const char **values = zdm_alloc((n + 1) * sizeof *values);
    int rc = -1;

    *fetched = 0;
    if (missing_keys(s, reference, &keys, err) < 0)
        goto out;
    if (parent < 0 || zdm_result_i64(keys, 0, 0) == 0) {
        rc = 0;
        goto out;
    }
    for (size_t i = 0; i < n; i++)
        values[i] = zdm_result_get(keys, 0, (int)i + 1);
    char *sql = zdm_strf("SELECT ROW(%s)::text FROM %s AS p WHERE (%s) IN (SELECT * FROM "
                         "ROWS FROM (%s) AS k)",
        of_table(s, parent, TABLE_COLUMNS), of_table(s, parent, TABLE_FROM),
        zdm_result_get(r, reference, PARENT_KEYS), zdm_result_get(r, reference, PARAMETERS));
    rc = zdm_conn_query(s->from, sql, n, values, &rows, err);
    free(sql);
    if (rc == 0) {
        *fetched = zdm_result_rows(rows);
        rc = insert(s, parent, rows, err);
    }
out:
    zdm_result_free(keys);
    zdm_result_free(rows);
    free(values);
    return rc;
}

/* What is fetched may refer to further rows: until nothing is fetched any more. */
static int
fetch_all_parents(struct sample *s, struct zdm_err *err)
{
    bool more = true;

    while (more) {
        more = false;
        for (int i = 0; i < zdm_result_rows(s->references); i++) {
            int64_t fetched;
            do {
                if (fetch_parents(s, i, &fetched, err) < 0)
                    return zdm_err_wrap(err, "rows of %s that those of %s refer to",
                        zdm_result_get(s->references, i, PARENT),
                        zdm_result_get(s->references, i, CHILD));
                more = more || fetched > 0;
            } while (fetched > 0);
        }
    }
    return 0;
}

/* Rows whose parents cannot be had, and then those that refer to them. */
static int
remove_orphans(struct sample *s, struct zdm_err *err)
{
    const struct zdm_result *r = s->references;
    bool more = true;

    while (more) {
        more = false;
        for (int i = 0; i < zdm_result_rows(r); i++) {
            struct zdm_result *done = NULL;
            int child = find_table(s, zdm_result_get(r, i, CHILD));
            if (!zdm_result_bool(r, i, VALIDATED) || child < 0)
                continue;
            char *sql =
                zdm_strf("DELETE FROM %s AS c WHERE %s AND NOT EXISTS (SELECT FROM %s AS p WHERE "
                         "%s)",
                    zdm_result_get(r, i, CHILD), zdm_result_get(r, i, REFERS),
                    zdm_result_get(r, i, PARENT), zdm_result_get(r, i, MATCHES));
            int rc = zdm_conn_exec(s->to, sql, &done, err);
            free(sql);
            if (rc < 0)
                return -1;
            s->rows[child] -= zdm_result_affected(done);
            more = more || zdm_result_affected(done) > 0;
            zdm_result_free(done);
        }
    }
    return 0;
}

static int
read_schema(struct sample *s, struct zdm_err *err)
{
    if (zdm_conn_exec(s->to, "SET search_path = ''", NULL, err) < 0 ||
        zdm_conn_exec(s->to, zdm_embedded_text(zdm_rehearse_sql, "sql/sample_tables.sql"),
            &s->tables, err) < 0 ||
        zdm_conn_exec(s->to, zdm_embedded_text(zdm_rehearse_sql, "sql/sample_references.sql"),
            &s->references, err) < 0)
        return -1;
    s->rows = zdm_alloc(((size_t)zdm_result_rows(s->tables) + 1) * sizeof *s->rows);
    return zdm_conn_exec(s->to,
        "RESET search_path; SET session_replication_role = replica; "
        "SET synchronous_commit = off",
        NULL, err);
}

static int
take_rows(struct sample *s, struct zdm_err *err)
{
    /* Whoever waits for a table there shall not wait for us, nor we for them. */
    if (zdm_conn_exec(s->from,
            "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; "
            "SET LOCAL lock_timeout = '5s'",
            NULL, err) < 0)
        return -1;
    for (int i = 0; i < zdm_result_rows(s->tables); i++)
        if (sample_table(s, i, err) < 0)
            return zdm_err_wrap(err, "rows of %s", of_table(s, i, TABLE_NAME));
    return fetch_all_parents(s, err);
}

int
zdm_sample(struct zdm_conn *from, struct zdm_conn *to, const struct zdm_sample_options *options,
    struct zdm_err *err)
{
    struct sample s = {.from = from, .to = to, .options = options};
    struct zdm_err trouble = ZDM_ERR_INIT;
    int rc = read_schema(&s, err);

    if (rc == 0)
        rc = take_rows(&s, err);
    zdm_conn_rollback(from);
    if (rc == 0)
        rc = remove_orphans(&s, err);
    if (rc == 0)
        rc = zdm_rehearse_move_sequences(to, err);
    for (int i = 0; rc == 0 && options->tell && i < zdm_result_rows(s.tables); i++)
        options->tell(options->self, of_table(&s, i, TABLE_NAME), s.rows[i]);
    if (zdm_conn_profile(to, rc == 0 ? err : &trouble) < 0)
        rc = -1;
    zdm_err_release(&trouble);
    zdm_result_free(s.tables);
    zdm_result_free(s.references);
    free(s.rows);
    return rc;
}
