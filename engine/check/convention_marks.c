/*
 * Tools that keep both ways of a migration in one file and tell them apart by comments: each looks at
 * whole lines, so that is what is done here.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "check/convention.h"

/* Behind "--" and blanks; NULL when the line is no comment. */
static const char *
comment_of(const char *line)
{
    line += strspn(line, " \t");
    if (strncmp(line, "--", 2) != 0)
        return NULL;
    return line + 2 + strspn(line + 2, " \t");
}

/* Does `s` begin with these words, one blank or more between them? Returns what is behind. */
static const char *
words(const char *s, const char *first, const char *second)
{
    size_t n = strlen(first);

    if (!s || strncasecmp(s, first, n) != 0)
        return NULL;
    s += n;
    if (second) {
        size_t blanks = strspn(s, " \t");
        n = strlen(second);
        if (blanks == 0 || strncasecmp(s + blanks, second, n) != 0)
            return NULL;
        s += blanks + n;
    }
    return *s == '\0' || isspace((unsigned char)*s) ? s : NULL;
}

static bool
line_holds(const char *line, const char *word)
{
    size_t n = strlen(word);

    for (; *line && *line != '\n'; line++)
        if (strncasecmp(line, word, n) == 0)
            return true;
    return false;
}

static const char *
next_line(const char *line)
{
    const char *end = strchr(line, '\n');

    return end ? end + 1 : NULL;
}

enum mark { MARK_NONE, MARK_UP, MARK_DOWN, MARK_UP_ALONE, MARK_ALONE };

static enum mark
goose_mark(const char *line)
{
    const char *s = comment_of(line);

    if (words(s, "+goose", "up"))
        return MARK_UP;
    if (words(s, "+goose", "down"))
        return MARK_DOWN;
    s = words(s, "+goose", "no");
    return s && words(s + strspn(s, " \t"), "transaction", NULL) ? MARK_ALONE : MARK_NONE;
}

static enum mark
sql_migrate_mark(const char *line)
{
    const char *s = comment_of(line), *up = words(s, "+migrate", "up");

    if (up)
        return line_holds(up, "notransaction") ? MARK_UP_ALONE : MARK_UP;
    return words(s, "+migrate", "down") ? MARK_DOWN : MARK_NONE;
}

static enum mark
dbmate_mark(const char *line)
{
    const char *s = comment_of(line), *up = words(s, "migrate:up", NULL);

    if (up)
        return line_holds(up, "transaction:false") ? MARK_UP_ALONE : MARK_UP;
    return words(s, "migrate:down", NULL) ? MARK_DOWN : MARK_NONE;
}

/* Play: the line begins with # or --, and has !Ups or !Downs in it. */
static enum mark
play_mark(const char *line)
{
    if (line[0] != '#' && strncmp(line, "--", 2) != 0)
        return MARK_NONE;
    size_t n = strcspn(line, "\n");
    const char *up = strstr(line, "!Ups"), *down = strstr(line, "!Downs");
    if (up && up < line + n)
        return MARK_UP;
    return down && down < line + n ? MARK_DOWN : MARK_NONE;
}

/* "-- Up Migration", any dashes and blanks before it, anything behind. */
static enum mark
node_mark(const char *line)
{
    const char *s = comment_of(line);

    if (!s)
        return MARK_NONE;
    s += strspn(s, "- \t");
    if (words(s, "up", NULL) && strncasecmp(s + 2 + strspn(s + 2, " \t"), "migration", 9) == 0)
        return MARK_UP;
    return words(s, "down", NULL) && strncasecmp(s + 4 + strspn(s + 4, " \t"), "migration", 9) == 0
               ? MARK_DOWN
               : MARK_NONE;
}

/* To the letter, from the beginning of the line. */
static enum mark
rambler_mark(const char *line)
{
    static const char prefix[] = "-- rambler";

    if (strncmp(line, prefix, strlen(prefix)) != 0)
        return MARK_NONE;
    line += strlen(prefix);
    line += strspn(line, " \t");
    size_t n = strcspn(line, "\n");
    while (n && isspace((unsigned char)line[n - 1]))
        n--;
    return n == 2 && strncmp(line, "up", 2) == 0 ? MARK_UP : MARK_DOWN;
}

static bool
has_down(const char *text, enum mark (*mark_of)(const char *line))
{
    for (const char *line = text; line; line = next_line(line))
        if (mark_of(line) == MARK_DOWN)
            return true;
    return false;
}

