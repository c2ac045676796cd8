/*
 * condition.h - what one condition says about another, as far as the server would prove it.
 * Private to engine/sql.
 *
 * A condition in a form that does not depend on how it was written: AND, OR, comparisons of
 * something with a constant, NULL tests, and text for all the rest. The server skips the scan of
 * a new partition, or of the default one, when its valid CHECKs and NOT NULLs imply the bounds; its
 * proof (predtest.c) takes comparisons apart and no more, and so does this one.
 */
#ifndef ZDM_SQL_CONDITION_H
#define ZDM_SQL_CONDITION_H

#include "sql/catalog.h"

enum zdm_condition_kind {
    ZDM_CONDITION_AND,
    ZDM_CONDITION_OR,
    ZDM_CONDITION_COMPARE, /* what operator value */
    ZDM_CONDITION_NULL,    /* what IS NULL */
    ZDM_CONDITION_NOT_NULL,
    ZDM_CONDITION_OTHER, /* what, and nobody knows more of it */
};

enum zdm_operator { ZDM_OP_LT, ZDM_OP_LE, ZDM_OP_EQ, ZDM_OP_GE, ZDM_OP_GT, ZDM_OP_NE };

struct zdm_condition {
    enum zdm_condition_kind kind;
    struct zdm_condition **args; /* AND, OR: n_args */
    size_t n_args;
    const char *what; /* a column's name, or the text of an expression */
    enum zdm_operator op;
    const char *value; /* a constant, as text without quotes */
};

enum zdm_truth { ZDM_NO, ZDM_YES, ZDM_UNSURE };

/* All of it lives in the arena. NULL when the text is no expression. */
struct zdm_condition *zdm_condition_parse(struct zdm_arena *arena, const char *sql);
struct zdm_condition *zdm_condition_compare(
    struct zdm_arena *arena, const char *what, enum zdm_operator op, const char *value);
struct zdm_condition *zdm_condition_null(struct zdm_arena *arena, const char *what, bool is_null);
/* AND or OR of none, to be filled. */
struct zdm_condition *zdm_condition_list(struct zdm_arena *arena, enum zdm_condition_kind kind);
void zdm_condition_add(
    struct zdm_arena *arena, struct zdm_condition *list, struct zdm_condition *arg);
struct zdm_condition *zdm_condition_not(
    struct zdm_arena *arena, const struct zdm_condition *condition);

bool zdm_condition_same(const struct zdm_condition *a, const struct zdm_condition *b);

/* -1, 0, 1 of two constants of a type, or 2 when nobody can tell. type NULL: not known. */
int zdm_constant_order(
    const struct zdm_catalog *catalog, const struct zdm_type *type, const char *a, const char *b);

/* Is `wanted` never false where `given` is never false? Columns are those of the relation. */
enum zdm_truth zdm_condition_implies(const struct zdm_catalog *catalog,
    const struct zdm_relation *relation, const struct zdm_condition *given,
    const struct zdm_condition *wanted);

/* What the valid CHECKs and the NOT NULLs of a relation say together. */
struct zdm_condition *zdm_condition_of_relation(
    struct zdm_arena *arena, const struct zdm_relation *relation);

#endif
