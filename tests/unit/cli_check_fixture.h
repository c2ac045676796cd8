/*
 * cli_check_fixture.h - a report made by hand, for the formats of zdm check: two migrations and a
 * plan, findings of every severity, an allowed one, notes, a statement that nobody understands, and
 * names that every format must escape.
 */
#ifndef ZDM_TESTS_CLI_CHECK_FIXTURE_H
#define ZDM_TESTS_CLI_CHECK_FIXTURE_H

#include "cli/check_formats.h"
#include "cli_render.h"

#define FIRST_SQL                                                                                  \
    "-- users\n"                                                                                   \
    "ALTER TABLE users\n"                                                                          \
    "  ADD COLUMN a int,\n"                                                                        \
    "\tALTER COLUMN \"E <Mail>\" SET NOT NULL;\n"                                                  \
    "DROP TABLE old; CREATE INDEX i ON users (a);\n"
#define SECOND_SQL "\\gexec & more\n"
#define PLAN_SQL   "UPDATE users SET a = 1"

/* The structs own their texts; these are never freed. */
#define TEXT(s) ((char *)(s))

struct sample {
    struct zdm_source sources[3];
    struct zdm_statement statements[5];
    struct zdm_lock locks[2];
    struct zdm_finding findings[5];
    struct zdm_checked items[5];
    struct zdm_check_note notes[2];
    struct zdm_check_report reports[3]; /* one a source */
    size_t n_reports;
    const char *evidence;
    struct zdm_check_summary summary;
    struct zdm_check_settings settings;
    const char *allowed[1];
    const char *differences[1];
    char *safer[2], *scans[1];
};

static inline size_t
offset_of(const char *text, const char *part)
{
    const char *at = strstr(text, part);

    assert_non_null(at);
    return (size_t)(at - text);
}

