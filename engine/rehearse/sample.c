#include "rehearse/sample.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "rehearse/rows.h"
#include "rehearse/sample_private.h"

extern const struct zdm_embedded zdm_rehearse_sql[];

enum {
    LEAST_PAGES = 10,      /* that a large table is sampled from */
    FIRST_ROWS = 10,       /* before it is known how long they are */
    MOST_MEMORY = 16 << 20 /* bytes of rows at once, about */
};

const char *
zdm_sample_of(const struct zdm_sample *s, int table, int column)
{
    return zdm_result_get(s->tables, table, column);
}

/* A table to which many others refer gets more. */
static int64_t
most_rows(const struct zdm_sample *s, int table)
{
    int64_t times = ZDM_SAMPLE_TIMES;

    for (int i = 0; i < zdm_result_rows(s->references); i++)
        times += strcmp(s->cuts[i].parent, zdm_sample_of(s, table, ZDM_SAMPLE_TABLE)) == 0;
    int64_t rows = times * s->options->rows;

    return rows > ZDM_SAMPLE_LEAST_ROWS ? rows : ZDM_SAMPLE_LEAST_ROWS;
}

static int64_t
most_bytes(const struct zdm_sample *s)
{
    int64_t bytes = ZDM_SAMPLE_ROW_BYTES * s->options->rows;

    return bytes > ZDM_SAMPLE_LEAST_BYTES ? bytes : ZDM_SAMPLE_LEAST_BYTES;
}

int
zdm_sample_at_once(const struct zdm_sample *s, int table)
{
    const struct zdm_sample_table *got = &s->got[table];
    int64_t rows = got->rows > 0 ? MOST_MEMORY / (got->bytes / got->rows + 1) : FIRST_ROWS;

    return rows < 1 ? 1 : rows < ZDM_SAMPLE_AT_ONCE ? (int)rows : ZDM_SAMPLE_AT_ONCE;
}

bool
zdm_sample_is_full(
    const struct zdm_sample *s, int table, int64_t more_rows, enum zdm_sample_limit *why)
{
    if (s->got[table].bytes >= most_bytes(s))
        *why = ZDM_SAMPLE_BYTES;
    else if (s->got[table].rows + more_rows > most_rows(s, table))
        *why = ZDM_SAMPLE_ROWS;
    else
        return false;
    return true;
}

/* '{"...","..."}' of the rows of a result. */
static char *
array_of(const struct zdm_result *rows)
{
    struct zdm_buf out = ZDM_BUF_INIT;

    zdm_buf_addc(&out, '{');
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        zdm_buf_add(&out, i ? ",\"" : "\"");
        for (const char *c = zdm_result_get(rows, i, 0); *c;) {
            size_t plain = strcspn(c, "\"\\");
            zdm_buf_addn(&out, c, plain);
            c += plain;
            if (*c) {
                zdm_buf_addc(&out, '\\');
                zdm_buf_addc(&out, *c++);
            }
        }
        zdm_buf_addc(&out, '"');
    }
    zdm_buf_addc(&out, '}');
    return zdm_buf_take(&out);
}

/* Rows as the texts of their types, which every type can read again. */
int
zdm_sample_insert(
    struct zdm_sample *s, int table, const struct zdm_result *rows, struct zdm_err *err)
{
    if (zdm_result_rows(rows) == 0)
        return 0;
    char *array = array_of(rows);
    char *sql = zdm_strf("INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM "
                         "(SELECT u.t::%s AS r FROM pg_catalog.unnest($1::text[]) AS u (t) "
                         "OFFSET 0) AS x",
        zdm_sample_of(s, table, ZDM_SAMPLE_TABLE), zdm_sample_of(s, table, ZDM_SAMPLE_INTO),
        zdm_sample_of(s, table, ZDM_SAMPLE_VALUES), zdm_sample_of(s, table, ZDM_SAMPLE_TABLE));
    struct zdm_result *done = NULL;
    int rc = ZDM_QUERY(s->to, sql, &done, err, array);

    if (rc == 0) {
        s->got[table].rows += zdm_result_affected(done);
        s->got[table].bytes += (int64_t)strlen(array);
    }
    zdm_result_free(done);
    free(sql);
    free(array);
    return rc;
}

/* Rows of the table as the server's statistics have it, and its pages. */
static int
measure(struct zdm_sample *s, int table, double *rows, double *pages, struct zdm_err *err)
{
    static const char sql[] =
        "SELECT pg_catalog.sum(GREATEST(c.reltuples, 0)), pg_catalog.sum(c.relpages)\n"
        "  FROM pg_catalog.pg_class c\n"
        " WHERE c.oid = $1::pg_catalog.regclass AND c.relkind = 'r'\n"
        "    OR c.oid IN (SELECT t.relid FROM pg_catalog.pg_partition_tree($1) AS t WHERE "
        "t.isleaf)";
    struct zdm_result *r = NULL;

    if (ZDM_QUERY(s->from, sql, &r, err, zdm_sample_of(s, table, ZDM_SAMPLE_TABLE)) < 0)
        return -1;
    const char *n = zdm_result_get(r, 0, 0), *p = zdm_result_get(r, 0, 1);
    *rows = n ? strtod(n, NULL) : 0;
    *pages = p ? strtod(p, NULL) : 0;
    zdm_result_free(r);
    return 0;
}

