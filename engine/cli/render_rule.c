#include "cli/render_rule.h"

#include <string.h>

#include "base/mem.h"
#include "cli/check_formats.h"
#include "cli/check_rows.h"
#include "cli/json.h"
#include "cli/json_statement.h"
#include "cli/layout.h"
#include "cli/rule_example.h"
#include "sql/pages.h"

static const char *
hazard_words(enum zdm_hazard hazard)
{
    static const char *const words[] = {
        [ZDM_HAZARD_BREAKS] = "code that ran before fails afterwards",
        [ZDM_HAZARD_LOSES] = "data is gone",
        [ZDM_HAZARD_BLOCKS] = "others wait for a lock, or for work under one",
        [ZDM_HAZARD_FAILS] = "the statement fails, or may fail on the data there is",
        [ZDM_HAZARD_TRANSACTION] = "it cannot run where it stands",
        [ZDM_HAZARD_UNKNOWN] = "zdm cannot see what it does",
        [ZDM_HAZARD_ADVICE] = "worth knowing",
    };

    return words[hazard];
}

/* "PostgreSQL 14 to 17"; nothing for all. */
static void
add_versions(struct zdm_buf *out, const struct zdm_rule *rule)
{
    if (rule->since && rule->until)
        zdm_buf_addf(out, "PostgreSQL %d to %d", rule->since, rule->until);
    else if (rule->since)
        zdm_buf_addf(out, "PostgreSQL %d and later", rule->since);
    else if (rule->until)
        zdm_buf_addf(out, "up to PostgreSQL %d", rule->until);
}

static const char *
severity_words(const struct zdm_rule *rule)
{
    return rule->severity == ZDM_SEVERITY_OFF ? "off until asked for"
                                              : zdm_severity_name(rule->severity);
}

static const char *
severity_style(enum zdm_severity severity)
{
    return severity == ZDM_SEVERITY_ERROR     ? ZDM_RED
           : severity == ZDM_SEVERITY_WARNING ? ZDM_YELLOW
                                              : ZDM_CYAN;
}

static void
fact(struct zdm_buf *out, const char *label, const char *style, const char *text)
{
    zdm_buf_add(out, "  " ZDM_DIM);
    zdm_add_padded(out, label, 10);
    zdm_buf_addf(out, ZDM_PLAIN "%s", style);
    zdm_add_wrapped(out, text, 12, ZDM_COLUMNS);
    zdm_buf_add(out, ZDM_PLAIN "\n");
}

static void
paragraphs(struct zdm_buf *out, const char *prose)
{
    zdm_buf_addc(out, '\n');
    zdm_add_wrapped(out, prose, 0, ZDM_COLUMNS);
    zdm_buf_addc(out, '\n');
}

static void
example(struct zdm_buf *out, const char *heading, const char *sql)
{
    if (!*sql)
        return;
    zdm_buf_addf(out, "\n" ZDM_BOLD "%s" ZDM_PLAIN "\n\n", heading);
    zdm_add_block(out, sql, strlen(sql), 4, 0);
}

/* What zdm check says of the bad example; nothing when that takes a live catalog. */
static void
add_says(struct zdm_buf *out, const struct zdm_rule_page *page)
{
    struct zdm_rule_example ex;
    struct zdm_check_rows rows;

    zdm_rule_example_init(&ex, page);
    zdm_check_rows_init(&rows, &ex.report);
    struct zdm_check_view view = {
        &ex.settings, zdm_evidence_name(ZDM_EVIDENCE_ASSUMED), ZDM_COLUMNS};
    zdm_render_check_rows(out, &rows, &view);
    zdm_check_rows_release(&rows);
    zdm_rule_example_release(&ex);
}

void
zdm_render_rule(struct zdm_buf *out, const struct zdm_rule *rule)
{
    struct zdm_rule_page *page = zdm_rule_page(rule->id);
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_buf_addf(out, ZDM_BOLD "%s" ZDM_PLAIN "\n", rule->id);
    if (page) {
        zdm_buf_add(out, "  ");
        zdm_add_wrapped(out, page->title, 2, ZDM_COLUMNS);
        zdm_buf_addc(out, '\n');
    }
    zdm_buf_addc(out, '\n');
    fact(out, "severity", severity_style(rule->severity), severity_words(rule));
    zdm_buf_addf(&text, "%s: %s", zdm_hazard_name(rule->hazard), hazard_words(rule->hazard));
    fact(out, "hazard", "", text.s);
    fact(out, "area", "", zdm_rule_area(rule->id));
    zdm_buf_clear(&text);
    add_versions(&text, rule);
    if (text.len)
        fact(out, "versions", "", text.s);
    if (page) {
        paragraphs(out, page->prose);
        example(out, "Instead of", page->bad);
        zdm_buf_clear(&text);
        add_says(&text, page);
        if (text.len)
            zdm_buf_addf(out, "\n" ZDM_BOLD "zdm check says" ZDM_PLAIN "\n\n%s", text.s);
        example(out, "prefer", page->good);
    }
    zdm_buf_release(&text);
    zdm_rule_page_free(page);
}

