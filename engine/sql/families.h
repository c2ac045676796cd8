/*
 * families.h - who classifies which statements. Private to engine/sql.
 *
 * draft->node is of the kind that the table in classify.c sends there;
 * draft->st->kind is set already and may be refined.
 */
#ifndef ZDM_SQL_FAMILIES_H
#define ZDM_SQL_FAMILIES_H

#include "sql/draft.h"

void zdm_family_alter_table(struct zdm_draft *draft);        /* alter_table.c */
void zdm_family_create_table(struct zdm_draft *draft);       /* create_table.c */
void zdm_family_create_as(struct zdm_draft *draft);          /* create.c */
void zdm_family_view(struct zdm_draft *draft);               /* create.c */
void zdm_family_schema(struct zdm_draft *draft);             /* create.c */
void zdm_family_create_sequence(struct zdm_draft *draft);    /* sequence_object.c */
void zdm_family_create_enum(struct zdm_draft *draft);        /* create_type.c */
void zdm_family_create_composite(struct zdm_draft *draft);   /* create_type.c */
void zdm_family_create_domain(struct zdm_draft *draft);      /* create_type.c */
void zdm_family_create_range(struct zdm_draft *draft);       /* create_type.c */
void zdm_family_define(struct zdm_draft *draft);             /* create_type.c */
void zdm_family_index(struct zdm_draft *draft);              /* index.c */
void zdm_family_reindex(struct zdm_draft *draft);            /* index.c */
void zdm_family_drop_index(struct zdm_draft *draft);         /* index_drop.c */
void zdm_family_drop(struct zdm_draft *draft);               /* drop_other.c */
void zdm_family_drop_other(struct zdm_draft *draft);         /* drop_other.c */
void zdm_family_truncate(struct zdm_draft *draft);           /* truncate.c */
void zdm_family_rename(struct zdm_draft *draft);             /* rename.c */
void zdm_family_set_schema(struct zdm_draft *draft);         /* set_schema.c */
void zdm_family_owner(struct zdm_draft *draft);              /* set_schema.c */
void zdm_family_alter_enum(struct zdm_draft *draft);         /* objects.c */
void zdm_family_function(struct zdm_draft *draft);           /* function.c */
void zdm_family_alter_function(struct zdm_draft *draft);     /* function.c */
void zdm_family_trigger(struct zdm_draft *draft);            /* trigger.c */
void zdm_family_rule(struct zdm_draft *draft);               /* rule_policy.c */
void zdm_family_policy(struct zdm_draft *draft);             /* rule_policy.c */
void zdm_family_comment(struct zdm_draft *draft);            /* comment.c */
void zdm_family_grant(struct zdm_draft *draft);              /* objects.c */
void zdm_family_domain(struct zdm_draft *draft);             /* domain.c */
void zdm_family_sequence(struct zdm_draft *draft);           /* sequence_object.c */
void zdm_family_statistics(struct zdm_draft *draft);         /* objects.c */
void zdm_family_publication(struct zdm_draft *draft);        /* publication.c */
void zdm_family_extension(struct zdm_draft *draft);          /* objects.c */
void zdm_family_no_transaction(struct zdm_draft *draft);     /* objects.c */
void zdm_family_subscription(struct zdm_draft *draft);       /* publication.c */
void zdm_family_depends(struct zdm_draft *draft);            /* set_schema.c */
void zdm_family_label(struct zdm_draft *draft);              /* comment.c */
void zdm_family_default_privileges(struct zdm_draft *draft); /* objects.c */
void zdm_family_alter_statistics(struct zdm_draft *draft);   /* objects.c */
void zdm_family_alter_publication(struct zdm_draft *draft);  /* publication.c */
void zdm_family_alter_subscription(struct zdm_draft *draft); /* publication.c */
void zdm_family_extension_member(struct zdm_draft *draft);   /* objects.c */
void zdm_family_role(struct zdm_draft *draft);               /* objects.c */
void zdm_family_alter_database(struct zdm_draft *draft);     /* objects.c */
void zdm_family_default_setting(struct zdm_draft *draft);    /* objects.c */
void zdm_family_move_all(struct zdm_draft *draft);           /* objects.c */
void zdm_family_event_trigger(struct zdm_draft *draft);      /* objects.c */
void zdm_family_reassign(struct zdm_draft *draft);           /* objects.c */
void zdm_family_import(struct zdm_draft *draft);             /* objects.c */
void zdm_family_dml(struct zdm_draft *draft);                /* dml.c */
void zdm_family_select(struct zdm_draft *draft);             /* dml.c */
void zdm_family_copy(struct zdm_draft *draft);               /* dml.c */
void zdm_family_explain(struct zdm_draft *draft);            /* prepared.c */
void zdm_family_prepare(struct zdm_draft *draft);            /* prepared.c */
void zdm_family_declare(struct zdm_draft *draft);            /* prepared.c */
void zdm_family_vacuum(struct zdm_draft *draft);             /* vacuum.c */
void zdm_family_cluster(struct zdm_draft *draft);            /* vacuum.c */
void zdm_family_refresh(struct zdm_draft *draft);            /* vacuum.c */
void zdm_family_lock(struct zdm_draft *draft);               /* vacuum.c */
void zdm_family_set(struct zdm_draft *draft);                /* maintenance.c */
void zdm_family_transaction(struct zdm_draft *draft);        /* maintenance.c */
void zdm_family_discard(struct zdm_draft *draft);            /* maintenance.c */
void zdm_family_harmless(struct zdm_draft *draft); /* classify.c: locks and breaks nothing */
void zdm_family_unseen(struct zdm_draft *draft);   /* calls.c: what it does is not in the text */
void zdm_family_call(struct zdm_draft *draft);     /* calls.c */

