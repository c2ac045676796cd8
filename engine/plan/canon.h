/*
 * canon.h - canonical JSON and fingerprints.
 *
 * The canonical form holds what a plan *does*: no places, no file name, no Lua
 * handles; keys sorted, no spaces, UTF-8, defaults filled in. Two machines that
 * read the same plan get the same bytes. A step's definition is its part of it,
 * without the pace of a backfill: that may be corrected while it runs.
 */
#ifndef ZDM_PLAN_CANON_H
#define ZDM_PLAN_CANON_H

#include "plan/plan.h"

/* Fills definition and fingerprint of every step, canonical and fingerprint of
 * the plan. Called once, by whoever built the plan. */
void zdm_plan_canonicalise(struct zdm_plan *plan);

/* Do two definitions do the same, whatever they say of the way back? */
bool zdm_definition_does_same(const char *old_json, const char *new_json);

/* What differs between two definitions of a step, for people: lines such as
 * "  - sql: \"ALTER ...\"" and "  + sql: \"ALTER ...\"". Returns owned. */
char *zdm_definition_diff(const char *old_json, const char *new_json);

#endif
