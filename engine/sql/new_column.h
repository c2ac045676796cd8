/*
 * new_column.h - a column that ADD COLUMN describes. Private to engine/sql: new_column.c reads and
 * checks it, add_column.c says what adding it does, add_column_advice.c what is wrong with that and
 * what to do instead.
 */
#ifndef ZDM_SQL_NEW_COLUMN_H
#define ZDM_SQL_NEW_COLUMN_H

#include "sql/alter.h"
#include "sql/expression.h"

struct zdm_new_column {
    const PgQuery__ColumnDef *def;
    const char *name, *type; /* quoted; as the author wrote it */
    struct zdm_typed typed;
    const char *collation;    /* as in zdm_column */
    PgQuery__Node *value;     /* DEFAULT that is not NULL, or NULL */
    PgQuery__Node *computed;  /* GENERATED ALWAYS AS (...), or NULL */
    bool is_virtual;          /* computed when it is read */
    const char *serial;       /* "bigint" for bigserial; NULL: it is none */
    char identity;            /* as in zdm_column */
    bool looked_up;           /* a foreign key of it is checked: it says DEFAULT, or is computed */
    bool required;            /* NOT NULL, also by PRIMARY KEY */
    bool is_volatile, unsure; /* the DEFAULT: once for each row, and whether that is certain */
    bool by_domain;           /* the DEFAULT is not said here: it is that of its domain */
    bool constrained, maybe_constrained; /* a domain with constraints; a type that nobody knows */
};

/* False: the server refuses it, told already. */
bool zdm_new_column_read(struct zdm_alter *alter, struct zdm_new_column *out);
/* May a column of the target be computed so? `name` as it is, `quoted` for messages. False: the server
 * refuses it, told already. */
bool zdm_computed_is_right(
    struct zdm_alter *alter, const char *name, const char *quoted, PgQuery__Node *computed);
/* Rows that are there get a value of their own each. */
bool zdm_new_column_rewrites(const struct zdm_new_column *column);
/* Rows that are there have a value of it, which may be one for all. */
bool zdm_new_column_has_value(const struct zdm_new_column *column);

/* The findings about its values: rewritten says whether any table is. */
void zdm_new_column_tell(
    struct zdm_alter *alter, const struct zdm_new_column *column, bool rewritten);
/* One of its constraints: the finding, with the steps that do the same without blocking. Before the
 * constraint is in the catalog. */
void zdm_new_column_tell_constraint(struct zdm_alter *alter, const struct zdm_new_column *column,
    const PgQuery__Constraint *constraint, bool validates);
/* ALTER TABLE ... ADD COLUMN with nothing but the type. */
char *zdm_new_column_plain(
    struct zdm_alter *alter, const struct zdm_new_column *column, const char *type);

#endif
