/*
 * report.h - what zdm check found in one source, or in a portion of it, ready for any format.
 *
 * Nobody holds the reports of all sources, nor all of a large source: each is handed on (check.h) and
 * let go.
 *
 * Statements in the order in which they would run. Findings of a statement are in the order of their
 * place; a suppressed one stays, with the reason that the author gave.
 */
#ifndef ZDM_CHECK_REPORT_H
#define ZDM_CHECK_REPORT_H

#include "base/err.h"
#include "base/mem.h"
#include "check/source.h"

struct zdm_checked {
    const struct zdm_source *source; /* borrowed */
    size_t line, column; /* of the statement's first character, from 1; column in characters */
    const struct zdm_statement *st; /* view until zdm_check_report_release */
    const char *step;               /* of a plan: the step's id, else NULL */
    /* For each finding (st->n_findings) the reason of `-- zdm: allow`, or NULL; the array NULL:
     * nothing is allowed. */
    const char **allowed;
    const char **disagreements; /* --trace: where trace and catalog differ, n_disagreements lines */
    size_t n_disagreements;
};

struct zdm_check_note { /* something about a source as a whole, or a comment in it */
    const struct zdm_source *source;
    size_t line;
    enum zdm_severity severity;
    const char *rule; /* "unused-allow", "allow-without-reason", "invalid-plan", ... */
    const char *message, *hint;
};

struct zdm_check_summary { /* of all sources */
    size_t files, statements, safe, caution, unsafe, unknown;
    size_t errors, warnings, infos, allowed; /* findings and notes */
    size_t applied; /* migrations that the target has already, and that were left out */
    int exit_code;  /* of zdm_check_exit_code() the one that counts most: 2, 4, 0 */
};

struct zdm_check_report {
    struct zdm_checked *items;
    size_t n;
    struct zdm_check_note *notes;
    size_t n_notes;
    struct zdm_arena *arena;
    struct zdm_parsed **parsed; /* keeps the views alive */
    size_t n_parsed;
};

/* Line and column (from 1, in characters) of byte `offset` of the text. */
void zdm_text_position(const char *text, size_t offset, size_t *line, size_t *column);
/* The same for offsets that grow: a text is gone through once, however many they are. */
struct zdm_text_cursor {
    const char *text;
    size_t at, line, column;
};
void zdm_text_cursor_init(struct zdm_text_cursor *cursor, const char *text);
void zdm_text_cursor_move(struct zdm_text_cursor *cursor, size_t offset); /* not backwards */

/* Rules of notes, which are none of the classifier's. NULL when there is none of that id. */
struct zdm_note_rule {
    const char *id;
    enum zdm_severity severity;
    const char *means; /* for people: one line */
};
const struct zdm_note_rule *zdm_note_rules(size_t *n);
const struct zdm_note_rule *zdm_note_rule(const char *id);

void zdm_check_report_init(struct zdm_check_report *report);
/* Adds a statement: borrows st, which zdm_check_keep() or the report's arena keeps; allowed is all NULL.
 * View until the next one. */
struct zdm_checked *zdm_check_add(struct zdm_check_report *report, const struct zdm_source *source,
    size_t line, size_t column, const struct zdm_statement *st);
/* Adds a note of one of the rules above; hint may be NULL. */
void zdm_check_note(struct zdm_check_report *report, const struct zdm_source *source, size_t line,
    const char *rule, const char *hint, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* Takes what the views are of. */
void zdm_check_keep(struct zdm_check_report *report, struct zdm_parsed *parsed);

void zdm_check_report_release(struct zdm_check_report *report);

#endif