static bool
has_up(const char *text, enum mark (*mark_of)(const char *line))
{
    for (const char *line = text; line; line = next_line(line)) {
        enum mark mark = mark_of(line);
        if (mark == MARK_UP || mark == MARK_UP_ALONE)
            return true;
    }
    return false;
}

/* Blanks out everything that does not stand behind an up mark. `alone` is how a file is sent that
 * wants no transaction. */
static int
cut(struct zdm_source *source, enum mark (*mark_of)(const char *line), const char *up,
    enum zdm_wrap alone, struct zdm_err *err)
{
    bool in = false;

    if (!has_up(source->text, mark_of)) {
        zdm_fail(err, ZDM_ERR_USAGE, "\"%s\" has no line \"%s\"", source->path, up);
        return zdm_err_hint(err, "%s runs only what stands behind it", source->tool);
    }
    for (const char *line = source->original; line;) {
        const char *next = next_line(line);
        size_t start = (size_t)(line - source->original),
               end = next ? (size_t)(next - source->original) : strlen(source->original);
        enum mark mark = mark_of(line);
        if (mark == MARK_UP || mark == MARK_UP_ALONE || mark == MARK_DOWN)
            in = mark != MARK_DOWN;
        if (mark == MARK_ALONE || mark == MARK_UP_ALONE)
            source->wrap = alone;
        if (!in)
            zdm_blank(source->text, start, end);
        line = next;
    }
    return 0;
}

bool
zdm_goose_marked(const char *text)
{
    return has_up(text, goose_mark);
}

int
zdm_goose_cut(struct zdm_source *source, struct zdm_err *err)
{
    return cut(source, goose_mark, "-- +goose Up", ZDM_WRAP_NEVER, err);
}

bool
zdm_sql_migrate_marked(const char *text)
{
    return has_up(text, sql_migrate_mark);
}

int
zdm_sql_migrate_cut(struct zdm_source *source, struct zdm_err *err)
{
    return cut(source, sql_migrate_mark, "-- +migrate Up", ZDM_WRAP_NEVER, err);
}

bool
zdm_dbmate_marked(const char *text)
{
    return has_up(text, dbmate_mark);
}

int
zdm_dbmate_cut(struct zdm_source *source, struct zdm_err *err)
{
    /* Without its own transaction the section is still one string. */
    return cut(source, dbmate_mark, "-- migrate:up", ZDM_WRAP_SEVERAL, err);
}

bool
zdm_liquibase_marked(const char *text)
{
    const char *s = comment_of(text + strspn(text, " \t\r\n"));

    s = words(s, "liquibase", "formatted");
    return s && words(s + strspn(s, " \t"), "sql", NULL);
}

/* The value of attribute `name` of a changeset's line, in `value` ("" when it is not there). */
static void
attribute(const char *line, const char *name, char *value, size_t size)
{
    size_t n = strlen(name), w = 0;

    for (; *line && *line != '\n'; line++) {
        if (!isspace((unsigned char)line[0]) || strncasecmp(line + 1, name, n) != 0 ||
            line[1 + n] != ':')
            continue;
        const char *s = line + 2 + n;
        char quote = *s == '"' ? *s++ : '\0';
        while (
            *s && *s != '\n' && w + 1 < size && (quote ? *s != quote : !isspace((unsigned char)*s)))
            value[w++] = *s++;
        break;
    }
    value[w] = '\0';
}

/* dbms:postgresql,h2 and dbms:!mysql */
static bool
is_for_postgresql(const char *dbms)
{
    bool named = false, only_others = true;

    for (const char *s = dbms; *s;) {
        s += strspn(s, ", ");
        bool negated = *s == '!';
        size_t n = strcspn(s + negated, ", ");
        bool ours = (n == 10 && strncasecmp(s + negated, "postgresql", n) == 0) ||
                    (n == 3 && strncasecmp(s + negated, "all", n) == 0);
        if (ours && negated)
            return false;
        named = named || ours;
        only_others = only_others && negated;
        s += negated + n;
    }
    return named || only_others;
}

