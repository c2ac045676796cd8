#include "sql/pages.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

static const struct {
    const char *id, *area;
} areas[] = {
#define RULE(symbol, id, hazard, severity, message, hint)                  {id, AREA},
#define RULE_IN(symbol, id, hazard, severity, since, until, message, hint) {id, AREA},
#define AREA                                                               "columns"
#include "sql/rules/columns.def"
#undef AREA
#define AREA "objects"
#include "sql/rules/objects.def"
#undef AREA
#define AREA "constraints"
#include "sql/rules/constraints.def"
#undef AREA
#define AREA "indexes"
#include "sql/rules/indexes.def"
#undef AREA
#define AREA "partitions"
#include "sql/rules/partitions.def"
#undef AREA
#define AREA "table"
#include "sql/rules/table.def"
#undef AREA
#define AREA "data"
#include "sql/rules/data.def"
#undef AREA
#define AREA "transactions"
#include "sql/rules/transactions.def"
#undef AREA
#define AREA "style"
#include "sql/rules/style.def"
#undef AREA
#define AREA "live"
#include "sql/rules/live.def"
#undef AREA
#undef RULE
#undef RULE_IN
};

const char *
zdm_rule_area(const char *id)
{
    for (size_t i = 0; i < sizeof areas / sizeof *areas; i++) {
        if (strcmp(areas[i].id, id) == 0)
            return areas[i].area;
    }
    return NULL;
}

enum section { HEAD, SETUP, BAD, GOOD, SECTIONS };

struct reader {
    struct zdm_rule_page *page;
    struct zdm_buf parts[SECTIONS]; /* HEAD: the prose */
    bool seen[SECTIONS];
    enum section section;
    bool broken; /* an empty line stands before the next line of the prose */
    int line;
    struct zdm_err *err;
};

static int
wrong(struct reader *r, const char *what, const char *detail)
{
    zdm_fail(r->err, ZDM_ERR_PLAN, "%s: %s", what, detail);
    return zdm_err_at(r->err, (struct zdm_place){.file = r->page->id, .line = r->line});
}

/* "14-17", "18-", "-13", "15" */
static int
read_versions(struct reader *r, const char *value)
{
    char *from = zdm_strndup(value, strcspn(value, "-"));
    const char *dash = strchr(value, '-');
    int64_t since = 0, until = 0;
    bool good = (!*from || zdm_parse_i64(from, &since)) &&
                (!dash || !dash[1] || zdm_parse_i64(dash + 1, &until)) && since >= 0 &&
                since < 1000 && until >= 0 && until < 1000;

    free(from);
    if (!good)
        return wrong(r, "these are no versions", value);
    r->page->since = (int)since;
    r->page->until = dash ? (int)until : (int)since;
    return 0;
}

/* A line behind "--! ". */
static int
read_directive(struct reader *r, const char *line)
{
    size_t n = strcspn(line, ":");
    const char *value = line + n + (line[n] == ':');

    value += strspn(value, " ");
    if (n == 4 && strncmp(line, "wrap", n) == 0) {
        if (strcmp(value, "always") != 0 && strcmp(value, "several") != 0)
            return wrong(r, "wrap is always or several", value);
        r->page->wrap = *value == 'a' ? ZDM_WRAP_ALWAYS : ZDM_WRAP_SEVERAL;
    } else if (n == 7 && strncmp(line, "not-run", n) == 0 && *value) {
        r->page->not_run = zdm_strdup(value);
    } else if (n == 7 && strncmp(line, "offline", n) == 0 && *value) {
        r->page->offline = zdm_strdup(value);
    } else if (n == 7 && strncmp(line, "catalog", n) == 0) {
        r->page->needs_catalog = true;
    } else if (n == 6 && strncmp(line, "unseen", n) == 0 && *value) {
        r->page->unseen = zdm_strdup(value);
    } else if (n == 4 && strncmp(line, "plan", n) == 0) {
        r->page->plan = true;
    } else if (n == 6 && strncmp(line, "traced", n) == 0) {
        r->page->traced = true;
    } else if (n == 8 && strncmp(line, "versions", n) == 0) {
        return read_versions(r, value);
    } else {
        return wrong(r, "unknown directive", line);
    }
    return 0;
}

