#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "rehearse/sample_private.h"

/* The columns of sample_references.sql. */
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
    N_KEYS,
    ASKED,
    TO_NULL
};

static const char *
of(const struct zdm_sample *s, int reference, int column)
{
    return zdm_result_get(s->references, reference, column);
}

static int
find_table(const struct zdm_sample *s, const char *name)
{
    for (int i = 0; i < zdm_result_rows(s->tables); i++)
        if (strcmp(zdm_sample_of(s, i, ZDM_SAMPLE_TABLE), name) == 0)
            return i;
    return -1;
}

void
zdm_sample_name_references(struct zdm_sample *s)
{
    for (int i = 0; i < zdm_result_rows(s->references); i++) {
        s->cuts[i].child = of(s, i, CHILD);
        s->cuts[i].parent = of(s, i, PARENT);
    }
}

/* For each foreign key a table of the keys that were looked for, with the level and a number within it: one that
 * `from` does not show is not asked for again, and keeps none of the others from being asked for. */
static int
make_asked(struct zdm_sample *s, int reference, struct zdm_err *err)
{
    char *sql = zdm_strf("CREATE TEMPORARY TABLE zdm_asked_%d AS\n"
                         "SELECT %s, 0::int AS level, 0::bigint AS n FROM %s AS c WITH NO DATA",
        reference, of(s, reference, KEYS), of(s, reference, CHILD));
    int rc = zdm_conn_exec(s->to, sql, NULL, err);

    free(sql);
    return rc;
}

/* Notes the keys that rows of the child refer to, the parent lacks, and nobody has asked for. *n: how many. */
static int
note_missing(struct zdm_sample *s, int reference, int level, int64_t *n, struct zdm_err *err)
{
    struct zdm_result *done = NULL;
    char *sql = zdm_strf(
        "INSERT INTO pg_temp.zdm_asked_%d SELECT m.*, %d, pg_catalog.row_number() OVER ()\n"
        "  FROM (SELECT DISTINCT %s FROM %s AS c\n"
        "         WHERE %s AND NOT EXISTS (SELECT FROM %s AS p WHERE %s)\n"
        "           AND NOT EXISTS (SELECT FROM pg_temp.zdm_asked_%d AS a WHERE %s)) AS m",
        reference, level, of(s, reference, KEYS), of(s, reference, CHILD), of(s, reference, REFERS),
        of(s, reference, PARENT), of(s, reference, MATCHES), reference, of(s, reference, ASKED));
    int rc = zdm_conn_exec(s->to, sql, &done, err);

    if (rc == 0)
        *n = zdm_result_affected(done);
    zdm_result_free(done);
    free(sql);
    return rc;
}

/* The rows of the parent with the keys of a level that have these numbers. */
static int
fetch(struct zdm_sample *s, int reference, int parent, int level, int64_t first, int64_t last,
    struct zdm_err *err)
{
    size_t n = (size_t)zdm_result_i64(s->references, reference, N_KEYS);
    struct zdm_result *keys = NULL, *rows = NULL;
    const char **values = zdm_alloc((n + 1) * sizeof *values);
    char *asked = zdm_strf("SELECT %s FROM pg_temp.zdm_asked_%d AS m WHERE m.level = %d AND m.n "
                           "BETWEEN %lld AND %lld",
        of(s, reference, AGGREGATES), reference, level, (long long)first, (long long)last);
    char *sql = zdm_strf("SELECT ROW(%s)::text FROM %s AS p WHERE (%s) IN (SELECT * FROM "
                         "ROWS FROM (%s) AS k)",
        zdm_sample_of(s, parent, ZDM_SAMPLE_COLUMNS),
        zdm_sample_of(s, parent, ZDM_SAMPLE_READ_FROM), of(s, reference, PARENT_KEYS),
        of(s, reference, PARAMETERS));
    int rc = zdm_conn_exec(s->to, asked, &keys, err);

    for (size_t i = 0; rc == 0 && i < n; i++)
        values[i] = zdm_result_get(keys, 0, (int)i);
    if (rc == 0)
        rc = zdm_conn_query(s->from, sql, n, values, &rows, err);
    if (rc == 0)
        rc = zdm_sample_insert(s, parent, rows, err);
    zdm_result_free(keys);
    zdm_result_free(rows);
    free(values);
    free(asked);
    free(sql);
    return rc;
}