void
zdm_render_note_rule(struct zdm_buf *out, const struct zdm_note_rule *rule)
{
    zdm_buf_addf(out, ZDM_BOLD "%s" ZDM_PLAIN "\n  %s\n\n", rule->id, rule->means);
    fact(out, "severity", severity_style(rule->severity), zdm_severity_name(rule->severity));
    fact(out, "area", "", "notes: what zdm check says of comments and files");
}

static void
list_row(struct zdm_buf *out, const char *id, enum zdm_severity severity, const char *title)
{
    zdm_buf_addf(out, "  %s", severity_style(severity));
    zdm_add_padded(out, zdm_severity_name(severity), 8);
    zdm_buf_addf(out, ZDM_PLAIN " %s\n", id);
    if (!title)
        return;
    zdm_add_blanks(out, 13);
    zdm_buf_add(out, ZDM_DIM);
    zdm_add_wrapped(out, title, 13, ZDM_COLUMNS);
    zdm_buf_add(out, ZDM_PLAIN "\n");
}

void
zdm_render_rules(struct zdm_buf *out)
{
    const char *area = "";
    size_t n, n_notes;
    const struct zdm_note_rule *notes = zdm_note_rules(&n_notes);
    const struct zdm_rule *rules = zdm_sql_rules(&n);

    for (size_t i = 0; i < n; i++) {
        struct zdm_rule_page *page = zdm_rule_page(rules[i].id);
        if (strcmp(area, zdm_rule_area(rules[i].id)) != 0) {
            area = zdm_rule_area(rules[i].id);
            zdm_buf_addf(out, "%s" ZDM_BOLD "%s" ZDM_PLAIN "\n", i ? "\n" : "", area);
        }
        list_row(out, rules[i].id, rules[i].severity, page ? page->title : NULL);
        zdm_rule_page_free(page);
    }
    zdm_buf_add(out, "\n" ZDM_BOLD "notes" ZDM_PLAIN "\n");
    for (size_t i = 0; i < n_notes; i++)
        list_row(out, notes[i].id, notes[i].severity, notes[i].means);
    zdm_buf_addc(out, '\n');
    zdm_add_wrapped(out,
        "zdm explain RULE shows one. zdm check --rule RULE=error sets its severity, also to "
        "warning, "
        "info or off; --rule style=warning sets that of an area.",
        0, ZDM_COLUMNS);
    zdm_buf_addc(out, '\n');
}

static json_t *
summary_of(const struct zdm_rule *rule, const struct zdm_rule_page *page)
{
    json_t *object = json_object();

    json_object_set_new(object, "rule", json_string(rule->id));
    json_object_set_new(object, "title", zdm_json_text(page ? page->title : NULL));
    json_object_set_new(object, "area", zdm_json_text(zdm_rule_area(rule->id)));
    json_object_set_new(object, "severity", json_string(zdm_severity_name(rule->severity)));
    json_object_set_new(object, "hazard", json_string(zdm_hazard_name(rule->hazard)));
    json_object_set_new(object, "since", zdm_json_known(rule->since ? rule->since : -1));
    json_object_set_new(object, "until", zdm_json_known(rule->until ? rule->until : -1));
    return object;
}

json_t *
zdm_json_rule(const struct zdm_rule *rule)
{
    struct zdm_rule_page *page = zdm_rule_page(rule->id);
    json_t *object = summary_of(rule, page), *statements = json_array();

    json_object_set_new(object, "message", zdm_json_text(rule->message));
    json_object_set_new(object, "hint", zdm_json_text(rule->hint));
    json_object_set_new(object, "why", zdm_json_text(page ? page->prose : NULL));
    json_object_set_new(object, "setup", zdm_json_text(page ? page->setup : NULL));
    json_object_set_new(object, "bad", zdm_json_text(page ? page->bad : NULL));
    json_object_set_new(object, "good", zdm_json_text(page ? page->good : NULL));
    if (page) {
        struct zdm_rule_example ex;
        zdm_rule_example_init(&ex, page);
        for (size_t i = 0; i < ex.report.n; i++) {
            const struct zdm_checked *item = &ex.report.items[i];
            struct zdm_place at = {ex.source.path, (int)item->line, (int)item->column};
            json_array_append_new(statements, zdm_json_statement(item->st, at));
        }
        zdm_rule_example_release(&ex);
    }
    json_object_set_new(object, "statements", statements);
    zdm_rule_page_free(page);
    return object;
}

json_t *
zdm_json_note_rule(const struct zdm_note_rule *rule)
{
    json_t *object = json_object();

    json_object_set_new(object, "rule", json_string(rule->id));
    json_object_set_new(object, "title", json_string(rule->means));
    json_object_set_new(object, "area", json_string("notes"));
    json_object_set_new(object, "severity", json_string(zdm_severity_name(rule->severity)));
    return object;
}

