/* What conditions say about values: the constants in their text, as the server spells it. Nothing here has to
 * be right: each row is judged by the conditions themselves before it is inserted. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "rehearse/rows_private.h"

enum { MAX_LITERALS = 500 };

enum token_kind { TOKEN_END, TOKEN_STRING, TOKEN_NUMBER, TOKEN_WORD, TOKEN_OPERATOR, TOKEN_OTHER };

struct token {
    enum token_kind kind;
    struct zdm_buf text; /* of a string without quotes, of a word in quotes as it stands */
};

static const char *
quoted(const char *at, char quote, bool backslashes, struct zdm_buf *out)
{
    for (at++; *at; at++) {
        if (*at == quote && at[1] != quote)
            return at + 1;
        if (*at == quote || (backslashes && *at == '\\' && at[1]))
            at++;
        zdm_buf_addc(out, *at);
    }
    return at;
}

/* The token at `at`; returns where the next one may begin. */
static const char *
next_token(const char *at, struct token *token)
{
    static const char operators[] = "~!@#%^&|<>=+-*/?";
    size_t n;

    zdm_buf_clear(&token->text);
    token->kind = TOKEN_OTHER;
    if (!*at) {
        token->kind = TOKEN_END;
        return at;
    }
    if (*at == '\'' || (*at == 'E' && at[1] == '\'')) {
        token->kind = TOKEN_STRING;
        return quoted(at + (*at == 'E'), '\'', *at == 'E', &token->text);
    }
    if (*at == '"') {
        token->kind = TOKEN_WORD;
        zdm_buf_addc(&token->text, '"');
        for (at++; *at && (*at != '"' || at[1] == '"'); at++) {
            if (*at == '"')
                zdm_buf_addc(&token->text, *at++);
            zdm_buf_addc(&token->text, *at);
        }
        zdm_buf_addc(&token->text, '"');
        return *at ? at + 1 : at;
    }
    if (isdigit((unsigned char)*at)) {
        n = strspn(at, "0123456789.");
        token->kind = TOKEN_NUMBER;
    } else if (isalpha((unsigned char)*at) || *at == '_' || (unsigned char)*at >= 0x80) {
        for (n = 1; isalnum((unsigned char)at[n]) || at[n] == '_' || at[n] == '$' ||
                    (unsigned char)at[n] >= 0x80;
             n++)
            ;
        token->kind = TOKEN_WORD;
    } else if (strchr(operators, *at)) {
        n = strspn(at, operators);
        token->kind = TOKEN_OPERATOR;
    } else
        n = 1;
    zdm_buf_addn(&token->text, at, n);
    return at + n;
}

void
zdm_rows_replace_value(struct zdm_buf *out, const char *expression, const char *with)
{
    struct token token = {.text = ZDM_BUF_INIT};

    for (const char *at = expression, *end; *at; at = end) {
        end = next_token(at, &token);
        if (token.kind == TOKEN_WORD && strcmp(token.text.s, "VALUE") == 0)
            zdm_buf_add(out, with);
        else
            zdm_buf_addn(out, at, (size_t)(end - at));
    }
    zdm_buf_release(&token.text);
}

static bool
is_text(const struct rows_column *column)
{
    return column->base->category == 'S' && column->base->kind != 'e';
}

static void
add_text(struct rows_schema *schema, const char ***list, size_t *n, const char *text)
{
    for (size_t i = 0; i < *n; i++)
        if (strcmp((*list)[i], text) == 0)
            return;
    if (*n >= MAX_LITERALS)
        return;
    const char **grown = zdm_arena_alloc(schema->arena, (*n + 1) * sizeof *grown);
    if (*n)
        memcpy(grown, *list, *n * sizeof *grown);
    grown[(*n)++] = zdm_arena_strdup(schema->arena, text);
    *list = grown;
}

