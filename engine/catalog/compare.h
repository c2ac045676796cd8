/*
 * compare.h - where two catalogs differ.
 *
 * For tests: the catalog that the classifier changed as a statement would, and the one that was loaded
 * after the statement really ran, must say the same. Objects are told in lines; what both have
 * cancels out. Compared is what later statements go by: names, types, keys, validity. Left out is
 * what only the server can know (sizes, OIDs, owners, the spelling of expressions) and what comes
 * with it (constraints behind NOT NULL, foreign keys to single partitions, row types).
 */
#ifndef ZDM_CATALOG_COMPARE_H
#define ZDM_CATALOG_COMPARE_H

#include "base/mem.h"
#include "sql/catalog.h"

/* What the user made, one line an object or part of one, sorted; n lines, in the arena. */
char **zdm_catalog_lines(const struct zdm_catalog *catalog, struct zdm_arena *arena, size_t *n);
/* "- LINE" for one that only a has, "+ LINE" for one that only b has; n lines, in the arena. */
char **zdm_catalog_compare(
    const struct zdm_catalog *a, const struct zdm_catalog *b, struct zdm_arena *arena, size_t *n);

#endif
