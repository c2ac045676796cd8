#include "check/report.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct zdm_note_rule note_rules[] = {
    {"unused-allow", ZDM_SEVERITY_WARNING, "an allow comment that nothing needs"},
    {"allow-without-reason", ZDM_SEVERITY_ERROR, "an allow comment that gives no reason"},
    {"unknown-rule", ZDM_SEVERITY_WARNING, "an allow comment that names a rule that is not there"},
    {"bad-comment", ZDM_SEVERITY_WARNING, "a comment for zdm that it does not understand"},
    {"invalid-plan", ZDM_SEVERITY_ERROR, "a plan that cannot run"},
    {"refused-by-tool", ZDM_SEVERITY_ERROR, "a migration that its own tool would refuse"},
};
#define N_NOTE_RULES (sizeof note_rules / sizeof *note_rules)

const struct zdm_note_rule *
zdm_note_rules(size_t *n)
{
    *n = N_NOTE_RULES;
    return note_rules;
}

const struct zdm_note_rule *
zdm_note_rule(const char *id)
{
    for (size_t i = 0; i < N_NOTE_RULES; i++)
        if (strcmp(note_rules[i].id, id) == 0)
            return &note_rules[i];
    return NULL;
}

void
zdm_text_cursor_init(struct zdm_text_cursor *cursor, const char *text)
{
    *cursor = (struct zdm_text_cursor){.text = text, .line = 1, .column = 1};
}

void
zdm_text_cursor_move(struct zdm_text_cursor *cursor, size_t offset)
{
    while (cursor->at < offset && cursor->text[cursor->at]) {
        if (cursor->text[cursor->at] == '\n') {
            cursor->line++;
            cursor->column = 1;
        } else if (((unsigned char)cursor->text[cursor->at + 1] & 0xC0) != 0x80) {
            cursor->column++; /* the next byte begins a character */
        }
        cursor->at++;
    }
}

void
zdm_text_position(const char *text, size_t offset, size_t *line, size_t *column)
{
    struct zdm_text_cursor cursor;

    zdm_text_cursor_init(&cursor, text);
    zdm_text_cursor_move(&cursor, offset);
    *line = cursor.line;
    *column = cursor.column;
}

void
zdm_check_report_init(struct zdm_check_report *report)
{
    *report = (struct zdm_check_report){.arena = zdm_arena_new()};
}

struct zdm_checked *
zdm_check_add(struct zdm_check_report *report, const struct zdm_source *source, size_t line,
    size_t column, const struct zdm_statement *st)
{
    report->items = zdm_grow(report->items, report->n, sizeof *report->items);
    report->items[report->n] = (struct zdm_checked){.source = source,
        .line = line,
        .column = column,
        .st = st,
        .allowed =
            zdm_arena_alloc(report->arena, (st->n_findings + 1) * sizeof *report->items->allowed)};
    return &report->items[report->n++];
}

void
zdm_check_note(struct zdm_check_report *report, const struct zdm_source *source, size_t line,
    const char *rule, const char *hint, const char *fmt, ...)
{
    const struct zdm_note_rule *known = zdm_note_rule(rule);
    va_list ap;

    if (!known)
        zdm_die("a note of no rule");
    va_start(ap, fmt);
    char *message = zdm_vstrf(fmt, ap);
    va_end(ap);
    report->notes = zdm_grow(report->notes, report->n_notes, sizeof *report->notes);
    report->notes[report->n_notes++] = (struct zdm_check_note){.source = source,
        .line = line,
        .severity = known->severity,
        .rule = known->id,
        .message = zdm_arena_strdup(report->arena, message),
        .hint = zdm_arena_strdup(report->arena, hint)};
    free(message);
}

void
zdm_check_keep(struct zdm_check_report *report, struct zdm_parsed *parsed)
{
    report->parsed = zdm_grow(report->parsed, report->n_parsed, sizeof *report->parsed);
    report->parsed[report->n_parsed++] = parsed;
}

void
zdm_check_report_release(struct zdm_check_report *report)
{
    for (size_t i = 0; i < report->n_parsed; i++)
        zdm_parsed_free(report->parsed[i]);
    free(report->parsed);
    free(report->items);
    free(report->notes);
    if (report->arena)
        zdm_arena_free(report->arena);
    *report = (struct zdm_check_report){.items = NULL};
}
