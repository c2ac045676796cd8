/*
 * partition.h - bounds of partitions, what they say of the rows, and tables that become children.
 * Private to engine/sql.
 */
#ifndef ZDM_SQL_PARTITION_H
#define ZDM_SQL_PARTITION_H

#include "sql/condition.h"
#include "sql/draft.h"

enum zdm_edge { ZDM_EDGE_MIN, ZDM_EDGE_VALUE, ZDM_EDGE_MAX };

struct zdm_bound {
    char strategy; /* 'r' 'l' 'h' */
    bool is_default;
    const char **values; /* list: n_values, without NULL */
    size_t n_values;
    bool has_null;
    struct zdm_bound_edge {
        enum zdm_edge kind;
        const char *value;
    } * lower, *upper; /* range: n_columns each */
    size_t n_columns;
    int modulus, remainder;
    bool plain;      /* false: a value is no constant that can be read here */
    const char *sql; /* that it was read from */
};

/* From a tree, or from the text that the catalog has; NULL when it cannot be read. In the arena. */
struct zdm_bound *zdm_bound_of(struct zdm_arena *arena, const PgQuery__PartitionBoundSpec *spec);
struct zdm_bound *zdm_bound_parse(struct zdm_arena *arena, const char *bound_sql);
/* Of a partition; kept in the catalog. NULL as above. */
const struct zdm_bound *zdm_bound_of_partition(
    struct zdm_catalog *catalog, struct zdm_relation *partition);

/* A certain error (42P16, 42P17) when the bound does not fit the parent or meets one of its
 * partitions. name: of the new partition, for the message. */
void zdm_bound_check(struct zdm_draft *draft, const struct zdm_relation *parent,
    const struct zdm_bound *bound, const char *name);
/* What the server checks each row of a partition of `parent` against; of a default one too. NULL:
 * nothing, or it cannot be told (*unsure). */
struct zdm_condition *zdm_bound_condition(struct zdm_draft *draft,
    const struct zdm_relation *parent, const struct zdm_bound *bound, bool *unsure);

/* The new partition takes rows away from the default one: locks it, and its scan unless its CHECKs
 * exclude them. Nothing when the parent has none. True when it is scanned. */
bool zdm_partition_narrows_default(
    struct zdm_draft *draft, struct zdm_relation *parent, const struct zdm_bound *bound);
/* The rows of `relation`, or of its partitions, must meet the condition: scans what proves it not. */
bool zdm_partition_check_rows(
    struct zdm_draft *draft, struct zdm_relation *relation, const struct zdm_condition *condition);

/* Do the columns and CHECKs of a table fit those of a parent? A certain error (42804 and others)
 * when not; else they are inherited from now on. partition: no other columns either. */
bool zdm_child_fits(struct zdm_draft *draft, struct zdm_relation *child,
    const struct zdm_relation *parent, bool partition);
/* Is `relation` an ancestor of `child`? */
bool zdm_is_ancestor(const struct zdm_relation *relation, const struct zdm_relation *child);
/* The child belongs to the parent: both are as new as the older one. */
void zdm_child_joined(
    struct zdm_draft *draft, struct zdm_relation *parent, struct zdm_relation *child);

#endif
