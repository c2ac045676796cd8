/*
 * query.h - what a query reads, changes and calls. Private to engine/sql.
 *
 * Names are resolved as the server does: a WITH query hides a table only where it is in scope, a
 * view leads to the tables behind it, a table to its children. Locks up to ROW EXCLUSIVE may be told
 * of more tables than the rows at hand will need: a foreign key is looked up only when there is a row.
 */
#ifndef ZDM_SQL_QUERY_H
#define ZDM_SQL_QUERY_H

#include "sql/draft.h"

struct zdm_query {
    struct zdm_draft *draft;
    enum zdm_lock_mode mode; /* of what is read here */
    const char **ctes;       /* names of WITH queries in scope, n_ctes; NULL: not one any more */
    size_t n_ctes, room;
    bool changes;   /* look at INSERT and the like too, not only at what they read */
    bool planned;   /* it is only planned: no row is touched */
    bool looked_up; /* not even that; names that are no relations may be parameters */
    const PgQuery__RangeVar *target; /* of a change: not read */
    size_t folded;      /* inside of so many expressions that the planner may do away with */
    const char *denied; /* what the role may not do; the server looks when all names are right */
};

/* The relation, locked in this mode with its children, and what stands behind a view too. */
void zdm_query_lock(
    struct zdm_draft *draft, struct zdm_relation *relation, bool children, enum zdm_lock_mode mode);
/* NULL: a WITH query in scope, or a relation of the system, which the catalog leaves out. */
struct zdm_relation *zdm_query_relation(struct zdm_query *query, const PgQuery__RangeVar *range);
/* The role needs one of these rights (sql/acl.h) on the relation. */
void zdm_query_needs(struct zdm_query *query, const struct zdm_relation *relation, unsigned rights);
/* It is new, and what is done to its rows is done to no others: no view, no old child, no parent. */
bool zdm_query_owns_rows(struct zdm_draft *draft, struct zdm_relation *relation);

/* dml.c: one INSERT, UPDATE, DELETE or MERGE; what it reads is the walk's. */
void zdm_query_change(struct zdm_query *query, const ProtobufCMessage *message);
/* dml_locks.c: locks of foreign keys, sequences and the like that a change of rows takes. sets: the
 * columns that an UPDATE names. */
enum zdm_change { ZDM_CHANGE_INSERT, ZDM_CHANGE_UPDATE, ZDM_CHANGE_DELETE };
void zdm_change_locks(struct zdm_draft *draft, struct zdm_relation *relation,
    enum zdm_change change, size_t n_sets, PgQuery__Node *const *sets);
/* A relation as a text names it, such as the argument of nextval(); NULL: not in the catalog. */
struct zdm_relation *zdm_sequence_of_text(struct zdm_draft *draft, const char *text);
/* dml_fails.c: errors that are certain. */
void zdm_insert_fails(
    struct zdm_draft *draft, const PgQuery__InsertStmt *stmt, const struct zdm_relation *relation);
void zdm_update_fails(struct zdm_draft *draft, const struct zdm_relation *relation, size_t n_sets,
    PgQuery__Node *const *sets);
void zdm_change_fails(
    struct zdm_draft *draft, const struct zdm_relation *relation, enum zdm_change change);
/* on_conflict.c: of an INSERT that has such a clause. */
void zdm_conflict_fails(
    struct zdm_draft *draft, const PgQuery__InsertStmt *stmt, const struct zdm_relation *relation);
/* column_names.c: a query over one table names a column that it does not have. */
void zdm_query_names(struct zdm_draft *draft, const PgQuery__Node *query);

/* calls.c: functions that do more than give a value. */
void zdm_query_calls(struct zdm_draft *draft, const PgQuery__Node *query);

#endif
