#include "run/probe.h"

#include <string.h>

#include "base/clock.h"
#include "base/embedded.h"
#include "sql/syntax.h"

extern const struct zdm_embedded zdm_run_sql[];

enum { LOOK_EVERY_MS = 500 };

static int
refuse_different(const struct zdm_step *step, const struct zdm_statement *st, const char *name,
    const char *definition, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_FAILED, "index %s exists already and is another one", name);
    zdm_err_detail(err, "there is: %s\nthe plan says: %s", definition, st->sql);
    zdm_err_hint(err, "give the new index another name, or drop the old one in a step before");
    return zdm_err_at(err, step->at);
}

static int
judge_valid(
    const struct zdm_probe *probe, const char *name, const char *definition, struct zdm_err *err)
{
    const struct zdm_step *step = probe->step;
    const struct zdm_statement *st = probe->st;
    switch (zdm_sql_same_index(st->sql, definition)) {
    case ZDM_SAME_YES:
        return 0;
    case ZDM_SAME_NO:
        return refuse_different(step, st, name, definition, err);
    case ZDM_SAME_CANNOT_TELL:
        break;
    }
    /* The server rewrites expressions and predicates. */
    if (probe->look->begun)
        return 0;
    zdm_fail(err, ZDM_ERR_FAILED, "index %s exists already and may be another one", name);
    zdm_err_detail(err, "there is: %s\nthe plan says: %s", definition, st->sql);
    zdm_err_hint(err,
        "when they are the same: zdm resolve PLAN \"%s\" --done --because \"...\", or give the "
        "step a "
        "probe; else give the new index another name, or drop the old one in a step before",
        step->id);
    return zdm_err_at(err, step->at);
}

/* An INVALID index serves nobody: it may go when it is of our making, or what the plan wants to build. */
static int
drop_leftover(
    const struct zdm_probe *probe, const char *name, const char *definition, struct zdm_err *err)
{
    struct zdm_session *s = probe->s;
    if (!probe->look->announced && zdm_sql_same_index(probe->st->sql, definition) == ZDM_SAME_NO)
        return refuse_different(probe->step, probe->st, name, definition, err);
    zdm_session_say(s, ZDM_EVENT_NOTE, "info", probe->step,
        "index %s is INVALID, left by an interrupted build: dropping it", name);
    char *drop = zdm_strf("DROP INDEX CONCURRENTLY IF EXISTS %s", name);
    int rc = zdm_conn_exec(s->conn, drop, NULL, err);
    free(drop);
    return rc < 0 ? zdm_err_at(err, probe->step->at) : 0;
}

enum { STATE, DEFINITION, NAME, PID };

/* One look; *wait says that somebody is building it now, *pid who. */
static int
look(const struct zdm_probe *probe, bool *done, bool *wait, int *pid, struct zdm_err *err)
{
    const struct zdm_statement *st = probe->st;
    struct zdm_result *result = NULL;
    if (ZDM_QUERY(probe->s->conn, zdm_embedded_text(zdm_run_sql, "sql/index_state.sql"), &result,
            err, st->probe_schema, st->probe_object, st->probe_table_schema, st->probe_table) < 0)
        return -1;
    int rc = 0;
    *done = *wait = false;
    /* No such table: the statement itself will say so, with its place. */
    if (zdm_result_rows(result) > 0) {
        const char *state = zdm_result_get(result, 0, STATE);
        const char *definition = zdm_result_get(result, 0, DEFINITION);
        const char *name = zdm_result_get(result, 0, NAME);
        *pid = (int)zdm_result_i64(result, 0, PID);
        if (strcmp(state, "valid") == 0) {
            *done = true;
            rc = judge_valid(probe, name, definition, err);
        } else if (strcmp(state, "foreign") == 0) {
            rc = refuse_different(
                probe->step, st, name, definition ? definition : "not an index of this table", err);
        } else if (strcmp(state, "building") == 0) {
            *wait = true;
        } else if (strcmp(state, "invalid") == 0) {
            rc = drop_leftover(probe, name, definition, err);
        }
    }
    zdm_result_free(result);
    return rc;
}

int
zdm_probe_wait(const struct zdm_probe *probe, int pid, struct zdm_err *err)
{
    if (pid)
        zdm_work_tick_other(probe->look->watch, pid);
    if (zdm_sleep_ms(LOOK_EVERY_MS) < 0)
        return zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted");
    return 0;
}

/* The build goes on: whoever replaces an index by a new one wants both for a while. */
static int
tell_equal(const struct zdm_probe *probe, struct zdm_err *err)
{
    const struct zdm_statement *st = probe->st;
    struct zdm_result *result = NULL;
    if (ZDM_QUERY(probe->s->conn, zdm_embedded_text(zdm_run_sql, "sql/index_others.sql"), &result,
            err, st->probe_table_schema, st->probe_table) < 0)
        return -1;
    for (int i = 0; i < zdm_result_rows(result); i++)
        if (zdm_sql_same_index(st->sql, zdm_result_get(result, i, 1)) == ZDM_SAME_YES)
            zdm_session_say(probe->s, ZDM_EVENT_NOTE, "warning", probe->step,
                "index %s is the same as %s, which is there already: every write keeps up both",
                st->probe_object, zdm_result_get(result, i, 0));
    zdm_result_free(result);
    return 0;
}

int
zdm_probe_index_valid(const struct zdm_probe *probe, bool *done, struct zdm_err *err)
{
    bool told = false;
    for (;;) {
        bool wait;
        int pid;
        if (look(probe, done, &wait, &pid, err) < 0)
            return -1;
        if (!wait)
            return *done || probe->look->announced ? 0 : tell_equal(probe, err);
        if (!told)
            zdm_session_say(probe->s, ZDM_EVENT_NOTE, "info", probe->step,
                "index %s is being built by another session (pid %d): waiting for it",
                probe->st->probe_object, pid);
        told = true;
        if (zdm_probe_wait(probe, pid, err) < 0)
            return -1;
    }
}

int
zdm_probe_index_absent(const struct zdm_probe *probe, bool *done, struct zdm_err *err)
{
    const struct zdm_statement *st = probe->st;
    struct zdm_result *result = NULL;
    if (ZDM_QUERY(probe->s->conn, zdm_embedded_text(zdm_run_sql, "sql/index_present.sql"), &result,
            err, st->probe_schema, st->probe_object) < 0)
        return -1;
    *done = !zdm_result_bool(result, 0, 0);
    zdm_result_free(result);
    return 0;
}
