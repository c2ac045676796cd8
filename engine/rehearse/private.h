/*
 * private.h - what the files of a rehearsal share.
 */
#ifndef ZDM_REHEARSE_PRIVATE_H
#define ZDM_REHEARSE_PRIVATE_H

#include <jansson.h>

#include "pg/conn.h"
#include "rehearse/client.h"
#include "rehearse/rehearse.h"

struct zdm_watcher;

/* A relation that a query reads, or may write to. */
struct zdm_touched {
    enum zdm_compat_side side;
    size_t query;
    char *relation; /* its number */
    bool written;
};

/* One round, in a database of its own. */
struct zdm_round {
    const struct zdm_rehearse_options *options;
    struct zdm_rehearsal *out;
    size_t number; /* index into out->rounds */
    char *database, *conninfo, *ledger, *output;
    struct zdm_conn *conn; /* to it: "zdm rehearsal" */
    struct zdm_watcher *watcher;
    struct zdm_rehearse_step *steps; /* begin and end; of round 1 those of `out` */
    size_t now;                      /* the step that is run */

    struct zdm_query *queries[ZDM_COMPAT_SIDES];
    struct zdm_answers *answers[ZDM_COMPAT_SIDES];
    struct zdm_clients *clients[ZDM_COMPAT_SIDES]; /* NULL: they do not run */
    struct zdm_touched *touched;                   /* by which query which relations are */
    size_t n_touched;
    int64_t next_number;
    bool failed;     /* the plan goes no further */
    bool no_clients; /* nobody but the plan is there */

    const int64_t *kill_us; /* when to kill the child, of the time that children have worked */
    int n_kills, killed;
    int64_t child_ms; /* of all children, from their start */
    int64_t work_us;  /* from their first word */
};

/* --- trouble.c --------------------------------------------------------------------------------- */
/* Counts as one with an equal one of any round. Takes message and detail. */
void zdm_rehearsal_trouble(struct zdm_rehearsal *out, struct zdm_rehearse_trouble trouble);
/* One of a round that no client's query is to blame for. step may be NULL. */
void zdm_round_trouble(struct zdm_round *round, enum zdm_rehearse_trouble_kind kind,
    const struct zdm_step *step, char *message, char *detail);
/* What the clients of a side saw, into the steps and the troubles; they have stopped. */
void zdm_round_judge(struct zdm_round *round, enum zdm_compat_side side);

/* --- child.c ----------------------------------------------------------------------------------- */
struct zdm_child {
    int status;                    /* exit code, or 128 + signal */
    bool was_killed;               /* by us */
    json_t *gate;                  /* the event of a gate that is closed; NULL: there was none */
    char *step;                    /* that the run ended in; NULL unknown */
    char *message, *detail, *hint; /* what it says is wrong; message NULL: nothing */
    int line;                      /* in the plan; 0 unknown */
};
void zdm_child_release(struct zdm_child *child);
/* zdm COMMAND plan --db --ledger --format json [more...]; more ends with NULL and may be NULL. */
int zdm_child_run(struct zdm_round *round, const char *command, const char *const *more,
    struct zdm_child *out, struct zdm_err *err);
/* What a child that was refused or could not begin says, as our own error. Returns -1. */
int zdm_child_fail(const struct zdm_round *round, struct zdm_child *child, struct zdm_err *err);
/* The one JSON document that a child prints; conninfo: of which database. Owned; NULL: it is none. */
int zdm_child_document(
    struct zdm_round *round, const char *command, json_t **out, struct zdm_err *err);

/* --- gate.c ------------------------------------------------------------------------------------ */
/* Has the gate nothing that the database answers itself? */
bool zdm_rehearse_is_outside(const struct zdm_step *gate);
/* Writes it into the journal of the round's database as open. 1: the plan has not begun there. */
int zdm_rehearse_open(struct zdm_round *round, const struct zdm_step *gate, struct zdm_err *err);
/* By the event of a closed gate: which checks that count are closed; owned, NULL: none. */
char *zdm_rehearse_in_the_way(const struct zdm_step *gate, json_t *event);
/* Names of the checks that are opened by us: "soak, approval"; NULL: none. */
char *zdm_rehearse_opened_words(const struct zdm_step *gate);

