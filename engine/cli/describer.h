/*
 * describer.h - the tables that the recipes of a plan read.
 *
 * Before the plan has begun they are as the catalog says; from then on as they were then, which zdm.plan keeps:
 * the plan itself changes the tables, and has to mean the same all the way. What zdm.plan has lost is taken from the
 * ledger; a plan that has begun, and of which neither knows it, is refused. Connects when a recipe asks, and only then.
 */
#ifndef ZDM_CLI_DESCRIBER_H
#define ZDM_CLI_DESCRIBER_H

#include "lua/plan_file.h"

struct zdm_tables;

/* Owned; the texts are copied. ledger: its path. */
struct zdm_tables *zdm_tables_new(const char *conninfo, const char *ledger);
void zdm_tables_free(struct zdm_tables *tables); /* NULL is fine */
struct zdm_describer zdm_tables_describer(struct zdm_tables *tables);
/* The evaluation is over: ends the session. */
void zdm_tables_close(struct zdm_tables *tables);
/* All that was asked for, now or when the plan began, as JSON: {"relation": description or null}. Owned. */
char *zdm_tables_json(const struct zdm_tables *tables);

#endif
