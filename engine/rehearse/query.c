#include "rehearse/query.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

enum { MOST_SHOWN = 200 }; /* bytes of a value */

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
length_of_parameter(const char *text, const char *s, enum zdm_query_kind *kind)
{
    /* Not a cast, nor the bounds of a part of an array. */
    if (*s != ':' || (s > text && (s[-1] == ':' || s[-1] == '[' || is_word(s[-1]))))
        return 0;
    size_t n = 1, dots = 0;
    while (is_word(s[n]) || (s[n] == '.' && n > 1 && is_word(s[n + 1]))) {
        dots += s[n] == '.';
        n++;
    }
    *kind = dots > 0 ? ZDM_QUERY_VALUE : n == 2 ? ZDM_QUERY_N : ZDM_QUERY_ROW;
    if (dots > 0 && !isdigit((unsigned char)s[1]))
        return n;
    return (n == 2 && s[1] == 'n') || (n == 4 && strncmp(s + 1, "row", 3) == 0) ? n : 0;
}

static size_t
number_of(struct zdm_query_statement *statement, struct zdm_query_param param)
{
    for (size_t i = 0; i < statement->n_params; i++)
        if (statement->params[i].kind == param.kind && statement->params[i].pool == param.pool)
            return i + 1;
    statement->params = zdm_grow(statement->params, statement->n_params, sizeof *statement->params);
    statement->params[statement->n_params] = param;
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
add_parameter(struct zdm_query_statement *out, struct zdm_buf *sql, const struct zdm_pools *pools,
    enum zdm_query_kind kind, const char *name, size_t n)
{
    const struct zdm_pool *pool =
        kind == ZDM_QUERY_VALUE ? zdm_pools_find(pools, name + 1, n - 1) : NULL;
    const char *type = pool ? pool->type : "integer";

    zdm_buf_addf(sql, "$%zu::%s",
        number_of(out, (struct zdm_query_param){.kind = kind, .pool = pool}), type);
}

static void
read_statement(struct zdm_query_statement *out, const char *text, const struct zdm_pools *pools)
{
    struct zdm_buf sql = ZDM_BUF_INIT;
    enum zdm_query_kind kind;

    for (const char *s = text; *s;) {
        size_t quoted = length_of_quoted(s), parameter = length_of_parameter(text, s, &kind);
        if (parameter)
            add_parameter(out, &sql, pools, kind, s, parameter);
        else
            zdm_buf_addn(&sql, s, quoted ? quoted : 1);
        s += parameter ? parameter : quoted ? quoted : 1;
    }
    out->sql = zdm_buf_take(&sql);
    out->prepared = is_preparable(text);
}

void
zdm_query_each_value(
    const char *text, void (*fn)(void *self, const char *name, size_t n), void *self)
{
    enum zdm_query_kind kind;

    for (const char *s = text; *s;) {
        size_t quoted = length_of_quoted(s), parameter = length_of_parameter(text, s, &kind);
        if (parameter && kind == ZDM_QUERY_VALUE)
            fn(self, s + 1, parameter - 1);
        s += parameter ? parameter : quoted ? quoted : 1;
    }
}

void
zdm_query_arguments(
    const struct zdm_query_statement *statement, int64_t row, int64_t number, struct zdm_buf *out)
{
    for (size_t i = 0; i < statement->n_params; i++) {
        const struct zdm_query_param *param = &statement->params[i];
        const char *value = param->pool ? zdm_pool_value(param->pool, row) : NULL;
        zdm_buf_add(out, i ? ", " : "");
        if (param->kind != ZDM_QUERY_VALUE) {
            zdm_buf_addf(out, "%lld", (long long)(param->kind == ZDM_QUERY_N ? number : row));
            continue;
        }
        if (!value) {
            zdm_buf_add(out, "NULL");
            continue;
        }
        zdm_buf_add(out, strchr(value, '\\') ? "E'" : "'");
        for (; *value; value++) {
            if (*value == '\'' || *value == '\\')
                zdm_buf_addc(out, *value);
            zdm_buf_addc(out, *value);
        }
        zdm_buf_addc(out, '\'');
    }
}

char *
zdm_query_given(const struct zdm_query *query, int64_t row)
{
    struct zdm_buf given = ZDM_BUF_INIT;

    for (size_t i = 0; i < query->n; i++)
        for (size_t k = 0; k < query->statements[i].n_params; k++) {
            const struct zdm_query_param *param = &query->statements[i].params[k];
            struct zdm_buf one = ZDM_BUF_INIT;
            if (param->kind == ZDM_QUERY_ROW) {
                zdm_buf_addf(&one, ":row was %lld", (long long)row);
            } else if (param->pool) {
                const char *value = zdm_pool_value(param->pool, row);
                value = value ? value : "NULL";
                zdm_buf_addf(&one, ":%s was %.*s", param->pool->name,
                    zdm_whole_characters(value, MOST_SHOWN), value);
            }
            if (one.len && (!given.len || !strstr(given.s, one.s)))
                zdm_buf_addf(&given, "%s%s", given.len ? ", " : "", one.s);
            zdm_buf_release(&one);
        }
    return given.len ? zdm_buf_take(&given) : NULL;
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
zdm_query_init(
    struct zdm_query *out, const struct zdm_compat_query *from, const struct zdm_pools *pools)
{
    *out = (struct zdm_query){.shown = from->statements[0], .n = from->n, .steady = true};
    out->statements = zdm_alloc(from->n * sizeof *out->statements);
    for (size_t i = 0; i < from->n; i++) {
        read_statement(&out->statements[i], from->statements[i], pools);
        for (size_t p = 0; p < out->statements[i].n_params; p++) {
            bool is_n = out->statements[i].params[p].kind == ZDM_QUERY_N;
            out->uses_n = out->uses_n || is_n;
            out->uses_row = out->uses_row || !is_n;
        }
        out->steady = out->steady && zdm_query_is_steady(from->statements[i]);
    }
    out->steady = out->steady && !out->uses_n;
}

void
zdm_query_release(struct zdm_query *query)
{
    for (size_t i = 0; i < query->n; i++) {
        free(query->statements[i].sql);
        free(query->statements[i].params);
    }
    free(query->statements);
    *query = (struct zdm_query){.n = 0};
}
