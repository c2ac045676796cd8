/* The table that a backfill copies rows into. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "batch/target_column.h"

extern const struct zdm_embedded zdm_batch_sql[];

static int
check_into(const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *target,
    const struct zdm_result *r, const char *role, struct zdm_err *err)
{
    if (zdm_result_rows(r) == 0) {
        zdm_fail(err, ZDM_ERR_FAILED, "copy into: table %s does not exist", spec->into);
        return zdm_err_hint(err, "create it in an earlier step of plan \"%s\"", spec->plan);
    }
    const char *relation = zdm_result_get(r, 0, 2);
    if (!zdm_result_bool(r, 0, 1)) {
        zdm_fail(err, ZDM_ERR_FAILED, "copy into: %s is not a table", relation);
        return zdm_err_hint(
            err, "rows and the backfill's cursor commit together: name a table here");
    }
    if (strcmp(relation, target->relation) == 0) {
        zdm_fail(err, ZDM_ERR_FAILED, "copy into: %s is the table that is copied", relation);
        return zdm_err_hint(err, "name another table");
    }
    if (zdm_result_bool(r, 0, 4))
        return zdm_target_refuse_own("copy into: ", relation, err);
    if (zdm_result_bool(r, 0, 3)) {
        zdm_fail(err, ZDM_ERR_FAILED, "copy into: row-level security of %s applies to role \"%s\"",
            relation, role);
        return zdm_err_hint(err, "run as the owner of %s, or as a role with BYPASSRLS", relation);
    }
    const char *rule = zdm_result_get(r, 0, 5);
    if (!rule)
        return 0;
    zdm_fail(err, ZDM_ERR_FAILED, "copy into: %s has rule %s ON %s", relation, rule,
        zdm_result_get(r, 0, 6));
    zdm_err_detail(err, "a batch moves its place and inserts its rows in one statement, in which "
                        "rules do not work");
    return zdm_err_hint(err,
        "make it a trigger, or let an earlier step say ALTER TABLE %s DISABLE RULE %s", relation,
        rule);
}

/* Every column that both tables have. */
static int
take_common(struct zdm_backfill_target *t, const struct zdm_result *columns, struct zdm_err *err)
{
    int n = zdm_result_rows(columns);

    t->set = zdm_alloc(((size_t)n + 1) * sizeof *t->set);
    for (int i = 0; i < n; i++)
        if (zdm_result_bool(columns, i, 1))
            t->set[t->n_set++] = zdm_strdup(zdm_result_get(columns, i, 0));
    if (t->n_set > 0)
        return 0;
    zdm_fail(
        err, ZDM_ERR_FAILED, "copy into: %s and %s have no column in common", t->into, t->relation);
    return zdm_err_hint(err, "say what goes where: columns = { column = \"expression\" }");
}

static bool
is_copied(const struct zdm_backfill_target *t, const char *column)
{
    for (size_t i = 0; i < t->n_set; i++)
        if (strcmp(t->set[i], column) == 0)
            return true;
    return false;
}

/* "(id) DO UPDATE SET n = EXCLUDED.n" */
static int
build_update(struct zdm_backfill_target *t, const struct zdm_result *columns, struct zdm_err *err)
{
    struct zdm_buf key = ZDM_BUF_INIT, set = ZDM_BUF_INIT;
    int rc = 0;

    for (int i = 0; rc == 0 && i < zdm_result_rows(columns); i++) {
        const char *column = zdm_result_get(columns, i, 0);
        bool copied = is_copied(t, column);
        if (!zdm_result_bool(columns, i, 2)) {
            if (copied)
                zdm_buf_addf(&set, "%s%s = EXCLUDED.%s", set.len > 0 ? ", " : "", column, column);
        } else if (copied) {
            zdm_buf_addf(&key, "%s%s", key.len > 0 ? ", " : "", column);
        } else {
            rc = zdm_fail(err, ZDM_ERR_FAILED,
                "copy into: column %s, of the primary key of %s, is not copied", column, t->into);
            zdm_err_hint(err, "on_conflict = \"update\" tells rows by it: add it to columns");
        }
    }
    if (rc == 0 && key.len == 0) {
        rc = zdm_fail(err, ZDM_ERR_FAILED, "copy into: %s has no primary key", t->into);
        zdm_err_hint(err, "on_conflict = \"update\" tells rows by it: add one, or say \"nothing\"");
    }
    if (rc == 0)
        t->conflict = set.len > 0 ? zdm_strf("(%s) DO UPDATE SET %s", key.s, set.s)
                                  : zdm_strf("(%s) DO NOTHING", key.s);
    zdm_buf_release(&key);
    zdm_buf_release(&set);
    return rc;
}

int
zdm_target_find_into(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    struct zdm_backfill_target *t, const char *role, struct zdm_err *err)
{
    struct zdm_result *table = NULL, *columns = NULL;
    char *source = zdm_strf("%u", t->oid);
    int rc = -1;

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/target_into.sql"), &table, err,
            spec->into, spec->on_conflict == ZDM_CONFLICT_ERROR ? "false" : "true") < 0) {
        zdm_err_wrap(err, "copy into %s", spec->into);
        goto out;
    }
    if (check_into(spec, t, table, role, err) < 0)
        goto out;
    struct zdm_column column = {.oid = zdm_result_get(table, 0, 0),
        .relation = zdm_result_get(table, 0, 2),
        .role = role,
        .insert = true};
    t->into = zdm_strdup(column.relation);
    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/target_into_columns.sql"), &columns,
            err, column.oid, source) < 0)
        goto out;
    if (spec->n_set == 0 && take_common(t, columns, err) < 0)
        goto out;
    if (spec->n_set > 0)
        t->set = zdm_alloc(spec->n_set * sizeof *t->set);
    for (; t->n_set < spec->n_set; t->n_set++)
        if (zdm_target_column(conn, &column, spec->set[t->n_set].column, &t->set[t->n_set], err) <
            0)
            goto out;
    if (spec->on_conflict == ZDM_CONFLICT_NOTHING)
        t->conflict = zdm_strdup("DO NOTHING");
    rc = spec->on_conflict == ZDM_CONFLICT_UPDATE ? build_update(t, columns, err) : 0;
out:
    free(source);
    zdm_result_free(table);
    zdm_result_free(columns);
    return rc;
}
