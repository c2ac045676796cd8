#include "alone.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"

enum { MAX_HOLDERS = 12 };

struct holder { /* of one relation */
    struct zdm_conn *conn;
    const char *relation;
    bool can; /* be locked by LOCK TABLE */
};

struct run { /* what the thread does */
    struct zdm_trace *trace;
    const char *sql;
    struct zdm_arena *arena;
    struct zdm_observed *seen;
    struct zdm_err err;
    int rc;
    atomic_bool done;
};

struct alone {
    const char *conninfo;
    struct zdm_conn *watcher, *rest; /* rest: holds what nobody spoke of; NULL: no more */
    struct holder holders[MAX_HOLDERS];
    size_t n_holders;
    struct zdm_lock *locks;
    size_t n_locks;
    struct zdm_arena *arena;
};

static void *
run_it(void *self)
{
    struct run *run = self;

    run->rc = zdm_trace_run(run->trace, run->sql, true, true, run->arena, run->seen, &run->err);
    atomic_store(&run->done, true);
    return NULL;
}

static void
note(struct alone *alone, const char *relation, enum zdm_lock_mode mode)
{
    for (size_t i = 0; i < alone->n_locks; i++)
        if (strcmp(alone->locks[i].relation, relation) == 0) {
            if (mode > alone->locks[i].mode)
                alone->locks[i].mode = mode;
            return;
        }
    struct zdm_lock *grown = zdm_arena_alloc(alone->arena, (alone->n_locks + 1) * sizeof *grown);
    if (alone->n_locks)
        memcpy(grown, alone->locks, alone->n_locks * sizeof *grown);
    grown[alone->n_locks++] =
        (struct zdm_lock){.relation = zdm_arena_strdup(alone->arena, relation), .mode = mode};
    alone->locks = grown;
}

/* Every table but those that are spoken of, as one list for LOCK TABLE. */
static int
hold_rest(struct alone *alone, struct zdm_err *err)
{
    static const char tables[] =
        "SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)"
        "  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^(pg_|information_schema)'";
    struct zdm_buf list = ZDM_BUF_INIT;
    struct zdm_result *r = NULL;

    if (zdm_conn_exec(alone->watcher, tables, &r, err) < 0)
        return -1;
    for (int row = 0; row < zdm_result_rows(r); row++) {
        const char *name = zdm_result_get(r, row, 0);
        bool spoken_of = false;
        for (size_t i = 0; i < alone->n_holders; i++)
            if (strcmp(alone->holders[i].relation, name) == 0)
                spoken_of = alone->holders[i].can = true;
        if (!spoken_of)
            zdm_buf_addf(&list, "%sONLY %s", list.len ? ", " : "", name);
    }
    zdm_result_free(r);
    int rc = zdm_conn_open(alone->conninfo, "truth", &alone->rest, err);
    char *sql = zdm_strf("BEGIN; LOCK TABLE %s IN ACCESS EXCLUSIVE MODE", list.s);
    if (rc == 0 && list.len)
        rc = zdm_conn_exec(alone->rest, sql, NULL, err);
    free(sql);
    zdm_buf_release(&list);
    return rc;
}

/* So that it can be let go a step at a time, with nothing in between. */
static int
hold_in_steps(const struct holder *holder, struct zdm_err *err)
{
    char *sql = zdm_strf("BEGIN; LOCK TABLE ONLY %s IN ACCESS SHARE MODE; SAVEPOINT share;"
                         "LOCK TABLE ONLY %s IN SHARE UPDATE EXCLUSIVE MODE; SAVEPOINT strong;"
                         "LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE",
        holder->relation, holder->relation, holder->relation);
    int rc = zdm_conn_exec(holder->conn, sql, NULL, err);

    free(sql);
    return rc;
}

static int
hold_all(struct alone *alone, const struct zdm_statement *said, struct zdm_err *err)
{
    if (zdm_conn_open(alone->conninfo, "truth", &alone->watcher, err) < 0)
        return -1;
    for (size_t i = 0; i < said->n_locks; i++)
        alone->holders[alone->n_holders++].relation = said->locks[i].relation;
    if (hold_rest(alone, err) < 0)
        return -1;
    for (size_t i = 0; i < alone->n_holders; i++) {
        struct holder *holder = &alone->holders[i];
        int rc = 0;
        if (!holder->can)
            note(alone, holder->relation, said->locks[i].mode);
        else if ((rc = zdm_conn_open(alone->conninfo, "truth", &holder->conn, err)) == 0)
            rc = hold_in_steps(holder, err);
        if (rc < 0)
            return -1;
    }
    return 0;
}

static void
close_all(struct alone *alone)
{
    for (size_t i = 0; i < alone->n_holders; i++)
        zdm_conn_close(alone->holders[i].conn);
    zdm_conn_close(alone->rest);
    zdm_conn_close(alone->watcher);
}

static void
let_go(struct zdm_conn *conn)
{
    if (conn)
        zdm_conn_rollback(conn);
}

