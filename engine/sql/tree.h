/*
 * tree.h - the parse tree of a text, and walks over it. Private to engine/sql.
 *
 * The one place that calls libpg_query. Its stmt_location and token offsets count
 * bytes, the cursor of its errors counts characters from 1.
 */
#ifndef ZDM_SQL_TREE_H
#define ZDM_SQL_TREE_H

#include <pg_query/pg_query.pb-c.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/mem.h"

struct zdm_tree {
    const char *text; /* borrowed */
    size_t base; /* where text begins in the one that the author wrote, when it is a part of it */
    PgQuery__ScanResult *tokens;
    PgQuery__ParseResult *parsed;
    struct zdm_tree_memory *memory; /* that both live in */
};

/* The first byte that is no UTF-8, or where the text ends. */
size_t zdm_invalid_utf8(const char *text);
/* Scans and parses. Rejects what is not UTF-8 and what is nested so deeply that recursion over the
 * tree would be unsafe. ZDM_ERR_PLAN with the position in characters. */
int zdm_tree_parse(const char *text, struct zdm_tree *out, struct zdm_err *err);
/* Parses what was written from a tree, which is UTF-8 and not nested too deeply: without tokens. */
int zdm_tree_parse_alone(const char *text, struct zdm_tree *out, struct zdm_err *err);
/* Calls see with each statement of a text; never when it does not parse: whoever runs it says why. */
typedef void (*zdm_see_statement)(void *self, const PgQuery__Node *statement);
void zdm_text_statements(const char *text, zdm_see_statement see, void *self);
/* Only the tokens. */
int zdm_tree_scan(const char *text, struct zdm_tree *out, struct zdm_err *err);
void zdm_tree_release(struct zdm_tree *tree);

bool zdm_tree_is_comment(const PgQuery__ScanToken *token);
/* The first token that begins at or behind a byte; n_tokens when none does. */
size_t zdm_tree_token_at(const struct zdm_tree *tree, size_t from);
/* The byte range of statement i in tree->text, without white space, comments and semicolon around it. */
void zdm_tree_extent(const struct zdm_tree *tree, size_t i, size_t *start, size_t *end);

/* Calls visit for message and everything below it, parents first; false stops going down there. */
typedef bool (*zdm_visit)(void *self, const ProtobufCMessage *message);
void zdm_tree_walk(const ProtobufCMessage *message, zdm_visit visit, void *self);
/* The same for everything below message, without itself. */
void zdm_tree_children(const ProtobufCMessage *message, zdm_visit visit, void *self);
/* Walks everything below a node; NULL is fine. */
void zdm_node_walk(const PgQuery__Node *node, zdm_visit visit, void *self);

/* Text from trees, in the arena; NULL when libpg_query cannot write it. */
char *zdm_deparse(struct zdm_arena *arena, PgQuery__Node *statement);
char *zdm_deparse_expr(struct zdm_arena *arena, PgQuery__Node *expr);
char *zdm_deparse_type(struct zdm_arena *arena, PgQuery__TypeName *type);

/* Names, quoted where needed, in the arena. */
char *zdm_ident_text(struct zdm_arena *arena, const char *name);
char *zdm_range_text(struct zdm_arena *arena, const PgQuery__RangeVar *range);
/* A list of String nodes: a.b.c; `n` may leave out trailing parts. "" when the list is empty. */
char *zdm_list_text(struct zdm_arena *arena, size_t n, PgQuery__Node *const *names);
/* The string of a String node, "" for any other. */
const char *zdm_node_string(const PgQuery__Node *node);
/* The last part of a name list, "" when empty. */
const char *zdm_last_string(size_t n, PgQuery__Node *const *names);

#endif
