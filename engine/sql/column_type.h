/*
 * column_type.h - ALTER COLUMN TYPE while it is being judged. Private to engine/sql: column_type.c
 * asks whether it rewrites, type_obstacles.c whether anything forbids it, type_effects.c what else
 * the server does because of it.
 */
#ifndef ZDM_SQL_COLUMN_TYPE_H
#define ZDM_SQL_COLUMN_TYPE_H

#include "sql/alter.h"
#include "sql/coercion.h"

struct zdm_type_change { /* of one column of one relation */
    struct zdm_alter *alter;
    struct zdm_relation *relation;
    struct zdm_column *column;
    struct zdm_typed from, to;
    const char *collation; /* that it gets, as in zdm_column */
    bool rewrites, unsure;
};

/* Views, triggers and the like that forbid it. False, and a certain error, when there are any. */
bool zdm_type_change_allowed(const struct zdm_type_change *change);
/* Indexes, CHECKs, foreign keys and sequences that are made anew or checked again. */
void zdm_type_change_effects(const struct zdm_type_change *change);

/* Do operator classes and foreign keys see the two as one type, as with text and varchar? */
bool zdm_types_compare_alike(const struct zdm_type *a, const struct zdm_type *b);

#endif
