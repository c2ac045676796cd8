/*
 * json_check.c - zdm check --format json: every statement with all that is known of it.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "cli/check_formats.h"
#include "cli/check_rows.h"
#include "cli/json.h"

/* null for 0: places are counted from 1. */
static json_t *
place_number(size_t n)
{
    return n ? json_integer((json_int_t)n) : json_null();
}

/* What a report knows of a finding beyond its statement. */
static void
add_to_finding(json_t *finding, const struct zdm_checked *item, size_t i)
{
    const struct zdm_finding *f = &item->st->findings[i];
    struct zdm_check_place place;

    zdm_check_place(item, f, &place);
    json_object_set_new(finding, "hazard", json_string(zdm_hazard_name(f->hazard)));
    json_object_set_new(finding, "line", place_number(place.line));
    json_object_set_new(finding, "column", place_number(place.column));
    json_object_set_new(finding, "allowed", zdm_json_text(item->allowed ? item->allowed[i] : NULL));
}

static json_t *
statement_of(const struct zdm_checked *item)
{
    struct zdm_place at = {item->source->path, (int)item->line, (int)item->column};
    json_t *object = zdm_json_statement(item->st, at), *differences = json_array();
    json_t *findings = json_object_get(object, "findings");

    for (size_t i = 0; i < item->st->n_findings; i++)
        add_to_finding(json_array_get(findings, i), item, i);
    for (size_t i = 0; i < item->n_disagreements; i++)
        json_array_append_new(differences, zdm_json_text(item->disagreements[i]));
    json_object_set_new(object, "step", zdm_json_text(item->step));
    json_object_set_new(object, "disagreements", differences);
    return object;
}

static json_t *
note_of(const struct zdm_check_note *note)
{
    json_t *object = json_object();

    json_object_set_new(object, "file", zdm_json_text(note->source->path));
    json_object_set_new(object, "line", place_number(note->line));
    json_object_set_new(object, "rule", zdm_json_text(note->rule));
    json_object_set_new(object, "severity", json_string(zdm_severity_name(note->severity)));
    json_object_set_new(object, "message", zdm_json_text(note->message));
    json_object_set_new(object, "hint", zdm_json_text(note->hint));
    return object;
}

static json_t *
summary_of(const struct zdm_check_summary *s)
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
    };
    json_t *object = json_object();

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        json_object_set_new(object, counts[i].name, json_integer((json_int_t)counts[i].n));
    return object;
}

void
zdm_render_check_json(struct zdm_buf *out, const struct zdm_check_view *view)
{
    const struct zdm_check_report *report = view->report;
    json_t *object = json_object(), *statements = json_array(), *notes = json_array();

    for (size_t i = 0; i < report->n; i++)
        json_array_append_new(statements, statement_of(&report->items[i]));
    for (size_t i = 0; i < report->n_notes; i++)
        json_array_append_new(notes, note_of(&report->notes[i]));
    json_object_set_new(object, "statements", statements);
    json_object_set_new(object, "notes", notes);
    json_object_set_new(object, "summary", summary_of(&report->summary));
    json_object_set_new(object, "evidence", zdm_json_text(report->evidence));
    json_object_set_new(
        object, "exit_code", json_integer(zdm_check_exit_code(report, view->settings)));
    zdm_json_add(out, object);
}
