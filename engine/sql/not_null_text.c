#include "sql/not_null_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct reader {
    const PgQuery__ScanToken **tokens; /* without comments */
    size_t n;
    struct zdm_not_null_text *out;
};

static bool
is(const struct reader *r, size_t i, int token)
{
    return i < r->n && (int)r->tokens[i]->token == token;
}

/* The end of one of U&"..." is not where libpg_query 15 says. */
static bool
is_name(const struct reader *r, size_t i)
{
    return i < r->n &&
           (r->tokens[i]->token == PG_QUERY__TOKEN__IDENT ||
               r->tokens[i]->keyword_kind == PG_QUERY__KEYWORD_KIND__UNRESERVED_KEYWORD ||
               r->tokens[i]->keyword_kind == PG_QUERY__KEYWORD_KIND__COL_NAME_KEYWORD);
}

static void
blank(char *text, size_t from, size_t to)
{
    memset(text + from, ' ', to - from);
}

/* What follows the column, up to the end of the sub-command: the token there, 0 when it is something else. */
static size_t
attributes(const struct reader *r, size_t i, struct zdm_not_null_mark *mark)
{
    for (;; i += 2) {
        if (!mark->not_valid && is(r, i, PG_QUERY__TOKEN__NOT) &&
            is(r, i + 1, PG_QUERY__TOKEN__VALID))
            mark->not_valid = true;
        else if (!mark->no_inherit && is(r, i, PG_QUERY__TOKEN__NO) &&
                 is(r, i + 1, PG_QUERY__TOKEN__INHERIT))
            mark->no_inherit = true;
        else
            break;
    }
    bool ends =
        i == r->n || is(r, i, PG_QUERY__TOKEN__ASCII_44) || is(r, i, PG_QUERY__TOKEN__ASCII_59);
    return ends ? i : 0;
}

/* "NOT NULL c NOT VALID" becomes "UNIQUE(c)" and blanks: of the same length, so that every place in the tree is
 * one in the text. */
static void
replace(struct reader *r, size_t add)
{
    bool named = is(r, add + 1, PG_QUERY__TOKEN__CONSTRAINT);
    size_t at = add + (named ? 3 : 1), column = at + 2, end;
    struct zdm_not_null_mark mark = {0};

    if ((named && !is_name(r, add + 2)) || !is(r, at, PG_QUERY__TOKEN__NOT) ||
        !is(r, at + 1, PG_QUERY__TOKEN__NULL_P) || !is_name(r, column) ||
        !(end = attributes(r, column + 1, &mark)))
        return;
    char *text = r->out->text;
    size_t from = (size_t)r->tokens[at]->start, name = (size_t)r->tokens[column]->start;
    size_t behind = (size_t)r->tokens[column]->end, to = (size_t)r->tokens[end - 1]->end;
    mark.location = r->tokens[named ? add + 1 : at]->start;
    blank(text, from, name - 1);
    memcpy(text + from, "UNIQUE(", 7);
    memmove(text + name - 1, text + name, behind - name);
    text[behind - 1] = ')';
    blank(text, behind, to);
    r->out->marks = zdm_grow(r->out->marks, r->out->n_marks + 1, sizeof *r->out->marks);
    r->out->marks[r->out->n_marks++] = mark;
}

static void
read_statements(struct reader *r)
{
    bool begins = true, altering = false;
    int depth = 0;

    for (size_t i = 0; i < r->n; i++) {
        if (begins)
            altering =
                is(r, i, PG_QUERY__TOKEN__ALTER) &&
                (is(r, i + 1, PG_QUERY__TOKEN__TABLE) || (is(r, i + 1, PG_QUERY__TOKEN__FOREIGN) &&
                                                             is(r, i + 2, PG_QUERY__TOKEN__TABLE)));
        begins = is(r, i, PG_QUERY__TOKEN__ASCII_59);
        depth += is(r, i, PG_QUERY__TOKEN__ASCII_40) - is(r, i, PG_QUERY__TOKEN__ASCII_41);
        if (begins)
            depth = 0;
        if (altering && depth == 0 && is(r, i, PG_QUERY__TOKEN__ADD_P))
            replace(r, i);
    }
}

bool
zdm_not_null_text(const char *sql, const PgQuery__ScanResult *tokens, struct zdm_not_null_text *out)
{
    struct reader r = {.out = out};

    *out = (struct zdm_not_null_text){.text = zdm_strdup(sql)};
    r.tokens = zdm_alloc((tokens->n_tokens + 1) * sizeof *r.tokens);
    for (size_t i = 0; i < tokens->n_tokens; i++)
        if (!zdm_tree_is_comment(tokens->tokens[i]))
            r.tokens[r.n++] = tokens->tokens[i];
    read_statements(&r);
    free(r.tokens);
    if (out->n_marks)
        return true;
    zdm_not_null_text_release(out);
    return false;
}

static const struct zdm_not_null_mark *
mark_of(const struct zdm_not_null_text *text, const PgQuery__Constraint *constraint)
{
    for (size_t i = 0; i < text->n_marks; i++)
        if (text->marks[i].location == constraint->location)
            return &text->marks[i];
    return NULL;
}

void
zdm_not_null_put_back(const struct zdm_not_null_text *text, PgQuery__ParseResult *tree)
{
    for (size_t i = 0; i < tree->n_stmts; i++) {
        PgQuery__Node *node = tree->stmts[i]->stmt;
        if (node->node_case != PG_QUERY__NODE__NODE_ALTER_TABLE_STMT)
            continue;
        PgQuery__AlterTableStmt *alter = node->alter_table_stmt;
        for (size_t k = 0; k < alter->n_cmds; k++) {
            const PgQuery__AlterTableCmd *cmd = alter->cmds[k]->alter_table_cmd;
            if (cmd->subtype != PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint)
                continue;
            PgQuery__Constraint *constraint = cmd->def->constraint;
            const struct zdm_not_null_mark *mark = mark_of(text, constraint);
            if (!mark)
                continue;
            constraint->contype = PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL;
            constraint->skip_validation = mark->not_valid;
            constraint->initially_valid = !mark->not_valid;
            constraint->is_no_inherit = mark->no_inherit;
        }
    }
}

void
zdm_not_null_text_release(struct zdm_not_null_text *text)
{
    free(text->text);
    free(text->marks);
    *text = (struct zdm_not_null_text){.text = NULL};
}
