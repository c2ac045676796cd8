#include "sql/script.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

struct word {
    const char *s;
    size_t n;
};

/* Where the scan stands inside one statement. */
struct scan {
    const char *s; /* the whole text */
    size_t at, end;
    struct zdm_piece *piece;
    size_t begun;   /* its first byte; SIZE_MAX: nothing yet */
    size_t last;    /* behind its last byte that is neither space nor comment */
    unsigned depth; /* of brackets */
    unsigned body;  /* of BEGIN ATOMIC and the CASEs in it */
    unsigned words;
    struct word first[4]; /* words */
    struct word before;   /* the word before this one, outside of brackets */
    bool makes_routine;
};

static bool
is_word(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c >= 0x80;
}

static bool
is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
says(const struct word *word, const char *text)
{
    return word->n == strlen(text) && strncasecmp(word->s, text, word->n) == 0;
}

/* Behind the quote that closes the one at `at`; the end of the text when none does. */
static size_t
past_quote(const struct scan *scan, size_t at, bool backslashes)
{
    char quote = scan->s[at++];

    for (; at < scan->end; at++) {
        if (backslashes && scan->s[at] == '\\') {
            at++;
        } else if (scan->s[at] == quote) {
            if (scan->s[at + 1] != quote)
                return at + 1;
            at++;
        }
    }
    return scan->end;
}

/* 'a' and, on another line, 'b' are one literal, and E in front of the first holds for both. */
static size_t
past_escaped(const struct scan *scan, size_t at)
{
    for (;;) {
        at = past_quote(scan, at, true);
        size_t next = at;
        bool line = false;
        for (; next < scan->end && is_space(scan->s[next]); next++)
            line |= scan->s[next] == '\n' || scan->s[next] == '\r';
        if (!line || scan->s[next] != '\'')
            return at;
        at = next;
    }
}

static size_t
past_line(const struct scan *scan, size_t at)
{
    return at + strcspn(scan->s + at, "\r\n");
}

/* An open one is part of the statement: the parser shall complain about it. */
static size_t
past_comment(struct scan *scan, size_t at)
{
    size_t begin = at;
    unsigned depth = 0;

    while (at < scan->end) {
        if (scan->s[at] == '/' && scan->s[at + 1] == '*') {
            depth++;
            at += 2;
        } else if (scan->s[at] == '*' && scan->s[at + 1] == '/') {
            at += 2;
            if (--depth == 0)
                return at;
        } else {
            at++;
        }
    }
    if (scan->begun == SIZE_MAX)
        scan->begun = begin;
    return scan->last = scan->end;
}

/* $$...$$ or $tag$...$tag$; a dollar that begins neither is passed over alone. */
static size_t
past_dollar(const struct scan *scan, size_t at)
{
    const char *s = scan->s + at;
    size_t n = 1;

    if (!(s[1] >= '0' && s[1] <= '9'))
        while (is_word((unsigned char)s[n]))
            n++;
    if (s[n] != '$')
        return at + 1;
    n++;
    const char *close = memmem(s + n, scan->end - at - n, s, n);
    return close ? (size_t)(close - scan->s) + n : scan->end;
}

/* ${name}, for which a tool such as Flyway puts in a value. */
static size_t
past_placeholder(struct scan *scan, size_t at)
{
    struct zdm_piece *piece = scan->piece;
    size_t n = 2 + strcspn(scan->s + at + 2, "}\n;");

    if (scan->s[at + n] != '}')
        return at + 1;
    if (piece->variable == piece->variable_end) {
        piece->variable = at;
        piece->variable_end = at + n + 1;
    }
    return at + n + 1;
}

/* As psql: CREATE [OR REPLACE] FUNCTION or PROCEDURE may have a body of statements. */
static void
see_word(struct scan *scan, struct word word)
{
    if (scan->words < 4) {
        scan->first[scan->words++] = word;
        if (says(&word, "function") || says(&word, "procedure"))
            scan->makes_routine =
                says(&scan->first[0], "create") &&
                (scan->words == 2 || (scan->words == 4 && says(&scan->first[1], "or") &&
                                         says(&scan->first[2], "replace")));
    }
    if (scan->depth)
        return;
    if (scan->body && says(&word, "case"))
        scan->body++;
    else if (scan->body && says(&word, "end"))
        scan->body--;
    else if (scan->makes_routine && says(&word, "atomic") && says(&scan->before, "begin"))
        scan->body++;
    if (says(&word, "stdin") && says(&scan->before, "from") && says(&scan->first[0], "copy"))
        scan->piece->reads = true;
    scan->before = word;
}

