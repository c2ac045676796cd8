#include "rehearse/client.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "base/signals.h"
#include "pg/conn.h"

extern const struct zdm_embedded zdm_rehearse_sql[];

#define PATIENCE "SET statement_timeout = '60s'"

enum { MOST_FAULTS = 5000 }; /* kept of one client */

/* A session of the application: what it has prepared it keeps, as drivers do. Not zdm_conn_run(), which
 * mends by itself what an application would stumble over. */
struct session {
    struct zdm_conn *conn;
    bool *prepared; /* by query and statement: of the session that there is now */
};

struct client {
    struct zdm_clients *all;
    pthread_t thread;
    bool started;
    size_t index;
    struct session session;
    uint64_t random;
    _Atomic int64_t n_done; /* queries, also those that failed */
    struct zdm_asked *asked;
    size_t n_asked;
    struct zdm_fault *faults;
    size_t n_faults;
};

struct zdm_clients {
    struct zdm_clients_options options;
    atomic_bool stop;
    bool stopped;
    struct client *clients;
};

/* splitmix64: the same seed, the same numbers. */
static uint64_t
next_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

struct question {
    const struct zdm_query *query;
    size_t index;
    int64_t row, number;
};

enum { MOST_STATEMENTS = 100 }; /* of one query that are prepared; others are sent as they are */

static int
ask_statement(struct session *session, const struct question *q, size_t index,
    struct zdm_result **result, struct zdm_err *err)
{
    const struct zdm_query_statement *statement = &q->query->statements[index];
    struct zdm_buf sql = ZDM_BUF_INIT;
    bool *prepared = &session->prepared[q->index * MOST_STATEMENTS + index];
    int rc = 0;

    if (!statement->prepared || index >= MOST_STATEMENTS)
        return zdm_conn_exec(session->conn, statement->sql, result, err);
    if (!*prepared) {
        zdm_buf_addf(&sql, "PREPARE q_%zu_%zu AS %s", q->index, index, statement->sql);
        rc = zdm_conn_exec(session->conn, sql.s, NULL, err);
        *prepared = rc == 0;
        zdm_buf_clear(&sql);
    }
    zdm_buf_addf(&sql, "EXECUTE q_%zu_%zu", q->index, index);
    if (statement->n_params) {
        zdm_buf_addc(&sql, '(');
        zdm_query_arguments(statement, q->row, q->number, &sql);
        zdm_buf_addc(&sql, ')');
    }
    if (rc == 0)
        rc = zdm_conn_exec(session->conn, sql.s, result, err);
    zdm_buf_release(&sql);
    return rc;
}

static int
ask_statements(struct session *session, const struct question *q, struct zdm_answer *answer,
    struct zdm_err *err)
{
    for (size_t i = 0; i < q->query->n; i++) {
        struct zdm_result *result = NULL;
        if (ask_statement(session, q, i, &result, err) < 0)
            return -1;
        zdm_answer_add(answer, result);
        zdm_result_free(result);
    }
    return 0;
}

static int
ask(struct session *session, const struct question *q, struct zdm_answer *answer,
    struct zdm_err *err)
{
    if (q->query->n == 1)
        return ask_statements(session, q, answer, err);
    if (zdm_conn_exec(session->conn, "BEGIN", NULL, err) == 0 &&
        ask_statements(session, q, answer, err) == 0 && zdm_conn_commit(session->conn, err) == 0)
        return 0;
    return -1;
}

static void
keep_fault(struct client *client, const struct question *q, struct zdm_fault fault)
{
    if (client->n_faults == MOST_FAULTS) {
        free(fault.message);
        free(fault.now);
        return;
    }
    fault.query = q->index;
    fault.row = q->query->uses_row ? q->row : 0;
    client->faults = zdm_grow(client->faults, client->n_faults, sizeof *client->faults);
    client->faults[client->n_faults++] = fault;
}

static size_t
size_of_prepared(const struct zdm_clients *all)
{
    return (all->options.n_queries + 1) * MOST_STATEMENTS * sizeof(bool);
}

/* A session that is of no use any more is opened anew: one that is lost, and one whose prepared statement
 * the server refuses for good ("cached plan must not change result type"). */
static void
mend(struct client *client, bool stale)
{
    struct zdm_conn *conn = client->session.conn;
    struct zdm_err err = ZDM_ERR_INIT;

    if (!zdm_conn_lost(conn))
        zdm_conn_rollback(conn);
    if (!stale && !zdm_conn_lost(conn))
        return;
    memset(client->session.prepared, 0, size_of_prepared(client->all));
    /* What goes wrong here goes wrong with the next query too, and counts there. */
    if (zdm_conn_reconnect(conn, &err) < 0 || zdm_conn_exec(conn, PATIENCE, NULL, &err) < 0)
        zdm_err_clear(&err);
}

