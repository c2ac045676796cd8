#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "sql/syntax.h"
#include "sql/tree.h"

static bool
is_literal(const PgQuery__ScanToken *token)
{
    switch ((int)token->token) {
    case PG_QUERY__TOKEN__SCONST:
    case PG_QUERY__TOKEN__USCONST:
    case PG_QUERY__TOKEN__BCONST:
    case PG_QUERY__TOKEN__XCONST:
    case PG_QUERY__TOKEN__FCONST:
    case PG_QUERY__TOKEN__ICONST:
        return true;
    default:
        return false;
    }
}

/* libpg_query 15 ends a U&'...' token at its beginning: then the literal itself is in the gap. */
static void
add_gap(struct zdm_buf *out, const char *gap, size_t n)
{
    if (strspn(gap, " \t\r\n\f\v") >= n)
        zdm_buf_addn(out, gap, n);
}

/* Only the scanner looks at it: it does not recurse, and does not mind that the end is missing. */
char *
zdm_sql_normalise(const char *text)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_buf out = ZDM_BUF_INIT;
    struct zdm_tree tree;
    char *readable = zdm_strdup(text);
    size_t end = 0;
    bool cut = false;

    /* What the server shows is cut at some byte, often inside a literal: that one goes altogether. */
    while (zdm_tree_scan(readable, &tree, &err) < 0) {
        size_t keep = err.position > 1 ? zdm_character_offset(readable, err.position) : 0;
        if (!readable[keep])
            keep = 0;
        readable[keep] = '\0';
        cut = true;
    }
    zdm_err_release(&err);
    for (size_t i = 0; i < tree.tokens->n_tokens; i++) {
        const PgQuery__ScanToken *token = tree.tokens->tokens[i];
        add_gap(&out, readable + end, (size_t)token->start - end);
        if (zdm_tree_is_comment(token)) /* may hold anything */
            zdm_buf_addc(&out, ' ');
        else if (is_literal(token))
            zdm_buf_addc(&out, '?');
        else
            zdm_buf_addn(&out, readable + token->start, (size_t)(token->end - token->start));
        end = (size_t)token->end;
    }
    add_gap(&out, readable + end, strlen(readable + end));
    if (cut)
        zdm_buf_add(&out, "...");
    zdm_tree_release(&tree);
    free(readable);
    return zdm_buf_take(&out);
}
