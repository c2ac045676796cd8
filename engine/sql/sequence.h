/*
 * sequence.h - where a text stands between two of its statements: in a transaction or not, what that
 * transaction has locked and done so far, and which settings are in force. Private to engine/sql.
 *
 * The catalog follows the text: ROLLBACK and ROLLBACK TO take back what was done since (catalog.h).
 */
#ifndef ZDM_SQL_SEQUENCE_H
#define ZDM_SQL_SEQUENCE_H

#include "base/buf.h"
#include "sql/draft.h"
#include "sql/lookup.h"
#include "sql/outlook.h"

enum zdm_block {
    ZDM_BLOCK_NONE,     /* each statement is a transaction of its own */
    ZDM_BLOCK_STRING,   /* several statements sent as one string are one, without a BEGIN */
    ZDM_BLOCK_WRAPPED,  /* whoever runs the text has begun one */
    ZDM_BLOCK_EXPLICIT, /* the text has */
};

/* What is true until the transaction ends, each with the name it is about. */
enum zdm_tx_kind {
    ZDM_TX_LOCK = 'L',     /* a relation; the mode */
    ZDM_TX_UNPROVED = 'V', /* "table constraint", added NOT VALID */
    ZDM_TX_VALUE = 'E',    /* an enum's new value */
    ZDM_TX_TYPE = 'T',     /* a type that it made */
    ZDM_TX_PENDING = 'P', /* a relation with deferred triggers that are still to fire; certainly? */
    ZDM_TX_KEY = 'F',     /* a relation that a new foreign key points to */
};

struct zdm_tx_fact {
    const char *key; /* the kind, and the name */
    size_t before;   /* the earlier fact of the same key; SIZE_MAX: none */
    int value;
};

struct zdm_tx { /* copied by SAVEPOINT, and back by ROLLBACK TO */
    size_t n_facts, n_keys, n_values, n_pending;
    const char *strong;    /* the first relation that it locked against writes; NULL: none */
    const char *exclusive; /* the first one that it locked against everything */
    bool told_several;
    bool failed;   /* a statement: until it is rolled back, even COMMIT rolls it back */
    bool deferred; /* SET CONSTRAINTS ALL DEFERRED */
};

struct zdm_timeouts { /* milliseconds; 0: none; -1: not known */
    int64_t lock, statement;
};

struct zdm_session { /* settings that a transaction may take back */
    struct zdm_timeouts timeouts;
    ZDM_LIST(const char) search_path;
    bool search_path_known;
    const char *user, *time_zone, *default_tablespace;
    bool bodies_unchecked;
};

struct zdm_savepoint {
    const char *name;
    size_t mark; /* of the catalog */
    struct zdm_tx tx;
    struct zdm_session session;
    struct zdm_timeouts now;
};

struct zdm_sequence {
    struct zdm_catalog *catalog;
    const struct zdm_outlook *outlook; /* borrowed; NULL: the text is no script */
    struct zdm_arena *arena;           /* owned: what is to be known until the text ends */
    enum zdm_block block;
    bool one_string;
    size_t mark; /* of the catalog, when there is a block */
    struct zdm_tx tx;
    struct zdm_tx_fact *facts; /* owned; tx.n_facts */
    struct zdm_lookup by_key;  /* the latest fact of each key, SIZE_MAX: none any more */
    struct zdm_savepoint *savepoints;
    size_t n_savepoints;

    struct zdm_session original; /* before the text */
    struct zdm_session session;  /* what the settings go back to when the transaction commits */
    struct zdm_session begun;    /* and when it does not */
    struct zdm_timeouts now;
    bool timeout_set;                /* lock_timeout, by the text */
    bool timeout_told;               /* something about the value in force */
    bool blocked;                    /* a statement took a lock that others wait for */
    bool temporary;                  /* the text made a temporary relation */
    struct zdm_relation **on_commit; /* owned, n_on_commit: what the end of the transaction drops */
    size_t n_on_commit;
    struct zdm_lookup stale;  /* tables of which was said that their statistics are out of date */
    struct {                  /* the statement before, when it was a brief ALTER TABLE */
        struct zdm_buf table; /* empty: it was none */
        enum zdm_lock_mode mode;
    } alter;
    size_t *dropped_by; /* owned: which statement dropped each of catalog->dropped; n_dropped_by */
    size_t n_dropped_by;
    size_t granted;          /* the first of them on which something was granted; SIZE_MAX: none */
    bool other_names;        /* names mean something else until the text ends */
    bool connections_told;   /* that few are left */
    bool idle_set, name_set; /* idle_in_transaction_session_timeout, application_name; or told */
};