/* One level of a foreign key. *more: keys were asked for, so that there may be a next one. */
static int
follow(struct zdm_sample *s, int reference, int level, bool *more, struct zdm_err *err)
{
    int parent = find_table(s, of(s, reference, PARENT));
    struct zdm_sample_cut *cut = &s->cuts[reference];
    int64_t n = 0, at = 0;

    if (parent < 0 || (cut->limit != ZDM_SAMPLE_NO_LIMIT && cut->limit != ZDM_SAMPLE_DEPTH))
        return 0;
    if (note_missing(s, reference, level, &n, err) < 0)
        return -1;
    if (n > 0 && level == ZDM_SAMPLE_LEVELS) {
        cut->limit = ZDM_SAMPLE_DEPTH;
        return 0;
    }
    while (at < n) {
        int64_t some = zdm_sample_at_once(s, parent);
        some = some < n - at ? some : n - at;
        if (zdm_sample_is_full(s, parent, some, &cut->limit))
            return 0;
        if (fetch(s, reference, parent, level, at + 1, at + some, err) < 0)
            return -1;
        *more = true;
        at += some;
    }
    return 0;
}

int
zdm_sample_parents(struct zdm_sample *s, struct zdm_err *err)
{
    int n = zdm_result_rows(s->references);
    bool more = true;

    for (int i = 0; i < n; i++)
        if (make_asked(s, i, err) < 0)
            return -1;
    for (int level = 0; more && level <= ZDM_SAMPLE_LEVELS; level++) {
        more = false;
        for (int i = 0; i < n; i++)
            if (follow(s, i, level, &more, err) < 0)
                return zdm_err_wrap(
                    err, "rows of %s that those of %s refer to", of(s, i, PARENT), of(s, i, CHILD));
    }
    return 0;
}

/* Rows that refer to one behind a limit refer to nothing, if their table takes that. */
static int
refer_to_nothing(struct zdm_sample *s, int reference, struct zdm_err *err)
{
    struct zdm_err refused = ZDM_ERR_INIT;
    struct zdm_result *done = NULL;

    if (!of(s, reference, TO_NULL))
        return 0;
    char *sql =
        zdm_strf("UPDATE %s AS c SET %s WHERE %s AND NOT EXISTS (SELECT FROM %s AS p WHERE %s)",
            of(s, reference, CHILD), of(s, reference, TO_NULL), of(s, reference, REFERS),
            of(s, reference, PARENT), of(s, reference, MATCHES));
    int rc = zdm_conn_exec(s->to, sql, &done, &refused);
    free(sql);
    if (rc == 0)
        s->cuts[reference].refer_to_nothing = zdm_result_affected(done);
    zdm_result_free(done);
    /* A CHECK, a domain or a key that does not: then these rows are left out, as those that may not be NULL. */
    if (rc < 0 &&
        (strncmp(refused.sqlstate, "23", 2) == 0 || strcmp(refused.sqlstate, "428C9") == 0)) {
        zdm_err_release(&refused);
        return 0;
    }
    if (rc < 0)
        zdm_err_move(err, &refused);
    return rc;
}

static int
leave_out(struct zdm_sample *s, int reference, bool *more, struct zdm_err *err)
{
    int child = find_table(s, of(s, reference, CHILD));
    struct zdm_result *done = NULL;

    if (!zdm_result_bool(s->references, reference, VALIDATED) || child < 0)
        return 0;
    char *sql =
        zdm_strf("DELETE FROM %s AS c WHERE %s AND NOT EXISTS (SELECT FROM %s AS p WHERE %s)",
            of(s, reference, CHILD), of(s, reference, REFERS), of(s, reference, PARENT),
            of(s, reference, MATCHES));
    int rc = zdm_conn_exec(s->to, sql, &done, err);
    free(sql);
    if (rc < 0)
        return -1;
    s->got[child].rows -= zdm_result_affected(done);
    s->cuts[reference].left_out += zdm_result_affected(done);
    *more = *more || zdm_result_affected(done) > 0;
    zdm_result_free(done);
    return 0;
}

int
zdm_sample_settle(struct zdm_sample *s, struct zdm_err *err)
{
    int n = zdm_result_rows(s->references);
    bool more = true;

    for (int i = 0; i < n; i++)
        if (s->cuts[i].limit != ZDM_SAMPLE_NO_LIMIT && refer_to_nothing(s, i, err) < 0)
            return -1;
    while (more) { /* those that refer to them go, too */
        more = false;
        for (int i = 0; i < n; i++)
            if (leave_out(s, i, &more, err) < 0)
                return -1;
    }
    for (int i = 0; i < n; i++) {
        char *sql = zdm_strf("DROP TABLE pg_temp.zdm_asked_%d", i);
        int rc = zdm_conn_exec(s->to, sql, NULL, err);
        free(sql);
        if (rc < 0)
            return -1;
    }
    return 0;
}