/* Everything points into *s, which must stay where it is. */
static inline void
sample_init(struct sample *s)
{
    *s = (struct sample){
        .sources =
            {
                {.path = TEXT("db/1 users.sql"),
                    .text = TEXT(FIRST_SQL),
                    .original = TEXT(FIRST_SQL)},
                {.path = TEXT("db/2:a,b%.sql"),
                    .text = TEXT(SECOND_SQL),
                    .original = TEXT(SECOND_SQL)},
                {.path = TEXT("plans/u.lua"), .kind = ZDM_SOURCE_PLAN},
            },
        .safer = {TEXT("ALTER TABLE users ADD CONSTRAINT c\n"
                       "  CHECK (\"E <Mail>\" IS NOT NULL) NOT VALID"),
            TEXT("ALTER TABLE users VALIDATE CONSTRAINT c;")},
        .scans = {TEXT("users")},
        .locks =
            {
                {TEXT("users"), ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_SCAN},
                {TEXT("orders"), ZDM_LOCK_ROW_SHARE, ZDM_HELD_BRIEF},
            },
        .allowed = {"nobody reads it | since v2"},
        .differences = {"the trace locks old too"},
    };
    s->findings[0] = (struct zdm_finding){"scan-set-not-null", ZDM_HAZARD_BLOCKS,
        ZDM_SEVERITY_ERROR, offset_of(FIRST_SQL, "\"E <"),
        TEXT("SET NOT NULL on users.\"E <Mail>\" scans the whole table | 100%"),
        TEXT("prove it first\nwith a CHECK"), s->safer, 2};
    s->findings[1] = (struct zdm_finding){"break-drop-table", ZDM_HAZARD_LOSES, ZDM_SEVERITY_ERROR,
        offset_of(FIRST_SQL, "DROP"), TEXT("DROP TABLE old deletes its data"), NULL, NULL, 0};
    s->findings[2] = (struct zdm_finding){"index-create-blocking", ZDM_HAZARD_BLOCKS,
        ZDM_SEVERITY_WARNING, 0, TEXT("CREATE INDEX on users blocks writes"), NULL, NULL, 0};
    s->findings[3] = (struct zdm_finding){"uninspectable", ZDM_HAZARD_UNKNOWN, ZDM_SEVERITY_ERROR,
        0, TEXT("zdm cannot see what \\gexec does"), NULL, NULL, 0};
    s->findings[4] = (struct zdm_finding){"dml-unbatched", ZDM_HAZARD_BLOCKS, ZDM_SEVERITY_INFO, 0,
        TEXT("UPDATE of every row of users"), NULL, NULL, 0};

    s->statements[0] = (struct zdm_statement){.kind = "ALTER TABLE",
        .sql = TEXT(
            "ALTER TABLE users\n  ADD COLUMN a int,\n\tALTER COLUMN \"E <Mail>\" SET NOT NULL"),
        .offset = offset_of(FIRST_SQL, "ALTER TABLE"),
        .verdict = ZDM_VERDICT_UNSAFE,
        .parsed = true,
        .locks = s->locks,
        .n_locks = 2,
        .scans = s->scans,
        .n_scans = 1,
        .breaks_writers = true,
        .breaks_plans = true,
        .findings = &s->findings[0],
        .n_findings = 1};
    s->statements[1] = (struct zdm_statement){.kind = "DROP TABLE",
        .sql = TEXT("DROP TABLE old"),
        .offset = offset_of(FIRST_SQL, "DROP"),
        .verdict = ZDM_VERDICT_UNSAFE,
        .parsed = true,
        .data_loss = true,
        .findings = &s->findings[1],
        .n_findings = 1};
    s->statements[2] = (struct zdm_statement){.kind = "CREATE INDEX",
        .sql = TEXT("CREATE INDEX i ON users (a)"),
        .offset = offset_of(FIRST_SQL, "CREATE"),
        .verdict = ZDM_VERDICT_CAUTION,
        .parsed = true,
        .findings = &s->findings[2],
        .n_findings = 1};
    s->statements[3] = (struct zdm_statement){.kind = "psql",
        .sql = TEXT("\\gexec & more"),
        .verdict = ZDM_VERDICT_UNKNOWN,
        .findings = &s->findings[3],
        .n_findings = 1};
    s->statements[4] = (struct zdm_statement){.kind = "UPDATE",
        .sql = TEXT(PLAN_SQL),
        .verdict = ZDM_VERDICT_SAFE,
        .parsed = true,
        .findings = &s->findings[4],
        .n_findings = 1};

    s->items[0] =
        (struct zdm_checked){&s->sources[0], 2, 1, &s->statements[0], NULL, NULL, NULL, 0};
    s->items[1] =
        (struct zdm_checked){&s->sources[0], 5, 1, &s->statements[1], NULL, s->allowed, NULL, 0};
    s->items[2] = (struct zdm_checked){
        &s->sources[0], 5, 17, &s->statements[2], NULL, NULL, s->differences, 1};
    s->items[3] =
        (struct zdm_checked){&s->sources[1], 1, 1, &s->statements[3], NULL, NULL, NULL, 0};
    s->items[4] =
        (struct zdm_checked){&s->sources[2], 7, 12, &s->statements[4], "fill a", NULL, NULL, 0};
    s->notes[0] = (struct zdm_check_note){&s->sources[0], 1, ZDM_SEVERITY_WARNING, "unused-allow",
        "nothing here needs it", "take the comment out"};
    s->notes[1] = (struct zdm_check_note){
        &s->sources[2], 0, ZDM_SEVERITY_ERROR, "invalid-plan", "no such thing", NULL};
    s->n_reports = 3;
    s->evidence = "assumed";
    s->reports[0] = (struct zdm_check_report){
        .items = &s->items[0], .n = 3, .notes = &s->notes[0], .n_notes = 1};
    s->reports[1] = (struct zdm_check_report){.items = &s->items[3], .n = 1};
    s->reports[2] = (struct zdm_check_report){
        .items = &s->items[4], .n = 1, .notes = &s->notes[1], .n_notes = 1};
    s->summary = (struct zdm_check_summary){.files = 3,
        .statements = 5,
        .safe = 1,
        .caution = 1,
        .unsafe = 2,
        .unknown = 1,
        .errors = 3,
        .warnings = 2,
        .infos = 1,
        .allowed = 1,
        .exit_code = 2};
}

/* Renders the sample in a format; failed: why it ends behind its last source, or NULL. The caller
 * releases. */
static inline void
sample_render_failed(
    struct sample *s, const char *format, const struct zdm_err *failed, struct zdm_buf *out)
{
    struct zdm_check_view view = {&s->settings, s->evidence, 80};
    const struct zdm_check_format *f = zdm_check_format(format);

    assert_non_null(f);
    void *self = f->begin ? f->begin(out, &view) : NULL;
    for (size_t i = 0; i < s->n_reports; i++)
        f->add(self, out, &view, &s->reports[i]);
    if (f->end)
        f->end(self, out, &view,
            &(struct zdm_check_end){
                .summary = &s->summary, .exit_code = s->summary.exit_code, .failed = failed});
}

static inline void
sample_render(struct sample *s, const char *format, struct zdm_buf *out)
{
    sample_render_failed(s, format, NULL, out);
}

#endif