static void
ask_and_judge(struct client *client, const struct question *q, int64_t due_us)
{
    struct zdm_answer answer = {.shape = NULL};
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_fault fault = {.due_us = due_us};
    bool bad = ask(&client->session, q, &answer, &err) < 0;

    fault.end_us = zdm_monotonic_us();
    if (bad && err.code == ZDM_ERR_INTERRUPTED) {
        zdm_err_clear(&err);
        zdm_answer_release(&answer);
        return;
    }
    client->asked = zdm_grow(client->asked, client->n_asked, sizeof *client->asked);
    client->asked[client->n_asked++] = (struct zdm_asked){due_us, fault.end_us};
    if (bad) {
        snprintf(fault.sqlstate, sizeof fault.sqlstate, "%s", err.sqlstate);
        fault.message = zdm_strdup(err.message);
        mend(client, strcmp(err.sqlstate, "0A000") == 0);
        keep_fault(client, q, fault);
        zdm_err_clear(&err);
    } else {
        enum zdm_answer_verdict verdict = zdm_answers_see(client->all->options.answers, q->index,
            q->query->uses_row ? q->row : 0, &answer, &fault.message);
        if (verdict != ZDM_ANSWER_SAME) {
            fault.kind = verdict == ZDM_ANSWER_SHAPE ? ZDM_FAULT_SHAPE : ZDM_FAULT_VALUES;
            fault.now = zdm_strdup(verdict == ZDM_ANSWER_SHAPE ? answer.shape : NULL);
            keep_fault(client, q, fault);
        }
    }
    zdm_answer_release(&answer);
}

/* The i-th of those that are asked for again. */
static int64_t
row_again(const struct zdm_clients_options *o, uint64_t i)
{
    uint64_t state = o->row_seed ^ (i % ZDM_CLIENTS_AGAIN) * UINT64_C(0xd1342543de82ef95);

    return 1 + (int64_t)(next_random(&state) % (uint64_t)o->rows);
}

/* asked: how many queries the client has asked. Learning, clients are at different rows at a time. Writers
 * do not meet at the same rows more often than the application's would. */
static int64_t
choose_row(struct client *client, const struct zdm_query *query, size_t asked)
{
    const struct zdm_clients_options *o = &client->all->options;

    if (o->rows < 1)
        return 1;
    if (o->learning)
        return row_again(o, asked / o->n_queries + client->index * 7);
    uint64_t random = next_random(&client->random);
    return query->steady && random & 1 ? row_again(o, random >> 1)
                                       : 1 + (int64_t)((random >> 1) % (uint64_t)o->rows);
}

static void *
run_client(void *self)
{
    struct client *client = self;
    const struct zdm_clients_options *o = &client->all->options;
    int64_t every_us = o->learning ? 0 : o->every_ms * 1000;
    /* They do not all begin at once, nor with the same query. */
    int64_t due_us = zdm_monotonic_us() + every_us * (int64_t)client->index / (int64_t)o->n_clients;
    size_t turn = client->index % o->n_queries, asked = 0;

    while (!atomic_load(&client->all->stop) && !zdm_stop_requested()) {
        int64_t early_us = due_us - zdm_monotonic_us();
        if (early_us > 0) {
            zdm_sleep_ms((early_us + 999) / 1000);
            continue;
        }
        struct question q = {.query = &o->queries[turn], .index = turn};
        q.row = choose_row(client, q.query, asked++);
        if (q.query->uses_n)
            q.number = __atomic_fetch_add(o->next_number, 1, __ATOMIC_RELAXED);
        ask_and_judge(client, &q, due_us);
        atomic_fetch_add(&client->n_done, 1);
        turn = (turn + 1) % o->n_queries;
        due_us += every_us;
    }
    return NULL;
}

int
zdm_clients_start(
    const struct zdm_clients_options *options, struct zdm_clients **out, struct zdm_err *err)
{
    struct zdm_clients *all = zdm_alloc(sizeof *all);

    all->options = *options;
    all->clients = zdm_alloc(options->n_clients * sizeof *all->clients);
    for (size_t i = 0; i < options->n_clients; i++) {
        struct client *client = &all->clients[i];
        *client = (struct client){.all = all, .index = i, .random = options->seed + i};
        /* One that hangs for a minute is an error, and no reason to wait for it for ever. */
        client->session.prepared = zdm_alloc(size_of_prepared(all));
        if (zdm_conn_open(options->conninfo, options->application, &client->session.conn, err) <
                0 ||
            zdm_conn_exec(client->session.conn, PATIENCE, NULL, err) < 0) {
            zdm_clients_free(all);
            return -1;
        }
    }
    for (size_t i = 0; i < options->n_clients; i++) {
        struct client *client = &all->clients[i];
        client->started = pthread_create(&client->thread, NULL, run_client, client) == 0;
        if (!client->started) {
            zdm_clients_free(all);
            return zdm_fail(err, ZDM_ERR_FAILED, "cannot start a thread");
        }
    }
    *out = all;
    return 0;
}

