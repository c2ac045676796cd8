#include "catalog/violations.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "catalog/trace_private.h"

/* "id = 7, part = 2"; key columns only. */
static const char *
key_of(const struct zdm_result *rows, struct zdm_arena *arena)
{
    struct zdm_buf buf = ZDM_BUF_INIT;

    for (int i = 0; i < zdm_result_columns(rows); i++) {
        const char *value = zdm_result_get(rows, 0, i);
        zdm_buf_addf(
            &buf, "%s%s = %s", i ? ", " : "", zdm_result_name(rows, i), value ? value : "NULL");
    }
    char *key = zdm_arena_strdup(arena, buf.s);
    zdm_buf_release(&buf);
    return key;
}

static void
violated(struct zdm_statement *st, const struct zdm_sql_context *context,
    const struct zdm_row_question *question, const char *row, const char *sqlstate,
    struct zdm_arena *arena)
{
    zdm_finding_add(st, context, "rows-violate", ZDM_SEVERITY_ERROR,
        zdm_arena_strf(arena, "%s of %s %s (%s)", row, question->table, question->what, sqlstate),
        arena);
    if (!st->fails_with)
        st->fails_with = zdm_arena_strdup(arena, sqlstate);
}

/* No answer is no verdict; a cast that fails is one. */
static void
not_answered(struct zdm_statement *st, const struct zdm_sql_context *context,
    const struct zdm_row_question *question, const struct zdm_err *why, int64_t timeout_ms,
    struct zdm_arena *arena)
{
    bool too_slow = strcmp(why->sqlstate, "57014") == 0 || strcmp(why->sqlstate, "55P03") == 0;

    if (question->evaluates && strncmp(why->sqlstate, question->sqlstate, 2) == 0) {
        violated(st, context, question, "a row", why->sqlstate, arena);
        return;
    }
    zdm_finding_add(st, context, "rows-unknown", ZDM_SEVERITY_INFO,
        too_slow ? zdm_arena_strf(
                       arena, "%s was not read in %lld ms", question->table, (long long)timeout_ms)
                 : zdm_arena_strf(arena, "%s cannot be read: %s", question->table, why->message),
        arena);
}

static int
ask(struct zdm_conn *conn, const struct zdm_row_question *question, int64_t timeout_ms,
    struct zdm_result **out, struct zdm_err *err)
{
    char *begin = zdm_strf("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;"
                           "SET LOCAL statement_timeout = %lld; SET LOCAL lock_timeout = %lld;"
                           "SET LOCAL row_security = off; SET LOCAL search_path = %s",
        (long long)timeout_ms, (long long)timeout_ms, question->search_path);
    int rc = zdm_conn_exec(conn, begin, NULL, err);

    if (rc == 0)
        rc = zdm_conn_exec(conn, question->sql, out, err);
    free(begin);
    zdm_conn_rollback(conn);
    return rc;
}

int
zdm_violations_ask(struct zdm_conn *conn, struct zdm_statement *st,
    const struct zdm_sql_context *context, int64_t timeout_ms, struct zdm_arena *arena,
    struct zdm_err *err)
{
    for (size_t i = 0; i < st->n_questions; i++) {
        const struct zdm_row_question *question = &st->questions[i];
        struct zdm_err why = ZDM_ERR_INIT;
        struct zdm_result *rows = NULL;
        if (ask(conn, question, timeout_ms, &rows, &why) < 0) {
            if (zdm_conn_lost(conn) || why.code == ZDM_ERR_INTERRUPTED) {
                zdm_err_move(err, &why);
                return zdm_err_wrap(err, "cannot read the rows of %s", question->table);
            }
            not_answered(st, context, question, &why, timeout_ms, arena);
        } else if (!question->evaluates && zdm_result_rows(rows) > 0) {
            violated(st, context, question,
                zdm_arena_strf(arena, "the row with %s", key_of(rows, arena)), question->sqlstate,
                arena);
        }
        zdm_result_free(rows);
        zdm_err_release(&why);
    }
    if (st->n_questions)
        st->verdict = zdm_statement_judge(st);
    return 0;
}
