/*
 * grammar.h - what differs between the grammars of PostgreSQL that zdm can be built with (libpg_query
 * 15 to 18). Private to engine/sql.
 *
 * The only place that asks which one it is. The families read the tree as if there were only one
 * grammar: fields whose shape changed are read through here, forms that came later are named here, and
 * those of them that no family knows are never handed to one.
 */
#ifndef ZDM_SQL_GRAMMAR_H
#define ZDM_SQL_GRAMMAR_H

#include <pg_query.h>
#include <stdbool.h>

#include "sql/tree.h"

/* AT_SetExpression; in a grammar without it a sub-command that no tree has. */
#if PG_VERSION_NUM >= 170000
#define ZDM_AT_SET_EXPRESSION PG_QUERY__ALTER_TABLE_TYPE__AT_SetExpression
#else
#define ZDM_AT_SET_EXPRESSION PG_QUERY__ALTER_TABLE_TYPE__ALTER_TABLE_TYPE_UNDEFINED
#endif

/* Does the field only say where something stood in the text? */
bool zdm_grammar_is_place(const ProtobufCFieldDescriptor *field);

/* A key word, not free for every use, that PostgreSQL 15 does not have. In small letters. */
bool zdm_grammar_is_keyword(const char *name);

/* How a table is partitioned: 'h', 'l', 'r' as in pg_partitioned_table; 0: in a way that it cannot be. */
char zdm_grammar_strategy(const PgQuery__PartitionSpec *spec);

/* Is the generated column computed whenever it is read (18)? */
bool zdm_grammar_is_virtual(const PgQuery__Constraint *generated);

struct zdm_alter_constraint {
    char *name;
    bool timing, enforceability, inheritance; /* what it is to change; the last two since 18 */
    bool deferrable, initially_deferred, enforced, no_inherit;
};
struct zdm_alter_constraint zdm_grammar_alter_constraint(const PgQuery__AlterTableCmd *cmd);

/* A CHECK or a foreign key that the server does not look at (18). */
bool zdm_grammar_is_enforced(const PgQuery__Constraint *constraint);
/* A key whose last column may not overlap, a foreign key whose last columns are periods (18). */
bool zdm_grammar_without_overlaps(const PgQuery__Constraint *key);
bool zdm_grammar_has_period(const PgQuery__Constraint *foreign);
/* DEFERRABLE, NOT ENFORCED and the like stand behind a constraint in the list of a column: gives the
 * constraint what `attribute` says. False when that is none. */
bool zdm_grammar_take_attribute(
    PgQuery__Constraint *constraint, const PgQuery__Constraint *attribute);

/* What stands behind RETURNING of an INSERT, UPDATE, DELETE or MERGE: views. */
struct zdm_returning {
    size_t n;
    PgQuery__Node *const *items;
};
struct zdm_returning zdm_grammar_returning(const ProtobufCMessage *statement);

/* A form that the grammar of an older PostgreSQL lacks. */
struct zdm_newer {
    int since;            /* the major version that brought it */
    const char *words;    /* what it is called */
    const char *sqlstate; /* what an older server says to it; NULL: that depends */
    bool known;           /* the families know what it does */
};
/* The first such form that stands in a statement: false when there is none, or when only the families
 * need to know. Below the surface (sub-selects, expressions) only those are looked for that a server
 * of pg_version (major, 0: any) lacks. */
bool zdm_grammar_newer(const PgQuery__Node *statement, int pg_version, struct zdm_newer *out);

#endif
