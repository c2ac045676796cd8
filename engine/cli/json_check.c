/*
 * json_check.c - zdm check --format json: every statement with all that is known of it.
 */
#include "cli/check_formats.h"
#include "cli/json_statement.h"

static void
put_note(struct zdm_json_out *json, const struct zdm_check_note *note)
{
    zdm_json_open(json, NULL, '{');
    zdm_json_put_text(json, "file", note->source->path);
    zdm_json_put_place(json, "line", (int64_t)note->line);
    zdm_json_put_text(json, "rule", note->rule);
    zdm_json_put_text(json, "severity", zdm_severity_name(note->severity));
    zdm_json_put_text(json, "message", note->message);
    zdm_json_put_text(json, "hint", note->hint);
    zdm_json_close(json, '}');
}

static void
put_summary(struct zdm_json_out *json, const struct zdm_check_summary *s)
{
    const struct {
        const char *name;
        size_t n;
    } counts[] = {
        {"files", s->files},
        {"statements", s->statements},
        {"safe", s->safe},
        {"caution", s->caution},
        {"unsafe", s->unsafe},
        {"unknown", s->unknown},
        {"errors", s->errors},
        {"warnings", s->warnings},
        {"infos", s->infos},
        {"allowed", s->allowed},
        {"applied", s->applied},
    };

    zdm_json_open(json, "summary", '{');
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        zdm_json_put_number(json, counts[i].name, (int64_t)counts[i].n);
    zdm_json_close(json, '}');
}

void
zdm_render_check_json(struct zdm_buf *out, const struct zdm_check_view *view)
{
    const struct zdm_check_report *report = view->report;
    struct zdm_json_out json = {.out = out};

    zdm_json_open(&json, NULL, '{');
    zdm_json_open(&json, "statements", '[');
    for (size_t i = 0; i < report->n; i++) {
        const struct zdm_checked *item = &report->items[i];
        struct zdm_place at = {item->source->path, (int)item->line, (int)item->column};
        zdm_json_put_statement(&json, item->st, at, item);
        zdm_check_emit(out, view);
    }
    zdm_json_close(&json, ']');
    zdm_json_open(&json, "notes", '[');
    for (size_t i = 0; i < report->n_notes; i++) {
        put_note(&json, &report->notes[i]);
        zdm_check_emit(out, view);
    }
    zdm_json_close(&json, ']');
    put_summary(&json, &report->summary);
    zdm_json_put_text(&json, "evidence", report->evidence);
    zdm_json_put_number(&json, "exit_code", zdm_check_exit_code(report, view->settings));
    zdm_json_close(&json, '}');
}
