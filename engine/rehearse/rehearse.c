#include "rehearse/rehearse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/mem.h"
#include "rehearse/content.h"
#include "rehearse/private.h"
#include "rehearse/rows.h"

/* What rounds are compared with. */
struct known {
    struct zdm_schema_text origin, end; /* at first; behind round 1 */
    struct zdm_content rows, killed;    /* behind "no clients", "no clients, kills" */
    struct zdm_content again;           /* behind "no clients, again" */
    int64_t work_us; /* of zdm run, in the last round that went to the end at once */
};

static void
say(const struct zdm_rehearse_options *options, const char *line)
{
    if (options->say)
        options->say(options->say_self, line);
}

/* The origin gets what the watcher needs, and statistics. */
static int
prepare(const struct zdm_rehearse_options *options, struct zdm_rehearsal *out, struct zdm_err *err)
{
    static const char largest[] =
        "SELECT greatest(1, max(c.reltuples))::bigint FROM pg_catalog.pg_class c\n"
        "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n"
        " WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> "
        "'information_schema'";
    char *folder = zdm_strf("%s/rehearsal", options->folder);
    struct zdm_conn *conn = NULL;
    struct zdm_result *rows = NULL;
    int rc = -1;

    if (mkdir(folder, 0700) < 0 && errno != EEXIST) {
        zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot make \"%s\"", folder);
        goto out;
    }
    if (zdm_conn_open(options->conninfo, "zdm rehearsal", &conn, err) < 0 ||
        zdm_watcher_install(conn, err) < 0 || zdm_rehearse_analyze(conn, err) < 0 ||
        zdm_conn_exec(conn, largest, &rows, err) < 0 ||
        zdm_pools_read(conn, options->load, &out->pools, err) < 0)
        goto out;
    out->rows = zdm_result_i64(rows, 0, 0);
    out->server = zdm_conn_server_version(conn);
    rc = 0;
out:
    zdm_result_free(rows);
    zdm_conn_close(conn);
    free(folder);
    return rc;
}

static void
compare(struct zdm_round *round, const struct zdm_schema_text *was,
    const struct zdm_schema_text *is, const char *what)
{
    char *diff = zdm_schema_text_diff(was, is);

    if (diff)
        zdm_round_trouble(round, ZDM_TROUBLE_SCHEMA, NULL, zdm_strdup(what), diff);
}

static int
compare_now(struct zdm_round *round, const struct zdm_schema_text *was, const char *what,
    struct zdm_err *err)
{
    struct zdm_schema_text now = {.n = 0};

    if (round->failed)
        return 0;
    if (zdm_schema_text_read(round->conninfo, &now, err) < 0)
        return -1;
    compare(round, was, &now, what);
    zdm_schema_text_release(&now);
    return 0;
}

static int
go_up(struct zdm_round *round, struct known *known, struct zdm_err *err)
{
    if (zdm_rehearse_predict(round, err) < 0 || zdm_round_warm_up(round, err) < 0)
        return -1;
    round->out->n_compared = zdm_answers_compared(round->answers[ZDM_COMPAT_OLD]);
    if (zdm_round_walk(round, 0, round->out->n_steps, err) < 0 || zdm_round_verify(round, err) < 0)
        return -1;
    return zdm_schema_text_read(round->conninfo, &known->end, err);
}

static int
go_back_and_up(struct zdm_round *round, struct known *known, struct zdm_err *err)
{
    if (zdm_round_warm_up(round, err) < 0 ||
        zdm_round_walk(round, 0, zdm_plan_old_ends(round->options->plan), err) < 0)
        return -1;
    if (!round->failed &&
        (zdm_round_back(round, err) < 0 ||
            compare_now(round, &known->origin,
                "behind the rollback the schema is not what it was before the plan", err) < 0))
        return -1;
    round->work_us = 0;
    if (!round->failed && zdm_round_walk(round, 0, round->out->n_steps, err) < 0)
        return -1;
    known->work_us = round->work_us;
    if (zdm_round_verify(round, err) < 0)
        return -1;
    return compare_now(round, &known->end,
        "behind up, rollback, up the schema is not what it is behind up alone", err);
}

