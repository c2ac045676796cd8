/* What the value of an expression depends on. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "sql/syntax.h"
#include "sql/tree.h"
#include "sql/volatility.h"

struct seeing {
    struct zdm_sql_uses *uses;
    struct zdm_arena *arena;
};

static void
add(char ***names, size_t *n, const char *name)
{
    for (size_t i = 0; i < *n; i++)
        if (strcmp((*names)[i], name) == 0)
            return;
    *names = zdm_grow(*names, *n, sizeof **names);
    (*names)[(*n)++] = zdm_strdup(name);
}

/* Takes what. The first one is enough to say. */
static void
changes(struct zdm_sql_uses *uses, char *what)
{
    if (uses->changes)
        free(what);
    else
        uses->changes = what;
}

/* Words that date and time types read as a time that passes: 'now', 'today 12:00'. In a text they are
 * only words, which costs no more than a sweep. */
static bool
is_clock_word(const char *literal)
{
    static const char *const words[] = {"now", "today", "tomorrow", "yesterday"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        for (const char *at = literal; *at; at++)
            if (strncasecmp(at, words[i], n) == 0 && !isalnum((unsigned char)at[n]) &&
                (at == literal || !isalnum((unsigned char)at[-1])))
                return true;
    }
    return false;
}

/* Where a row lies and who wrote it: another value with each update. */
static bool
is_place(const char *column)
{
    static const char *const places[] = {"cmax", "cmin", "ctid", "xmax", "xmin"};

    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(column, places[i]) == 0)
            return true;
    return false;
}

static const char *
value_function(const PgQuery__SQLValueFunction *function)
{
    switch (function->op) {
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_DATE:
        return "CURRENT_DATE";
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIME:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIME_N:
        return "CURRENT_TIME";
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP_N:
        return "CURRENT_TIMESTAMP";
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIME:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIME_N:
        return "LOCALTIME";
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP_N:
        return "LOCALTIMESTAMP";
    default:
        return "CURRENT_USER, or another word about the session,";
    }
}

static void
see_column(struct zdm_sql_uses *uses, const PgQuery__ColumnRef *ref)
{
    const char *name = zdm_last_string(ref->n_fields, ref->fields);

    if (!name[0])
        uses->whole_row = true;
    else if (is_place(name))
        changes(uses, zdm_strdup(name));
    else
        add(&uses->columns, &uses->n_columns, name);
}

static void
see_call(struct seeing *seeing, const PgQuery__FuncCall *call)
{
    struct zdm_sql_uses *uses = seeing->uses;
    const char *name = zdm_list_text(seeing->arena, call->n_funcname, call->funcname);

    if (zdm_function_changes(call))
        changes(uses, zdm_strf("%s()", name));
    add(&uses->calls, &uses->n_calls, name);
}

static bool
see(void *self, const ProtobufCMessage *message)
{
    struct seeing *seeing = self;
    struct zdm_sql_uses *uses = seeing->uses;

    if (message->descriptor == &pg_query__sub_link__descriptor) {
        uses->others = true;
        return false;
    }
    if (message->descriptor == &pg_query__column_ref__descriptor) {
        see_column(uses, (const PgQuery__ColumnRef *)message);
    } else if (message->descriptor == &pg_query__func_call__descriptor) {
        see_call(seeing, (const PgQuery__FuncCall *)message);
    } else if (message->descriptor == &pg_query__sqlvalue_function__descriptor) {
        changes(uses, zdm_strdup(value_function((const PgQuery__SQLValueFunction *)message)));
    } else if (message->descriptor == &pg_query__a__expr__descriptor) {
        const PgQuery__AExpr *expr = (const PgQuery__AExpr *)message;
        const char *name = zdm_last_string(expr->n_name, expr->name);
        if (name[0])
            add(&uses->operators, &uses->n_operators, name);
    } else if (message->descriptor == &pg_query__a__const__descriptor) {
        const PgQuery__AConst *literal = (const PgQuery__AConst *)message;
        if (literal->val_case == PG_QUERY__A__CONST__VAL_SVAL && literal->sval->sval &&
            is_clock_word(literal->sval->sval))
            changes(uses, zdm_strf("'%s'", literal->sval->sval));
    }
    return true;
}

int
zdm_sql_expression_uses(const char *text, struct zdm_sql_uses *out, struct zdm_err *err)
{
    struct zdm_buf sql = ZDM_BUF_INIT;
    struct zdm_tree tree;

    zdm_buf_addf(&sql, "SELECT (%s\n)", text);
    int rc = zdm_tree_parse(sql.s, &tree, err);
    if (rc == 0) {
        *out = (struct zdm_sql_uses){.n_columns = 0};
        struct seeing seeing = {.uses = out, .arena = zdm_arena_new()};
        for (size_t i = 0; i < tree.parsed->n_stmts; i++)
            zdm_node_walk(tree.parsed->stmts[i]->stmt, see, &seeing);
        zdm_arena_free(seeing.arena);
        zdm_tree_release(&tree);
    }
    zdm_buf_release(&sql);
    return rc;
}

static void
release(char **names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(names[i]);
    free(names);
}

void
zdm_sql_uses_release(struct zdm_sql_uses *uses)
{
    release(uses->columns, uses->n_columns);
    release(uses->calls, uses->n_calls);
    release(uses->operators, uses->n_operators);
    free(uses->changes);
    *uses = (struct zdm_sql_uses){.n_columns = 0};
}