/* Until each has asked `more` queries since it had asked begun[], or until that moment (0: none). */
static int
wait_for_all(struct zdm_clients *all, const int64_t *begun, int64_t more, int64_t until_us,
    struct zdm_err *err)
{
    for (size_t i = 0; i < all->options.n_clients; i++)
        while (atomic_load(&all->clients[i].n_done) < begun[i] + more) {
            if (zdm_stop_requested())
                return zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted");
            if (until_us && zdm_monotonic_us() >= until_us)
                return 0;
            zdm_sleep_ms(5);
        }
    return 0;
}

int
zdm_clients_round_within(
    struct zdm_clients *all, int64_t least, int64_t times, int64_t most_ms, struct zdm_err *err)
{
    int64_t n = (int64_t)all->options.n_queries, until_us = zdm_monotonic_us() + most_ms * 1000;
    int64_t *begun = zdm_alloc(all->options.n_clients * sizeof *begun);

    for (size_t i = 0; i < all->options.n_clients; i++)
        begun[i] = atomic_load(&all->clients[i].n_done);
    /* One more each: the query that is under way now may have begun before. */
    int rc = wait_for_all(all, begun, least * n + 1, 0, err);
    if (rc == 0)
        rc = wait_for_all(all, begun, times * n + 1, until_us, err);
    free(begun);
    return rc;
}

int
zdm_clients_round(struct zdm_clients *all, int64_t times, struct zdm_err *err)
{
    return zdm_clients_round_within(all, times, times, 0, err);
}

void
zdm_clients_stop(struct zdm_clients *all)
{
    if (all->stopped)
        return;
    atomic_store(&all->stop, true);
    for (size_t i = 0; i < all->options.n_clients; i++) {
        if (all->clients[i].started)
            pthread_join(all->clients[i].thread, NULL);
        zdm_conn_close(all->clients[i].session.conn);
        all->clients[i].session.conn = NULL;
    }
    all->stopped = true;
}

void
zdm_clients_free(struct zdm_clients *all)
{
    if (!all)
        return;
    zdm_clients_stop(all);
    for (size_t i = 0; i < all->options.n_clients; i++) {
        struct client *client = &all->clients[i];
        for (size_t f = 0; f < client->n_faults; f++) {
            free(client->faults[f].message);
            free(client->faults[f].now);
        }
        free(client->faults);
        free(client->session.prepared);
        free(client->asked);
    }
    free(all->clients);
    free(all);
}

size_t
zdm_clients_count(const struct zdm_clients *clients)
{
    return clients->options.n_clients;
}

const struct zdm_asked *
zdm_clients_asked(const struct zdm_clients *clients, size_t client, size_t *n)
{
    *n = clients->clients[client].n_asked;
    return clients->clients[client].asked;
}

const struct zdm_fault *
zdm_clients_faults(const struct zdm_clients *clients, size_t client, size_t *n)
{
    *n = clients->clients[client].n_faults;
    return clients->clients[client].faults;
}

int
zdm_query_footprint(struct zdm_conn *conn, const struct zdm_query *query, int64_t number,
    struct zdm_result **relations, struct zdm_err *err)
{
    const struct question q = {.query = query, .row = 1, .number = number};
    struct session session = {.conn = conn, .prepared = zdm_alloc(MOST_STATEMENTS)};
    struct zdm_answer unused = {.shape = NULL};
    struct zdm_err gone = ZDM_ERR_INIT;
    int rc = -1;

    if (zdm_conn_exec(conn, "BEGIN", NULL, err) == 0 &&
        ask_statements(&session, &q, &unused, err) == 0)
        rc = zdm_conn_exec(
            conn, zdm_embedded_text(zdm_rehearse_sql, "sql/footprint.sql"), relations, err);
    zdm_conn_rollback(conn);
    /* A statement is prepared for the session, whatever became of the transaction. */
    if (zdm_conn_exec(conn, "DEALLOCATE ALL", NULL, &gone) < 0)
        zdm_err_release(&gone);
    zdm_answer_release(&unused);
    free(session.prepared);
    return rc;
}