/* --- watcher.c --------------------------------------------------------------------------------- */
/* What makes the server tell of locks, rewrites, scans and builds; in the origin, before it is copied. */
int zdm_watcher_install(struct zdm_conn *conn, struct zdm_err *err);
int zdm_watcher_open(const struct zdm_round *round, struct zdm_watcher **out, struct zdm_err *err);
void zdm_watcher_close(struct zdm_watcher *watcher); /* NULL is fine */
/* Looks at the locks that the plan's sessions hold now; every few milliseconds. */
int zdm_watcher_look(struct zdm_watcher *watcher, struct zdm_err *err);
/* A step begins: what relations there are. */
int zdm_watcher_begin(struct zdm_watcher *watcher, struct zdm_err *err);
/* What was seen since then into the step. */
int zdm_watcher_take(
    struct zdm_watcher *watcher, struct zdm_rehearse_step *step, struct zdm_err *err);
/* The environment of a child whose sessions are watched; "NAME=value", ends with NULL. */
extern const char *const zdm_watcher_environment[];

/* --- predict.c --------------------------------------------------------------------------------- */
/* What the plan shows, by the origin, into the steps of round 1. */
int zdm_rehearse_predict(struct zdm_round *round, struct zdm_err *err);
/* The entry of a relation, made when there is none. */
struct zdm_rehearse_lock *zdm_step_lock(struct zdm_rehearse_step *step, const char *relation);
struct zdm_rehearse_work *zdm_step_work(
    struct zdm_rehearse_step *step, enum zdm_rehearse_work_kind kind, const char *relation);
/* By either name; 0: there is no such lock. */
int zdm_lock_strength(const char *name);

/* --- schema.c ---------------------------------------------------------------------------------- */
struct zdm_schema_text {
    char **lines; /* "column public.users.id: bigint NOT NULL", sorted */
    size_t n;
};
int zdm_schema_text_read(const char *conninfo, struct zdm_schema_text *out, struct zdm_err *err);
void zdm_schema_text_release(struct zdm_schema_text *text);
/* "- what only a has\n+ what only b has"; owned, NULL: they are equal. */
char *zdm_schema_text_diff(const struct zdm_schema_text *a, const struct zdm_schema_text *b);

/* --- side.c ------------------------------------------------------------------------------------ */
/* What each query of a side touches: whose values may change from here on is settled by it. A query that
 * fails is told with `must`, and left to the clients without. */
int zdm_side_look(
    struct zdm_round *round, enum zdm_compat_side side, bool must, struct zdm_err *err);
int zdm_side_start(struct zdm_round *round, enum zdm_compat_side side, struct zdm_err *err);
/* Ends the clients, if they run, and looks at what they saw. */
void zdm_side_stop(struct zdm_round *round, enum zdm_compat_side side);
/* The old clients learn what they are answered. */
int zdm_round_warm_up(struct zdm_round *round, struct zdm_err *err);
/* Every client that runs has asked all its queries from now on. */
int zdm_round_ask_all(struct zdm_round *round, struct zdm_err *err);

/* --- step.c ------------------------------------------------------------------------------------ */
/* Runs the steps from the first to the last to their end; what goes wrong is a trouble, and round->failed. */
int zdm_round_steps(struct zdm_round *round, size_t first, size_t last, struct zdm_err *err);

/* --- round.c ----------------------------------------------------------------------------------- */
int zdm_round_open(const struct zdm_rehearse_options *options, struct zdm_rehearsal *out,
    const char *name, struct zdm_round *round, struct zdm_err *err);
void zdm_round_close(struct zdm_round *round);
/* Runs the plan from the step `from` up to the one before `to`, with clients coming and going. */
int zdm_round_walk(struct zdm_round *round, size_t from, size_t to, struct zdm_err *err);
/* Takes back what was walked, while old clients work. */
int zdm_round_back(struct zdm_round *round, struct zdm_err *err);
/* zdm verify, when the plan came to its end. */
int zdm_round_verify(struct zdm_round *round, struct zdm_err *err);

/* Where the old clients end: the gate before contract, or the number of steps. */
size_t zdm_plan_old_ends(const struct zdm_plan *plan);
/* Before which step the new ones begin: behind the last of expand. */
size_t zdm_plan_new_begins(const struct zdm_plan *plan);

#endif
