/*
 * watcher.c - what the plan's sessions really do on the server: the locks that they hold, asked for every few
 * milliseconds and told by an event trigger (sql/watch.sql), and the rewrites, scans and builds that the
 * server itself announces in its log at debug1.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "rehearse/private.h"

extern const struct zdm_embedded zdm_rehearse_sql[];

const char *const zdm_watcher_environment[] = {"PGOPTIONS=-c log_min_messages=debug1", NULL};

/* A lock that was seen, from look to look. */
struct sight {
    char *relation;
    int strength;
    int64_t first_us, last_us; /* of the stretch now; first 0: it is not held now */
    int64_t longest_us;
};

struct zdm_watcher {
    struct zdm_conn *conn;
    char *log;   /* the file */
    long offset; /* read so far */
    struct sight *sights;
    size_t n_sights;
    struct zdm_result
        *there; /* relations when the step began: as SQL, and without schema and quotes */
};

/* Of a server that nobody else uses: the new setting holds for sessions that begin later. */
static int
await_prefix(struct zdm_conn *conn, struct zdm_err *err)
{
    for (int tries = 0; tries < 1000; tries++) {
        struct zdm_result *result = NULL;
        if (zdm_conn_exec(conn, "SHOW log_line_prefix", &result, err) < 0)
            return -1;
        bool there = strncmp(zdm_result_get(result, 0, 0), "zdm|", 4) == 0;
        zdm_result_free(result);
        if (there)
            return 0;
        zdm_sleep_ms(10);
    }
    return zdm_fail(err, ZDM_ERR_FAILED, "the sandbox does not take its settings");
}

int
zdm_watcher_install(struct zdm_conn *conn, struct zdm_err *err)
{
    char *text = zdm_strdup(zdm_embedded_text(zdm_rehearse_sql, "sql/watch.sql"));
    char *system = strstr(text, "ALTER SYSTEM"); /* not in the transaction of the rest */
    int rc;

    system[-1] = '\0';
    rc = zdm_conn_exec(conn, text, NULL, err);
    if (rc == 0)
        rc = zdm_conn_exec(conn, system, NULL, err);
    free(text);
    if (rc < 0 || zdm_conn_exec(conn, "SELECT pg_catalog.pg_reload_conf()", NULL, err) < 0)
        return -1;
    return await_prefix(conn, err);
}

static int
read_to_end(struct zdm_watcher *watcher, struct zdm_buf *out, struct zdm_err *err)
{
    char chunk[16384];
    size_t n;
    FILE *file = fopen(watcher->log, "r");

    if (!file || fseek(file, watcher->offset, SEEK_SET) != 0) {
        zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot read \"%s\"", watcher->log);
        if (file)
            fclose(file);
        return -1;
    }
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
        if (out)
            zdm_buf_addn(out, chunk, n);
    watcher->offset = ftell(file);
    fclose(file);
    return 0;
}

int
zdm_watcher_open(const struct zdm_round *round, struct zdm_watcher **out, struct zdm_err *err)
{
    struct zdm_watcher *watcher = zdm_alloc(sizeof *watcher);

    watcher->log = zdm_strf("%s/log", round->options->folder);
    if (zdm_conn_open(round->conninfo, "zdm rehearsal", &watcher->conn, err) < 0 ||
        read_to_end(watcher, NULL, err) < 0) {
        zdm_watcher_close(watcher);
        return -1;
    }
    *out = watcher;
    return 0;
}

static void
forget(struct zdm_watcher *watcher)
{
    for (size_t i = 0; i < watcher->n_sights; i++)
        free(watcher->sights[i].relation);
    free(watcher->sights);
    watcher->sights = NULL;
    watcher->n_sights = 0;
}

void
zdm_watcher_close(struct zdm_watcher *watcher)
{
    if (!watcher)
        return;
    zdm_conn_close(watcher->conn);
    zdm_result_free(watcher->there);
    forget(watcher);
    free(watcher->log);
    free(watcher);
}

static struct sight *
sight_of(struct zdm_watcher *watcher, const char *relation, int strength)
{
    for (size_t i = 0; i < watcher->n_sights; i++)
        if (watcher->sights[i].strength == strength &&
            strcmp(watcher->sights[i].relation, relation) == 0)
            return &watcher->sights[i];
    watcher->sights = zdm_grow(watcher->sights, watcher->n_sights, sizeof *watcher->sights);
    watcher->sights[watcher->n_sights] =
        (struct sight){.relation = zdm_strdup(relation), .strength = strength};
    return &watcher->sights[watcher->n_sights++];
}

int
zdm_watcher_look(struct zdm_watcher *watcher, struct zdm_err *err)
{
    struct zdm_result *held = NULL;
    int64_t now_us = zdm_monotonic_us();

    if (zdm_conn_run(watcher->conn, "locks", zdm_embedded_text(zdm_rehearse_sql, "sql/locks.sql"),
            0, NULL, &held, err) < 0)
        return -1;
    for (int row = 0; row < zdm_result_rows(held); row++) {
        struct sight *sight = sight_of(
            watcher, zdm_result_get(held, row, 0), zdm_lock_strength(zdm_result_get(held, row, 1)));
        if (!sight->first_us)
            sight->first_us = now_us;
        sight->last_us = now_us;
        if (sight->last_us - sight->first_us > sight->longest_us)
            sight->longest_us = sight->last_us - sight->first_us;
    }
    for (size_t i = 0; i < watcher->n_sights; i++)
        if (watcher->sights[i].last_us != now_us)
            watcher->sights[i].first_us = 0;
    zdm_result_free(held);
    return 0;
}