static void
add_length(struct rows_schema *schema, struct rows_hints *hints, const char *text)
{
    int64_t value;

    if (!zdm_parse_i64(text, &value) || value < 0 || value > 10000)
        return;
    int64_t *grown = zdm_arena_alloc(schema->arena, (hints->n_lengths + 1) * sizeof *grown);
    if (hints->n_lengths)
        memcpy(grown, hints->lengths, hints->n_lengths * sizeof *grown);
    grown[hints->n_lengths++] = value;
    hints->lengths = grown;
}

static void
add_pattern(struct rows_schema *schema, struct rows_column *column, const char *text, bool regex,
    uint64_t *salt)
{
    struct zdm_buf made = ZDM_BUF_INIT;

    if (regex ? zdm_rows_regex(&made, text, salt) : zdm_rows_like(&made, text, salt))
        add_text(schema, &column->hints.patterns, &column->hints.n_patterns, made.s);
    zdm_buf_release(&made);
}

/* The elements of an array's text, '{a,"b c"}', for a column that is none. */
static void
add_elements(struct rows_schema *schema, struct rows_hints *hints, const char *text)
{
    struct zdm_buf element = ZDM_BUF_INIT;
    bool inside = false;

    for (const char *at = text + 1; *at; at++) {
        if (*at == '"') {
            inside = !inside;
        } else if (!inside && (*at == ',' || *at == '}')) {
            add_text(schema, &hints->literals, &hints->n_literals, element.s);
            zdm_buf_clear(&element);
        } else {
            at += *at == '\\' && at[1];
            zdm_buf_addc(&element, *at);
        }
    }
    zdm_buf_release(&element);
}

/* A condition being read. */
struct reader {
    struct rows_schema *schema;
    struct rows_column **columns; /* that it is about */
    size_t n;
    char comparison[8]; /* the operator before a constant: "=", "~~" */
    uint64_t *salt;
};

static void
take_constant(struct reader *reader, const char *text, bool number)
{
    bool like = strncmp(reader->comparison, "~~", 2) == 0;
    bool regex = !like && reader->comparison[0] == '~';

    for (size_t i = 0; i < reader->n; i++) {
        struct rows_column *column = reader->columns[i];
        if (is_text(column) && number)
            add_length(reader->schema, &column->hints, text);
        else if (is_text(column) && (like || regex))
            add_pattern(reader->schema, column, text, regex, reader->salt);
        else if (text[0] == '{' && !number)
            add_elements(reader->schema, &column->hints, text);
        else
            add_text(reader->schema, &column->hints.literals, &column->hints.n_literals, text);
    }
}

static void
read_condition(struct reader *reader, const char *expression)
{
    struct token token = {.text = ZDM_BUF_INIT};

    reader->comparison[0] = '\0';
    for (const char *at = next_token(expression, &token); token.kind != TOKEN_END;
         at = next_token(at, &token)) {
        const char *text = token.text.s;
        if (token.kind == TOKEN_STRING || token.kind == TOKEN_NUMBER) {
            take_constant(reader, text, token.kind == TOKEN_NUMBER);
        } else if (token.kind == TOKEN_OPERATOR) {
            snprintf(reader->comparison, sizeof reader->comparison, "%s", text);
        } else if (token.kind == TOKEN_WORD) {
            if (strcmp(text, "AND") == 0 || strcmp(text, "OR") == 0)
                reader->comparison[0] = '\0';
            for (size_t i = 0; strcmp(text, "upper") == 0 && i < reader->n; i++)
                reader->columns[i]->hints.upper = true;
        }
    }
    zdm_buf_release(&token.text);
}

