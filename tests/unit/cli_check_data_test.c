/*
 * What programs get of a report: JSON, SARIF, GitLab, JUnit; and Markdown, which must not be broken
 * out of.
 */
#include "cli_check_fixture.h"

#include <expat.h>
#include <jansson.h>
#include <stdlib.h>

#include "cli/check_rows.h"

static json_t *
parsed(struct sample *s, const char *format)
{
    struct zdm_buf out = ZDM_BUF_INIT;
    json_error_t error;

    sample_render(s, format, &out);
    json_t *json = json_loads(out.s, JSON_REJECT_DUPLICATES, &error);
    if (!json)
        fail_msg("%s: line %d: %s", format, error.line, error.text);
    zdm_buf_release(&out);
    return json;
}

/* "a.0.b": object keys and array indexes. */
static json_t *
at(json_t *json, const char *path)
{
    while (json && *path) {
        char key[64];
        size_t n = strcspn(path, ".");
        assert_true(n < sizeof key);
        memcpy(key, path, n);
        key[n] = 0;
        json = json_is_array(json) ? json_array_get(json, strtoul(key, NULL, 10))
                                   : json_object_get(json, key);
        path += n + (path[n] == '.');
    }
    return json;
}

static void
expect(json_t *json, const char *path, const char *value)
{
    json_t *found = at(json, path);

    if (!json_is_string(found))
        fail_msg("%s is no string", path);
    assert_string_equal(json_string_value(found), value);
}

static void
expect_number(json_t *json, const char *path, json_int_t value)
{
    if (!json_is_integer(at(json, path)))
        fail_msg("%s is no number", path);
    assert_int_equal(json_integer_value(at(json, path)), value);
}

static void
test_json(void **state)
{
    (void)state;
    struct sample s;

    sample_init(&s);
    json_t *json = parsed(&s, "json");
    assert_int_equal(json_array_size(at(json, "statements")), 5);
    expect(json, "statements.0.file", "db/1 users.sql");
    expect_number(json, "statements.0.line", 2);
    expect(json, "statements.0.kind", "ALTER TABLE");
    expect(json, "statements.0.verdict", "unsafe");
    expect(json, "statements.0.evidence", "assumed");
    expect(json, "statements.0.transaction", "ok");
    expect(json, "statements.0.locks.0.mode", "ACCESS EXCLUSIVE");
    expect(json, "statements.0.locks.0.held", "scan");
    expect(json, "statements.0.scans.0", "users");
    expect(json, "statements.0.breaks.0", "writers");
    assert_true(json_is_null(at(json, "statements.0.fails_with")));
    assert_true(json_is_null(at(json, "statements.0.step")));
    expect(json, "statements.0.findings.0.rule", "scan-set-not-null");
    expect(json, "statements.0.findings.0.hazard", "blocks");
    expect_number(json, "statements.0.findings.0.line", 4);
    expect_number(json, "statements.0.findings.0.column", 15);
    assert_int_equal(json_array_size(at(json, "statements.0.findings.0.safer")), 2);
    assert_true(json_is_null(at(json, "statements.0.findings.0.allowed")));
    expect(json, "statements.1.findings.0.allowed", "nobody reads it | since v2");
    expect(json, "statements.2.disagreements.0", "the trace locks old too");
    expect(json, "statements.4.step", "fill a");
    expect(json, "notes.0.rule", "unused-allow");
    expect_number(json, "notes.0.line", 1);
    assert_true(json_is_null(at(json, "notes.1.line")));
    expect_number(json, "summary.files", 3);
    expect_number(json, "summary.statements", 5);
    expect_number(json, "summary.safe", 1);
    expect_number(json, "summary.caution", 1);
    expect_number(json, "summary.unsafe", 2);
    expect_number(json, "summary.unknown", 1);
    expect_number(json, "summary.errors", 3);
    expect_number(json, "summary.warnings", 2);
    expect_number(json, "summary.allowed", 1);
    expect(json, "evidence", "assumed");
    assert_true(json_is_integer(at(json, "exit_code")));
    json_decref(json);
}

