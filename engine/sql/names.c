#include "sql/tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sql/keywords.h"
#include "sql/syntax.h"

/* As quote_ident() of the server: keywords that are not free for every use are quoted too. */
static bool
needs_quotes(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

    if (!len || name[len] || (name[0] >= '0' && name[0] <= '9'))
        return true;

    return zdm_is_keyword(name);
}

static void
add_ident(struct zdm_buf *buf, const char *name)
{
    if (!needs_quotes(name)) {
        zdm_buf_add(buf, name);
        return;
    }
    zdm_buf_addc(buf, '"');
    for (; *name; name++) {
        if (*name == '"')
            zdm_buf_addc(buf, '"');
        zdm_buf_addc(buf, *name);
    }
    zdm_buf_addc(buf, '"');
}

char *
zdm_sql_quote_ident(const char *name)
{
    return zdm_sql_quote_qualified(NULL, name);
}

char *
zdm_sql_quote_qualified(const char *schema, const char *name)
{
    struct zdm_buf buf = ZDM_BUF_INIT;

    if (schema) {
        add_ident(&buf, schema);
        zdm_buf_addc(&buf, '.');
    }
    add_ident(&buf, name);
    return zdm_buf_take(&buf);
}

char *
zdm_sql_quote_literal(const char *text)
{
    struct zdm_buf buf = ZDM_BUF_INIT;

    /* E'' reads the same whatever standard_conforming_strings says. */
    if (strchr(text, '\\'))
        zdm_buf_addc(&buf, 'E');
    zdm_buf_addc(&buf, '\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            zdm_buf_addc(&buf, *text);
        zdm_buf_addc(&buf, *text);
    }
    zdm_buf_addc(&buf, '\'');
    return zdm_buf_take(&buf);
}

static char *
into_arena(struct zdm_arena *arena, struct zdm_buf *buf)
{
    char *copy = zdm_arena_strndup(arena, buf->s, buf->len);

    zdm_buf_release(buf);
    return copy;
}

char *
zdm_ident_text(struct zdm_arena *arena, const char *name)
{
    struct zdm_buf buf = ZDM_BUF_INIT;

    add_ident(&buf, name);
    return into_arena(arena, &buf);
}

char *
zdm_range_text(struct zdm_arena *arena, const PgQuery__RangeVar *range)
{
    struct zdm_buf buf = ZDM_BUF_INIT;

    if (range->catalogname[0]) {
        add_ident(&buf, range->catalogname);
        zdm_buf_addc(&buf, '.');
    }
    if (range->schemaname[0]) {
        add_ident(&buf, range->schemaname);
        zdm_buf_addc(&buf, '.');
    }
    add_ident(&buf, range->relname);
    return into_arena(arena, &buf);
}

const char *
zdm_node_string(const PgQuery__Node *node)
{
    return node->node_case == PG_QUERY__NODE__NODE_STRING ? node->string->sval : "";
}

const char *
zdm_last_string(size_t n, PgQuery__Node *const *names)
{
    return n ? zdm_node_string(names[n - 1]) : "";
}

char *
zdm_list_text(struct zdm_arena *arena, size_t n, PgQuery__Node *const *names)
{
    struct zdm_buf buf = ZDM_BUF_INIT;

    for (size_t i = 0; i < n; i++) {
        if (i)
            zdm_buf_addc(&buf, '.');
        add_ident(&buf, zdm_node_string(names[i]));
    }
    return into_arena(arena, &buf);
}
