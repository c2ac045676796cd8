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
    json_t *object = json_object(), *held = json_object();

    json_object_set_new(object, "stage", json_string(zdm_stage_name(p->stage)));
    json_object_set_new(object, "rows", json_integer(p->rows));
    json_object_set_new(object, "batches", json_integer(p->batches));
    json_object_set_new(object, "walked", json_integer(p->walked));
    json_object_set_new(object, "total", zdm_json_known(p->total));
    json_object_set_new(object, "rows_per_s", zdm_json_number(p->rows_per_s));
    json_object_set_new(object, "eta_ms", zdm_json_known(p->eta_ms));
    json_object_set_new(object, "eta_free_ms", zdm_json_known(p->eta_free_ms));
    json_object_set_new(object, "wal_per_s", zdm_json_number(p->wal_per_s));
    json_object_set_new(object, "hot_percent", zdm_json_known(p->hot_percent));
    json_object_set_new(object, "batch_rows", json_integer(p->batch_rows));
    json_object_set_new(object, "batch_ms", zdm_json_number(p->batch_ms));
    json_object_set_new(object, "pos", zdm_json_text(p->pos));
    json_object_set_new(object, "bound", zdm_json_text(p->bound));
    json_object_set_new(object, "deferred", json_integer(p->deferred));
    json_object_set_new(object, "quarantined", json_integer(p->quarantined));
    json_object_set_new(object, "waiting", zdm_json_text(p->waiting));
    json_object_set_new(object, "paused", json_boolean(p->paused));
    json_object_set_new(object, "workers", json_integer(p->workers));
    json_object_set_new(object, "target_ms", json_integer(p->target_ms));
    json_object_set_new(object, "run_ms", json_integer(p->run_ms));
    for (size_t i = 0; i < p->n_held; i++)
        json_object_set_new(held, p->held[i].cause, json_integer(p->held[i].ms));
    json_object_set_new(object, "held_ms", held);
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
    json_object_set_new(object, "pos", zdm_json_text(c->at.pos));
    json_object_set_new(object, "bound", zdm_json_text(c->bound));
    json_object_set_new(object, "at", zdm_json_time(c->at_ms));
    json_object_set_new(object, "partitions", json_integer(c->leaves));
    json_object_set_new(object, "partitions_done", json_integer(c->leaves_through));
    return object;
}

json_t *
zdm_json_paused(const struct zdm_control *control)
{
    json_t *object;

    if (!control->paused_by)
        return json_null();
    object = json_object();
    json_object_set_new(object, "by", zdm_json_text(control->paused_by));
    json_object_set_new(object, "note", zdm_json_text(control->paused_note));
    json_object_set_new(object, "at", zdm_json_time(control->paused_ms));
    return object;
}

json_t *
zdm_json_tuned(const struct zdm_control *control)
{
    json_t *object = json_object();

    for (int i = 0; i < ZDM_KNOBS; i++)
        json_object_set_new(object, zdm_knobs[i].name, zdm_json_known(control->knobs[i]));
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
        json_object_set_new(check, "kind", zdm_json_text(zdm_check_kind_name(c->check->kind)));
        json_object_set_new(check, "open", json_boolean(c->open));
        json_object_set_new(check, "seen", zdm_json_text(c->seen));
        json_object_set_new(check, "todo", zdm_json_text(c->todo));
        json_object_set_new(check, "ready_in_ms", zdm_json_known(c->ready_in_ms));
        json_object_set_new(check, "since", zdm_json_time(c->since_ms));
        json_array_append_new(checks, check);
    }
    json_object_set_new(object, "open", json_boolean(gate->open));
    json_object_set_new(object, "checks", checks);
    return object;
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
