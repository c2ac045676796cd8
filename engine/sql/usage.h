/*
 * usage.h - does a statement that an application sent use a column, or a relation?
 *
 * For texts without their search path and settings, as statistics of the server keep them. So a relation
 * that is named without a schema may be any of that name, and where a text leaves it open the answer is
 * yes: nothing is called unused by mistake. Of what the catalog would say the caller brings that which
 * matters (struct zdm_used).
 *
 * A column is used by its name, by `*` and a whole row, by NATURAL and USING, by an INSERT or COPY without
 * columns, by ON CONFLICT, and through views. DDL and maintenance use nothing. What is in a DO block is
 * not known.
 *
 * From PostgreSQL 18 on two statements are counted as one, under the text of the first, when they differ
 * only in which relation stands behind an alias, or in which schema it is (by_name).
 */
#ifndef ZDM_SQL_USAGE_H
#define ZDM_SQL_USAGE_H

#include <stdbool.h>
#include <stddef.h>

enum zdm_used_role {
    ZDM_USED_ITSELF, /* the table, or one that it has its rows in common with: a parent, a partition */
    ZDM_USED_VIEW,     /* a view that needs what is looked for */
    ZDM_USED_OTHER,    /* has a column of that name, too */
    ZDM_USED_NAMESAKE, /* in another schema, of the same name as one of the first two */
};
struct zdm_used_relation {
    const char *schema, *name; /* as in the catalog */
    enum zdm_used_role role;
};

/* What is looked for. Everything is borrowed. */
struct zdm_used {
    const char *column; /* as in the catalog; NULL: the relation itself */
    const struct zdm_used_relation *relations;
    size_t n_relations;       /* sorted by zdm_used_sort */
    const char **constraints; /* that hold the column; ON CONFLICT may name them */
    size_t n_constraints;
    bool by_name; /* the server counts relations by their names or aliases */
    bool own;     /* the role is ours: of catalogs and zdm's tables we know the statements */
    const char *const *aliases; /* that only other relations have */
    size_t n_aliases;
};
void zdm_used_sort(struct zdm_used_relation *relations, size_t n);

enum zdm_usage {
    ZDM_USAGE_NO,
    ZDM_USAGE_YES,
    ZDM_USAGE_MERGED,  /* it does not, but may be counted together with one that does */
    ZDM_USAGE_UNKNOWN, /* it cannot be parsed (or is a DO block), and names one of the relations */
};
enum zdm_usage zdm_sql_usage(const char *text, const struct zdm_used *what);

#endif
