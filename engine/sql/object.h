/*
 * object.h - the objects that a statement names and makes. Private to engine/sql.
 *
 * With a complete catalog a name that stands for nothing is a certain error; without one everything
 * may exist, and nothing fails. Texts are as the author wrote them.
 */
#ifndef ZDM_SQL_OBJECT_H
#define ZDM_SQL_OBJECT_H

#include "sql/draft.h"

/* The text of a name: a list without its last `leave_out` parts, a function without its arguments, a
 * type, a string. "" when the tree has none. */
const char *zdm_object_text(struct zdm_draft *draft, const PgQuery__Node *object, size_t leave_out);
/* The schema (NULL: none is given) and the name of a list of names. */
const char *zdm_object_schema(size_t n, PgQuery__Node *const *names);
const char *zdm_object_name(size_t n, PgQuery__Node *const *names);

/* zdm_draft_relation() of the first n parts of a list. */
struct zdm_relation *zdm_object_relation(
    struct zdm_draft *draft, size_t n, PgQuery__Node *const *names);
/* NULL when a complete catalog has none; nothing is told then. */
struct zdm_relation *zdm_object_find_relation(
    struct zdm_draft *draft, size_t n, PgQuery__Node *const *names);
/* A certain error (42809) unless the relation is of one of these kinds, such as "rp"; wanted:
 * "a view". False when it is not. One of an unknown kind passes. */
bool zdm_object_check_kind(struct zdm_draft *draft, const struct zdm_relation *relation,
    const char *text, const char *kinds, const char *wanted);

/* What the catalog has; NULL: nothing, and nothing is told. */
struct zdm_type *zdm_object_type(struct zdm_draft *draft, const PgQuery__TypeName *type);
struct zdm_type *zdm_object_type_named(
    struct zdm_draft *draft, size_t n, PgQuery__Node *const *names);
/* What COLLATE names, as the catalog has it: "schema.name" without quotes; NULL: the default one. */
const char *zdm_object_collation(struct zdm_draft *draft, const PgQuery__CollateClause *clause);
/* Composite types and the row types of tables have a relation behind them. */
struct zdm_relation *zdm_object_composite(
    struct zdm_draft *draft, size_t n, PgQuery__Node *const *names);

/* The function with these input arguments, or the only one of that name when they are not given. NULL:
 * *missing says whether there is surely none. Where types are not known, what the text made is found
 * by the words of its signature. */
struct zdm_function *zdm_object_function(
    struct zdm_draft *draft, const PgQuery__ObjectWithArgs *object, bool *missing);

/* False, and a certain error, when there is no such schema. NULL is fine. */
bool zdm_object_check_schema(struct zdm_draft *draft, const char *schema);
/* Where a CREATE makes things: the schema that is given, or the first of the search path; NULL: that
 * is not known. */
const char *zdm_object_target_schema(struct zdm_draft *draft, const char *schema);

enum zdm_made {
    ZDM_MADE_NEW,
    ZDM_MADE_FAILED,  /* told already */
    ZDM_MADE_OLD,     /* IF NOT EXISTS, and it is there: nothing happens */
    ZDM_MADE_PERHAPS, /* IF NOT EXISTS without a complete catalog: an old one that nobody knows */
};
/* Makes a relation. *out is never NULL when it returns NEW or PERHAPS. */
enum zdm_made zdm_object_make(struct zdm_draft *draft, const PgQuery__RangeVar *range,
    enum zdm_relation_kind kind, bool if_not_exists, struct zdm_relation **out);
/* A type; NULL: the name is taken or the schema is not there, told already. */
struct zdm_type *zdm_object_make_type(
    struct zdm_draft *draft, size_t n, PgQuery__Node *const *names, enum zdm_type_kind kind);

/* With its array type. */
void zdm_object_move_type(
    struct zdm_draft *draft, struct zdm_type *type, const char *schema, const char *name);
/* The relation has a column of the type: all types that it is made of know so. */
void zdm_object_uses_type(
    struct zdm_draft *draft, struct zdm_relation *relation, const struct zdm_type *type);

/* A certain error (54011) when it has more columns than fit, those that were dropped included. */
void zdm_object_check_width(struct zdm_draft *draft, const struct zdm_relation *relation);