static void
end_changeset(struct zdm_source *source, const char *head, size_t start, size_t end)
{
    char in_transaction[16], dbms[256], ignore[8];

    attribute(head, "runInTransaction", in_transaction, sizeof in_transaction);
    attribute(head, "dbms", dbms, sizeof dbms);
    attribute(head, "ignore", ignore, sizeof ignore);
    if (!is_for_postgresql(dbms) || strcasecmp(ignore, "true") == 0)
        zdm_blank(source->text, start, end);
    zdm_source_add_part(source, start, end,
        strcasecmp(in_transaction, "false") == 0 ? ZDM_WRAP_NEVER : ZDM_WRAP_ALWAYS);
}

int
zdm_liquibase_cut(struct zdm_source *source, struct zdm_err *err)
{
    const char *head = NULL;
    size_t start = 0, at = 0;

    for (const char *line = source->original; line; line = next_line(line)) {
        at = (size_t)(line - source->original);
        if (!words(comment_of(line), "changeset", NULL))
            continue;
        if (head)
            end_changeset(source, head, start, at);
        else
            zdm_blank(source->text, 0, at);
        head = line;
        start = at;
    }
    if (!head) {
        zdm_fail(err, ZDM_ERR_USAGE, "\"%s\" has no changeset", source->path);
        return zdm_err_hint(err, "Liquibase runs only what stands behind --changeset author:id");
    }
    end_changeset(source, head, start, at + strlen(source->original + at));
    return 0;
}

bool
zdm_rambler_marked(const char *text)
{
    return has_up(text, rambler_mark);
}

/* Each section is sent by itself. */
int
zdm_rambler_cut(struct zdm_source *source, struct zdm_err *err)
{
    size_t from = 0, end = strlen(source->original);
    bool in = false;

    if (cut(source, rambler_mark, "-- rambler up", ZDM_WRAP_SEVERAL, err) < 0)
        return -1;
    for (const char *line = source->original; line; line = next_line(line)) {
        size_t at = (size_t)(line - source->original);
        enum mark mark = rambler_mark(line);
        if (mark == MARK_NONE)
            continue;
        if (in)
            zdm_source_add_part(source, from, at, ZDM_WRAP_SEVERAL);
        in = mark == MARK_UP;
        from = at;
    }
    if (in)
        zdm_source_add_part(source, from, end, ZDM_WRAP_SEVERAL);
    return 0;
}

/* A # is no comment of SQL. Comments with !Ups are found elsewhere, too, but not beside one with !Downs. */
bool
zdm_play_marked(const char *text)
{
    for (const char *line = text; line; line = next_line(line))
        if (line[0] == '#' && play_mark(line) == MARK_UP)
            return true;
    return has_up(text, play_mark) && has_down(text, play_mark);
}

/* It cuts at each semicolon, in quotes too, and ;; stands for one that does not end a statement. */
int
zdm_play_cut(struct zdm_source *source, struct zdm_err *err)
{
    if (cut(source, play_mark, "# --- !Ups", ZDM_WRAP_NEVER, err) < 0)
        return -1;
    for (char *s = source->text; *s; s = strchr(s, '\n') ? strchr(s, '\n') + 1 : s + strlen(s))
        if (*s == '#' && play_mark(s) == MARK_UP)
            zdm_blank(s, 0, strcspn(s, "\n"));
    for (char *s = source->text; (s = strstr(s, ";;")) != NULL; s += 2)
        s[1] = ' ';
    return 0;
}

/* Without a mark for the way back it would be what any other file is; what stands before the mark would
 * be left out of files that only have such a comment. */
bool
zdm_node_pg_migrate_marked(const char *text)
{
    return has_up(text, node_mark) && has_down(text, node_mark);
}

int
zdm_node_pg_migrate_cut(struct zdm_source *source, struct zdm_err *err)
{
    /* Without a mark it runs all of it. */
    if (!has_up(source->text, node_mark))
        return 0;
    return cut(source, node_mark, "-- Up Migration", ZDM_WRAP_NEVER, err);
}

static const char tern_below[] = "---- create above / drop below ----";
static const char tern_alone[] = "---- tern: disable-tx ----";

bool
zdm_tern_marked(const char *text)
{
    return strstr(text, tern_below) || strstr(text, tern_alone);
}

int
zdm_tern_cut(struct zdm_source *source, struct zdm_err *err)
{
    char *below = strstr(source->text, tern_below);

    (void)err;
    if (below)
        zdm_blank(below, 0, strlen(below));
    if (strstr(source->text, tern_alone))
        source->wrap = ZDM_WRAP_NEVER;
    return 0;
}
