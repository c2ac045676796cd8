/*
 * draft.h - a statement's classification while it is being made. Private to engine/sql.
 *
 * Each family (alter_table.c, index.c, ...) gets a draft and says what it knows;
 * classify.c makes the verdict from the findings.
 */
#ifndef ZDM_SQL_DRAFT_H
#define ZDM_SQL_DRAFT_H

#include "sql/catalog.h"
#include "sql/classify.h"
#include "sql/context.h"
#include "sql/lookup.h"
#include "sql/rules.h"
#include "sql/tree.h"

struct zdm_draft {
    struct zdm_statement *st;
    struct zdm_arena *arena;
    const struct zdm_tree *tree;
    PgQuery__Node *node; /* the statement */
    struct zdm_sql_context *context;
    struct zdm_catalog *catalog; /* of the context */
    int pg_version;              /* major; 0: any */
    int location; /* of what the next findings are about, as in the tree; -1: the statement */
    bool in_transaction;
    bool script; /* of a file that others run, not of a plan, whose statements zdm guards itself */
    struct zdm_lookup locks;             /* places in st->locks by relation, once there are many */
    const struct zdm_relation **targets; /* of st->locks, n_locks */
    const struct zdm_index **built;      /* n_built, of st->builds; none twice */
    size_t n_built;
    bool stopped;                     /* see zdm_draft_fails() */
    const struct zdm_relation *above; /* whose family was asked for last; its lock goes down */
    enum zdm_lock_reach reach;
    const struct zdm_relation *changed; /* the first that it locks as DDL does; NULL: none */
    bool has_data;                      /* the rows of its COPY FROM stdin stand in the text */
    bool fresh; /* it works on a relation that is new: nobody waits, nobody uses it */
};

/*
 * The relation that a text names, and never NULL. Without a complete catalog one that nobody has
 * described is made up (known false) and remembered. With one, a relation that is not there is a
 * finding, fails_with 42P01, and a relation with `missing` that is in no catalog.
 * One of the system, which the catalog leaves out, is made up in any case, and not remembered.
 * A relation that is not `known` makes the evidence assumed.
 */
struct zdm_relation *zdm_draft_relation(struct zdm_draft *draft, const PgQuery__RangeVar *range);
/* Is it called as relations of the system are, and none of the user's? */
bool zdm_draft_is_system(const struct zdm_draft *draft, const PgQuery__RangeVar *range);
/* For IF EXISTS: NULL when a complete catalog has none. schema may be NULL. */
struct zdm_relation *zdm_draft_find_relation(
    struct zdm_draft *draft, const char *schema, const char *name);
/* Its name as facts are told: schema.name, quoted where needed. In the arena. */
const char *zdm_draft_name(struct zdm_draft *draft, const struct zdm_relation *relation);
/* Facts about a relation; nothing is said of one that is fresh or missing. */
void zdm_draft_lock_on(struct zdm_draft *draft, const struct zdm_relation *relation,
    enum zdm_lock_mode mode, enum zdm_held held);
void zdm_draft_scan_of(struct zdm_draft *draft, const struct zdm_relation *relation);
/* The rewrite, and the building of every index of it that is known. */
void zdm_draft_rewrite_of(struct zdm_draft *draft, const struct zdm_relation *relation);
void zdm_draft_build_of(struct zdm_draft *draft, const struct zdm_index *index);
/* The relation and all that inherit from it, partitions too, at any depth; parents first. The list
 * lives in the arena. ONLY is the caller's. A lock of the relation that follows goes down to them. */
struct zdm_relation **zdm_draft_family(
    struct zdm_draft *draft, struct zdm_relation *relation, size_t *n);
/* The same for who walks down by itself. */
void zdm_draft_goes_down(struct zdm_draft *draft, const struct zdm_relation *relation);
/* The family of one that is partitioned; any other one alone. */
struct zdm_relation **zdm_draft_partitions(
    struct zdm_draft *draft, struct zdm_relation *relation, size_t *n);

/* A claim that the catalog could not settle. */
void zdm_draft_assume(struct zdm_draft *draft);
/* It may do anything (DO, CALL, a function of the author's): from here on the catalog tells what was,
 * nothing that it does not know is missing, and no failure is certain. */
void zdm_draft_uncertain(struct zdm_draft *draft);
/*
 * By the catalog the statement fails: it is at its end, and whoever asks zdm_draft_failed() hears so,
 * whether the catalog is certain or not. A family that meets what cannot be says so here and
 * returns; it never goes on with what it has just missed. Then driver.c takes back what the
 * statement did to the catalog, and
 *   - certain: the statement has its SQLSTATE and a finding of rule fail-certain with this message;
 *   - uncertain: the catalog is what is wrong. Nothing is said, and the statement is judged anew on
 *     an empty catalog, as if nothing were known of the database. What it does there is lost: the
 *     model stays as it was before it.
 * Only the first failure counts.
 */
void zdm_draft_fails(struct zdm_draft *draft, const char *sqlstate, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same without a finding; true: it certainly fails, and the finding is the caller's. */
bool zdm_draft_stop(struct zdm_draft *draft, const char *sqlstate);
/* The statement is at its end: nothing that it does from here on counts. */
bool zdm_draft_failed(const struct zdm_draft *draft);

/* Takes the strongest mode and the longest time for a relation that is named twice; `name` is that of
 * zdm_draft_name(). A relation that is new is left out, here and below. */
void zdm_draft_lock(struct zdm_draft *draft, const struct zdm_relation *relation, const char *name,
    enum zdm_lock_mode mode, enum zdm_held held);
/* What the statement locks under this name, or NULL. */
const struct zdm_relation *zdm_draft_locked(struct zdm_draft *draft, const char *name);
void zdm_draft_rewrite(struct zdm_draft *draft, const char *relation);
void zdm_draft_scan(struct zdm_draft *draft, const char *relation);
/* index NULL: it is not known. */
void zdm_draft_build(struct zdm_draft *draft, const struct zdm_index *index, const char *name);

/* Adds a finding and returns it: view until the next one. NULL when the draft is fresh and the rule
 * is about running code or waiting. */
struct zdm_finding *zdm_draft_find(
    struct zdm_draft *draft, enum zdm_rule_id rule, const struct zdm_words *words);
/* zdm_draft_find() with the words as designated initializers. */
#define ZDM_FIND(draft, rule, ...)                                                                 \
    zdm_draft_find((draft), ZDM_RULE_##rule, &(const struct zdm_words){__VA_ARGS__})
/* Makes an error of a warning, unless somebody gave the rule a severity; NULL is fine. */
void zdm_draft_escalate(struct zdm_draft *draft, struct zdm_finding *finding);
/* Adds a statement to the safer form; both NULL are fine. The text lives in the arena. */
void zdm_draft_safer(struct zdm_draft *draft, struct zdm_finding *finding, const char *sql);

/* The statement may not run in a transaction; `kind` begins the message. */
/* Whether it ran, the catalog tells: probe_what and probe_object of the statement. what: static. */
void zdm_draft_probe_named(
    struct zdm_draft *draft, enum zdm_probe_kind kind, const char *what, const char *name);
void zdm_draft_forbid_transaction(struct zdm_draft *draft, bool concurrently);

/* The statement's own text with `word` put in after the first token of kind `token`. */
char *zdm_draft_with_word(struct zdm_draft *draft, int token, const char *word);

/* A name as PostgreSQL makes one up: a, b and label joined by _, cut to 63 bytes. In the arena. */
char *zdm_default_name(struct zdm_arena *arena, const char *a, const char *b, const char *label);

#endif