static int
by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* Moments of the time that the children took in the round before. */
static void
choose_moments(
    const struct zdm_rehearse_options *options, size_t round, int64_t total_us, int64_t *moments)
{
    uint64_t state = options->seed + round;

    for (int i = 0; i < options->kills; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        /* The upper 31 bits, as a part of the whole. */
        moments[i] = (int64_t)((double)(state >> 33) / 2147483648.0 * (double)total_us);
    }
    qsort(moments, (size_t)options->kills, sizeof *moments, by_number);
}

/* To the end, killed at random moments. */
static int
walk_killed(struct zdm_round *round, struct known *known, struct zdm_err *err)
{
    int64_t *moments = zdm_alloc(((size_t)round->options->kills + 1) * sizeof *moments);

    choose_moments(round->options, round->number, known->work_us, moments);
    round->kill_us = moments;
    round->n_kills = round->options->kills;
    int rc = zdm_round_walk(round, 0, round->out->n_steps, err);
    round->n_kills = 0;
    round->out->rounds[round->number].kills = round->killed;
    round->kill_us = NULL;
    free(moments);
    if (rc < 0 || zdm_round_verify(round, err) < 0)
        return -1;
    return compare_now(round, &known->end,
        "behind a run that was killed the schema is not what it is behind one that was not", err);
}

static int
go_killed(struct zdm_round *round, struct known *known, struct zdm_err *err)
{
    return zdm_round_warm_up(round, err) < 0 ? -1 : walk_killed(round, known, err);
}

/* What the plan alone does to the rows. */
static int
go_without_clients(struct zdm_round *round, struct known *known, struct zdm_err *err)
{
    round->no_clients = true;
    if (zdm_round_walk(round, 0, round->out->n_steps, err) < 0)
        return -1;
    known->work_us = round->work_us;
    return round->failed ? 0 : zdm_content_read(round->conn, &known->rows, err);
}

static int
go_again(struct zdm_round *round, struct known *known, struct zdm_err *err)
{
    round->no_clients = true;
    if (zdm_round_walk(round, 0, round->out->n_steps, err) < 0)
        return -1;
    return round->failed ? 0 : zdm_content_read(round->conn, &known->again, err);
}

static int
go_killed_without_clients(struct zdm_round *round, struct known *known, struct zdm_err *err)
{
    round->no_clients = true;
    if (walk_killed(round, known, err) < 0)
        return -1;
    return round->failed ? 0 : zdm_content_read(round->conn, &known->killed, err);
}

static int
round_of(const struct zdm_rehearse_options *options, struct zdm_rehearsal *out, struct known *known,
    const char *name, int (*go)(struct zdm_round *round, struct known *known, struct zdm_err *err),
    struct zdm_err *err)
{
    struct zdm_round round;
    int64_t began_us = zdm_monotonic_us();

    say(options, name);
    int rc = zdm_round_open(options, out, name, &round, err);
    if (rc == 0)
        rc = go(&round, known, err);
    out->rounds[round.number].ms = (zdm_monotonic_us() - began_us) / 1000;
    zdm_round_close(&round);
    return rc;
}

static bool
plan_failed(const struct zdm_rehearsal *out)
{
    for (size_t i = 0; i < out->n_troubles; i++)
        if (out->troubles[i].kind == ZDM_TROUBLE_RUN || out->troubles[i].kind == ZDM_TROUBLE_GATE)
            return true;
    return false;
}

/* Where clients write all the while, rows tell nothing: so without them. */
static int
compare_rows(const struct zdm_rehearse_options *options, struct zdm_rehearsal *out,
    struct known *known, struct zdm_err *err)
{
    static const char killed[] = "no clients, kills";