static int
read_prose(struct reader *r, const char *line)
{
    struct zdm_buf *prose = &r->parts[HEAD];

    if (strncmp(line, "--", 2) != 0)
        return *line ? wrong(r, "no comment and in no section", line) : 0;
    if (strncmp(line, "--! ", 4) == 0)
        return read_directive(r, line + 4);
    line += 2;
    line += *line == ' ';
    if (!r->page->title) {
        if (!*line)
            return wrong(r, "the first line is the title", "--");
        r->page->title = zdm_strdup(line);
    } else if (!*line) {
        r->broken = prose->len > 0;
    } else {
        if (prose->len > 0)
            zdm_buf_add(prose, r->broken ? "\n\n" : strncmp(line, "- ", 2) == 0 ? "\n" : " ");
        zdm_buf_add(prose, line);
        r->broken = false;
    }
    return 0;
}

static int
read_line(struct reader *r, const char *line)
{
    static const char *const heads[SECTIONS] = {NULL, "-- setup", "-- bad", "-- good"};

    for (int i = SETUP; i < SECTIONS; i++) {
        if (strcmp(line, heads[i]) != 0)
            continue;
        if (r->seen[i] || i < (int)r->section)
            return wrong(r, "this section is not in its place", line);
        r->seen[i] = true;
        r->section = (enum section)i;
        return 0;
    }
    if (r->section == HEAD)
        return read_prose(r, line);
    zdm_buf_addf(&r->parts[r->section], "%s\n", line);
    return 0;
}

/* Without the empty lines at its end. */
static char *
take_sql(struct zdm_buf *part)
{
    while (part->len > 1 && part->s[part->len - 1] == '\n' && part->s[part->len - 2] == '\n')
        part->s[--part->len] = 0;
    return zdm_buf_take(part);
}

int
zdm_rule_page_parse(
    const char *id, const char *text, struct zdm_rule_page **out, struct zdm_err *err)
{
    struct zdm_rule_page *page = zdm_alloc(sizeof *page);
    struct reader r = {.page = page, .section = HEAD, .err = err};
    int rc = 0;

    for (int i = 0; i < SECTIONS; i++)
        r.parts[i] = (struct zdm_buf)ZDM_BUF_INIT;
    *page = (struct zdm_rule_page){.id = zdm_strdup(id), .wrap = ZDM_WRAP_NEVER};
    while (rc == 0 && *text) {
        size_t n = strcspn(text, "\n");
        char *line = zdm_strndup(text, n);
        r.line++;
        rc = read_line(&r, line);
        free(line);
        text += n + (text[n] == '\n');
    }
    if (rc == 0 && (!page->title || r.parts[HEAD].len == 0))
        rc = wrong(&r, "a page needs a title and some lines that explain", id);
    if (rc == 0 && r.parts[BAD].len == 0)
        rc = wrong(&r, "a page needs a bad example", id);
    page->prose = zdm_buf_take(&r.parts[HEAD]);
    page->setup = take_sql(&r.parts[SETUP]);
    page->bad = take_sql(&r.parts[BAD]);
    page->good = take_sql(&r.parts[GOOD]);
    if (rc < 0)
        zdm_rule_page_free(page);
    else
        *out = page;
    return rc;
}

struct zdm_rule_page *
zdm_rule_page(const char *id)
{
    size_t n = strlen(id);

    for (const struct zdm_embedded *file = zdm_rule_pages; file->name; file++) {
        struct zdm_err err = ZDM_ERR_INIT;
        struct zdm_rule_page *page;
        if (strncmp(file->name, id, n) != 0 || strcmp(file->name + n, ".sql") != 0)
            continue;
        if (zdm_rule_page_parse(id, file->data, &page, &err) < 0)
            zdm_die(err.message); /* the tests read every page */
        return page;
    }
    return NULL;
}

void
zdm_rule_page_free(struct zdm_rule_page *page)
{
    if (!page)
        return;
    free(page->id);
    free(page->title);
    free(page->prose);
    free(page->setup);
    free(page->bad);
    free(page->good);
    free(page->not_run);
    free(page->offline);
    free(page->unseen);
    free(page);
}
