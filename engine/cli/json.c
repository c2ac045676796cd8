#include "cli/json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/layout.h"

json_t *
zdm_json_text(const char *s)
{
    if (!s)
        return json_null();

    json_t *value = json_string(s);
    if (value)
        return value;

    /* Not UTF-8: a server of another encoding, a file name. Say what can be said. */
    struct zdm_buf clean = ZDM_BUF_INIT;
    int width;
    for (size_t n; (n = zdm_utf8_next(s, &width)) > 0; s += n) {
        value = n > 1 ? json_stringn(s, n) : NULL;
        if (value || (n == 1 && !(*s & 0x80)))
            zdm_buf_addn(&clean, s, n);
        else
            zdm_buf_add(&clean, "\xef\xbf\xbd");
        json_decref(value);
    }
    value = json_stringn(clean.s, clean.len);
    zdm_buf_release(&clean);
    return value;
}

json_t *
zdm_json_time(int64_t at_ms)
{
    char text[32];

    return at_ms ? json_string(zdm_iso8601(at_ms, text)) : json_null();
}

json_t *
zdm_json_known(int64_t n)
{
    return n < 0 ? json_null() : json_integer(n);
}

json_t *
zdm_json_number(double value)
{
    if (!isfinite(value))
        return json_null();
    return json_real(round(value * 10) / 10);
}

json_t *
zdm_json_texts(char *const *texts, size_t n)
{
    json_t *array = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(array, zdm_json_text(texts[i]));
    return array;
}

static const char *
code_name(enum zdm_code code)
{
    switch (code) {
    case ZDM_OK:
        return "ok";
    case ZDM_ERR_FAILED:
        return "failed";
    case ZDM_ERR_USAGE:
        return "usage";
    case ZDM_ERR_PLAN:
        return "plan";
    case ZDM_ERR_CLOSED:
        return "closed";
    case ZDM_ERR_REFUSED:
        return "refused";
    case ZDM_ERR_OWNED:
        return "owned";
    case ZDM_ERR_PAUSED:
        return "paused";
    case ZDM_ERR_MISMATCH:
        return "mismatch";
    case ZDM_ERR_INTERRUPTED:
        return "interrupted";
    }
    zdm_die("unknown error code");
}

json_t *
zdm_json_error(const struct zdm_err *err)
{
    json_t *object = json_object();

    json_object_set_new(object, "file", zdm_json_text(err->file));
    json_object_set_new(object, "line", zdm_json_known(err->line ? err->line : -1));
    json_object_set_new(object, "column", zdm_json_known(err->column ? err->column : -1));
    json_object_set_new(object, "code", json_string(code_name(err->code)));
    json_object_set_new(object, "sqlstate", zdm_json_text(*err->sqlstate ? err->sqlstate : NULL));
    json_object_set_new(object, "message", zdm_json_text(err->message));
    json_object_set_new(object, "detail", zdm_json_text(err->detail));
    json_object_set_new(object, "hint", zdm_json_text(err->hint));
    return object;
}

json_t *
zdm_json_errors(const struct zdm_errlist *errors)
{
    json_t *array = json_array();

    for (size_t i = 0; i < errors->count; i++)
        json_array_append_new(array, zdm_json_error(&errors->items[i]));
    return array;
}

json_t *
zdm_json_progress(const struct zdm_backfill_progress *p)
{
    json_t *object = json_object();

    json_object_set_new(object, "rows", json_integer(p->rows));
    json_object_set_new(object, "batches", json_integer(p->batches));
    json_object_set_new(object, "walked", json_integer(p->walked));
    json_object_set_new(object, "total", zdm_json_known(p->total));
    json_object_set_new(object, "rows_per_s", zdm_json_number(p->rows_per_s));
    json_object_set_new(object, "eta_ms", zdm_json_known(p->eta_ms));
    json_object_set_new(object, "batch_rows", json_integer(p->batch_rows));
    json_object_set_new(object, "batch_ms", zdm_json_number(p->batch_ms));
    json_object_set_new(object, "pos", zdm_json_text(p->pos));
    json_object_set_new(object, "bound", zdm_json_text(p->bound));
    json_object_set_new(object, "waiting", zdm_json_text(p->waiting));
    return object;
}

json_t *
zdm_json_cursor(const struct zdm_cursor *c)
{
    json_t *object = json_object();

    json_object_set_new(object, "state", zdm_json_text(c->state));
    json_object_set_new(object, "rows", json_integer(c->rows));
    json_object_set_new(object, "batches", json_integer(c->batches));
    json_object_set_new(object, "total", zdm_json_known(c->total));
    json_object_set_new(object, "pos", zdm_json_text(c->pos));
    json_object_set_new(object, "bound", zdm_json_text(c->bound));
    json_object_set_new(object, "at", zdm_json_time(c->at_ms));
    return object;
}

