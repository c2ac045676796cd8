/*
 * sarif.c - zdm check --format sarif: SARIF 2.1.0, as code scanning services read it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/check_formats.h"
#include "cli/check_rows.h"
#include "cli/json.h"
#include "cli/json_out.h"
#include "sql/pages.h"

#define SNIPPET_MAX 4096 /* bytes; what is longer nobody reads there */

/* A path as the URI of RFC 3986: relative to the root of the source, or of this machine. */
static json_t *
uri_of(const char *path)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
    struct zdm_buf uri = ZDM_BUF_INIT;

    if (path[0] == '/')
        zdm_buf_add(&uri, "file://");
    for (; *path; path++) {
        if (strchr(plain, *path))
            zdm_buf_addc(&uri, *path);
        else
            zdm_buf_addf(&uri, "%%%02X", (unsigned)(unsigned char)*path);
    }
    json_t *value = json_string(uri.s);
    zdm_buf_release(&uri);
    return value;
}

static json_t *
text_object(const char *text)
{
    json_t *object = json_object();

    json_object_set_new(object, "text", zdm_json_text(text));
    return object;
}

static const char *
level_of(enum zdm_severity severity)
{
    return severity == ZDM_SEVERITY_ERROR     ? "error"
           : severity == ZDM_SEVERITY_WARNING ? "warning"
                                              : "note";
}

/* One of tool.driver.rules: what is said of the rule in general. */
static json_t *
rule_of(const char *id)
{
    const struct zdm_rule *rule = zdm_sql_rule(id);
    const struct zdm_note_rule *note = zdm_note_rule(id);
    json_t *object = json_object();

    json_object_set_new(object, "id", json_string(id));
    json_object_set_new(object, "name", json_string(id));
    if (note)
        json_object_set_new(object, "shortDescription", text_object(note->means));
    if (!rule)
        return object;

    struct zdm_rule_page *page = zdm_rule_page(id);
    json_t *configuration = json_object(), *properties = json_object(), *tags = json_array();
    json_object_set_new(object, "shortDescription", text_object(page ? page->title : id));
    if (page) {
        struct zdm_buf help = ZDM_BUF_INIT;
        zdm_buf_addf(&help, "%s\n\nInstead of\n\n```sql\n%s```\n\nprefer\n\n```sql\n%s```\n",
            page->prose, page->bad, page->good);
        json_t *text = text_object(page->prose);
        json_object_set_new(text, "markdown", zdm_json_text(help.s));
        json_object_set_new(object, "fullDescription", text_object(page->prose));
        json_object_set_new(object, "help", text);
        zdm_buf_release(&help);
    }
    json_object_set_new(configuration, "level", json_string(level_of(rule->severity)));
    json_object_set_new(object, "defaultConfiguration", configuration);
    json_array_append_new(tags, json_string("postgresql"));
    json_array_append_new(tags, json_string(zdm_hazard_name(rule->hazard)));
    json_object_set_new(properties, "tags", tags);
    json_object_set_new(object, "properties", properties);
    zdm_rule_page_free(page);
    return object;
}

static json_t *
region_of(const struct zdm_check_place *at)
{
    json_t *region = json_object();

    json_object_set_new(region, "startLine", json_integer((json_int_t)(at->line ? at->line : 1)));
    if (at->column) {
        json_object_set_new(region, "startColumn", json_integer((json_int_t)at->column));
        json_object_set_new(region, "endLine", json_integer((json_int_t)at->end_line));
        json_object_set_new(region, "endColumn", json_integer((json_int_t)at->end_column));
    }
    return region;
}

static json_t *
location_of(const struct zdm_check_row *row)
{
    json_t *location = json_object(), *physical = json_object(), *artifact = json_object();

    json_object_set_new(artifact, "uri", uri_of(zdm_check_path(row)));
    if (row->source->path[0] != '/')
        json_object_set_new(artifact, "uriBaseId", json_string("%SRCROOT%"));
    json_object_set_new(physical, "artifactLocation", artifact);
    json_object_set_new(physical, "region", region_of(&row->at));
    if (row->item && row->item->line && row->item->column) {
        const char *sql = row->item->st->sql;
        struct zdm_check_place all = {.line = row->item->line, .column = row->item->column};
        all.end_line = all.line;
        all.end_column = all.column;
        zdm_check_advance(sql, strlen(sql), &all.end_line, &all.end_column);
        json_t *context = region_of(&all);
        if (strlen(sql) <= SNIPPET_MAX)
            json_object_set_new(context, "snippet", text_object(sql));
        json_object_set_new(physical, "contextRegion", context);
    }
    json_object_set_new(location, "physicalLocation", physical);
    return location;
}

static json_t *
message_of(const struct zdm_check_row *row)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_buf_add(&text, row->message);
    if (row->hint)
        zdm_buf_addf(&text, "\n%s", row->hint);
    if (row->finding && row->finding->n_safer) {
        zdm_buf_add(&text, "\n\n");
        zdm_check_safer(&text, row->finding);
    }
    json_t *message = text_object(text.s);
    zdm_buf_release(&text);
    return message;
}

