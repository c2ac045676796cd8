/*
 * made.h - what statements leave behind in the catalog, by their text alone: what must be there, and what
 * must be gone, after all of them ran in this order. For asking later whether it still is so.
 *
 *     struct zdm_made_list list = ZDM_MADE_INIT;
 *     zdm_made_add(&list, "CREATE INDEX i ON t (a)", 0);
 *     zdm_made_settle(&list);        // drops what later statements made of no account
 *     ... list.items[0..count)
 *     zdm_made_release(&list);
 *
 * It errs on the side of silence: what a later statement may have changed, in whatever way, is not in
 * the list. Statements that the grammar does not know, DO blocks and functions that are called say
 * nothing. A name without a schema stands for that name in any schema.
 */
#ifndef ZDM_SQL_MADE_H
#define ZDM_SQL_MADE_H

#include <stdbool.h>
#include <stddef.h>

enum zdm_made_kind {
    ZDM_MADE_RELATION, /* table, view, sequence: schema, relation; name "" */
    ZDM_MADE_COLUMN,
    ZDM_MADE_NOT_NULL, /* of a column */
    ZDM_MADE_INDEX,    /* relation "": not known */
    ZDM_MADE_CONSTRAINT,
    ZDM_MADE_TRIGGER,
    ZDM_MADE_POLICY,
    ZDM_MADE_PARTITION, /* relation: the parent; name: the partition, quoted, maybe with its schema */
    ZDM_MADE_VALUE,     /* of an enum: relation is the type */
    ZDM_MADE_TYPE,      /* relation; name "": as of a relation */
    ZDM_MADE_FUNCTION,  /* relation; name "": any of that name */
    ZDM_MADE_SCHEMA,    /* relation; name "" */
    ZDM_MADE_EXTENSION, /* relation; name "" */
};
const char *zdm_made_kind_name(enum zdm_made_kind kind); /* "table", "column", "NOT NULL" ... */

enum zdm_made_state {
    ZDM_MADE_THERE,   /* an index valid, a constraint validated, a trigger enabled */
    ZDM_MADE_LOOSE,   /* there; a constraint may be NOT VALID, a trigger disabled */
    ZDM_MADE_GONE,    /* not there */
    ZDM_MADE_UNKNOWN, /* from here on nothing is said of it; not in a settled list */
};

struct zdm_made {
    enum zdm_made_kind kind;
    enum zdm_made_state state;
    char *schema;   /* NULL: not written */
    char *relation; /* unquoted, as are the others */
    char *name;     /* "" where the relation is all */
    char *child;    /* of a partition: its name without the schema; NULL for all others */
    char *text;     /* of the statement, for what else it names */
    bool owned;     /* a sequence, which may go with a table or a column */
    size_t step;    /* as given to zdm_made_add */
    size_t order;   /* of all that was added */
};
struct zdm_made_list {
    struct zdm_made *items;
    size_t count;
    struct zdm_made
        *forgotten; /* relations (name "") and columns whose parts are no more, by order */
    size_t n_forgotten;
    size_t order,
        nothing_before, /* what was added before that is of no account: DROP ... CASCADE */
        last_drop,      /* of a table or a column */
        last_whole;     /* drop of an index that may have had others as its parts */
};
#define ZDM_MADE_INIT                                                                              \
    {                                                                                              \
        .items = NULL                                                                              \
    }

void zdm_made_add(struct zdm_made_list *list, const char *sql, size_t step);
/* To be called once, at the end. */
void zdm_made_settle(struct zdm_made_list *list);
void zdm_made_release(struct zdm_made_list *list);

#endif
