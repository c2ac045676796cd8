/*
 * rows_value.h - expressions for values: between rows_value.c and rows_type.c.
 */
#ifndef ZDM_REHEARSE_ROWS_VALUE_H
#define ZDM_REHEARSE_ROWS_VALUE_H

#include "rehearse/rows_private.h"

/* Where an expression is written to, and what shall become of it. */
struct rows_maker {
    struct zdm_buf *out;
    const struct rows_schema *schema;
    uint64_t *salt;
    bool distinct;      /* another value for each number, where the type has so many */
    const char *number; /* of the row */
    int depth;          /* of composite types and arrays in each other */
};

/* Adds "(hash % n)". */
void zdm_rows_one_of(struct zdm_buf *out, uint64_t *salt, int n);
/* Adds a value of the type, not cast to its modifier, but made to fit in. bare: the name of the column or field,
 * which tells an e-mail address from other texts. */
void zdm_rows_type_value(
    struct rows_maker *maker, const struct rows_type *type, int typmod, const char *bare);

/* The digits of a numeric's modifier: the scale, which may be negative, and the precision. */
int zdm_rows_scale(int typmod, int *precision);
/* Are there expressions for it? Else its inputs are tried (rows_probe.c). */
bool zdm_rows_is_known(const struct rows_type *type);

/* Adds the greatest number of the column's type, "32767"; false: none that matters. */
bool zdm_rows_greatest(const struct rows_column *column, struct zdm_buf *out);
bool zdm_rows_is_number(const struct rows_type *type);
bool zdm_rows_is_moment(const struct rows_type *type);

#endif
