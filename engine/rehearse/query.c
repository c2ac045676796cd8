#include "rehearse/query.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"

static bool
is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* The bytes of the quoted text or comment at s; 0: none begins here. */
static size_t
length_of_quoted(const char *s)
{
    if (*s == '\'' || *s == '"') {
        size_t n = 1;
        while (s[n] && s[n] != *s)
            n++;
        return n + (s[n] != '\0');
    }
    if (s[0] == '-' && s[1] == '-')
        return strcspn(s, "\n");
    if (s[0] == '/' && s[1] == '*') {
        const char *end = strstr(s + 2, "*/");
        return end ? (size_t)(end - s) + 2 : strlen(s);
    }
    if (*s == '$') {
        size_t tag = 1;
        while (is_word(s[tag]))
            tag++;
        if (s[tag] != '$' || isdigit((unsigned char)s[1]))
            return 0;
        char *mark = zdm_strndup(s, tag + 1);
        const char *end = strstr(s + tag + 1, mark);
        free(mark);
        return end ? (size_t)(end - s) + tag + 1 : strlen(s);
    }
    return 0;
}

/* The length of the parameter at s, whose text begins at `text`; 0: there is none. */
static size_t
length_of_parameter(const char *text, const char *s, bool *is_n)
{
    if (*s != ':' || (s > text && (s[-1] == ':' || is_word(s[-1]))))
        return 0;
    size_t n = 1;
    while (is_word(s[n]))
        n++;
    *is_n = n == 2 && s[1] == 'n';
    return *is_n || (n == 4 && strncmp(s + 1, "row", 3) == 0) ? n : 0;
}

static size_t
number_of(struct zdm_query_statement *statement, bool is_n)
{
    for (size_t i = 0; i < statement->n_params; i++)
        if (statement->is_n[i] == is_n)
            return i + 1;
    statement->is_n[statement->n_params] = is_n;
    return ++statement->n_params;
}

static bool
is_preparable(const char *text)
{
    static const char *const begins[] = {
        "select", "insert", "update", "delete", "merge", "values", "with", "table"};

    while (*text && !is_word(*text)) {
        size_t quoted = length_of_quoted(text);
        text += quoted ? quoted : 1;
    }
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
        size_t n = strlen(begins[i]);
        if (strncasecmp(text, begins[i], n) == 0 && !is_word(text[n]))
            return true;
    }
    return false;
}

static void
read_statement(struct zdm_query_statement *out, const char *text)
{
    struct zdm_buf sql = ZDM_BUF_INIT;
    bool is_n;

    for (const char *s = text; *s;) {
        size_t quoted = length_of_quoted(s), parameter = length_of_parameter(text, s, &is_n);
        if (parameter)
            zdm_buf_addf(&sql, "$%zu::integer", number_of(out, is_n));
        else
            zdm_buf_addn(&sql, s, quoted ? quoted : 1);
        s += parameter ? parameter : quoted ? quoted : 1;
    }
    out->sql = zdm_buf_take(&sql);
    out->prepared = is_preparable(text);
}

/* The words of a text in lower case, each between two blanks, with what stands in quotes left out; a
 * word before a bracket keeps it. */
static char *
words_of(const char *text)
{
    struct zdm_buf words = ZDM_BUF_INIT;

    zdm_buf_addc(&words, ' ');
    for (const char *s = text; *s;) {
        size_t quoted = length_of_quoted(s), n = 0;
        while (!quoted && is_word(s[n]))
            zdm_buf_addc(&words, (char)tolower((unsigned char)s[n++]));
        if (n > 0) {
            const char *behind = s + n + strspn(s + n, " \t\r\n");
            zdm_buf_add(&words, *behind == '(' ? "( " : " ");
        }
        s += quoted ? quoted : n ? n : 1;
    }
    return zdm_buf_take(&words);
}

bool
zdm_query_is_steady(const char *sql)
{
    static const char *const unsteady[] = {" limit", " fetch", " offset", " over(", " distinct on(",
        " now(", " random(", " current_", " localtime", "_timestamp(", " timeofday(", " age(",
        " gen_random_", " uuid", " txid_", " pg_", "_agg(", " nextval(", " currval(", " lastval(",
        " setval(", " ctid ", " xmin ", " xmax ", " tableoid ", " for update", " for share",
        " tablesample", " insert ", " update ", " delete ", " merge ", " into ",
        " information_schema "};
    static const char *const begins[] = {" select ", " select( ", " with ", " values( ", " table "};
    char *words = words_of(sql);
    bool steady = false;

    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        steady = steady || strncmp(words, begins[i], strlen(begins[i])) == 0;
    for (size_t i = 0; i < sizeof unsteady / sizeof *unsteady && steady; i++)
        steady = !strstr(words, unsteady[i]);
    free(words);
    return steady;
}

void
zdm_query_init(struct zdm_query *out, const struct zdm_compat_query *from)
{
    *out = (struct zdm_query){.shown = from->statements[0], .n = from->n, .steady = true};
    out->statements = zdm_alloc(from->n * sizeof *out->statements);
    for (size_t i = 0; i < from->n; i++) {
        read_statement(&out->statements[i], from->statements[i]);
        for (size_t p = 0; p < out->statements[i].n_params; p++) {
            out->uses_n = out->uses_n || out->statements[i].is_n[p];
            out->uses_row = out->uses_row || !out->statements[i].is_n[p];
        }
        out->steady = out->steady && zdm_query_is_steady(from->statements[i]);
    }
    out->steady = out->steady && !out->uses_n;
}

void
zdm_query_release(struct zdm_query *query)
{
    for (size_t i = 0; i < query->n; i++)
        free(query->statements[i].sql);
    free(query->statements);
    *query = (struct zdm_query){.n = 0};
}