int
zdm_watcher_begin(struct zdm_watcher *watcher, struct zdm_err *err)
{
    zdm_result_free(watcher->there);
    watcher->there = NULL;
    return zdm_conn_exec(watcher->conn,
        "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), c.relname\n"
        "  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n"
        " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.oid >= 16384",
        &watcher->there, err);
}

/* Was there a relation of that name, by the column of watcher->there? */
static bool
was_there(const struct zdm_watcher *watcher, const char *name, int column)
{
    for (int row = 0; watcher->there && row < zdm_result_rows(watcher->there); row++)
        if (strcmp(zdm_result_get(watcher->there, row, column), name) == 0)
            return true;
    return !watcher->there;
}

static void
observe_lock(struct zdm_rehearse_step *step, const char *relation, int strength, int64_t held_us)
{
    struct zdm_rehearse_lock *lock = zdm_step_lock(step, relation);

    if (strength > lock->strength) {
        lock->strength = strength;
        lock->held_us = held_us;
    } else if (strength == lock->strength && held_us > lock->held_us) {
        lock->held_us = held_us;
    }
}

/* The table that the message is about: rewriting and verifying name it, building names its index first. */
static bool
is_of_new_table(const struct zdm_watcher *watcher, const char *name, const char *message)
{
    const char *table = strstr(message, "\" on table \"");

    if (!table)
        return !was_there(watcher, name, 1);
    table += 12;
    char *of = zdm_strndup(table, strcspn(table, "\""));
    bool made = !was_there(watcher, of, 1);
    free(of);
    return made;
}

static void
observe_work(const struct zdm_watcher *watcher, struct zdm_rehearse_step *step, const char *message)
{
    static const struct {
        const char *words;
        enum zdm_rehearse_work_kind kind;
    } said[] = {
        {"rewriting table \"", ZDM_WORK_REWRITE},
        {"verifying table \"", ZDM_WORK_SCAN},
        {"building index \"", ZDM_WORK_BUILD},
    };

    /* It names the constraint, not the tables that it reads. */
    if (strncmp(message, "validating foreign key constraint", 33) == 0)
        for (size_t i = 0; i < step->n_work; i++)
            if (step->work[i].kind == ZDM_WORK_SCAN)
                step->work[i].observed = true;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        size_t n = strlen(said[i].words);
        if (strncmp(message, said[i].words, n) != 0)
            continue;
        char *name = zdm_strndup(message + n, strcspn(message + n, "\""));
        /* A rebuild of what the server keeps beside a table is part of the table's. */
        if (strncmp(name, "pg_toast_", 9) != 0 && strncmp(name, "pg_", 3) != 0) {
            struct zdm_rehearse_work *work = zdm_step_work(step, said[i].kind, name);
            bool made = is_of_new_table(watcher, name, message + n);
            work->made = work->observed ? work->made && made : made;
            work->observed = true;
        }
        free(name);
    }
}

/* Only sessions of the plan are called "zdm/...": its name itself may be cut off there. */
static void
read_line(const struct zdm_watcher *watcher, char *line, struct zdm_rehearse_step *step)
{
    static const char prefix[] = "zdm|zdm/";
    size_t n = sizeof prefix - 1;
    char *message;

    if (strncmp(line, prefix, n) != 0)
        return;
    if ((message = strstr(line + n, "DEBUG:  "))) {
        observe_work(watcher, step, message + 8);
    } else if ((message = strstr(line + n, "LOG:  zdm locks "))) {
        json_t *locks = json_loads(message + 16, 0, NULL), *lock;
        size_t i;
        json_array_foreach(locks, i, lock)
        {
            const char *relation = json_string_value(json_array_get(lock, 0));
            const char *mode = json_string_value(json_array_get(lock, 1));
            if (relation && mode)
                observe_lock(step, relation, zdm_lock_strength(mode), 0);
        }
        json_decref(locks);
    }
}

int
zdm_watcher_take(struct zdm_watcher *watcher, struct zdm_rehearse_step *step, struct zdm_err *err)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    char *rest = NULL;

    for (size_t i = 0; i < watcher->n_sights; i++)
        observe_lock(step, watcher->sights[i].relation, watcher->sights[i].strength,
            watcher->sights[i].longest_us);
    forget(watcher);
    if (read_to_end(watcher, &text, err) < 0) {
        zdm_buf_release(&text);
        return -1;
    }
    if (text.len > 0)
        for (char *line = strtok_r(text.s, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
            read_line(watcher, line, step);
    zdm_buf_release(&text);
    for (size_t i = 0; i < step->n_locks; i++)
        step->locks[i].made = !was_there(watcher, step->locks[i].relation, 0);
    return 0;
}