json_t *
zdm_json_rules(void)
{
    json_t *object = json_object(), *list = json_array(), *note_list = json_array();
    size_t n, n_notes;
    const struct zdm_note_rule *notes = zdm_note_rules(&n_notes);
    const struct zdm_rule *rules = zdm_sql_rules(&n);

    for (size_t i = 0; i < n; i++) {
        struct zdm_rule_page *page = zdm_rule_page(rules[i].id);
        json_array_append_new(list, summary_of(&rules[i], page));
        zdm_rule_page_free(page);
    }
    for (size_t i = 0; i < n_notes; i++)
        json_array_append_new(note_list, zdm_json_note_rule(&notes[i]));
    json_object_set_new(object, "rules", list);
    json_object_set_new(object, "notes", note_list);
    return object;
}

static void
fence(struct zdm_buf *out, const char *language, const char *text)
{
    zdm_buf_addf(out, "```%s\n%s```\n\n", language, text);
}

void
zdm_rule_document(struct zdm_buf *out, const struct zdm_rule *rule)
{
    struct zdm_rule_page *page = zdm_rule_page(rule->id);
    struct zdm_buf says = ZDM_BUF_INIT, plain = ZDM_BUF_INIT;

    if (!page)
        zdm_die("a rule without a page");
    add_says(&says, page);
    zdm_paint(&plain, says.s, false);
    zdm_buf_addf(out,
        "# %s\n\n<!-- Generated by `zdm --dump-rule %s` from engine/sql/rules. -->\n\n", rule->id,
        rule->id);
    zdm_buf_addf(out, "**%s.**\n\n| severity | hazard | area | versions |\n|---|---|---|---|\n",
        page->title);
    zdm_buf_addf(out, "| %s | %s: %s | %s | ", severity_words(rule), zdm_hazard_name(rule->hazard),
        hazard_words(rule->hazard), zdm_rule_area(rule->id));
    if (rule->since || rule->until)
        add_versions(out, rule);
    else
        zdm_buf_add(out, "all");
    zdm_buf_addf(out, " |\n\n%s\n\n", page->prose);
    if (*page->setup) {
        zdm_buf_add(out, "With\n\n");
        fence(out, "sql", page->setup);
    }
    zdm_buf_add(out, "## Instead of\n\n");
    fence(out, "sql", page->bad);
    if (plain.len) {
        zdm_buf_add(out, "of which `zdm check` says\n\n");
        fence(out, "", plain.s);
    } else {
        zdm_buf_addf(out, "which `zdm check` finds %s%s.\n\n", page->unseen ? "where it can: " : "",
            page->unseen   ? page->unseen
            : page->traced ? "with `--trace`"
                           : "with `--db`");
    }
    if (*page->good) {
        zdm_buf_add(out, "## Prefer\n\n");
        fence(out, "sql", page->good);
    }
    zdm_buf_release(&says);
    zdm_buf_release(&plain);
    zdm_rule_page_free(page);
    while (out->len > 1 && out->s[out->len - 2] == '\n')
        out->s[--out->len] = 0;
}

void
zdm_rule_index(struct zdm_buf *out)
{
    const char *area = "";
    size_t n;
    const struct zdm_rule *rules = zdm_sql_rules(&n);

    zdm_buf_addf(out,
        "# Rules\n\n<!-- Generated by `zdm --dump-rules` from engine/sql/rules. -->\n\n"
        "What `zdm check` and `zdm plan` find, %zu rules in all. `zdm explain RULE` shows the "
        "same page; a\nrule's severity is set with `--rule RULE=off|info|warning|error`, that of "
        "an area with\n`--rule style=warning`. The examples are run by the tests on a real "
        "server.\n",
        n);
    for (size_t i = 0; i < n; i++) {
        struct zdm_rule_page *page = zdm_rule_page(rules[i].id);
        if (strcmp(area, zdm_rule_area(rules[i].id)) != 0) {
            area = zdm_rule_area(rules[i].id);
            zdm_buf_addf(out, "\n## %s\n\n| rule | severity | what |\n|---|---|---|\n", area);
        }
        zdm_buf_addf(out, "| [%s](%s.md) | %s | %s |\n", rules[i].id, rules[i].id,
            zdm_severity_name(rules[i].severity), page ? page->title : "");
        zdm_rule_page_free(page);
    }

    const struct zdm_note_rule *notes = zdm_note_rules(&n);
    zdm_buf_add(out, "\n## notes\n\nWhat `zdm check` says of comments and files, see "
                     "[check.md](../check.md).\n\n"
                     "| rule | severity | what |\n|---|---|---|\n");
    for (size_t i = 0; i < n; i++)
        zdm_buf_addf(out, "| %s | %s | %s |\n", notes[i].id, zdm_severity_name(notes[i].severity),
            notes[i].means);
}