static size_t
past_word(struct scan *scan, size_t at)
{
    struct word word = {scan->s + at, 0};

    /* A dollar may stand inside of a word, so it begins no quote there; a placeholder may follow. */
    while (is_word((unsigned char)word.s[word.n]) ||
           (word.s[word.n] == '$' && word.s[word.n + 1] != '{'))
        word.n++;
    at += word.n;
    if (word.n == 1 && (word.s[0] == 'e' || word.s[0] == 'E') && scan->s[at] == '\'')
        return past_escaped(scan, at);
    see_word(scan, word);
    return at;
}

/* ::type and := are no variables; :name, :'name', :"name" and :{?name} may be. */
static size_t
past_colon(struct scan *scan, size_t at)
{
    char next = scan->s[at + 1];
    struct zdm_piece *piece = scan->piece;

    if (next == ':' || next == '=')
        return at + 2;
    if (piece->variable == piece->variable_end &&
        (is_word((unsigned char)next) || next == '\'' || next == '"' || next == '{')) {
        size_t to = at + 1;
        if (next == '\'' || next == '"')
            to = past_quote(scan, to, false);
        else
            while (is_word((unsigned char)scan->s[to]) || scan->s[to] == '{' ||
                   scan->s[to] == '?' || scan->s[to] == '}')
                to++;
        piece->variable = at;
        piece->variable_end = to;
    }
    return at + 1;
}

/* The rows behind COPY FROM stdin: the lines up to one that says \. and nothing else. Without such
 * a line nothing is taken for rows: it may be SQL. */
static void
pass_data(struct scan *scan, struct zdm_script *script)
{
    const char *s = scan->s;
    size_t at = scan->at + strcspn(s + scan->at, "\n") + 1;

    while (at < scan->end) {
        const char *newline = memchr(s + at, '\n', scan->end - at);
        size_t line_end = newline ? (size_t)(newline - s) : scan->end;
        size_t n = line_end - at;
        if (n && s[at + n - 1] == '\r')
            n--;
        if (n == 2 && s[at] == '\\' && s[at + 1] == '.') {
            scan->piece->data = true;
            scan->at = line_end;
            return;
        }
        at = line_end + 1;
    }
    script->no_marks = true;
}

static bool
finish(struct scan *scan, struct zdm_script *script)
{
    struct zdm_piece *piece = scan->piece;

    piece->start = scan->begun;
    piece->end = scan->last;
    if (piece->variable == piece->variable_end)
        piece->variable = piece->variable_end = piece->end;
    if (piece->reads && !script->no_marks)
        pass_data(scan, script);
    piece->next = script->at = scan->at;
    return true;
}

/* Two backslashes end a command before its line does, unless it takes the line as it is. */
static size_t
command_end(const struct scan *scan, size_t at)
{
    const char *s = scan->s + at;
    size_t n = strcspn(s, "\n");
    const char *end = NULL;

    if (s[1] == '\\')
        return at + 2;
    if (s[1] != '!' && strncmp(s, "\\copy", 5) != 0)
        end = memmem(s + 1, n - 1, "\\\\", 2);
    return end ? (size_t)(end - scan->s) : at + n;
}

