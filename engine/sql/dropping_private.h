/*
 * dropping_private.h - what the parts of dropping share. Private to dropping*.c; see dropping.h.
 */
#ifndef ZDM_SQL_DROPPING_PRIVATE_H
#define ZDM_SQL_DROPPING_PRIVATE_H

#include "sql/dropping.h"

bool zdm_gone_has(const struct zdm_gone *list, size_t n, const struct zdm_gone *item);
/* Goes without being asked for. */
void zdm_dropping_take(struct zdm_dropping *dropping, struct zdm_gone item);
/* Goes only with CASCADE, unless it goes anyway. */
void zdm_dropping_need(struct zdm_dropping *dropping, struct zdm_gone item);

/* dropping_reach.c: what depends on it is taken or needed. */
void zdm_dropping_expand(struct zdm_dropping *dropping, struct zdm_gone item);
/* Is a part called so? text is as the catalog spells it: the name alone, "name on table", "for
 * table.column". */
bool zdm_gone_is_called(struct zdm_draft *draft, const char *name, const char *text);
/* A part by the kind and name that dependents have: what is computed is a column. */
struct zdm_gone zdm_gone_part(struct zdm_dropping *dropping, struct zdm_relation *relation,
    const char *kind, const char *name);
/* dropping_fields.c: needs what names this column of the row type of a relation, as in (y).a. */
void zdm_dropping_fields(
    struct zdm_dropping *dropping, const struct zdm_relation *relation, const char *attribute);
/* dropping_words.c: "view public.v". In the arena. */
const char *zdm_gone_words(const struct zdm_dropping *dropping, const struct zdm_gone *item);
/* dropping_perform.c: locks what loses something, and changes the catalog, but for relations: they
 * are dropped behind all locks. */
void zdm_dropping_perform(struct zdm_dropping *dropping, const struct zdm_gone *item);

#endif
