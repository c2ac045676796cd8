#include "batch/needs.h"

#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "batch/order.h"
#include "batch/position.h"
#include "batch/quarantine.h"
#include "batch/statement_parts.h"

extern const struct zdm_embedded zdm_batch_sql[];

#define INTO "zdm_into"

/* Something that zdm_needs_find calls: 0, and *why_not when there is no sweep for it. */
static int
check_calls(
    struct zdm_conn *conn, const struct zdm_sweep_wish *wish, char **why_not, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (wish->n_calls == 0 && wish->n_operators == 0)
        return 0;
    char *calls = zdm_texts_as_json(wish->calls, wish->n_calls),
         *operators = zdm_texts_as_json(wish->operators, wish->n_operators);
    int rc = ZDM_QUERY(
        conn, zdm_embedded_text(zdm_batch_sql, "sql/needs_calls.sql"), &r, err, calls, operators);
    if (rc == 0 && zdm_result_rows(r) > 0)
        *why_not = zdm_strf("%s is %s, so it may be another value later on",
            zdm_result_get(r, 0, 0), zdm_result_get(r, 0, 1));
    zdm_result_free(r);
    free(calls);
    free(operators);
    return rc;
}

static int
find_types(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    struct zdm_backfill_target *target, char **why_not, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char *oid = zdm_strf("%u", target->oid);
    char *set = zdm_texts_as_json((const char *const *)target->set, target->n_set);
    char *inputs = zdm_texts_as_json(spec->sweep.inputs, spec->sweep.n_inputs);
    int rc = ZDM_QUERY(
        conn, zdm_embedded_text(zdm_batch_sql, "sql/needs_columns.sql"), &r, err, oid, set, inputs);

    free(oid);
    free(set);
    free(inputs);
    if (rc < 0)
        return -1;
    if (zdm_result_rows(r) != (int)target->n_set) {
        *why_not = zdm_strf("columns of %s were dropped meanwhile", target->relation);
        /* None, for a preview, when an earlier step adds all of them. */
    } else if (target->n_set > 0 && zdm_result_get(r, 0, 1)) {
        *why_not = zdm_strf("a value is made of %s, which is generated", zdm_result_get(r, 0, 1));
    } else {
        target->needs.types = zdm_alloc((target->n_set + 1) * sizeof *target->needs.types);
        for (size_t i = 0; i < target->n_set; i++)
            target->needs.types[i] = zdm_strdup(zdm_result_get(r, (int)i, 0));
    }
    zdm_result_free(r);
    return 0;
}

/* An expression that is a column's name and nothing else, quoted as the catalog quotes it or not. */
static bool
is_column(const char *expr, const char *quoted)
{
    size_t n = strlen(quoted);

    while (*expr == ' ' || *expr == '\n')
        expr++;
    size_t m = strlen(expr);
    while (m > 0 && (expr[m - 1] == ' ' || expr[m - 1] == '\n'))
        m--;
    return m == n && strncmp(expr, quoted, n) == 0;
}

/* The column of `into` that holds a column of the key; NULL: none does. */
static const char *
held_by(
    const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *target, const char *key)
{
    for (size_t i = 0; i < target->n_set; i++)
        if (spec->n_set > 0 ? is_column(spec->set[i].expr, key) : strcmp(target->set[i], key) == 0)
            return target->set[i];
    return NULL;
}

static int
find_missing(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    struct zdm_backfill_target *target, char **why_not, struct zdm_err *err)
{
    const char *columns[ZDM_KEYS_MAX];
    struct zdm_buf b = ZDM_BUF_INIT;
    struct zdm_result *r = NULL;
    int rc = 0;
    char *into = zdm_order_own_name(target, INTO, NULL);

    for (size_t i = 0; i < target->n_keys; i++) {
        columns[i] = held_by(spec, target, target->keys[i].name);
        if (!columns[i]) {
            *why_not = zdm_strf("%s does not hold the key column %s of %s as it is", target->into,
                target->keys[i].name, target->relation);
            goto out;
        }
        zdm_buf_addf(&b, "%s%s.%s", i > 0 ? " AND " : "", into, columns[i]);
        zdm_order_add_operator(&b, &target->keys[i], "=");
        zdm_buf_addf(&b, "%s.%s", zdm_backfill_target_row(target), target->keys[i].name);
    }
    char *names = zdm_texts_as_json(columns, target->n_keys);
    rc = ZDM_QUERY(
        conn, zdm_embedded_text(zdm_batch_sql, "sql/needs_into.sql"), &r, err, target->into, names);
    if (rc == 0 && zdm_result_bool(r, 0, 0))
        target->needs.missing = zdm_buf_take(&b);
    else if (rc == 0)
        *why_not =
            zdm_strf("%s has no unique index on the key of %s", target->into, target->relation);
    free(names);
out:
    free(into);
    zdm_result_free(r);
    zdm_buf_release(&b);
    return rc;
}