static json_t *
result_of(const struct zdm_check_row *row, size_t rule_index)
{
    json_t *result = json_object(), *locations = json_array(), *prints = json_object();
    json_t *suppressions = json_array();

    json_object_set_new(result, "ruleId", json_string(row->rule));
    json_object_set_new(result, "ruleIndex", json_integer((json_int_t)rule_index));
    json_object_set_new(result, "level", json_string(level_of(row->severity)));
    json_object_set_new(result, "message", message_of(row));
    json_array_append_new(locations, location_of(row));
    json_object_set_new(result, "locations", locations);
    json_object_set_new(prints, "zdmStatement/v1", json_string(row->fingerprint));
    json_object_set_new(result, "partialFingerprints", prints);
    /* Empty says that it is not suppressed. */
    if (row->allowed) {
        json_t *suppression = json_object();
        json_object_set_new(suppression, "kind", json_string("inSource"));
        json_object_set_new(suppression, "justification", zdm_json_text(row->allowed));
        json_array_append_new(suppressions, suppression);
    }
    json_object_set_new(result, "suppressions", suppressions);
    if (row->item) {
        json_t *properties = json_object();
        json_object_set_new(
            properties, "verdict", json_string(zdm_verdict_name(row->item->st->verdict)));
        json_object_set_new(
            properties, "evidence", json_string(zdm_evidence_name(row->item->st->evidence)));
        json_object_set_new(result, "properties", properties);
    }
    return result;
}

static json_t *
driver_of(const struct zdm_check_rules *found)
{
    json_t *driver = json_object(), *rules = json_array();

    for (size_t i = 0; i < found->n; i++)
        json_array_append_new(rules, rule_of(found->ids[i]));
    json_object_set_new(driver, "name", json_string("zdm"));
    json_object_set_new(driver, "version", json_string(ZDM_VERSION));
    json_object_set_new(driver, "semanticVersion", json_string(ZDM_VERSION));
    json_object_set_new(driver, "rules", rules);
    return driver;
}

/* Without it a reader would take the results for all there are. */
static json_t *
broken_off(const struct zdm_check_end *end)
{
    json_t *invocations = json_array(), *invocation = json_object(), *notes = json_array();
    json_t *note = json_object();

    json_object_set_new(note, "level", json_string("error"));
    json_object_set_new(note, "message", text_object(end->failed->message));
    json_array_append_new(notes, note);
    json_object_set_new(invocation, "executionSuccessful", json_false());
    json_object_set_new(invocation, "exitCode", json_integer(end->exit_code));
    json_object_set_new(invocation, "toolExecutionNotifications", notes);
    json_array_append_new(invocations, invocation);
    return invocations;
}

struct document {
    struct zdm_json_out json;
    struct zdm_check_rules rules;
    struct zdm_check_prints prints;
};

void *
zdm_check_sarif_begin(struct zdm_buf *out, const struct zdm_check_view *view)
{
    struct document *document = zdm_alloc(sizeof *document);
    struct zdm_json_out *json = &document->json;
    json_t *bases = json_object(), *root = json_object();

    (void)view;
    json->out = out;
    zdm_json_open(json, NULL, '{');
    zdm_json_put_text(json, "$schema",
        "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
        "sarif-schema-2.1.0.json");
    zdm_json_put_text(json, "version", "2.1.0");
    zdm_json_open(json, "runs", '[');
    zdm_json_open(json, NULL, '{');
    zdm_json_put_text(json, "columnKind", "unicodeCodePoints");
    json_object_set_new(root, "description", text_object("the folder that zdm check ran in"));
    json_object_set_new(bases, "%SRCROOT%", root);
    zdm_json_put(json, "originalUriBaseIds", bases);
    zdm_json_open(json, "results", '[');
    return document;
}

void
zdm_check_sarif_add(void *self, struct zdm_buf *out, const struct zdm_check_view *view,
    const struct zdm_check_report *report)
{
    struct document *document = self;
    struct zdm_check_rows rows;

    zdm_check_rows_init(&rows, report);
    zdm_check_fingerprints(&document->prints, &rows);
    for (size_t i = 0; i < rows.n; i++) {
        const struct zdm_check_row *row = &rows.rows[i];
        size_t index = zdm_check_rule_index(&document->rules, row->rule);
        zdm_json_put(&document->json, NULL, result_of(row, index));
        zdm_check_emit(out, view);
    }
    zdm_check_rows_release(&rows);
}

/* The rules are known when all results are written, so the tool stands behind them: the members of
 * an object have no order. */
void
zdm_check_sarif_end(void *self, struct zdm_buf *out, const struct zdm_check_view *view,
    const struct zdm_check_end *end)
{
    struct document *document = self;
    struct zdm_json_out *json = &document->json;

    (void)out, (void)view;
    zdm_json_close(json, ']');
    if (end->failed)
        zdm_json_put(json, "invocations", broken_off(end));
    zdm_json_open(json, "tool", '{');
    zdm_json_put(json, "driver", driver_of(&document->rules));
    zdm_json_close(json, '}');
    zdm_json_close(json, '}');
    zdm_json_close(json, ']');
    zdm_json_close(json, '}');
    zdm_check_rules_release(&document->rules);
    zdm_check_prints_release(&document->prints);
    free(document);
}