static void
test_sarif(void **state)
{
    (void)state;
    struct sample s;

    sample_init(&s);
    s.sources[2].path = TEXT("/srv/plans/u #1.lua");
    json_t *json = parsed(&s, "sarif"), *run = at(json, "runs.0"), *result;
    expect(json, "version", "2.1.0");
    expect(run, "columnKind", "unicodeCodePoints");
    expect(run, "tool.driver.name", "zdm");
    assert_int_equal(json_array_size(at(run, "results")), 8);

    size_t i;
    json_array_foreach(at(run, "results"), i, result)
    {
        json_t *rule = json_array_get(
            at(run, "tool.driver.rules"), (size_t)json_integer_value(at(result, "ruleIndex")));
        expect(rule, "id", json_string_value(at(result, "ruleId")));
        assert_true(
            json_integer_value(at(result, "locations.0.physicalLocation.region.startLine")) >= 1);
        assert_int_equal(
            strlen(json_string_value(at(result, "partialFingerprints.zdmStatement/v1"))), 64);
    }

    result = at(run, "results.1");
    expect(result, "ruleId", "scan-set-not-null");
    expect(result, "level", "error");
    json_t *place = at(result, "locations.0.physicalLocation");
    expect(place, "artifactLocation.uri", "db/1%20users.sql");
    expect(place, "artifactLocation.uriBaseId", "%SRCROOT%");
    expect_number(place, "region.startLine", 4);
    expect_number(place, "region.startColumn", 15);
    expect_number(place, "region.endLine", 4);
    expect_number(place, "region.endColumn", 25);
    expect_number(place, "contextRegion.startLine", 2);
    expect_number(place, "contextRegion.endLine", 4);
    expect_number(place, "contextRegion.endColumn", 38);
    assert_int_equal(json_array_size(at(result, "suppressions")), 0);

    result = at(run, "results.2");
    expect(result, "ruleId", "break-drop-table");
    expect(result, "suppressions.0.kind", "inSource");
    expect(result, "suppressions.0.justification", "nobody reads it | since v2");
    expect(at(run, "results.5"), "locations.0.physicalLocation.artifactLocation.uri",
        "db/2%3Aa%2Cb%25.sql");
    place = at(run, "results.6.locations.0.physicalLocation.artifactLocation");
    expect(place, "uri", "file:///srv/plans/u%20%231.lua");
    assert_null(json_object_get(place, "uriBaseId"));
    expect(run, "results.3.level", "warning");
    expect(run, "results.4.level", "note");
    json_decref(json);
}

static void
test_gitlab(void **state)
{
    (void)state;
    struct sample s;

    sample_init(&s);
    s.sources[0].path = TEXT("./db/1 users.sql");
    json_t *json = parsed(&s, "gitlab"), *issue;
    assert_int_equal(json_array_size(json), 7); /* without the allowed one */
    size_t i, j;
    json_array_foreach(json, i, issue)
    {
        for (j = 0; j < i; j++)
            assert_string_not_equal(json_string_value(at(issue, "fingerprint")),
                json_string_value(at(json_array_get(json, j), "fingerprint")));
    }
    expect(json, "1.check_name", "scan-set-not-null");
    expect(json, "1.severity", "critical");
    expect(json, "1.location.path", "db/1 users.sql");
    expect_number(json, "1.location.lines.begin", 4);
    expect(json, "0.severity", "minor");
    expect(json, "6.severity", "info");
    json_decref(json);

    /* What cannot be undone is worse. */
    s.items[1].allowed = NULL;
    json = parsed(&s, "gitlab");
    expect(json, "2.check_name", "break-drop-table");
    expect(json, "2.severity", "blocker");
    json_decref(json);
}

