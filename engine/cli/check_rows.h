/*
 * check_rows.h - a report as a list of what is to be said, each with its place (pure).
 *
 * One row a finding, note or difference between trace and catalog, in the order of the lines: every
 * format prints these.
 */
#ifndef ZDM_CLI_CHECK_ROWS_H
#define ZDM_CLI_CHECK_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "check/check.h"

/* Rule of the row that tells a difference between trace and catalog. */
#define ZDM_RULE_TRACE_DIFFERS "trace-differs"

/* Where a finding is. From 1, in characters; the end is the first character behind. line 0: the file
 * as a whole; column 0: the line as a whole. */
struct zdm_check_place {
    size_t line, column, end_line, end_column;
    size_t from, to; /* in bytes of the statement's text */
};
/* finding NULL: of the statement. */
void zdm_check_place(
    const struct zdm_checked *item, const struct zdm_finding *finding, struct zdm_check_place *out);

struct zdm_check_row {
    const struct zdm_source *source;
    const struct zdm_checked *item;    /* NULL: a note about the source */
    const struct zdm_finding *finding; /* NULL: a note or a difference */
    const char *rule, *message, *hint; /* hint may be NULL */
    const char *allowed;               /* the reason why it does not count, or NULL */
    enum zdm_severity severity;
    struct zdm_check_place at;
    size_t order;         /* in which it was found */
    bool first;           /* of its statement */
    char fingerprint[65]; /* of zdm_check_fingerprints, else empty */
};

struct zdm_check_rows {
    struct zdm_check_row *rows;
    size_t n;
};

/* Owned by the caller; views of the report. */
void zdm_check_rows_init(struct zdm_check_rows *out, const struct zdm_check_report *report);
void zdm_check_rows_release(struct zdm_check_rows *rows);
/* What was fingerprinted of the source that is being reported: a number or two a row. */
struct zdm_check_prints {            /* all zero is empty */
    const struct zdm_source *source; /* only compared */
    struct zdm_check_print {
        uint64_t head; /* of the fingerprint without its number */
        size_t seen;
    } * slots;
    size_t n, room;
};
/* Fills the fingerprints: they stay when the lines around a row change, and no two rows have the same,
 * of other sources neither, since the path is part of it. */
void zdm_check_fingerprints(struct zdm_check_prints *prints, struct zdm_check_rows *rows);
void zdm_check_prints_release(struct zdm_check_prints *prints);

/* The rules that rows spoke of, each once, in the order in which they came. */
struct zdm_check_rules { /* all zero is empty */
    const char **ids;    /* n, static each */
    size_t n;
};
/* Where it is in the set; it is put there when it was not. */
size_t zdm_check_rule_index(struct zdm_check_rules *rules, const char *id);
void zdm_check_rules_release(struct zdm_check_rules *rules);

/* Is a row of that severity a reason to fail? */
bool zdm_check_counts(const struct zdm_check_row *row, const struct zdm_check_settings *settings);

/* Where a piece of text ends that begins at line and column: moves both on over n bytes. */
void zdm_check_advance(const char *text, size_t n, size_t *line, size_t *column);

/* What a statement does, in the words of people; adds nothing when there is nothing of it. */
void zdm_check_locks(struct zdm_buf *out, const struct zdm_statement *st);
void zdm_check_work(struct zdm_buf *out, const struct zdm_statement *st);
void zdm_check_breaks(struct zdm_buf *out, const struct zdm_statement *st);

/* The safer form, each statement on lines of its own and with a semicolon behind it. */
void zdm_check_safer(struct zdm_buf *out, const struct zdm_finding *finding);
/* The path as a repository knows it: without "./" before it. */
const char *zdm_check_path(const struct zdm_check_row *row);

#endif
