#include "sql/syntax.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sql/tree.h"

static int
refuse(struct zdm_err *err, int position, const char *message)
{
    zdm_fail(err, ZDM_ERR_PLAN, "%s", message);
    err->position = position;
    return -1;
}

struct forbidden { /* what may not stand in a fragment */
    bool parameter, writes, into;
};

static bool
see_forbidden(void *self, const ProtobufCMessage *message)
{
    struct forbidden *found = self;
    const ProtobufCMessageDescriptor *type = message->descriptor;

    found->parameter |= type == &pg_query__param_ref__descriptor;
    found->into |= type == &pg_query__into_clause__descriptor;
    found->writes |=
        type == &pg_query__insert_stmt__descriptor || type == &pg_query__update_stmt__descriptor ||
        type == &pg_query__delete_stmt__descriptor || type == &pg_query__merge_stmt__descriptor;
    return true;
}

static int
check_forbidden(const PgQuery__Node *node, const char *what, struct zdm_err *err)
{
    struct forbidden found = {false, false, false};

    zdm_node_walk(node, see_forbidden, &found);
    if (found.parameter) {
        refuse(err, 0, "parameters such as $1 have no value here");
        return zdm_err_hint(err, "write the value itself into the %s", what);
    }
    if (found.writes || found.into) {
        zdm_fail(err, ZDM_ERR_PLAN, "the %s writes", what);
        return zdm_err_hint(err, "only reading is allowed here");
    }
    return 0;
}

static size_t
characters(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

/* Where tokens of `text` stop being one expression: the byte offset of a comma, a semicolon or a
 * closing bracket that stands outside of all brackets, or -1. */
static int
outside_brackets(const PgQuery__ScanResult *tokens)
{
    int depth = 0;

    for (size_t i = 0; i < tokens->n_tokens; i++) {
        switch ((int)tokens->tokens[i]->token) {
        case PG_QUERY__TOKEN__ASCII_40:
        case PG_QUERY__TOKEN__ASCII_91:
            depth++;
            break;
        case PG_QUERY__TOKEN__ASCII_41:
        case PG_QUERY__TOKEN__ASCII_93:
            if (depth-- == 0)
                return tokens->tokens[i]->start;
            break;
        case PG_QUERY__TOKEN__ASCII_44:
        case PG_QUERY__TOKEN__ASCII_59:
            if (depth == 0)
                return tokens->tokens[i]->start;
            break;
        default:
            break;
        }
    }
    return -1;
}

/* The first token that is no comment; NULL when there is none. */
static const PgQuery__ScanToken *
first_token(const PgQuery__ScanResult *tokens)
{
    for (size_t i = 0; i < tokens->n_tokens; i++)
        if (!zdm_tree_is_comment(tokens->tokens[i]))
            return tokens->tokens[i];
    return NULL;
}

static int
check_expression_tokens(const char *text, struct zdm_err *err)
{
    struct zdm_tree scan;
    int result = 0;

    if (zdm_tree_scan(text, &scan, err) < 0)
        return -1;
    const PgQuery__ScanToken *first = first_token(scan.tokens);
    int stray = outside_brackets(scan.tokens);
    if (!first) {
        result = refuse(err, 1, "the expression is empty");
    } else if (stray >= 0) {
        char *before = zdm_strndup(text, (size_t)stray);
        refuse(err, (int)characters(before) + 1, "not a single expression");
        zdm_err_detail(err, "it ends before \"%c\"", text[stray]);
        free(before);
        result = -1;
    } else if (first->token == PG_QUERY__TOKEN__SELECT || first->token == PG_QUERY__TOKEN__WITH ||
               first->token == PG_QUERY__TOKEN__VALUES || first->token == PG_QUERY__TOKEN__TABLE) {
        refuse(err, 1, "a query is not an expression");
        result = zdm_err_hint(err, "put it in parentheses");
    }
    zdm_tree_release(&scan);
    return result;
}

int
zdm_sql_check_expression(const char *text, struct zdm_err *err)
{
    /* The line break ends a comment of the author's, so that it cannot swallow our parenthesis. */
    static const char before[] = "SELECT (", after[] = "\n)";
    struct zdm_buf sql = ZDM_BUF_INIT;
    struct zdm_tree tree = {.text = NULL};
    int result = -1;

    if (check_expression_tokens(text, err) < 0)
        return -1;
    zdm_buf_add(&sql, before);
    zdm_buf_add(&sql, text);
    zdm_buf_add(&sql, after);
    if (zdm_tree_parse(sql.s, &tree, err) < 0) {
        int length = (int)characters(text);
        int position = err->position - (int)(sizeof before - 1);
        if (position > length)
            refuse(err, length + 1, "syntax error at end of input");
        err->position = position < 1 ? 0 : position > length ? length + 1 : position;
        goto out;
    }

    const PgQuery__Node *node = tree.parsed->n_stmts == 1 ? tree.parsed->stmts[0]->stmt : NULL;
    if (!node || node->node_case != PG_QUERY__NODE__NODE_SELECT_STMT ||
        node->select_stmt->n_target_list != 1 || node->select_stmt->n_from_clause != 0) {
        refuse(err, 0, "not a single expression");
        goto out;
    }
    const PgQuery__Node *value = node->select_stmt->target_list[0]->res_target->val;
    if (value->node_case == PG_QUERY__NODE__NODE_SET_TO_DEFAULT) {
        refuse(err, 1, "DEFAULT is not an expression");
        zdm_err_hint(err, "write the value out");
        goto out;
    }
    result = check_forbidden(node, "expression", err);

out:
    zdm_tree_release(&tree);
    zdm_buf_release(&sql);
    return result;
}

int
zdm_sql_check_query(const char *text, struct zdm_err *err)
{
    struct zdm_tree tree;
    int result = -1;

    if (zdm_tree_parse(text, &tree, err) < 0)
        return -1;
    if (tree.parsed->n_stmts == 0) {
        refuse(err, 1, "the query is empty");
    } else if (tree.parsed->n_stmts > 1) {
        refuse(err, 0, "one query is expected here, not several statements");
    } else if (tree.parsed->stmts[0]->stmt->node_case != PG_QUERY__NODE__NODE_SELECT_STMT) {
        refuse(err, 1, "only a query can stand here");
        zdm_err_hint(err, "write it as SELECT ...");
    } else {
        result = check_forbidden(tree.parsed->stmts[0]->stmt, "query", err);
    }
    zdm_tree_release(&tree);
    return result;
}

static bool
is_savepoint(PgQuery__TransactionStmtKind kind)
{
    return kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_SAVEPOINT ||
           kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_RELEASE ||
           kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO;
}

static void
see_transaction_control(void *found, const PgQuery__Node *node)
{
    if (node->node_case == PG_QUERY__NODE__NODE_TRANSACTION_STMT &&
        !is_savepoint(node->transaction_stmt->kind))
        *(bool *)found = true;
}

bool
zdm_sql_is_transaction_control(const char *text)
{
    bool found = false;

    zdm_text_statements(text, see_transaction_control, &found);
    return found;
}

/* PostgreSQL cuts longer names off with a notice only; then two of them may meet. */
static int
check_length(const char *text, const PgQuery__ScanToken *token, struct zdm_err *err)
{
    size_t length = (size_t)(token->end - token->start);
    const char *s = text + token->start;

    if (s[0] == '"') {
        size_t doubled = 0;
        for (size_t i = 1; i + 1 < length; i++)
            if (s[i] == '"' && s[i + 1] == '"' && i + 2 < length) {
                doubled++;
                i++;
            }
        length -= 2 + doubled;
    }
    if (length <= 63)
        return 0;
    zdm_fail(err, ZDM_ERR_PLAN, "name \"%.*s\" is too long", (int)(token->end - token->start), s);
    zdm_err_detail(err, "it has %zu bytes; PostgreSQL keeps 63", length);
    return zdm_err_hint(err, "choose a shorter name");
}

static int
bad_name(const char *text, const char *what, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_PLAN, "\"%s\" is not %s", text, what);
    return zdm_err_hint(err,
        "write a name as in SQL; one with capitals, spaces or signs, or a reserved word, "
        "needs double quotes");
}