/* Lines move, white space changes: the finding stays the same one. Twice the same statement is two. */
static void
test_fingerprints(void **state)
{
    (void)state;
    struct zdm_check_prints prints = {.slots = NULL};
    struct zdm_check_rows before, after;
    struct sample s;

    sample_init(&s);
    zdm_check_rows_init(&before, &s.reports[0]);
    zdm_check_fingerprints(&prints, &before);
    zdm_check_prints_release(&prints);
    s.items[0].line += 10;
    s.statements[0].sql =
        TEXT("ALTER TABLE users\n\n  ADD COLUMN a int, ALTER COLUMN \"E <Mail>\"   SET NOT NULL");
    s.findings[0].offset = 0;
    zdm_check_rows_init(&after, &s.reports[0]);
    zdm_check_fingerprints(&prints, &after);
    zdm_check_prints_release(&prints);
    assert_int_equal(before.n, after.n);
    size_t found = 0;
    for (size_t i = 0; i < before.n; i++) {
        for (size_t j = 0; j < after.n; j++)
            found += strcmp(before.rows[i].fingerprint, after.rows[j].fingerprint) == 0;
    }
    assert_int_equal(found, before.n);
    zdm_check_rows_release(&before);
    zdm_check_rows_release(&after);

    s.statements[2] = s.statements[1];
    s.items[1].allowed = s.items[2].allowed = NULL;
    s.items[2].n_disagreements = 0;
    zdm_check_rows_init(&after, &s.reports[0]);
    zdm_check_fingerprints(&prints, &after);
    assert_string_equal(after.rows[1].rule, after.rows[2].rule);
    assert_string_not_equal(after.rows[1].fingerprint, after.rows[2].fingerprint);

    /* In another portion of the same source too. */
    zdm_check_rows_init(&before, &s.reports[0]);
    zdm_check_fingerprints(&prints, &before);
    for (size_t i = 0; i < before.n; i++)
        for (size_t j = 0; j < after.n; j++)
            assert_string_not_equal(before.rows[i].fingerprint, after.rows[j].fingerprint);
    zdm_check_rows_release(&before);
    zdm_check_rows_release(&after);
    zdm_check_prints_release(&prints);
}

/* A source that is told of in portions makes the same document. */
static void
test_portions(void **state)
{
    (void)state;
    for (size_t i = 0; i < zdm_n_check_formats; i++) {
        const char *format = zdm_check_formats[i].name;
        struct zdm_buf whole = ZDM_BUF_INIT, parts = ZDM_BUF_INIT;
        struct sample s;
        sample_init(&s);
        sample_render(&s, format, &whole);
        const struct zdm_check_report reports[] = {
            {.items = &s.items[0], .n = 1, .notes = &s.notes[0], .n_notes = 1},
            {.items = &s.items[1], .n = 1},
            {.items = &s.items[2], .n = 1},
        };
        const struct zdm_check_format *f = zdm_check_format(format);
        const struct zdm_check_view view = {&s.settings, s.evidence, 80};
        void *self = f->begin ? f->begin(&parts, &view) : NULL;
        for (size_t k = 0; k < sizeof reports / sizeof *reports; k++)
            f->add(self, &parts, &view, &reports[k]);
        for (size_t k = 1; k < s.n_reports; k++)
            f->add(self, &parts, &view, &s.reports[k]);
        if (f->end)
            f->end(self, &parts, &view,
                &(struct zdm_check_end){.summary = &s.summary, .exit_code = s.summary.exit_code});
        assert_string_equal(parts.s, whole.s);
        zdm_buf_release(&parts);
        zdm_buf_release(&whole);
    }
}

struct xml {
    size_t depth, suites, cases, failures, errors;
    size_t told_cases, told_failures, told_errors; /* by the suites */
    struct zdm_buf *failed;                        /* classname, name and type of what failed */
    struct zdm_buf name;
};

static const char *
attribute(const XML_Char **attributes, const char *name)
{
    for (; *attributes; attributes += 2) {
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    }
    fail_msg("no attribute %s", name);
    return NULL;
}

static void XMLCALL
begin(void *self, const XML_Char *element, const XML_Char **attributes)
{
    struct xml *xml = self;

    xml->depth++;
    if (strcmp(element, "testsuite") == 0) {
        xml->suites++;
        xml->told_cases += strtoul(attribute(attributes, "tests"), NULL, 10);
        xml->told_failures += strtoul(attribute(attributes, "failures"), NULL, 10);
        xml->told_errors += strtoul(attribute(attributes, "errors"), NULL, 10);
    }
    if (strcmp(element, "testcase") == 0) {
        xml->cases++;
        zdm_buf_clear(&xml->name);
        zdm_buf_addf(&xml->name, "%s: %s", attribute(attributes, "classname"),
            attribute(attributes, "name"));
    }
    if (strcmp(element, "error") == 0) {
        xml->errors++;
        zdm_buf_addf(xml->failed, "%s: %s\n", xml->name.s, attribute(attributes, "message"));
    }
    if (strcmp(element, "failure") == 0) {
        xml->failures++;
        zdm_buf_addf(xml->failed, "%s: %s\n", xml->name.s, attribute(attributes, "type"));
    }
}

