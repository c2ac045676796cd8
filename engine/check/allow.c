#include "check/allow.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define NOBODY    SIZE_MAX
#define FILE_WIDE (SIZE_MAX - 1)
#define NEXT      (SIZE_MAX - 2) /* the first statement of the next report */

/* One rule of one comment. */
struct zdm_permit {
    const char *rule, *because;
    size_t line;
    size_t item; /* index into the report's items, or one of the above */
    bool used;
};

struct reading {
    struct zdm_allow *allow;
    struct zdm_check_report *report;
};

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *
nearest_rule(const char *id)
{
    size_t n;
    const struct zdm_rule *rules = zdm_sql_rules(&n);
    const char **ids = zdm_alloc(n * sizeof *ids);

    for (size_t i = 0; i < n; i++)
        ids[i] = rules[i].id;
    const char *nearest = zdm_nearest(id, ids, n);
    free(ids);
    return nearest;
}

/* About the comment at the cursor. */
#define note(reading, ...)                                                                         \
    zdm_check_note(                                                                                \
        (reading)->report, (reading)->allow->source, (reading)->allow->cursor.line, __VA_ARGS__)

static void
add_permit(struct reading *reading, const char *rule, const char *because, size_t item)
{
    struct zdm_allow *allow = reading->allow;

    if (!zdm_sql_rule(rule)) {
        const char *nearest = nearest_rule(rule);
        char *hint = nearest ? zdm_strf("did you mean %s?", nearest) : NULL;
        note(reading, "unknown-rule", hint ? hint : "zdm explain lists the rules",
            "there is no rule \"%s\" to allow", rule);
        free(hint);
        return;
    }
    if (allow->n == allow->room) {
        allow->room = allow->room ? allow->room * 2 : 16;
        allow->permits = zdm_realloc(allow->permits, allow->room * sizeof *allow->permits);
    }
    allow->permits[allow->n++] = (struct zdm_permit){
        .rule = rule, .because = because, .line = allow->cursor.line, .item = item};
}

/* The next word of the list at *s, NULL at its end; commas and blanks stand between. */
static char *
next_word(struct zdm_arena *arena, const char **s, const char *end)
{
    while (*s < end && (is_blank(**s) || **s == ','))
        ++*s;
    const char *start = *s;
    while (*s < end && !is_blank(**s) && **s != ',')
        ++*s;
    return *s > start ? zdm_arena_strndup(arena, start, (size_t)(*s - start)) : NULL;
}

/* `s` stands behind "allow" or "allow-file". */
static void
read_permits(struct reading *reading, const char *s, const char *end, size_t item)
{
    struct zdm_arena *arena = reading->allow->arena;
    const char *because = NULL, *list = s;
    size_t n = 0;
    char *word;

    while (!because && (word = next_word(arena, &s, end))) {
        if (strcmp(word, "because") != 0) {
            n++;
            continue;
        }
        while (s < end && is_blank(*s))
            s++;
        while (end > s && is_blank(end[-1]))
            end--;
        because = zdm_arena_strndup(arena, s, (size_t)(end - s));
    }
    if (n == 0) {
        note(reading, "bad-comment", "-- zdm: allow RULE because REASON",
            "this comment allows no rule");
        return;
    }
    if (!because || !*because) {
        note(reading, "allow-without-reason",
            "say why it is fine here: -- zdm: allow RULE because REASON",
            "this comment allows without a reason, so it allows nothing");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        word = next_word(arena, &list, end);
        add_permit(reading, word, because, item);
    }
}

/* The text of a comment, without its marks; the cursor stands at it. */
static void
read_comment(struct reading *reading, const char *s, const char *end, size_t item)
{
    struct zdm_arena *arena = reading->allow->arena;

    while (s < end && (is_blank(*s) || *s == '*'))
        s++;
    if (end - s < 4 || strncmp(s, "zdm:", 4) != 0)
        return;
    s += 4;
    const char *word = next_word(arena, &s, end);
    if (word && strcmp(word, "allow") == 0) {
        read_permits(reading, s, end, item);
    } else if (word && strcmp(word, "allow-file") == 0 && !reading->allow->has_statement) {
        read_permits(reading, s, end, FILE_WIDE);
    } else if (word && strcmp(word, "allow-file") == 0) {
        note(reading, "bad-comment",
            "move it to the head of the file, or write allow above one statement",
            "allow-file stands behind the first statement, where it allows nothing");
    } else {
        note(reading, "bad-comment", "zdm knows: -- zdm: allow RULE because REASON, and allow-file",
            "zdm does not know the word \"%s\" in this comment", word ? word : "");
    }
}