/* At most `parts` names with dots between them, folded by the parser itself. */
static int
read_name(const char *text, size_t parts, const char *what, char **schema, char **name,
    struct zdm_err *err)
{
    struct zdm_err parse_err = ZDM_ERR_INIT;
    struct zdm_tree scan, tree;
    struct zdm_buf sql = ZDM_BUF_INIT;
    int result = -1;

    if (zdm_tree_scan(text, &scan, &parse_err) < 0) {
        zdm_err_release(&parse_err);
        return bad_name(text, what, err);
    }
    size_t n = scan.tokens->n_tokens;
    if (n == 0 || n > 2 * parts - 1 || n % 2 == 0) {
        bad_name(text, what, err);
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        const PgQuery__ScanToken *token = scan.tokens->tokens[i];
        bool word = token->token == PG_QUERY__TOKEN__IDENT ||
                    token->keyword_kind != PG_QUERY__KEYWORD_KIND__NO_KEYWORD;
        if (i % 2 ? token->token != PG_QUERY__TOKEN__ASCII_46 : !word) {
            bad_name(text, what, err);
            goto out;
        }
        if (i % 2 == 0 && check_length(text, token, err) < 0)
            goto out;
    }

    zdm_buf_add(&sql, "TABLE ");
    zdm_buf_add(&sql, text);
    if (zdm_tree_parse(sql.s, &tree, &parse_err) < 0) {
        zdm_err_release(&parse_err);
        bad_name(text, what, err);
        goto out;
    }
    const PgQuery__SelectStmt *select = tree.parsed->stmts[0]->stmt->select_stmt;
    const PgQuery__RangeVar *range = select->from_clause[0]->range_var;
    if (schema)
        *schema = range->schemaname[0] ? zdm_strdup(range->schemaname) : NULL;
    *name = zdm_strdup(range->relname);
    zdm_tree_release(&tree);
    result = 0;

out:
    zdm_buf_release(&sql);
    zdm_tree_release(&scan);
    return result;
}

int
zdm_sql_split_name(const char *text, char **schema, char **name, struct zdm_err *err)
{
    return read_name(text, 2, "a name or schema.name", schema, name, err);
}

int
zdm_sql_identifier(const char *text, char **name, struct zdm_err *err)
{
    return read_name(text, 1, "a name", NULL, name, err);
}