json_t *
zdm_json_gate(const struct zdm_gate_result *gate)
{
    json_t *object = json_object(), *checks = json_array();

    for (size_t i = 0; i < gate->n_checks; i++) {
        const struct zdm_check_result *c = &gate->checks[i];
        json_t *check = json_object();
        json_object_set_new(check, "id", zdm_json_text(c->check->id));
        json_object_set_new(check, "kind", json_string(zdm_check_kind_name(c->check->kind)));
        json_object_set_new(check, "open", json_boolean(c->open));
        json_object_set_new(check, "seen", zdm_json_text(c->seen));
        json_object_set_new(check, "todo", zdm_json_text(c->todo));
        json_object_set_new(check, "ready_in_ms", zdm_json_known(c->ready_in_ms));
        json_array_append_new(checks, check);
    }
    json_object_set_new(object, "open", json_boolean(gate->open));
    json_object_set_new(object, "checks", checks);
    return object;
}

static json_t *
locks_of(const struct zdm_statement *st)
{
    json_t *array = json_array();

    for (size_t i = 0; i < st->n_locks; i++) {
        json_t *lock = json_object();
        json_object_set_new(lock, "relation", zdm_json_text(st->locks[i].relation));
        json_object_set_new(lock, "mode", json_string(zdm_lock_mode_name(st->locks[i].mode)));
        json_object_set_new(lock, "held", json_string(zdm_held_name(st->locks[i].held)));
        json_array_append_new(array, lock);
    }
    return array;
}

static json_t *
findings_of(const struct zdm_statement *st)
{
    json_t *array = json_array();

    for (size_t i = 0; i < st->n_findings; i++) {
        const struct zdm_finding *f = &st->findings[i];
        json_t *finding = json_object();
        json_object_set_new(finding, "rule", zdm_json_text(f->rule));
        json_object_set_new(finding, "severity", json_string(zdm_severity_name(f->severity)));
        json_object_set_new(finding, "message", zdm_json_text(f->message));
        json_object_set_new(finding, "hint", zdm_json_text(f->hint));
        json_object_set_new(finding, "safer", zdm_json_texts(f->safer, f->n_safer));
        json_array_append_new(array, finding);
    }
    return array;
}

json_t *
zdm_json_statement(const struct zdm_statement *st, struct zdm_place at)
{
    json_t *object = json_object(), *breaks = json_array();

    if (st->breaks_readers)
        json_array_append_new(breaks, json_string("readers"));
    if (st->breaks_writers)
        json_array_append_new(breaks, json_string("writers"));
    if (st->breaks_plans)
        json_array_append_new(breaks, json_string("plans"));
    json_object_set_new(object, "file", zdm_json_text(at.file));
    json_object_set_new(object, "line", zdm_json_known(at.line ? at.line : -1));
    json_object_set_new(object, "column", zdm_json_known(at.column ? at.column : -1));
    json_object_set_new(object, "sql", zdm_json_text(st->sql));
    json_object_set_new(object, "kind", zdm_json_text(st->kind));
    json_object_set_new(object, "verdict", json_string(zdm_verdict_name(st->verdict)));
    json_object_set_new(object, "evidence", json_string(zdm_evidence_name(st->evidence)));
    json_object_set_new(object, "transaction", json_string(zdm_transaction_name(st->transaction)));
    json_object_set_new(object, "locks", locks_of(st));
    json_object_set_new(object, "rewrites", zdm_json_texts(st->rewrites, st->n_rewrites));
    json_object_set_new(object, "scans", zdm_json_texts(st->scans, st->n_scans));
    json_object_set_new(object, "builds", zdm_json_texts(st->builds, st->n_builds));
    json_object_set_new(object, "breaks", breaks);
    json_object_set_new(object, "data_loss", json_boolean(st->data_loss));
    json_object_set_new(object, "fails_with", zdm_json_text(st->fails_with));
    json_object_set_new(object, "findings", findings_of(st));
    return object;
}

void
zdm_json_add(struct zdm_buf *out, json_t *value)
{
    char *text = json_dumps(value, JSON_REAL_PRECISION(15) | JSON_INDENT(2));

    if (!text)
        zdm_die("cannot write JSON");
    zdm_buf_add(out, text);
    zdm_buf_addc(out, '\n');
    free(text);
    json_decref(value);
}

void
zdm_json_print(struct zdm_stream *stream, json_t *value, bool line)
{
    size_t flags = JSON_REAL_PRECISION(15) | (line ? JSON_COMPACT : JSON_INDENT(2));
    char *text = json_dumps(value, flags);

    if (!text)
        zdm_die("cannot write JSON");
    if (!stream->failed && (fputs(text, stream->file) == EOF || fputc('\n', stream->file) == EOF))
        stream->failed = errno;
    free(text);
    json_decref(value);
    if (line)
        zdm_io_flush(stream);
}
