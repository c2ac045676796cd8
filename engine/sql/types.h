/*
 * types.h - what a type name means, as the server reads it. Private to engine/sql.
 *
 * Types are objects of the catalog. Without a complete one those of PostgreSQL itself are made when
 * they are named, in pg_catalog, so that one code path compares types by pointer; of all others
 * nothing is known.
 */
#ifndef ZDM_SQL_TYPES_H
#define ZDM_SQL_TYPES_H

#include "sql/draft.h"

enum { ZDM_TYPMOD_NONE = -1, ZDM_TYPMOD_UNKNOWN = -2 /* of an extension's own modifiers */ };

struct zdm_typed {               /* a type with its modifier */
    const struct zdm_type *type; /* NULL: not known */
    int32_t typmod;
};

/* False: there is no such type, or its modifier is wrong; a certain error, told already. serial is
 * no type: zdm_serial_base() knows it. */
bool zdm_typed_of_name(
    struct zdm_draft *draft, const PgQuery__TypeName *name, struct zdm_typed *out);
/* A type of PostgreSQL by the name that pg_type has, made if need be; NULL when there is none. */
const struct zdm_type *zdm_builtin_type(struct zdm_catalog *catalog, const char *name);

/* Is it the one of PostgreSQL with this name? NULL is not. */
bool zdm_type_is(const struct zdm_type *type, const char *name);
/* What a domain is made of in the end, any other type itself; *typmod (may be NULL) becomes the
 * modifier that the domain asks for when there is one. */
const struct zdm_type *zdm_type_base(const struct zdm_type *type, int32_t *typmod);
/* A domain with NOT NULL or a CHECK, of its own or of the domains below. */
bool zdm_type_has_constraints(const struct zdm_type *type);
/* Of text, of which everything can be made and that can be made of everything. */
bool zdm_type_is_string(const struct zdm_type *type);
bool zdm_type_has_collation(const struct zdm_type *type);
/* A shorter length, a smaller number type: values may not fit any more. */
bool zdm_typed_narrows(struct zdm_typed from, struct zdm_typed to);
/* "numeric(10,2)", as people write it. In the arena. */
const char *zdm_typed_text(struct zdm_draft *draft, struct zdm_typed typed);

#endif
