/*
 * conn_private.h - what the files of a session share; nobody else includes it.
 *
 *     conn.c        open, reconnect, the profile, facts about the session
 *     conn_replica.c  a session on a replica of a session's server
 *     conn_exec.c   statements: exec, query, prepared, commit, rollback
 *     conn_repeat.c  statements that come again and again
 *     conn_wait.c   one exchange with the server: socket, ^C, cancel, COPY
 *     conn_error.c  what libpq and the server said -> struct zdm_err
 */
#ifndef ZDM_PG_CONN_PRIVATE_H
#define ZDM_PG_CONN_PRIVATE_H

#include <libpq-fe.h>

#include "pg/conn.h"
#include "pg/conn_info.h"

struct zdm_prepared {
    char *name, *sql;
};

/* Statements that take turns: a batch of the first stripe and of the others; what reads for a map, and what writes. */
#define ZDM_REPEATED_MOST 4

struct zdm_conn {
    PGconn *pg;
    char *conninfo, *application;
    char *where;
    bool lost, shielded;
    bool proxied; /* the backend's pid is not the one the login named: a pooler answered */
    int pid;
    int64_t deadline_us; /* monotonic; 0: wait for ever. Bounds what runs now */
    int64_t patience_ms; /* with each statement; 0: none */
    struct zdm_prepared *prepared;
    size_t n_prepared;
    char *repeated
        [ZDM_REPEATED_MOST]; /* owned: what came lately, alone in its transaction; or NULL */
    size_t next_repeated;    /* whose place the next new one takes */
    char *named[5];          /* by the last error of the server: zdm_conn_error_names */
    void (*notice)(void *self, const char *severity, const char *sqlstate, const char *message);
    void *notice_self;
    int64_t waiting_ms; /* 0: nobody wants to know */
    void (*waiting)(void *self);
    void *waiting_self;
};

struct zdm_result {
    PGresult *pg;
};

/* An error result; notes in *conn when the session is over. */
int zdm_server_error(struct zdm_conn *conn, const PGresult *result, struct zdm_err *err);
/* The session broke without a word from the server. */
int zdm_lost_error(struct zdm_conn *conn, const char *text, struct zdm_err *err);

/* After a PQsend...: waits for everything the server answers. *out is the last statement's result
 * (may be NULL: rows are dropped as they arrive). */
int zdm_conn_exchange(
    struct zdm_conn *conn, bool sent, struct zdm_result **out, struct zdm_err *err);
/* May a statement be sent now? */
int zdm_conn_ready(struct zdm_conn *conn, struct zdm_err *err);
/* poll() on fd and the stop pipe; input of `beside` (-1: none) wakes too. */
enum zdm_waited { ZDM_WAITED_READY, ZDM_WAITED_STOP, ZDM_WAITED_TIMEOUT };
enum zdm_waited zdm_wait_fd(int fd, short events, int beside, bool watch_stop, int64_t deadline_us);

/* Prepares it, if the server does not have it under that name yet. Not behind a pooler. */
int zdm_conn_prepare(struct zdm_conn *conn, const char *name, const char *sql, struct zdm_err *err);
bool zdm_conn_has_prepared(const struct zdm_conn *conn, const char *name, const char *sql);
/* When sql came before: prepares it, and what else came. Outside a transaction; not behind a pooler. */
int zdm_conn_prepare_repeated(struct zdm_conn *conn, const char *sql, struct zdm_err *err);
/* The name under which it is prepared; NULL, and it is kept in mind: it is not. View of a constant. */
const char *zdm_conn_repeated(struct zdm_conn *conn, const char *sql);
void zdm_conn_forget_repeated(struct zdm_conn *conn);
/* After a failure. 0: it was a preparation that is of no use any more; all are dropped, try once more.
 * -1: it was not, and *err is as it was, or that did not work. */
int zdm_conn_unprepare_stale(struct zdm_conn *conn, struct zdm_err *err);
/* Forgets which statements are prepared (a new session). */
void zdm_conn_forget_prepared(struct zdm_conn *conn);

#endif
