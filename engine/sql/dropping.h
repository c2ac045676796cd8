/*
 * dropping.h - what goes with an object that is dropped, and what stands in its way. Private to
 * engine/sql.
 *
 *     struct zdm_dropping dropping;
 *     zdm_dropping_begin(&dropping, draft, cascade);
 *     zdm_dropping_relation(&dropping, relation); // each target
 *     zdm_dropping_finish(&dropping);             // 2BP01, or locks and changes
 *
 * The server drops some things along (indexes, partitions, owned sequences), needs CASCADE for
 * others (views, foreign keys, columns of a type), and locks every relation that loses something.
 */
#ifndef ZDM_SQL_DROPPING_H
#define ZDM_SQL_DROPPING_H

#include "sql/draft.h"

enum zdm_gone_kind {
    ZDM_GONE_RELATION,
    ZDM_GONE_FOREIGN_KEY,
    ZDM_GONE_COLUMN, /* of object, called name */
    ZDM_GONE_PART,   /* a default, policy, rule, trigger, CHECK or index of object */
    ZDM_GONE_TYPE,
    ZDM_GONE_FUNCTION,
    ZDM_GONE_OTHER, /* only its name is known */
};

struct zdm_gone {
    enum zdm_gone_kind kind;
    void *object;
    const char *part, *name; /* a part: what it is, and its name */
};

struct zdm_dropping {
    struct zdm_draft *draft;
    bool cascade;
    struct zdm_gone *gone, *pending;
    size_t n_gone, n_pending, n_targets, n_expanded;
    const char *blocker; /* what needs CASCADE */
    const char *needed;  /* what cannot be dropped alone */
};

void zdm_dropping_begin(struct zdm_dropping *dropping, struct zdm_draft *draft, bool cascade);
/* Targets. */
void zdm_dropping_relation(struct zdm_dropping *dropping, struct zdm_relation *relation);
/* name: unquoted. The children are the caller's. */
void zdm_dropping_column(
    struct zdm_dropping *dropping, struct zdm_relation *relation, const char *name);
void zdm_dropping_type(struct zdm_dropping *dropping, struct zdm_type *type);
void zdm_dropping_function(struct zdm_dropping *dropping, struct zdm_function *function);
/* Everything in the schema, as targets of a CASCADE. */
void zdm_dropping_schema(struct zdm_dropping *dropping, struct zdm_schema *schema);
/* text: what is dropped, for messages. */
void zdm_dropping_finish(struct zdm_dropping *dropping, const char *text);
/* What CASCADE takes along, as a list in words; NULL: nothing. */
const char *zdm_dropping_also(const struct zdm_dropping *dropping);

#endif
