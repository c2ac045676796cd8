#include "cli/json_statement.h"

#include "base/mem.h"
#include "cli/check_rows.h"

/* -1 is unknown, and null. */
static void
put_known(struct zdm_json_out *json, const char *key, int64_t n)
{
    if (n < 0)
        zdm_json_put_text(json, key, NULL);
    else
        zdm_json_put_number(json, key, n);
}

static void
put_locks(struct zdm_json_out *json, const struct zdm_statement *st)
{
    zdm_json_open(json, "locks", '[');
    for (size_t i = 0; i < st->n_locks; i++) {
        zdm_json_open(json, NULL, '{');
        zdm_json_put_text(json, "relation", st->locks[i].relation);
        zdm_json_put_text(json, "mode", zdm_lock_mode_name(st->locks[i].mode));
        zdm_json_put_text(json, "held", zdm_held_name(st->locks[i].held));
        put_known(json, "rows", st->locks[i].rows);
        put_known(json, "bytes", st->locks[i].bytes);
        zdm_json_close(json, '}');
    }
    zdm_json_close(json, ']');
}

static void
put_estimate(struct zdm_json_out *json, const struct zdm_workload *w)
{
    if (!w->work) {
        zdm_json_put_text(json, "estimate", NULL);
        return;
    }
    zdm_json_open(json, "estimate", '{');
    zdm_json_put_text(json, "work", w->work);
    zdm_json_put_number(json, "read_bytes", w->read_bytes);
    zdm_json_put_number(json, "disk_bytes", w->disk_bytes);
    zdm_json_put_number(json, "wal_bytes", w->wal_bytes);
    zdm_json_put_text(json, "tablespace", w->tablespace);
    zdm_json_put_number(json, "least_ms", w->least_ms);
    zdm_json_put_number(json, "most_ms", w->most_ms);
    zdm_json_put_text(json, "basis", w->basis);
    zdm_json_close(json, '}');
}

static void
put_breaks(struct zdm_json_out *json, const struct zdm_statement *st)
{
    zdm_json_open(json, "breaks", '[');
    if (st->breaks_readers)
        zdm_json_put_text(json, NULL, "readers");
    if (st->breaks_writers)
        zdm_json_put_text(json, NULL, "writers");
    if (st->breaks_plans)
        zdm_json_put_text(json, NULL, "plans");
    zdm_json_close(json, ']');
}

/* What a report knows of a finding beyond its statement. */
static void
put_reported(struct zdm_json_out *json, const struct zdm_checked *item, size_t i)
{
    const struct zdm_finding *f = &item->st->findings[i];
    struct zdm_check_place place;

    zdm_check_place(item, f, &place);
    zdm_json_put_text(json, "hazard", zdm_hazard_name(f->hazard));
    zdm_json_put_place(json, "line", (int64_t)place.line);
    zdm_json_put_place(json, "column", (int64_t)place.column);
    zdm_json_put_text(json, "allowed", item->allowed ? item->allowed[i] : NULL);
}

static void
put_findings(
    struct zdm_json_out *json, const struct zdm_statement *st, const struct zdm_checked *item)
{
    zdm_json_open(json, "findings", '[');
    for (size_t i = 0; i < st->n_findings; i++) {
        const struct zdm_finding *f = &st->findings[i];
        zdm_json_open(json, NULL, '{');
        zdm_json_put_text(json, "rule", f->rule);
        zdm_json_put_text(json, "severity", zdm_severity_name(f->severity));
        zdm_json_put_text(json, "message", f->message);
        zdm_json_put_text(json, "hint", f->hint);
        zdm_json_put_texts(json, "safer", (const char *const *)f->safer, f->n_safer);
        if (item)
            put_reported(json, item, i);
        zdm_json_close(json, '}');
    }
    zdm_json_close(json, ']');
}

static void
put_names(struct zdm_json_out *json, const char *key, char *const *names, size_t n)
{
    zdm_json_put_texts(json, key, (const char *const *)names, n);
}

void
zdm_json_put_statement(struct zdm_json_out *json, const struct zdm_statement *st,
    struct zdm_place at, const struct zdm_checked *item)
{
    zdm_json_open(json, NULL, '{');
    zdm_json_put_text(json, "file", at.file);
    zdm_json_put_place(json, "line", at.line);
    zdm_json_put_place(json, "column", at.column);
    zdm_json_put_text(json, "sql", st->sql);
    zdm_json_put_text(json, "kind", st->kind);
    zdm_json_put_text(json, "verdict", zdm_verdict_name(st->verdict));
    zdm_json_put_text(json, "evidence", zdm_evidence_name(st->evidence));
    zdm_json_put_text(json, "transaction", zdm_transaction_name(st->transaction));
    put_locks(json, st);
    put_names(json, "rewrites", st->rewrites, st->n_rewrites);
    put_names(json, "scans", st->scans, st->n_scans);
    put_names(json, "builds", st->builds, st->n_builds);
    put_estimate(json, &st->workload);
    put_breaks(json, st);
    zdm_json_put_bool(json, "data_loss", st->data_loss);
    zdm_json_put_text(json, "fails_with", st->fails_with);
    put_findings(json, st, item);
    if (item) {
        zdm_json_put_text(json, "step", item->step);
        zdm_json_put_texts(json, "disagreements", item->disagreements, item->n_disagreements);
    }
    zdm_json_close(json, '}');
}

json_t *
zdm_json_statement(const struct zdm_statement *st, struct zdm_place at)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    struct zdm_json_out json = {.out = &text};

    zdm_json_put_statement(&json, st, at, NULL);
    json_t *value = json_loads(text.s, 0, NULL);
    if (!value)
        zdm_die("the JSON of a statement is none");
    zdm_buf_release(&text);
    return value;
}
