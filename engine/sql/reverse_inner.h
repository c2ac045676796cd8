/*
 * reverse_inner.h - what the files of the way back share: reverse.c, reverse_alter_table.c, reverse_rename.c.
 * Private to sql/.
 *
 * What takes one statement back is SQL without a semicolon, "" for nothing to do, NULL for r->why.
 */
#ifndef ZDM_SQL_REVERSE_INNER_H
#define ZDM_SQL_REVERSE_INNER_H

#include "base/mem.h"
#include "sql/tree.h"

struct zdm_reverser {
    struct zdm_arena *arena;
    const char *
        *made; /* tables of the same text, as written: what is done to them goes with them */
    size_t n_made;
    size_t n_stmts;   /* of the text */
    const char *why;  /* why the statement at hand has no reverse; NULL: it has */
    const char *ask;  /* of the action at hand: what the catalog has to tell; NULL: nothing */
    const char *asks; /* the same of the statement at hand, with all of its actions */
    const char *before, *unless, *note; /* as in struct zdm_sql_reverse */
    bool renames; /* one of the text's statements gives something another name */
};

#define ZDM_UNDO_NOT_CERTAIN "it may have been there before"
#define ZDM_UNDO_NO_NAME     "the server chooses its name: give it one"

/* NULL, and r->why. */
const char *zdm_no_undo(struct zdm_reverser *r, const char *why);
/* Does the same text make the table? NULL: no. */
bool zdm_undo_makes(const struct zdm_reverser *r, const PgQuery__RangeVar *range);
/* Of what was kept under another name as long as the plan said (stdlib/aside.lua) there is no more to say. */
bool zdm_was_aside(const char *name);

const char *zdm_undo_of_alter_table(struct zdm_reverser *r, const PgQuery__AlterTableStmt *st);
const char *zdm_undo_of_rename(struct zdm_reverser *r, const PgQuery__RenameStmt *st);
const char *zdm_undo_of_enum(struct zdm_reverser *r, const PgQuery__AlterEnumStmt *st);

#endif