static void XMLCALL
end(void *self, const XML_Char *element)
{
    (void)element;
    ((struct xml *)self)->depth--;
}

/* broke_off: why not all was judged, or NULL. */
static struct xml
read_junit(struct sample *s, const struct zdm_err *broke_off, struct zdm_buf *failed)
{
    struct zdm_buf out = ZDM_BUF_INIT;
    struct xml xml = {.failed = failed, .name = ZDM_BUF_INIT};
    XML_Parser parser = XML_ParserCreate(NULL);

    sample_render_failed(s, "junit", broke_off, &out);
    XML_SetUserData(parser, &xml);
    XML_SetElementHandler(parser, begin, end);
    if (XML_Parse(parser, out.s, (int)out.len, 1) != XML_STATUS_OK)
        fail_msg("line %lu: %s", XML_GetCurrentLineNumber(parser),
            XML_ErrorString(XML_GetErrorCode(parser)));
    assert_int_equal(xml.depth, 0);
    assert_int_equal(xml.told_cases, xml.cases);
    assert_int_equal(xml.told_failures, xml.failures);
    assert_int_equal(xml.told_errors, xml.errors);
    XML_ParserFree(parser);
    zdm_buf_release(&xml.name);
    zdm_buf_release(&out);
    return xml;
}

static void
test_junit(void **state)
{
    (void)state;
    struct zdm_buf failed = ZDM_BUF_INIT;
    struct sample s;

    sample_init(&s);
    struct xml xml = read_junit(&s, NULL, &failed);
    assert_int_equal(xml.suites, 3);
    assert_int_equal(xml.cases, 7);
    assert_int_equal(xml.failures, 2);
    assert_int_equal(xml.errors, 1);
    assert_string_equal(failed.s,
        "db/1 users.sql: line 2: ALTER TABLE users ADD COLUMN a int, ALTER COLUMN \"E <Mail>\" "
        "SET NOT NULL: scan-set-not-null\n"
        "db/2:a,b%.sql: line 1: \\gexec & more: zdm cannot see what it does\n"
        "plans/u.lua: invalid-plan: invalid-plan\n");

    /* --fail-on warning, none; --allow-unknown. */
    s.settings.fail_on = ZDM_FAIL_ON_WARNING;
    xml = read_junit(&s, NULL, &failed);
    assert_int_equal(xml.failures, 4);
    s.settings.fail_on = ZDM_FAIL_ON_NONE;
    s.settings.allow_unknown = true;
    xml = read_junit(&s, NULL, &failed);
    assert_int_equal(xml.failures, 0);
    assert_int_equal(xml.errors, 0);
    zdm_buf_release(&failed);
}

/* Control characters, bytes that are no UTF-8, characters that XML does not have. */
static void
test_hostile_text(void **state)
{
    (void)state;
    static const char *const formats[] = {"json", "sarif", "gitlab"};
    struct zdm_buf failed = ZDM_BUF_INIT;
    struct sample s;

    sample_init(&s);
    s.sources[0].path = TEXT("a\x1b[31m\xff\n]]>.sql");
    s.findings[0].message = TEXT("\x01\x02]]> \xed\xa0\x80 \xef\xbf\xbf \"<&>' \xc3\x28");
    s.findings[0].hint = TEXT("\x7f\r\n::error::\t\xe2\x80\xae");
    s.safer[0] = TEXT("```\n````\x1b");
    struct xml xml = read_junit(&s, NULL, &failed);
    assert_int_equal(xml.cases, 7);
    zdm_buf_release(&failed);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        json_decref(parsed(&s, formats[i]));
}

