/*
 * report.h - what zdm check found, ready for any format.
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
    const char *
        *allowed; /* for each finding the reason of `-- zdm: allow`, or NULL: st->n_findings */
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

struct zdm_check_summary {
    size_t files, statements, safe, caution, unsafe, unknown;
    size_t errors, warnings, infos, allowed; /* findings and notes */
};

struct zdm_check_report {
    struct zdm_checked *items;
    size_t n;
    struct zdm_check_note *notes;
    size_t n_notes;
    struct zdm_check_summary summary;
    const char *evidence; /* "assumed", or what --db and --trace gave, for the head of the text */
    struct zdm_arena *arena;
    struct zdm_parsed **parsed; /* keeps the views alive */
    size_t n_parsed;
};

/* Line and column (from 1, in characters) of byte `offset` of the text. */
void zdm_text_position(const char *text, size_t offset, size_t *line, size_t *column);

void zdm_check_report_release(struct zdm_check_report *report);

#endif