int
zdm_needs_find(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    struct zdm_backfill_target *target, char **why_not, struct zdm_err *err)
{
    *why_not = NULL;
    /* By pages the passes look for such rows themselves. */
    if (!spec->sweep.on || target->by_page)
        return 0;
    *why_not = zdm_strdup(spec->sweep.why_not);
    if (!*why_not && check_calls(conn, &spec->sweep, why_not, err) < 0)
        return -1;
    if (!*why_not && spec->action == ZDM_BACKFILL_SET && !spec->where_becomes_false &&
        find_types(conn, spec, target, why_not, err) < 0)
        return -1;
    if (!*why_not && spec->action == ZDM_BACKFILL_COPY &&
        find_missing(conn, spec, target, why_not, err) < 0)
        return -1;
    target->needs.known =
        !*why_not && (spec->action != ZDM_BACKFILL_MAP || spec->where_becomes_false);
    return 0;
}

void
zdm_needs_release(struct zdm_needs *needs, size_t n_set)
{
    for (size_t i = 0; needs->types && i < n_set; i++)
        free(needs->types[i]);
    free(needs->types);
    free(needs->missing);
    *needs = (struct zdm_needs){.known = false};
}

static void
add_difference(
    struct zdm_buf *b, const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t)
{
#define AS_TEXT "::pg_catalog.text COLLATE pg_catalog.\"C\""
    /* Arrays: IS DISTINCT FROM takes the = of the author's search path. They take as long as all the
     * rest of a sweep: only of those that are not simply equal. */
    for (size_t i = 0; i < t->n_set; i++) {
        const char *row = zdm_backfill_target_row(t), *column = t->set[i];
        const char *value = spec->set[i].expr, *type = t->needs.types[i];
        zdm_buf_addf(b,
            "%s(%s.%s" AS_TEXT " " EQ "\n    ((\n%s\n)::%s)" AS_TEXT ") IS NOT TRUE\n"
            "  AND ARRAY[%s.%s" AS_TEXT
            "] OPERATOR(pg_catalog.<>)\n    ARRAY[((\n%s\n)::%s)" AS_TEXT "]",
            i > 0 ? "\n  OR " : "", row, column, value, type, row, column, value, type);
    }
}

void
zdm_needs_add(struct zdm_buf *b, const struct zdm_backfill_spec *spec,
    const struct zdm_backfill_target *t, size_t *where_at)
{
    /* CASE, not AND: the value may be an error in a row that is not meant. */
    zdm_buf_add(b, "CASE WHEN ");
    zdm_quarantine_add_keys(b, spec, t);
    zdm_buf_add(b, " THEN false");
    if (spec->where) {
        zdm_buf_add(b, " WHEN (\n");
        *where_at = b->len;
        zdm_buf_addf(b, "%s\n) IS NOT TRUE THEN false", spec->where);
    }
    zdm_buf_add(b, spec->where ? " ELSE " : " WHEN true THEN ");
    switch (spec->action) {
    case ZDM_BACKFILL_SET:
        if (spec->where_becomes_false)
            zdm_buf_add(b, "true");
        else
            add_difference(b, spec, t);
        break;
    case ZDM_BACKFILL_MAP: /* where_becomes_false */
    case ZDM_BACKFILL_DELETE:
        zdm_buf_add(b, "true");
        break;
    case ZDM_BACKFILL_COPY: {
        char *into = zdm_order_own_name(t, INTO, NULL);
        zdm_buf_addf(
            b, "NOT EXISTS (SELECT FROM %s AS %s WHERE %s)", t->into, into, t->needs.missing);
        free(into);
        break;
    }
    }
    zdm_buf_add(b, " END");
}