static void
test_markdown(void **state)
{
    (void)state;
    struct zdm_buf out = ZDM_BUF_INIT;
    struct sample s;

    sample_init(&s);
    s.findings[0].message = TEXT("a|b <img src=x> @all #1 `x` [y](z)\n# no heading");
    s.safer[0] = TEXT("SELECT '```\n````\n# out'");
    sample_render(&s, "markdown", &out);
    assert_non_null(strstr(out.s, "a&#124;b &#60;img src=x&#62; @<!-- -->all &#35;1 &#96;x&#96; "
                                  "&#91;y&#93;&#40;z&#41; &#35; no heading | "
                                  "`scan-set-not-null` |\n"));
    assert_non_null(strstr(out.s, "\n`````sql\nSELECT '```\n````\n# out';\nALTER TABLE users "
                                  "VALIDATE CONSTRAINT c;\n`````\n"));
    assert_null(strstr(out.s, "| `break-drop-table` |")); /* allowed */
    zdm_buf_release(&out);
}

static size_t
shown(const char *text, const char *mark)
{
    size_t n = 0;

    for (; (text = strstr(text, mark)); text++)
        n++;
    return n;
}

/* The number before the words. */
static size_t
left(const char *text, const char *words)
{
    const char *at = strstr(text, words);

    assert_non_null(at);
    while (at > text && at[-1] >= '0' && at[-1] <= '9')
        at--;
    return strtoul(at, NULL, 10);
}

/* A comment has a limit: what does not fit is counted. */
static void
test_markdown_is_short(void **state)
{
    (void)state;
    enum { MANY = 2000 };
    struct zdm_checked *items = calloc(MANY, sizeof *items);
    struct zdm_buf out = ZDM_BUF_INIT;
    struct sample s;

    sample_init(&s);
    assert_non_null(items);
    for (size_t i = 0; i < MANY; i++) {
        items[i] = s.items[0];
        items[i].line = i + 1;
    }
    s.reports[0].items = items;
    s.reports[0].n = MANY;
    s.reports[0].n_notes = 0;
    sample_render(&s, "markdown", &out);
    assert_true(out.len < 65536);
    assert_true(shown(out.s, "\n| ") + left(out.s, " more are not shown.\n") ==
                MANY + 4); /* its head too */
    assert_true(
        shown(out.s, "<details>") + left(out.s, " more statements are not shown.\n") == MANY + 2);
    zdm_buf_release(&out);
    free(items);
}

/* When the work breaks off, what was begun is still a document; one that would say that all is well
 * with the rest is not begun. */
static void
test_breaks_off(void **state)
{
    (void)state;
    static const char *const parts[] = {"json", "sarif", "gitlab"};
    struct zdm_err failed = ZDM_ERR_INIT;
    struct zdm_buf silent = ZDM_BUF_INIT, told = ZDM_BUF_INIT;
    struct sample s;

    sample_init(&s);
    s.n_reports = 2; /* of three */
    zdm_fail(&failed, ZDM_ERR_FAILED, "the target is gone");
    sample_render_failed(&s, "markdown", &failed, &silent);
    assert_int_equal(silent.len, 0);
    struct xml xml = read_junit(&s, &failed, &told);
    assert_int_equal(xml.suites, 3);
    assert_non_null(strstr(told.s, "zdm check: the rest was not judged: the target is gone\n"));
    zdm_buf_release(&told);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct zdm_buf out = ZDM_BUF_INIT;
        sample_render_failed(&s, parts[i], &failed, &out);
        json_t *json = json_loads(out.s, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(json);
        if (strcmp(parts[i], "json") == 0) {
            expect(json, "errors.0.message", "the target is gone");
            assert_int_equal(json_integer_value(at(json, "exit_code")), 2);
            assert_int_equal(json_array_size(at(json, "statements")), 4);
        } else if (strcmp(parts[i], "sarif") == 0) {
            assert_true(json_is_false(at(json, "runs.0.invocations.0.executionSuccessful")));
            expect(json, "runs.0.invocations.0.toolExecutionNotifications.0.message.text",
                "the target is gone");
        } else {
            assert_int_equal(json_array_size(json), 5);
        }
        json_decref(json);
        zdm_buf_release(&out);
    }
    zdm_err_release(&failed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_sarif),
        cmocka_unit_test(test_gitlab),
        cmocka_unit_test(test_fingerprints),
        cmocka_unit_test(test_portions),
        cmocka_unit_test(test_junit),
        cmocka_unit_test(test_hostile_text),
        cmocka_unit_test(test_markdown),
        cmocka_unit_test(test_markdown_is_short),
        cmocka_unit_test(test_breaks_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