/* All rows of a cursor that the query makes, as long as the table is not full. */
static int
copy(struct zdm_sample *s, int table, const char *query, struct zdm_err *err)
{
    char *declare = zdm_strf("DECLARE zdm_sample NO SCROLL CURSOR FOR %s", query);
    int rc = zdm_conn_exec(s->from, declare, NULL, err);
    enum zdm_sample_limit why;
    bool more = true;

    free(declare);
    while (rc == 0 && more) {
        struct zdm_result *rows = NULL;
        int n = zdm_sample_at_once(s, table);
        char fetch[64];
        snprintf(fetch, sizeof fetch, "FETCH %d FROM zdm_sample", n);
        rc = zdm_conn_exec(s->from, fetch, &rows, err);
        more = rc == 0 && zdm_result_rows(rows) == n;
        if (rc == 0)
            rc = zdm_sample_insert(s, table, rows, err);
        zdm_result_free(rows);
        if (more && zdm_sample_is_full(s, table, 0, &why)) {
            s->got[table].is_short = s->got[table].rows < s->options->rows;
            more = false;
        }
    }
    if (rc == 0)
        rc = zdm_conn_exec(s->from, "CLOSE zdm_sample", NULL, err);
    return rc;
}

/* Random pages of a large table; if they happen to be empty, and of a small one, its first rows. */
static int
sample_table(struct zdm_sample *s, int table, struct zdm_err *err)
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
            zdm_sample_of(s, table, ZDM_SAMPLE_COLUMNS),
            zdm_sample_of(s, table, ZDM_SAMPLE_READ_FROM), percent > least ? percent : least,
            s->options->seed % 1000000, wanted);
        rc = copy(s, table, query, err);
        free(query);
    }
    if (rc == 0 && s->got[table].rows == 0) {
        char *query = zdm_strf("SELECT ROW(%s)::text FROM %s LIMIT %" PRId64,
            zdm_sample_of(s, table, ZDM_SAMPLE_COLUMNS),
            zdm_sample_of(s, table, ZDM_SAMPLE_READ_FROM), wanted);
        rc = copy(s, table, query, err);
        free(query);
    }
    return rc;
}

static int
read_schema(struct zdm_sample *s, struct zdm_err *err)
{
    if (zdm_conn_exec(s->to, "SET search_path = ''", NULL, err) < 0 ||
        zdm_conn_exec(s->to, zdm_embedded_text(zdm_rehearse_sql, "sql/sample_tables.sql"),
            &s->tables, err) < 0 ||
        zdm_conn_exec(s->to, zdm_embedded_text(zdm_rehearse_sql, "sql/sample_references.sql"),
            &s->references, err) < 0)
        return -1;
    s->got = zdm_alloc(((size_t)zdm_result_rows(s->tables) + 1) * sizeof *s->got);
    s->cuts = zdm_alloc(((size_t)zdm_result_rows(s->references) + 1) * sizeof *s->cuts);
    zdm_sample_name_references(s);
    return zdm_conn_exec(s->to,
        "RESET search_path; SET session_replication_role = replica; "
        "SET synchronous_commit = off",
        NULL, err);
}

static int
take_rows(struct zdm_sample *s, struct zdm_err *err)
{
    /* Whoever waits for a table there shall not wait for us, nor we for them. */
    if (zdm_conn_exec(s->from,
            "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; "
            "SET LOCAL lock_timeout = '5s'",
            NULL, err) < 0)
        return -1;
    for (int i = 0; i < zdm_result_rows(s->tables); i++)
        if (sample_table(s, i, err) < 0)
            return zdm_err_wrap(err, "rows of %s", zdm_sample_of(s, i, ZDM_SAMPLE_TABLE));
    return zdm_sample_parents(s, err);
}

static void
tell(const struct zdm_sample *s)
{
    const struct zdm_sample_options *options = s->options;

    for (int i = 0; options->tell && i < zdm_result_rows(s->tables); i++) {
        const struct zdm_sample_got got = {.table = zdm_sample_of(s, i, ZDM_SAMPLE_TABLE),
            .rows = s->got[i].rows,
            .bytes = s->got[i].bytes,
            .is_short = s->got[i].is_short};
        options->tell(options->self, &got);
    }
    for (int i = 0; options->tell_cut && i < zdm_result_rows(s->references); i++)
        if (s->cuts[i].limit != ZDM_SAMPLE_NO_LIMIT)
            options->tell_cut(options->self, &s->cuts[i]);
}

int
zdm_sample(struct zdm_conn *from, struct zdm_conn *to, const struct zdm_sample_options *options,
    struct zdm_err *err)
{
    struct zdm_sample s = {.from = from, .to = to, .options = options};
    struct zdm_err trouble = ZDM_ERR_INIT;
    int rc = read_schema(&s, err);

    if (rc == 0)
        rc = take_rows(&s, err);
    zdm_conn_rollback(from);
    if (rc == 0)
        rc = zdm_sample_settle(&s, err);
    if (rc == 0)
        rc = zdm_rehearse_move_sequences(to, err);
    if (rc == 0)
        tell(&s);
    if (zdm_conn_profile(to, rc == 0 ? err : &trouble) < 0)
        rc = -1;
    zdm_err_release(&trouble);
    zdm_result_free(s.tables);
    zdm_result_free(s.references);
    free(s.got);
    free(s.cuts);
    return rc;
}