void zdm_sequence_open(struct zdm_sequence *sequence, struct zdm_sql_context *context,
    const struct zdm_outlook *outlook, enum zdm_wrap wrap, bool several);
bool zdm_sequence_in_transaction(const struct zdm_sequence *sequence);
/* Adds the findings that depend on what came before. */
void zdm_sequence_judge(struct zdm_sequence *sequence, struct zdm_draft *draft);
/* The statement is done; i is its number. */
void zdm_sequence_follow(struct zdm_sequence *sequence, struct zdm_draft *draft, size_t i);
/* May the end of the text have to say something of a statement that is done? */
bool zdm_sequence_holds(const struct zdm_sequence *sequence);
void zdm_sequence_close(struct zdm_sequence *sequence); /* the text is at its end */

/* Copies the name; returns the copy. */
const char *zdm_tx_remember(
    struct zdm_sequence *sequence, enum zdm_tx_kind kind, const char *name, int value);
/* The value, or -1. */
int zdm_tx_recall(struct zdm_sequence *sequence, enum zdm_tx_kind kind, const char *name);
/* A relation as locks name it. In the arena. */
const char *zdm_tx_name(const struct zdm_draft *draft, const PgQuery__RangeVar *range);

/* settings.c */
void zdm_settings_open(struct zdm_sequence *sequence);
void zdm_settings_follow(struct zdm_sequence *sequence, struct zdm_draft *draft);
void zdm_settings_end_transaction(struct zdm_sequence *sequence, bool committed);
void zdm_settings_rollback_to(struct zdm_sequence *sequence, const struct zdm_savepoint *savepoint);
void zdm_settings_close(struct zdm_sequence *sequence);

/* temporary.c */
void zdm_temporary_follow(struct zdm_sequence *sequence, const struct zdm_draft *draft);
void zdm_temporary_commit(struct zdm_sequence *sequence, bool committed);
void zdm_temporary_drop_all(struct zdm_sequence *sequence);

/* transaction_rules.c */
void zdm_transaction_rules(struct zdm_sequence *sequence, struct zdm_draft *draft);
void zdm_transaction_remember(struct zdm_sequence *sequence, struct zdm_draft *draft);
/* timeout_rules.c */
void zdm_timeout_rules(struct zdm_sequence *sequence, struct zdm_draft *draft);
/* CONCURRENTLY: builds, or waits for long, under a weak lock. */
bool zdm_is_concurrent(const PgQuery__Node *node);
/* live_rules.c, live_waits.c: what the server's state makes of it. */
void zdm_live_rules(struct zdm_sequence *sequence, struct zdm_draft *draft);
void zdm_live_waits(struct zdm_sequence *sequence, struct zdm_draft *draft);
/* repeat_rules.c: what several statements do to one table. */
void zdm_repeat_rules(struct zdm_sequence *sequence, struct zdm_draft *draft);
void zdm_repeat_remember(struct zdm_sequence *sequence, struct zdm_draft *draft);
/* grants_lost.c: after statement i; SIZE_MAX: before the first. */
void zdm_grants_remember(struct zdm_sequence *sequence, size_t i);
/* At the end: what was granted on the i-th relation that was dropped, and is not on the one that has
 * its name now; "": nothing; NULL: there is no i-th. *statement dropped it. */
const char *zdm_grants_lost(
    struct zdm_sequence *sequence, size_t i, size_t *statement, const char **table);
/* enum_use.c: a new value of an enum is used before the transaction that made it is committed. */
void zdm_enum_use_rules(struct zdm_sequence *sequence, struct zdm_draft *draft);
void zdm_enum_use_remember(struct zdm_sequence *sequence, const struct zdm_draft *draft);
/* pending.c: deferred triggers that are still to fire stand in the way of ALTER TABLE. */
void zdm_pending_rules(struct zdm_sequence *sequence, struct zdm_draft *draft);
void zdm_pending_remember(struct zdm_sequence *sequence, struct zdm_draft *draft);

#endif
