#include "sql/reverse_ask.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "sql/syntax.h"

extern const struct zdm_embedded zdm_sql_sql[];

/* The query of a file with its two variables filled in, as an expression. */
static const char *
ask(struct zdm_arena *arena, const char *file, const char *relation, const char *column)
{
    const char *text = zdm_embedded_text(zdm_sql_sql, file), *colon;
    char *values[] = {zdm_sql_quote_literal(relation), zdm_sql_quote_literal(column)};
    static const char *const names[] = {":'relation'", ":'column'"};
    struct zdm_buf out = ZDM_BUF_INIT;

    zdm_buf_add(&out, "(");
    while ((colon = strstr(text, ":'"))) {
        size_t which = strncmp(colon, names[0], strlen(names[0])) != 0;
        zdm_buf_addn(&out, text, (size_t)(colon - text));
        zdm_buf_add(&out, values[which]);
        text = colon + strlen(names[which]);
    }
    zdm_buf_addf(&out, "%s)", text);
    const char *copy = zdm_arena_strdup(arena, out.s);
    zdm_buf_release(&out);
    free(values[0]);
    free(values[1]);
    return copy;
}

const char *
zdm_ask_default(struct zdm_arena *arena, const char *relation, const char *column)
{
    return ask(arena, "sql/was_default.sql", relation, column);
}

const char *
zdm_ask_nullable(struct zdm_arena *arena, const char *relation, const char *column)
{
    return ask(arena, "sql/was_nullable.sql", relation, column);
}

const char *
zdm_ask_was_not_null(
    struct zdm_arena *arena, const char *relation, const char *column, const char *undo)
{
    char *table = zdm_sql_quote_literal(relation), *name = zdm_sql_quote_literal(column);
    const char *text = zdm_arena_strf(arena,
        "(SELECT %s FROM pg_catalog.pg_attribute AS a\n"
        "  WHERE a.attrelid = pg_catalog.to_regclass(%s) AND a.attname = %s AND a.attnotnull)",
        zdm_ask_nothing(arena, undo), table, name);

    free(table);
    free(name);
    return text;
}

const char *
zdm_ask_settings(struct zdm_arena *arena, const char *relation, const char *column)
{
    return ask(arena, "sql/was_settings.sql", relation, column);
}

const char *
zdm_ask_comment(struct zdm_arena *arena, const char *relation, const char *column)
{
    return ask(arena, "sql/was_comment.sql", relation, column);
}

const char *
zdm_ask_attached(struct zdm_arena *arena, const char *parent, const char *partition)
{
    return ask(arena, "sql/was_attached.sql", parent, partition);
}

const char *
zdm_ask_partition(struct zdm_arena *arena, const char *parent, const char *partition)
{
    return ask(arena, "sql/was_partition.sql", parent, partition);
}

const char *
zdm_ask_nothing(struct zdm_arena *arena, const char *sql)
{
    char *literal = zdm_sql_quote_literal(sql);
    const char *copy = zdm_arena_strdup(arena, literal);

    free(literal);
    return copy;
}