/* The columns that a condition names, when the catalog does not tell. */
static size_t
named_columns(const struct rows_table *table, const char *expression, struct rows_column **out)
{
    struct token token = {.text = ZDM_BUF_INIT};
    size_t n = 0;

    for (const char *at = next_token(expression, &token); token.kind != TOKEN_END;
         at = next_token(at, &token))
        for (size_t i = 0; token.kind == TOKEN_WORD && i < table->n_columns; i++) {
            bool there = false;
            for (size_t k = 0; k < n; k++)
                there |= out[k] == &table->columns[i];
            if (!there && strcmp(table->columns[i].name, token.text.s) == 0)
                out[n++] = &table->columns[i];
        }
    zdm_buf_release(&token.text);
    return n;
}

static void
learn_check(struct reader *reader, struct rows_table *table, const struct rows_check *check)
{
    reader->n = 0;
    for (size_t i = 0; i < check->n; i++)
        reader->columns[reader->n++] = zdm_rows_column(table, check->attnums[i]);
    if (check->n == 0)
        reader->n = named_columns(table, check->expression, reader->columns);
    for (size_t i = 0; i < reader->n; i++)
        reader->columns[i]->hints.mixed |= check->name && reader->n > 1;
    read_condition(reader, check->expression);
}

static void
learn_domains(struct reader *reader, struct rows_column *column)
{
    reader->columns[0] = column;
    reader->n = 1;
    for (const struct rows_type *type = column->type; type->kind == 'd'; type = type->inside)
        for (size_t i = 0; i < type->n_checks; i++)
            read_condition(reader, type->checks[i]);
}

/* Which constants are values of the column (or of its elements), in their order. */
static int
sort_literals(struct zdm_conn *conn, struct rows_schema *schema, struct rows_column *column,
    struct zdm_err *err)
{
    struct rows_hints *hints = &column->hints;
    const struct rows_type *base = column->base;
    struct zdm_buf sql = ZDM_BUF_INIT;
    struct zdm_result *r = NULL;

    if (hints->n_literals == 0 || strcmp(base->bare, "json") == 0 ||
        strcmp(base->bare, "jsonb") == 0)
        return 0;
    zdm_buf_add(&sql, "SELECT l FROM pg_catalog.unnest(pg_temp.zdm_accepted(ARRAY[");
    for (size_t i = 0; i < hints->n_literals; i++) {
        zdm_buf_add(&sql, i ? ", " : "");
        zdm_rows_literal(&sql, hints->literals[i]);
    }
    zdm_buf_add(&sql, "]::text[], ");
    zdm_rows_literal(
        &sql, base->category == 'A' && base->inside ? base->inside->name : column->cast);
    zdm_buf_add(&sql, ")) WITH ORDINALITY AS x (l, place) ORDER BY place");
    int rc = zdm_conn_exec(conn, sql.s, &r, err);
    zdm_buf_release(&sql);
    if (rc < 0)
        return -1;
    hints->n_literals = 0;
    hints->sorted = true;
    for (int i = 0; i < zdm_result_rows(r); i++) {
        const char *literal = zdm_result_get(r, i, 0);
        if (!strstr(literal, "infinity"))
            hints->literals[hints->n_literals++] = zdm_arena_strdup(schema->arena, literal);
    }
    zdm_result_free(r);
    return 0;
}

int
zdm_rows_learn(struct zdm_conn *conn, struct rows_schema *schema, struct rows_table *table,
    struct zdm_err *err)
{
    uint64_t salt = zdm_rows_salt(schema, table, "conditions");
    struct reader reader = {.schema = schema, .salt = &salt};
    int rc = 0;

    reader.columns = zdm_alloc((table->n_columns + 1) * sizeof(struct rows_column *));
    for (size_t i = 0; i < table->n_checks; i++)
        learn_check(&reader, table, &table->checks[i]);
    if (table->partition)
        learn_check(&reader, table, &(struct rows_check){.expression = table->partition});
    for (size_t i = 0; i < table->n_columns; i++)
        learn_domains(&reader, &table->columns[i]);
    for (size_t i = 0; rc == 0 && i < table->n_columns; i++)
        rc = sort_literals(conn, schema, &table->columns[i], err);
    free(reader.columns);
    return rc;
}