/* What is new belongs to who made it, and nobody else has rights on it. */
void zdm_object_owned(struct zdm_draft *draft, struct zdm_relation *relation);
/* The sequence behind an identity column or a serial; of the former with the options that its author gave,
 * which may name it. */
void zdm_object_make_sequence(struct zdm_draft *draft, struct zdm_relation *relation,
    const char *column, size_t n_options, PgQuery__Node *const *options);
/* The CONSTR_IDENTITY among the constraints of a column, or NULL. */
const PgQuery__Constraint *zdm_identity_of(const PgQuery__ColumnDef *def);
/* The name that the server makes up for an index or a constraint of a relation in this schema: a, b
 * and label, with a number behind when it is taken. */
const char *zdm_object_free_name(struct zdm_draft *draft, const struct zdm_relation *relation,
    const char *a, const char *b, const char *label);

/* Parts of a relation by name; NULL when it is not there. */
const char *zdm_relation_rule(const struct zdm_relation *relation, const char *name);
/* rule: as zdm_relation_rule() gave it. */
void zdm_relation_forget_rule(
    struct zdm_draft *draft, struct zdm_relation *relation, const char *rule);
struct zdm_policy *zdm_relation_policy(const struct zdm_relation *relation, const char *name);
/* A CHECK of a domain, named as the server would if it has no name. */
void zdm_domain_add_check(
    struct zdm_draft *draft, struct zdm_type *domain, const PgQuery__Constraint *constraint);

/* The type of many ranges that comes with a type of ranges, if its author did not name it. */
const char *zdm_multirange_name(struct zdm_arena *arena, const char *name);
/* trigger.c: the function of a trigger, as schema.name where that is known; a certain error when there is
 * none without arguments that returns `result`, such as "event_trigger". */
const char *zdm_trigger_function(
    struct zdm_draft *draft, size_t n, PgQuery__Node *const *names, const char *result);
/* publication.c: unquoted. */
void zdm_publication_dropped(struct zdm_draft *draft, const char *publication);
/* Does a publication name this very table? One that is sent with its parent, or with all, is not named. */
bool zdm_publication_names(const struct zdm_relation *relation);
/* publication: quoted. It does not name the table any more. */
void zdm_publication_lose(
    struct zdm_draft *draft, struct zdm_relation *relation, const char *publication);
/* It is a partition now of a table whose changes are sent. */
void zdm_publication_follow(struct zdm_draft *draft, struct zdm_relation *partition);
/* It is no partition of parent any more. */
void zdm_publication_leave(
    struct zdm_draft *draft, const struct zdm_relation *parent, struct zdm_relation *child);
/* What COMMENT and SECURITY LABEL lock, and ALTER EXTENSION ADD of a member. */
void zdm_object_comment(
    struct zdm_draft *draft, PgQuery__ObjectType type, const PgQuery__Node *object);
/* Every object but indexes and what hangs on a table: drop.c. */
void zdm_drop_objects(struct zdm_draft *draft, const PgQuery__DropStmt *stmt);
/* enum_value.c; type NULL: not in the catalog. */
void zdm_enum_rename_value(struct zdm_draft *draft, struct zdm_type *type,
    const PgQuery__AlterEnumStmt *stmt, const char *name);
void zdm_enum_add_value(struct zdm_draft *draft, struct zdm_type *type,
    const PgQuery__AlterEnumStmt *stmt, const char *name);
/* statistics.c: the table that a statistics object is about, or NULL. Names are unquoted. */
struct zdm_relation *zdm_statistics_relation(
    struct zdm_draft *draft, size_t n, PgQuery__Node *const *names);
/* Is the name of a new statistics object, which it must have, taken in its schema? */
bool zdm_statistics_taken(struct zdm_draft *draft, const PgQuery__CreateStatsStmt *stmt);
void zdm_statistics_forget(
    struct zdm_draft *draft, struct zdm_relation *relation, const char *name);
void zdm_statistics_rename(
    struct zdm_draft *draft, struct zdm_relation *relation, const char *from, const char *to);
void zdm_statistics_add(
    struct zdm_draft *draft, struct zdm_relation *relation, const PgQuery__CreateStatsStmt *stmt);

#endif
