/*
 * not_null_text.h - ALTER TABLE ... ADD [CONSTRAINT name] NOT NULL column [NOT VALID] [NO INHERIT] of
 * PostgreSQL 18, for a grammar that does not have it. Private to engine/sql, and to tree.c there.
 *
 * It is the one form of a newer PostgreSQL that zdm itself needs, with whichever grammar it was built
 * (recipes make columns NOT NULL with it). So in a text that cannot be parsed it is replaced by the
 * constraint most like it, of the same length; and in the tree of that it is put back as the grammar of
 * PostgreSQL 18 writes it.
 */
#ifndef ZDM_SQL_NOT_NULL_TEXT_H
#define ZDM_SQL_NOT_NULL_TEXT_H

#include "sql/tree.h"

struct zdm_not_null_mark {
    int location; /* of the constraint: as in the tree, bytes */
    bool not_valid, no_inherit;
};

struct zdm_not_null_text {
    char *text; /* owned: what the older grammar reads */
    struct zdm_not_null_mark *marks;
    size_t n_marks;
};

/* False, and nothing to release, when the text has no such constraint. */
bool zdm_not_null_text(
    const char *sql, const PgQuery__ScanResult *tokens, struct zdm_not_null_text *out);
/* Into the tree of out->text. */
void zdm_not_null_put_back(const struct zdm_not_null_text *text, PgQuery__ParseResult *tree);
void zdm_not_null_text_release(struct zdm_not_null_text *text);

#endif