    if (round_of(options, out, known, "no clients", go_without_clients, err) < 0)
        return -1;
    if (plan_failed(out))
        return 0;
    if (round_of(options, out, known, killed, go_killed_without_clients, err) < 0)
        return -1;
    if (plan_failed(out) || !zdm_content_differs(&known->rows, &known->killed))
        return 0;
    if (round_of(options, out, known, "no clients, again", go_again, err) < 0)
        return -1;
    char *diff = zdm_content_diff(&known->rows, &known->again, &known->killed);
    if (diff && !plan_failed(out))
        zdm_rehearsal_trouble(out,
            (struct zdm_rehearse_trouble){
                .kind = ZDM_TROUBLE_ROWS,
                .round = killed,
                .side = -1,
                .message = zdm_strdup("behind a run that was killed the rows are not what they "
                                      "are behind one that was not"),
                .detail = diff,
                .count = 1,
            });
    else
        free(diff);
    return 0;
}

/* A plan that does not come to its end does not come back either. */
static int
later_rounds(const struct zdm_rehearse_options *options, struct zdm_rehearsal *out,
    struct known *known, struct zdm_err *err)
{
    if (plan_failed(out))
        return 0;
    if (round_of(options, out, known, "back and up", go_back_and_up, err) < 0)
        return -1;
    if (options->kills == 0)
        return 0;
    if (round_of(options, out, known, "kills", go_killed, err) < 0)
        return -1;
    return plan_failed(out) ? 0 : compare_rows(options, out, known, err);
}

int
zdm_rehearse(
    const struct zdm_rehearse_options *options, struct zdm_rehearsal *out, struct zdm_err *err)
{
    struct known known = {.work_us = 0};
    struct zdm_rehearsal made = {.n_steps = options->plan->n_steps};
    int rc = -1;

    made.steps = zdm_alloc((made.n_steps + 1) * sizeof *made.steps);
    for (size_t i = 0; i < made.n_steps; i++)
        made.steps[i].step = &options->plan->steps[i];
    if (prepare(options, &made, err) < 0 ||
        zdm_schema_text_read(options->conninfo, &known.origin, err) < 0 ||
        round_of(options, &made, &known, "up", go_up, err) < 0 ||
        later_rounds(options, &made, &known, err) < 0)
        goto out;
    *out = made;
    made = (struct zdm_rehearsal){.n_steps = 0};
    rc = 0;
out:
    zdm_rehearsal_release(&made);
    zdm_schema_text_release(&known.origin);
    zdm_schema_text_release(&known.end);
    zdm_content_release(&known.rows);
    zdm_content_release(&known.killed);
    zdm_content_release(&known.again);
    return rc;
}

bool
zdm_rehearse_unseen(const struct zdm_rehearse_step *step)
{
    return step->ran && !step->with[ZDM_COMPAT_OLD] &&
           (step->step->phase == ZDM_PHASE_EXPAND || step->step->phase == ZDM_PHASE_BACKFILL);
}

static void
release_step(struct zdm_rehearse_step *step)
{
    for (size_t i = 0; i < step->n_locks; i++)
        free(step->locks[i].relation);
    for (size_t i = 0; i < step->n_work; i++)
        free(step->work[i].relation);
    free(step->locks);
    free(step->work);
    free(step->opened);
}

void
zdm_rehearsal_release(struct zdm_rehearsal *rehearsal)
{
    for (size_t i = 0; rehearsal->steps && i < rehearsal->n_steps; i++)
        release_step(&rehearsal->steps[i]);
    for (size_t i = 0; i < rehearsal->n_troubles; i++) {
        free(rehearsal->troubles[i].message);
        free(rehearsal->troubles[i].detail);
    }
    zdm_pools_release(&rehearsal->pools);
    free(rehearsal->steps);
    free(rehearsal->troubles);
    *rehearsal = (struct zdm_rehearsal){.n_steps = 0};
}
