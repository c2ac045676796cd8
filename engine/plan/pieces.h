/*
 * pieces.h - statements that are only for what is there.
 *
 * Recipes write out the partitions of a table in their steps and undos. One that was dropped or detached since must
 * not keep the others from going on, nor back. So a text may say of some of its statements which tables they are for
 * (struct zdm_sql_piece), and these are left out when that is so no more: here by a model of the catalog, for who judges;
 * in run/pieces.h by the server, in the transaction in which the text runs.
 *
 * What is left out becomes blanks: offsets and lines stay those of the plan. It is no part of a step's definition.
 */
#ifndef ZDM_PLAN_PIECES_H
#define ZDM_PLAN_PIECES_H

#include "plan/plan.h"
#include "sql/catalog.h"

/* The text without the pieces that are gone, owned. gone: one a piece. */
char *zdm_pieces_left(const char *text, const struct zdm_sql_pieces *pieces, const bool *gone);
/* The same by a model; one that does not know all there is lacks nothing. */
char *zdm_pieces_known(
    const char *text, const struct zdm_sql_pieces *pieces, const struct zdm_catalog *catalog);
/* Was everything left out? */
bool zdm_pieces_none(const char *text);

#endif