/* A command of psql: it stands for itself when it stands between statements. */
static bool
command(struct scan *scan, struct zdm_script *script)
{
    size_t at = scan->at, end = command_end(scan, at);
    struct zdm_piece *piece = scan->piece;

    while (end > at && is_space(scan->s[end - 1]))
        end--;
    enum zdm_psql kind = zdm_psql_kind(scan->s + at, end - at);
    if (scan->begun != SIZE_MAX && kind == ZDM_PSQL_HARMLESS) {
        piece->words = true;
        scan->at = end;
        return false;
    }
    /* Both end the statement before them; \g is done with that, others are met again. */
    if (scan->begun != SIZE_MAX) {
        piece->words = true;
        if (kind == ZDM_PSQL_SENDS && !(end - at >= 6 && memcmp(scan->s + at, "\\gexec", 6) == 0))
            scan->at = end;
        return finish(scan, script);
    }
    scan->at = end;
    if (kind != ZDM_PSQL_HIDDEN) {
        piece->gap = true;
        return false;
    }
    *piece = (struct zdm_piece){.command = true, .start = at, .end = end, .next = end};
    piece->variable = piece->variable_end = end;
    script->at = end;
    return true;
}

static bool
semicolon(struct scan *scan, struct zdm_script *script, size_t behind)
{
    scan->at = behind;
    if ((scan->depth || scan->body) && !script->flat) {
        scan->piece->inner = true;
        scan->last = behind;
        return false;
    }
    return scan->begun != SIZE_MAX && finish(scan, script);
}

/* One token; true when it ends the piece. */
static bool
token(struct scan *scan, struct zdm_script *script)
{
    const char *s = scan->s;
    size_t at = scan->at;
    unsigned char c = (unsigned char)s[at];

    switch (c) {
    case '\\':
        if (s[at + 1] != ';')
            return command(scan, script);
        scan->piece->words = true; /* sends it together with the next one */
        return semicolon(scan, script, at + 2);
    case ';':
        return semicolon(scan, script, at + 1);
    case '(':
        scan->depth++;
        scan->at = at + 1;
        break;
    case ')':
        scan->depth -= scan->depth > 0;
        scan->at = at + 1;
        break;
    case '\'':
    case '"':
        scan->at = past_quote(scan, at, false);
        break;
    case '$':
        scan->at = s[at + 1] == '{' ? past_placeholder(scan, at) : past_dollar(scan, at);
        break;
    case ':':
        scan->at = past_colon(scan, at);
        break;
    default:
        scan->at = is_word(c) ? past_word(scan, at) : at + 1;
    }
    if (scan->begun == SIZE_MAX)
        scan->begun = at;
    scan->last = scan->at;
    return false;
}

void
zdm_script_open(struct zdm_script *script, const char *text)
{
    size_t mark = strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

    *script = (struct zdm_script){.text = text, .at = mark, .end = strlen(text)};
}

bool
zdm_script_next(struct zdm_script *script, struct zdm_piece *piece)
{
    struct scan scan = {
        .s = script->text, .at = script->at, .end = script->end, .piece = piece, .begun = SIZE_MAX};

    *piece = (struct zdm_piece){.start = 0};
    while (scan.at < scan.end) {
        const char *s = scan.s + scan.at;
        if (is_space(*s))
            scan.at++;
        else if (s[0] == '-' && s[1] == '-')
            scan.at = past_line(&scan, scan.at);
        else if (s[0] == '/' && s[1] == '*')
            scan.at = past_comment(&scan, scan.at);
        else if (token(&scan, script))
            return true;
    }
    if (scan.begun == SIZE_MAX) {
        script->at = scan.end;
        return false;
    }
    return finish(&scan, script);
}

void
zdm_script_blank(char *buf, const struct zdm_piece *piece)
{
    struct zdm_script inside = {.text = buf, .end = piece->end - piece->start};
    struct zdm_piece part;
    struct scan scan = {.s = buf, .end = inside.end, .piece = &part, .begun = 0};

    part = (struct zdm_piece){.start = 0};
    while (scan.at < scan.end) {
        const char *s = buf + scan.at;
        if (*s == '\\') {
            size_t end_of_it = command_end(&scan, scan.at);
            memset(buf + scan.at, ' ', end_of_it - scan.at);
            scan.at = end_of_it;
        } else if (s[0] == '-' && s[1] == '-') {
            scan.at = past_line(&scan, scan.at);
        } else if (s[0] == '/' && s[1] == '*') {
            scan.at = past_comment(&scan, scan.at);
        } else {
            inside.flat = false;
            scan.begun = 0;
            scan.depth = 1; /* no semicolon ends it here */
            token(&scan, &inside);
        }
    }
}
