#include <stdlib.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "base/text.h"
#include "gate/gate.h"
#include "sql/syntax.h"

#define LOOK_MS 30000

extern const struct zdm_embedded zdm_gate_sql[];

struct table {
    char *relation, *key; /* owned; key NULL: there is none */
    char *to, *from;      /* quoted columns, owned; from NULL: an expression */
};

static void
release(struct table *t)
{
    free(t->relation);
    free(t->key);
    free(t->to);
    free(t->from);
}

static char *
quoted(const char *written)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *name = NULL;

    if (zdm_sql_identifier(written, &name, &err) < 0)
        zdm_die("a column was not checked");
    char *column = zdm_sql_quote_ident(name);
    free(name);
    return column;
}

static int
find_table(const struct zdm_gate_question *g, const struct zdm_check *check, struct table *t,
    struct zdm_err *err)
{
    const char *written = zdm_check_option(check, "table");
    const char *from = zdm_check_option(check, "from");
    struct zdm_result *r = NULL;

    if (zdm_gate_query(g, check, zdm_embedded_text(zdm_gate_sql, "sql/consistent_table.sql"), 0, 1,
            (const char *[]){written}, LOOK_MS, &r, err) < 0)
        return -1;
    if (zdm_result_rows(r) == 0) {
        zdm_result_free(r);
        zdm_fail(err, ZDM_ERR_FAILED, "there is no table %s", written);
        zdm_gate_blame(g, check, err);
        return -1;
    }
    t->relation = zdm_strdup(zdm_result_get(r, 0, 0));
    t->key = zdm_strdup(zdm_result_get(r, 0, 1));
    t->to = quoted(zdm_check_option(check, "to"));
    t->from = from ? quoted(from) : NULL;
    zdm_result_free(r);
    return 0;
}

/* "FROM the sample WHERE", and the condition. *prefix: where the author's text begins. */
static void
add_differing(struct zdm_buf *b, const struct table *t, const struct zdm_check *check,
    bool everything, int64_t sample, size_t *prefix)
{
    zdm_buf_addf(b, "%s.%s IS DISTINCT FROM (\n", t->relation, t->to);
    *prefix = b->len;
    if (t->from)
        zdm_buf_addf(b, "%s.%s", t->relation, t->from);
    else
        zdm_buf_add(b, check->sql.text);
    zdm_buf_add(b, "\n)");
    if (everything)
        zdm_buf_addf(
            b, " AS differs, %s.%s IS NULL AS empty FROM %s", t->relation, t->to, t->relation);
    if (everything && sample < 100)
        zdm_buf_addf(b, " TABLESAMPLE SYSTEM (%lld)", (long long)sample);
}

static int
examples(const struct zdm_gate_question *g, const struct zdm_check *check, const struct table *t,
    struct zdm_buf *seen, struct zdm_err *err)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    struct zdm_result *r = NULL;
    size_t prefix;

    zdm_buf_addf(&b, "SELECT ROW(%s)::pg_catalog.text FROM %s WHERE ", t->key, t->relation);
    add_differing(&b, t, check, false, 100, &prefix);
    zdm_buf_add(&b, " LIMIT 5");
    int rc =
        zdm_gate_query(g, check, b.s, prefix, 0, NULL, zdm_check_number(check, "timeout"), &r, err);
    zdm_buf_release(&b);
    if (rc < 0)
        return -1;
    for (int i = 0; i < zdm_result_rows(r); i++) {
        const char *key = zdm_result_get(r, i, 0);
        zdm_buf_addf(
            seen, "%s%.*s", i > 0 ? ", " : "; such as ", zdm_whole_characters(key, 60), key);
    }
    zdm_result_free(r);
    return 0;
}

static int
count(const struct zdm_gate_question *g, const struct zdm_check *check, const struct table *t,
    int64_t sample, struct zdm_result **r, struct zdm_err *err)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    size_t prefix;

    zdm_buf_add(&b, "SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE s.differs),\n"
                    "  pg_catalog.count(*) FILTER (WHERE s.differs AND s.empty)\nFROM (SELECT ");
    add_differing(&b, t, check, true, sample, &prefix);
    zdm_buf_add(&b, ") AS s");
    int rc =
        zdm_gate_query(g, check, b.s, prefix, 0, NULL, zdm_check_number(check, "timeout"), r, err);
    zdm_buf_release(&b);
    return rc;
}

static int
compare(const struct zdm_gate_question *g, const struct zdm_check *check, const struct table *t,
    struct zdm_check_result *out, struct zdm_err *err)
{
    int64_t sample = zdm_check_number(check, "sample");
    struct zdm_buf seen = ZDM_BUF_INIT;
    struct zdm_result *r = NULL;
    char rows[32], differ[32], empty[32];

    int rc = count(g, check, t, sample, &r, err);
    if (rc == 0 && sample < 100 && zdm_result_i64(r, 0, 0) == 0) {
        /* Nobody was asked: the pages of a small table may all be left out. */
        zdm_result_free(r);
        r = NULL;
        rc = count(g, check, t, 100, &r, err);
    }
    if (rc < 0)
        return -1;
    out->open = zdm_result_i64(r, 0, 1) == 0;
    zdm_buf_addf(&seen, "%s of %s rows differ", zdm_show_count(zdm_result_i64(r, 0, 1), differ),
        zdm_show_count(zdm_result_i64(r, 0, 0), rows));
    if (!out->open)
        zdm_buf_addf(&seen, ", %s of them NULL", zdm_show_count(zdm_result_i64(r, 0, 2), empty));
    zdm_result_free(r);
    if (!out->open && t->key)
        rc = examples(g, check, t, &seen, err);
    out->seen = zdm_buf_take(&seen);
    if (!out->open)
        out->todo = zdm_strf("run the plan again when %s", check->shown);
    return rc;
}

int
zdm_gate_look_consistent(const struct zdm_gate_question *g, const struct zdm_check *check,
    struct zdm_check_result *out, struct zdm_err *err)
{
    struct table t = {NULL, NULL, NULL, NULL};
    int rc = find_table(g, check, &t, err);

    if (rc == 0)
        rc = compare(g, check, &t, out, err);
    release(&t);
    return rc;
}
