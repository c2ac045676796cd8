/*
 * coercion.h - how a value of one type becomes one of another, and whether its bytes stay what they
 * are. Private to engine/sql.
 *
 * ALTER COLUMN TYPE rewrites a table unless the conversion is nothing but new labels on the column
 * (ATColumnChangeRequiresRewrite): binary coercible casts, length coercions that the server can prove
 * to change nothing, domains without constraints, and timestamp to timestamptz or back in a time zone
 * that is UTC all year round.
 */
#ifndef ZDM_SQL_COERCION_H
#define ZDM_SQL_COERCION_H

#include "sql/types.h"

struct zdm_value { /* of an expression over a column */
    struct zdm_typed typed;
    bool same;    /* the bytes of the column, under another label at most */
    bool unsure;  /* one of the types is not known: `same` may be wrong */
    bool literal; /* a string constant that is read as whatever type is asked for */
};

/* Becomes a value of the target in this context: 'i' implicit, 'a' assignment, 'e' explicit, as in
 * pg_cast. False: there is no such cast. */
bool zdm_value_coerce(const struct zdm_catalog *catalog, struct zdm_value *value,
    struct zdm_typed target, char context);

/* Can a value of this type be had where one of the other is wanted? Unknown types can. */
bool zdm_type_casts(const struct zdm_catalog *catalog, const struct zdm_type *source,
    const struct zdm_type *target, char context);

/* Is the session's time zone UTC at all times, as the server checks it? NULL is not. */
bool zdm_time_zone_is_utc(const char *name);

#endif
