/*
 * check.h - classifies sources in their order and hands on what it found in each.
 */
#ifndef ZDM_CHECK_CHECK_H
#define ZDM_CHECK_CHECK_H

#include "check/report.h"
#include "check/source.h"

struct zdm_rule_setting {
    const char *rule;
    enum zdm_severity severity;
};

enum zdm_fail_on { ZDM_FAIL_ON_ERROR, ZDM_FAIL_ON_WARNING, ZDM_FAIL_ON_NONE };

struct zdm_check_settings { /* options over zdm.conf.lua over the defaults */
    enum zdm_fail_on fail_on;
    bool allow_unknown;
    int pg_version;                 /* major; 0: the server's, or any */
    struct zdm_rule_setting *rules; /* owned by who made the settings */
    size_t n_rules;
};

/* Adds "ID=severity", or "style=severity" for all style rules, behind what is there: the last one of a
 * rule wins. Unknown words are ZDM_ERR_USAGE with the nearest one. What hides a statement that zdm
 * cannot judge is refused: that is what allow_unknown is for. */
int zdm_check_settings_rule(
    struct zdm_check_settings *settings, const char *id, const char *severity, struct zdm_err *err);
/* "error", "warning", "none". */
int zdm_check_settings_fail_on(
    struct zdm_check_settings *settings, const char *word, struct zdm_err *err);
void zdm_check_settings_release(struct zdm_check_settings *settings);

/* Runs statements on a copy after they were classified (--trace); NULL: none. engine/check knows no
 * connection: the command hands in what catalog/trace.h does. */
struct zdm_check_tracer {
    void *self;
    int (*begin)(void *self, struct zdm_err *err); /* another source */
    /* Returns -1 when the copy is gone. May change the statement, and adds lines where the two differ. */
    int (*trace)(void *self, struct zdm_statement *st, const struct zdm_sql_context *context,
        struct zdm_arena *arena, const char ***differences, size_t *n, struct zdm_err *err);
};

/* Asks whether the rows of the target stand in a statement's way (--rows), as catalog/violations.h does;
 * may add findings to it. NULL: nobody asks. -1 when the target is gone. */
struct zdm_check_asker {
    void *self;
    int (*ask)(void *self, struct zdm_statement *st, const struct zdm_sql_context *context,
        struct zdm_arena *arena, struct zdm_err *err);
};

/* Reads a plan file and classifies its statements in the context; the command hands it in, since
 * plans are Lua. Adds to the report; errors of the plan become notes. */
struct zdm_check_plans {
    void *self;
    int (*check)(void *self, const struct zdm_source *source, struct zdm_sql_context *context,
        struct zdm_check_report *report, struct zdm_err *err);
};

/* Who is told what was found: once a source, or for one of many statements several times, each time of
 * the next ones, and of notes that fell due; in the order of the sources; not of those that are only
 * read for what they do to the others. The report is a view until `found` returns; the texts of its
 * source are there until another one is spoken of. */
struct zdm_check_listener {
    void *self;
    void (*found)(void *self, const struct zdm_check_report *report);
};

/* takes catalog (NULL: none), and the texts of each source once it is judged. Adds what was found to
 * *summary, also to where it came on failure: the listener was told so much. -1 only when the work
 * could not be done; what is wrong with the sources is in the reports. */
int zdm_check_run(struct zdm_sources *sources, const struct zdm_check_settings *settings,
    struct zdm_catalog *catalog, const struct zdm_check_plans *plans,
    const struct zdm_check_tracer *tracer, const struct zdm_check_asker *rows,
    const struct zdm_check_listener *listener, struct zdm_check_summary *summary,
    struct zdm_err *err);

/* Nobody judged the statement, and nobody took that upon himself in a comment. */
bool zdm_check_is_unknown(const struct zdm_checked *item);
/* 0, 4 (findings at or above fail_on), 2 (unknown statements without allow_unknown, invalid plans):
 * 2 is the stronger. */
int zdm_check_exit_code(
    const struct zdm_check_report *report, const struct zdm_check_settings *settings);
/* Of several sources. */
int zdm_check_stronger_code(int a, int b);

#endif
