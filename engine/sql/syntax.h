/*
 * syntax.h - questions about SQL fragments that need the parser, not a server.
 */
#ifndef ZDM_SQL_SYNTAX_H
#define ZDM_SQL_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Is text one scalar expression? Errors carry position into text. */
int zdm_sql_check_expression(const char *text, struct zdm_err *err);
/* The names of columns that a checked expression reads, outside of sub-selects, sorted, each once:
 * the last part of each reference, so the table's own name stands for a whole row. The array and the
 * names are owned; *names is NULL when there are none. */
int zdm_sql_expression_columns(const char *text, char ***names, size_t *n, struct zdm_err *err);
/* What a checked expression of a row is made of, as far as its text tells. Lists are owned, each name
 * once. */
struct zdm_sql_uses {
    char **columns; /* as above */
    size_t n_columns;
    bool whole_row; /* users.*, which no name in columns stands for */
    char **calls;   /* functions, as SQL writes their names: lower, app.norm */
    size_t n_calls;
    char **operators; /* their names without a schema: +, || */
    size_t n_operators;
    bool others;   /* a sub-select: other rows than this one */
    char *changes; /* owned: what is another value some time later, or in another session: now(),
                    * random(), CURRENT_DATE, 'today', ctid; NULL: nothing that is built in */
};
int zdm_sql_expression_uses(const char *text, struct zdm_sql_uses *out, struct zdm_err *err);
void zdm_sql_uses_release(struct zdm_sql_uses *uses);
/* Are two checked expressions the same but for white space, comments, parentheses and how words are
 * written? false: they may still say the same. */
bool zdm_sql_same_expression(const char *a, const char *b);

/* The triggers that a script makes and drops, in order; names folded, all owned. None in a text that
 * cannot be parsed. */
struct zdm_sql_trigger {
    bool dropped;
    char *name, *schema, *table; /* schema NULL: not written */
    char **args;                 /* of its function, when it is made */
    size_t n_args;
};
struct zdm_sql_triggers {
    struct zdm_sql_trigger *items;
    size_t count;
};
void zdm_sql_triggers_of(const char *text, struct zdm_sql_triggers *out);
void zdm_sql_triggers_release(struct zdm_sql_triggers *triggers);

/* Is text one SELECT (or VALUES, WITH ... SELECT), with nothing that writes in it? */
int zdm_sql_check_query(const char *text, struct zdm_err *err);
/* Is text a statement that begins or ends a transaction (BEGIN, COMMIT, PREPARE ...)? A savepoint does neither. */
bool zdm_sql_is_transaction_control(const char *text);

/* Splits a name as written ("public.Users", "\"My Schema\".t") into its parts, folded as
 * PostgreSQL does, unquoted. *schema is NULL when there is none. Both owned. */
int zdm_sql_split_name(const char *text, char **schema, char **name, struct zdm_err *err);
/* One identifier as written, folded and unquoted; owned. */
int zdm_sql_identifier(const char *text, char **name, struct zdm_err *err);
/* Quoted where needed, for SQL; owned. */
char *zdm_sql_quote_ident(const char *name);
char *zdm_sql_quote_qualified(const char *schema, const char *name); /* schema may be NULL */
char *zdm_sql_quote_literal(const char *text);

/* text with every literal replaced by "?" and comments left out, for logs: what an application sent
 * may hold its users' data. What was cut off, as the server cuts long queries, ends with "..." before
 * the piece that was cut. Returns owned. */
char *zdm_sql_normalise(const char *text);

/* Comparison of a CREATE INDEX statement with pg_get_indexdef()'s text of an existing index. */
enum zdm_same { ZDM_SAME_YES, ZDM_SAME_NO, ZDM_SAME_CANNOT_TELL };
enum zdm_same zdm_sql_same_index(const char *statement, const char *indexdef);

#endif
