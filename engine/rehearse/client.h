/*
 * client.h - clients of one version of the application, each a thread with a session of its own.
 *
 * A client asks its queries in turn at a fixed pace. How long a query took counts from when it was due:
 * when an answer keeps the client waiting, those that should have been asked meanwhile have waited, too.
 * What was asked is kept, one record each, and looked at when the clients have stopped.
 */
#ifndef ZDM_REHEARSE_CLIENT_H
#define ZDM_REHEARSE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "rehearse/answer.h"
#include "rehearse/query.h"

struct zdm_asked {
    int64_t due_us, end_us; /* zdm_monotonic_us() */
};

enum zdm_fault_kind { ZDM_FAULT_ERROR, ZDM_FAULT_SHAPE, ZDM_FAULT_VALUES };
struct zdm_fault {
    enum zdm_fault_kind kind;
    size_t query;
    int64_t row; /* that it was asked with; 0: none */
    int64_t due_us, end_us;
    char sqlstate[6]; /* of an error */
    char *message;    /* of an error; of a shape what it was; owned */
    char *now;        /* of a shape what it is; owned */
};

/* Every other :row of a query that only reads is one of so many, the same for all clients: those whose answers were learnt before the
 * plan began, each by several clients, so that a query which fails the second time does so there. */
enum { ZDM_CLIENTS_AGAIN = 32 };

struct zdm_clients_options {
    const char *conninfo;
    const char *application; /* application_name */
    size_t n_clients;
    int64_t every_ms; /* from one query of a client to its next */
    const struct zdm_query *queries;
    size_t n_queries; /* at least 1 */
    struct zdm_answers *answers;
    int64_t rows;         /* :row is 1 to this */
    uint64_t row_seed;    /* which rows are asked for again and again: see ZDM_CLIENTS_AGAIN */
    bool learning;        /* asks for those only, one after the other, and at once */
    int64_t *next_number; /* of :n, shared by all clients there are; taken atomically */
    uint64_t seed;
};

struct zdm_clients;
/* Starts them; they run until zdm_clients_stop(). Views of options stay borrowed. */
int zdm_clients_start(
    const struct zdm_clients_options *options, struct zdm_clients **out, struct zdm_err *err);
/* Waits until each client has asked each of its queries `times` times from now on, or a stop was asked
 * for (ZDM_ERR_INTERRUPTED). */
int zdm_clients_round(struct zdm_clients *clients, int64_t times, struct zdm_err *err);
/* The same, for most_ms at most when each was asked `least` times. */
int zdm_clients_round_within(struct zdm_clients *clients, int64_t least, int64_t times,
    int64_t most_ms, struct zdm_err *err);
/* Ends the threads. What they saw can be read from here on. */
void zdm_clients_stop(struct zdm_clients *clients);
void zdm_clients_free(struct zdm_clients *clients); /* stops them; NULL is fine */

/* In order of time for each client, one client behind the other. Views. */
size_t zdm_clients_count(const struct zdm_clients *clients);
const struct zdm_asked *zdm_clients_asked(
    const struct zdm_clients *clients, size_t client, size_t *n);
const struct zdm_fault *zdm_clients_faults(
    const struct zdm_clients *clients, size_t client, size_t *n);

/* Asks a query once in a transaction that is rolled back. Each row of *relations (owned) is the number of a
 * relation that it touches, and whether rows of it may be written: with triggers and what they do. */
int zdm_query_footprint(struct zdm_conn *conn, const struct zdm_query *query, int64_t number,
    struct zdm_result **relations, struct zdm_err *err);

#endif