/* The end of the comment that begins at s, NULL when none does; block comments nest. */
static const char *
comment_end(const char *s, const char *end, const char **from, const char **to)
{
    if (end - s >= 2 && s[0] == '-' && s[1] == '-') {
        *from = s + 2;
        while (s < end && *s != '\n')
            s++;
        return *to = s;
    }
    if (end - s < 2 || s[0] != '/' || s[1] != '*')
        return NULL;
    *from = s + 2;
    int depth = 0;
    while (s < end) {
        if (end - s >= 2 && s[0] == '/' && s[1] == '*') {
            depth++;
            s += 2;
        } else if (end - s >= 2 && s[0] == '*' && s[1] == '/') {
            s += 2;
            if (--depth == 0) {
                *to = s - 2;
                return s;
            }
        } else {
            s++;
        }
    }
    return *to = end;
}

/* The rows behind COPY ... FROM stdin: the end of the line that ends them, NULL when there is none. */
static const char *
copied_rows_end(const struct reading *reading, size_t before, const char *s, const char *end)
{
    if (before == NOBODY || strcmp(reading->report->items[before].st->kind, "COPY") != 0)
        return NULL;
    for (; s < end; s = s < end ? s + 1 : end) {
        size_t n = 0;
        while (s + n < end && s[n] != '\n' && s[n] != '\r')
            n++;
        if (n == 2 && s[0] == '\\' && s[1] == '.')
            return s + n;
        while (s < end && *s != '\n')
            s++;
    }
    return NULL;
}

/* Between two statements: `before` and `after` are their items, or NOBODY. */
static void
read_gap(struct reading *reading, size_t from, size_t to, size_t before, size_t after)
{
    const char *text = reading->allow->source->text, *s = text + from, *end = text + to;
    bool same_line = before != NOBODY; /* as the end of the statement before */
    bool line_is_blank = false;
    struct zdm_allow *allow = reading->allow;
    size_t first = allow->n; /* of the permits that wait for the statement below */

    while (s < end) {
        const char *inner, *inner_end, *next = comment_end(s, end, &inner, &inner_end);
        if (next) {
            zdm_text_cursor_move(&reading->allow->cursor, (size_t)(s - text));
            read_comment(reading, inner, inner_end, same_line ? before : after);
            if (same_line)
                first = allow->n;
            line_is_blank = false;
            s = next;
            continue;
        }
        if (*s == '\n') {
            /* A blank line parts a comment from what stands below. */
            for (size_t i = first; line_is_blank && i < allow->n; i++)
                if (allow->permits[i].item != FILE_WIDE)
                    allow->permits[i].item = NOBODY;
            if (line_is_blank)
                first = allow->n;
            const char *rows_end = same_line ? copied_rows_end(reading, before, s + 1, end) : NULL;
            same_line = false;
            if (rows_end) {
                s = rows_end;
                continue;
            }
            line_is_blank = true;
        } else if (!is_blank(*s)) {
            line_is_blank = false;
        }
        s++;
    }
}

/* Behind a quoted string, name or dollar string that begins at s; s itself when none does. */
static const char *
skip_quoted(const char *s, const char *end, const char *start)
{
    if (*s == '\'' || *s == '"') {
        char quote = *s;
        bool escapes = quote == '\'' && s > start && (s[-1] == 'e' || s[-1] == 'E');
        for (s++; s < end && *s != quote; s++)
            if (escapes && *s == '\\' && s + 1 < end)
                s++;
        return s < end ? s + 1 : end;
    }
    if (*s != '$')
        return s;
    const char *tag = s + 1;
    while (tag < end && *tag != '$' && !is_blank(*tag) && *tag != '\'' && *tag != ';')
        tag++;
    if (tag >= end || *tag != '$' || (s[1] >= '0' && s[1] <= '9'))
        return s;
    size_t n = (size_t)(tag + 1 - s);
    const char *close = memmem(tag + 1, (size_t)(end - tag - 1), s, n);
    return close ? close + n : end;
}

