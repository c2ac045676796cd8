#include "pg/journal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "base/text.h"

extern const struct zdm_embedded zdm_pg_sql[];

static char *
cell(const struct zdm_result *r, int row, int column)
{
    return zdm_strdup(zdm_result_get(r, row, column));
}

int
zdm_journal_read(
    struct zdm_conn *conn, const char *plan, struct zdm_journal_rows *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_pg_sql, "sql/journal_read.sql"), &r, err, plan) < 0)
        return -1;
    size_t n = (size_t)zdm_result_rows(r);
    *out = (struct zdm_journal_rows){
        .items = zdm_alloc((n + 1) * sizeof *out->items),
        .undone = zdm_alloc((n + 1) * sizeof *out->undone),
    };
    for (int i = 0; i < zdm_result_rows(r); i++) {
        bool undone = strcmp(zdm_result_get(r, i, 2), "undone") == 0;
        *(undone ? &out->undone[out->n_undone++] : &out->items[out->count++]) =
            (struct zdm_journal_row){
                .step = cell(r, i, 0),
                .item = cell(r, i, 1),
                .state = cell(r, i, 2),
                .kind = cell(r, i, 3),
                .fingerprint = cell(r, i, 4),
                .definition = cell(r, i, 5),
                .detail = cell(r, i, 6),
                .who = cell(r, i, 7),
                .epoch = zdm_result_i64(r, i, 8),
                .at_ms = zdm_result_i64(r, i, 9),
                .age_ms = zdm_result_i64(r, i, 10),
            };
    }
    zdm_result_free(r);
    return 0;
}

static void
release_rows(struct zdm_journal_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(rows[i].step);
        free(rows[i].item);
        free(rows[i].state);
        free(rows[i].kind);
        free(rows[i].fingerprint);
        free(rows[i].definition);
        free(rows[i].detail);
        free(rows[i].who);
    }
    free(rows);
}

void
zdm_journal_rows_release(struct zdm_journal_rows *rows)
{
    release_rows(rows->items, rows->count);
    release_rows(rows->undone, rows->n_undone);
    *rows = (struct zdm_journal_rows){.items = NULL};
}

const struct zdm_journal_row *
zdm_journal_find(const struct zdm_journal_rows *rows, const char *step, const char *item)
{
    for (size_t i = 0; i < rows->count; i++)
        if (strcmp(rows->items[i].step, step) == 0 && strcmp(rows->items[i].item, item) == 0)
            return &rows->items[i];
    return NULL;
}

const struct zdm_journal_row *
zdm_journal_find_undone(const struct zdm_journal_rows *rows, const char *step)
{
    for (size_t i = 0; i < rows->n_undone; i++)
        if (strcmp(rows->undone[i].step, step) == 0 && rows->undone[i].item[0] == '\0')
            return &rows->undone[i];
    return NULL;
}

int
zdm_journal_forget(struct zdm_conn *conn, const char *plan, const char *step, const char *kind,
    const char *who, int64_t epoch, struct zdm_err *err)
{
    char run[24];

    snprintf(run, sizeof run, "%" PRId64, epoch);
    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_pg_sql, "sql/journal_forget.sql"), NULL, err, plan,
            step, who, run) < 0)
        return -1;
    const char *left = strcmp(kind, "backfill") == 0 ? "sql/journal_forget_rows.sql"
                       : strcmp(kind, "gate") == 0   ? "sql/journal_forget_gate.sql"
                                                     : NULL;
    if (!left || ZDM_QUERY(conn, zdm_embedded_text(zdm_pg_sql, left), NULL, err, plan, step) == 0)
        return 0;
    if (strcmp(err->sqlstate, "42501") == 0) /* insufficient privilege */
        zdm_err_hint(err, "ask the owner of the schema zdm to run: GRANT DELETE ON zdm.cursor, "
                          "zdm.quarantine, zdm.gate TO the role of this run");
    return -1;
}

int
zdm_journal_write(struct zdm_conn *conn, const struct zdm_journal_entry *entry, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char epoch[24];

    snprintf(epoch, sizeof epoch, "%" PRId64, entry->epoch);
    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_pg_sql, "sql/journal_write.sql"), &r, err,
            entry->plan, entry->step, entry->item ? entry->item : "", entry->state, entry->kind,
            entry->fingerprint, entry->definition, entry->detail, entry->who ? entry->who : "",
            epoch) < 0)
        return -1;
    bool written = zdm_result_affected(r) == 1;
    zdm_result_free(r);
    if (written)
        return 0;
    zdm_fail(err, ZDM_ERR_OWNED, "another runner has taken over plan \"%s\"", entry->plan);
    return zdm_err_detail(err, "the journal has a row of a later run for step \"%s\"", entry->step);
}

int
zdm_journal_add_detail(struct zdm_conn *conn, const char *plan, const char *step, int64_t epoch,
    const char *json, struct zdm_err *err)
{
    char run[24];

    snprintf(run, sizeof run, "%" PRId64, epoch);
    return ZDM_QUERY(conn, zdm_embedded_text(zdm_pg_sql, "sql/journal_detail.sql"), NULL, err, plan,
        step, run, json);
}

int
zdm_journal_plans(
    struct zdm_conn *conn, struct zdm_journal_plan **out, size_t *n, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (zdm_conn_exec(conn, zdm_embedded_text(zdm_pg_sql, "sql/journal_plans.sql"), &r, err) < 0)
        return -1;
    *n = (size_t)zdm_result_rows(r);
    *out = *n ? zdm_alloc(*n * sizeof **out) : NULL;
    for (int i = 0; i < zdm_result_rows(r); i++)
        (*out)[i] = (struct zdm_journal_plan){
            .name = cell(r, i, 0),
            .fingerprint = cell(r, i, 1),
            .runner = cell(r, i, 2),
            .epoch = zdm_result_i64(r, i, 3),
            .at_ms = zdm_result_i64(r, i, 4),
            .next = cell(r, i, 5),
            .phase = cell(r, i, 6),
            .kind = cell(r, i, 7),
            .steps = zdm_result_i64(r, i, 8),
            .waits = cell(r, i, 9),
        };
    zdm_result_free(r);
    return 0;
}

void
zdm_journal_plans_free(struct zdm_journal_plan *plans, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(plans[i].name);
        free(plans[i].fingerprint);
        free(plans[i].runner);
        free(plans[i].next);
        free(plans[i].phase);
        free(plans[i].kind);
        free(plans[i].waits);
    }
    free(plans);
}