/* Calls the family of draft->node; the kind of the statement is set. */
void zdm_classify_node(struct zdm_draft *draft);

/* Locks ACCESS SHARE on every table that a query reads (ROW SHARE with FOR UPDATE), and a finding
 * for a call of an unknown function. */
void zdm_query_reads(struct zdm_draft *draft, const PgQuery__Node *query);
/* The same, and what it changes in WITH or by itself. */
void zdm_query_changes(struct zdm_draft *draft, const PgQuery__Node *query);
/* Only the locks of planning it: EXPLAIN, PREPARE. */
void zdm_query_plans(struct zdm_draft *draft, const PgQuery__Node *query);
/* Only the locks of looking up what it names, as CREATE FUNCTION does with a text in SQL. */
void zdm_query_looks_up(struct zdm_draft *draft, const PgQuery__Node *query);
/* Of a relation that is being made. */
bool zdm_range_is_temporary(const PgQuery__RangeVar *range);
/* "f(int4, text)": the key of struct zdm_function. */
const char *zdm_function_key(struct zdm_draft *draft, size_t n, PgQuery__Node *const *name,
    size_t n_types, PgQuery__TypeName *const *types);
/* The same. NULL when the argument types are not given. */
const char *zdm_function_key_of(struct zdm_draft *draft, const PgQuery__ObjectWithArgs *function);
/* The one of that name (without a schema) which the text made in these words; NULL: none, or key is. */
struct zdm_function *zdm_function_by_key(
    const struct zdm_catalog *catalog, const char *name, const char *key);
/* Is it ALTER TYPE ... DROP VALUE, which the grammar does not have? */
bool zdm_enum_drops_value(const char *sql);
/* Of ALTER TABLE ... ADD ... NOT NULL column, which came with PostgreSQL 18: the same in words that every
 * version knows. NULL: it is not that. */
char *zdm_not_null_in_words(struct zdm_arena *arena, const PgQuery__Node *statement);
/* Is an option such as "concurrently" on in a list of DefElem nodes? */
bool zdm_option_is_on(size_t n, PgQuery__Node *const *options, const char *name);

#endif