static void
read_statement(struct reading *reading, size_t from, size_t to, size_t item)
{
    const char *text = reading->allow->source->text, *start = text + from, *end = text + to;

    if (!memmem(start, to - from, "zdm:", 4))
        return;
    for (const char *s = start; s < end;) {
        const char *inner, *inner_end, *next = comment_end(s, end, &inner, &inner_end);
        if (next) {
            zdm_text_cursor_move(&reading->allow->cursor, (size_t)(s - text));
            read_comment(reading, inner, inner_end, item);
            s = next;
        } else {
            next = skip_quoted(s, end, start);
            s = next > s ? next : s + 1;
        }
    }
}

/* Accepts the findings of one rule; true when there are any. */
static bool
accept(struct zdm_checked *item, const struct zdm_permit *permit)
{
    bool any = false;

    for (size_t i = 0; i < item->st->n_findings; i++) {
        if (strcmp(item->st->findings[i].rule, permit->rule) != 0)
            continue;
        any = true;
        if (!item->allowed[i])
            item->allowed[i] = permit->because;
    }
    return any;
}

/* last: nothing of the source stands behind the report. Keeps what waits. */
static void
apply(struct reading *reading, bool last)
{
    struct zdm_check_report *report = reading->report;
    struct zdm_allow *allow = reading->allow;
    size_t kept = 0;

    for (size_t i = 0; i < allow->n; i++) {
        struct zdm_permit *permit = &allow->permits[i];
        if (permit->item == FILE_WIDE)
            for (size_t k = 0; k < report->n; k++)
                permit->used = accept(&report->items[k], permit) || permit->used;
        else if (permit->item < report->n)
            permit->used = accept(&report->items[permit->item], permit);
        if (!last && (permit->item == FILE_WIDE || permit->item == NEXT)) {
            allow->permits[kept++] = *permit;
            continue;
        }
        if (permit->used)
            continue;
        const char *why = permit->item == FILE_WIDE  ? "nothing in this file"
                          : permit->item < report->n ? "nothing in this statement"
                                                     : "no statement directly below, so nothing,";
        zdm_check_note(report, allow->source, permit->line, "unused-allow", "take the comment out",
            "rule %s is allowed, but %s triggers it", permit->rule, why);
    }
    allow->n = kept;
}

void
zdm_allow_open(struct zdm_allow *allow, const struct zdm_source *source)
{
    *allow = (struct zdm_allow){
        .source = source, .any = strstr(source->text, "zdm:") != NULL, .arena = zdm_arena_new()};
    zdm_text_cursor_init(&allow->cursor, source->original);
}

void
zdm_allow_apply(struct zdm_allow *allow, struct zdm_check_report *report, size_t next)
{
    struct reading reading = {.allow = allow, .report = report};
    size_t len = strlen(allow->source->text);
    bool last = next == SIZE_MAX;

    if (!allow->any)
        return;
    for (size_t i = 0; i < allow->n && report->n > 0; i++)
        if (allow->permits[i].item == NEXT)
            allow->permits[i].item = 0;
    for (size_t i = 0; i < report->n; i++) {
        const struct zdm_statement *st = report->items[i].st;
        size_t end = st->offset + strlen(st->sql);
        if (st->offset < allow->at || end > len)
            continue; /* it was not cut out of this text */
        read_gap(&reading, allow->at, st->offset, i > 0 ? i - 1 : NOBODY, i);
        allow->has_statement = true;
        read_statement(&reading, st->offset, end, i);
        allow->at = end;
    }
    if (last || next > len)
        next = len;
    if (next > allow->at) {
        read_gap(&reading, allow->at, next, report->n > 0 ? report->n - 1 : NOBODY,
            last ? NOBODY : NEXT);
        allow->at = next;
    }
    apply(&reading, last);
}

void
zdm_allow_close(struct zdm_allow *allow)
{
    free(allow->permits);
    zdm_arena_free(allow->arena);
}
