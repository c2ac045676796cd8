/*
 * reverse_ask.h - the part of an undo that only the catalog of the moment before tells. Private to sql/.
 */
#ifndef ZDM_SQL_REVERSE_ASK_H
#define ZDM_SQL_REVERSE_ASK_H

#include "base/mem.h"

/* SQL expressions of type text, NULL when there is nothing to put back. relation is as written, column as
 * it is in the catalog. */
const char *zdm_ask_default(struct zdm_arena *arena, const char *relation, const char *column);
const char *zdm_ask_nullable(struct zdm_arena *arena, const char *relation, const char *column);
/* Undo (SQL) when it is NOT NULL. */
const char *zdm_ask_was_not_null(
    struct zdm_arena *arena, const char *relation, const char *column, const char *undo);
/* Its statistics target and storage. */
const char *zdm_ask_settings(struct zdm_arena *arena, const char *relation, const char *column);
/* column "": of the table. */
const char *zdm_ask_comment(struct zdm_arena *arena, const char *relation, const char *column);
/* A partition that is attached, and one that is detached; both as written. */
const char *zdm_ask_attached(struct zdm_arena *arena, const char *parent, const char *partition);
const char *zdm_ask_partition(struct zdm_arena *arena, const char *parent, const char *partition);
/* Of statements that the text tells. */
const char *zdm_ask_nothing(struct zdm_arena *arena, const char *sql);

#endif
