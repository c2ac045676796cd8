#include <string.h>

#include "sql/keywords.h"
#include "sql/style.h"

enum { LONGEST_NAME = 63 };

void
zdm_style_name(struct zdm_draft *draft, const char *name, int location)
{
    int before = draft->location;
    size_t plain = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_$");

    draft->location = location;
    if (!*name || name[plain] || (name[0] >= '0' && name[0] <= '9') || name[0] == '$')
        ZDM_FIND(draft, STYLE_QUOTED, .name = zdm_ident_text(draft->arena, name));
    else if (zdm_is_keyword(name))
        ZDM_FIND(draft, STYLE_RESERVED, .name = name);
    draft->location = before;
}

/* The parser has cut it already: only the text still tells. */
void
zdm_style_long_names(struct zdm_draft *draft)
{
    const struct zdm_tree *tree = draft->tree;
    size_t begin = draft->st->offset - tree->base, end = begin + strlen(draft->st->sql);

    for (size_t i = zdm_tree_token_at(tree, begin); i < tree->tokens->n_tokens; i++) {
        const PgQuery__ScanToken *token = tree->tokens->tokens[i];
        if ((size_t)token->start >= end)
            break;
        if (token->token != PG_QUERY__TOKEN__IDENT || token->end - token->start <= LONGEST_NAME)
            continue;
        const char *s = tree->text + token->start;
        size_t n = (size_t)(token->end - token->start), length = n;
        if (s[0] == '"') {
            length = 0;
            for (size_t k = 1; k + 1 < n; k++, length++)
                k += s[k] == '"';
        }
        if (length <= LONGEST_NAME)
            continue;
        draft->location = token->start;
        ZDM_FIND(draft, STYLE_TOO_LONG, .name = zdm_arena_strndup(draft->arena, s, n));
    }
}