/* It waits for one of ours, which lets it pass, and stops it again where it wants more. */
static int
give_way(struct alone *alone, const char *relation, enum zdm_lock_mode mode, struct zdm_err *err)
{
    for (size_t i = 0; i < alone->n_holders; i++) {
        const struct holder *holder = &alone->holders[i];
        if (!holder->conn || strcmp(holder->relation, relation) != 0)
            continue;
        if (mode < ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE)
            return zdm_conn_exec(holder->conn, "ROLLBACK TO SAVEPOINT strong", NULL, err);
        if (mode < ZDM_LOCK_ACCESS_EXCLUSIVE)
            return zdm_conn_exec(holder->conn, "ROLLBACK TO SAVEPOINT share", NULL, err);
        let_go(holder->conn);
        return 0;
    }
    let_go(alone->rest);
    return 0;
}

/* What it waits for that is no relation are our transactions themselves. */
static void
give_up(struct alone *alone)
{
    for (size_t i = 0; i < alone->n_holders; i++)
        let_go(alone->holders[i].conn);
    let_go(alone->rest);
}

/* It waits for the end of a transaction: of those that stand in its way, or of all when it is nobody's
 * whom it names. */
static int
end_blocking(struct alone *alone, const char *who, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    bool any = false;

    if (ZDM_QUERY(alone->watcher,
            "SELECT pg_catalog.unnest(pg_catalog.pg_blocking_pids($1::pg_catalog.int4))", &r, err,
            who) < 0)
        return -1;
    for (int row = 0; row < zdm_result_rows(r); row++) {
        int pid = (int)zdm_result_i64(r, row, 0);
        for (size_t i = 0; i < alone->n_holders; i++)
            if (alone->holders[i].conn && zdm_conn_pid(alone->holders[i].conn) == pid) {
                let_go(alone->holders[i].conn);
                any = true;
            }
        if (alone->rest && zdm_conn_pid(alone->rest) == pid) {
            let_go(alone->rest);
            any = true;
        }
    }
    zdm_result_free(r);
    if (!any)
        give_up(alone);
    return 0;
}

static int
watch(struct alone *alone, struct run *run, int pid, struct zdm_err *err)
{
    static const char waits[] =
        "SELECT l.locktype, pg_catalog.quote_ident(n.nspname) || '.' || "
        "pg_catalog.quote_ident(c.relname),"
        "       pg_catalog.array_position('{AccessShareLock,RowShareLock,RowExclusiveLock,"
        "ShareUpdateExclusiveLock,ShareLock,ShareRowExclusiveLock,ExclusiveLock,"
        "AccessExclusiveLock}'"
        "::pg_catalog.text[], l.mode)"
        "  FROM pg_catalog.pg_locks l"
        "  LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation"
        "  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE NOT l.granted AND l.pid = $1::pg_catalog.int4";
    char *who = zdm_strf("%d", pid);
    int rc = 0;

    while (rc == 0 && !atomic_load(&run->done)) {
        struct zdm_result *r = NULL;
        rc = ZDM_QUERY(alone->watcher, waits, &r, err, who);
        if (rc == 0 && zdm_result_rows(r) > 0) {
            const char *relation = zdm_result_get(r, 0, 1);
            if (relation && strcmp(zdm_result_get(r, 0, 0), "relation") == 0) {
                enum zdm_lock_mode mode = (enum zdm_lock_mode)zdm_result_i64(r, 0, 2);
                note(alone, relation, mode);
                rc = give_way(alone, relation, mode, err);
            } else {
                rc = end_blocking(alone, who, err);
            }
        }
        zdm_result_free(r);
        if (rc == 0)
            zdm_sleep_ms(1); /* the condition is asked for again */
    }
    free(who);
    return rc;
}

int
truth_run_alone(struct zdm_trace *trace, const char *conninfo, const struct zdm_statement *said,
    const char *sql, struct zdm_arena *arena, struct zdm_observed *seen, struct zdm_err *err)
{
    struct alone alone = {.conninfo = conninfo, .arena = zdm_arena_new()};
    struct run run = {.trace = trace, .sql = sql, .arena = arena, .seen = seen};
    pthread_t thread;
    int rc = -1;

    /* More than that are the same statement for every table. */
    if (said->n_locks > MAX_HOLDERS) {
        zdm_arena_free(alone.arena);
        return zdm_trace_run(trace, sql, true, true, arena, seen, err);
    }
    if (hold_all(&alone, said, err) < 0)
        goto out;
    if (pthread_create(&thread, NULL, run_it, &run) != 0) {
        zdm_fail(err, ZDM_ERR_FAILED, "cannot start a thread");
        goto out;
    }
    rc = watch(&alone, &run, zdm_conn_pid(zdm_trace_conn(trace)), err);
    give_up(&alone); /* whatever happened, the thread must end */
    pthread_join(thread, NULL);
    if (rc == 0 && run.rc < 0) {
        zdm_err_move(err, &run.err);
        rc = -1;
    }
    if (rc == 0 && !seen->sqlstate) {
        seen->locks = zdm_arena_alloc(arena, (alone.n_locks + 1) * sizeof *seen->locks);
        for (size_t i = 0; i < alone.n_locks; i++) {
            seen->locks[i] = alone.locks[i];
            seen->locks[i].relation = zdm_arena_strdup(arena, alone.locks[i].relation);
        }
        seen->n_locks = alone.n_locks;
        seen->locks_seen = true;
    }
out:
    zdm_err_release(&run.err);
    close_all(&alone);
    zdm_arena_free(alone.arena);
    return rc;
}
