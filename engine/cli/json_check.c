/*
 * json_check.c - zdm check --format json: every statement with all that is known of it.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "cli/check_formats.h"
#include "cli/json.h"
#include "cli/json_statement.h"

struct document {
    struct zdm_json_out json, notes;
    struct zdm_buf
        notes_text; /* notes stand behind all statements: until then as they are written */
};

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

void *
zdm_check_json_begin(struct zdm_buf *out, const struct zdm_check_view *view)
{
    struct document *document = zdm_alloc(sizeof *document);

    (void)view;
    document->json.out = out;
    document->notes_text = (struct zdm_buf)ZDM_BUF_INIT;
    zdm_json_open(&document->json, NULL, '{');
    zdm_json_open(&document->json, "statements", '[');
    document->notes =
        (struct zdm_json_out){.out = &document->notes_text, .depth = document->json.depth};
    return document;
}

void
zdm_check_json_add(void *self, struct zdm_buf *out, const struct zdm_check_view *view,
    const struct zdm_check_report *report)
{
    struct document *document = self;

    for (size_t i = 0; i < report->n; i++) {
        const struct zdm_checked *item = &report->items[i];
        struct zdm_place at = {item->source->path, (int)item->line, (int)item->column};
        zdm_json_put_statement(&document->json, item->st, at, item);
        zdm_check_emit(out, view);
    }
    for (size_t i = 0; i < report->n_notes; i++)
        put_note(&document->notes, &report->notes[i]);
}

void
zdm_check_json_end(void *self, struct zdm_buf *out, const struct zdm_check_view *view,
    const struct zdm_check_end *end)
{
    struct document *document = self;
    struct zdm_json_out *json = &document->json;

    zdm_json_close(json, ']');
    zdm_json_open(json, "notes", '[');
    zdm_check_emit_text(out, view, &document->notes_text);
    json->any = document->notes.any;
    zdm_json_close(json, ']');
    put_summary(json, end->summary);
    zdm_json_put_text(json, "evidence", view->evidence);
    if (end->failed) {
        json_t *errors = json_array();
        json_array_append_new(errors, zdm_json_error(end->failed));
        zdm_json_put(json, "errors", errors);
    }
    zdm_json_put_number(json, "exit_code", end->exit_code);
    zdm_json_close(json, '}');
    zdm_buf_release(&document->notes_text);
    free(document);
}
