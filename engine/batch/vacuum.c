#include "batch/vacuum.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "batch/loop.h"

#define DEAD_LEAST      100000
#define SHARE           0.2
#define HORIZON_MOST_MS 60000
#define AGAIN_US        (60 * 1000000LL)
#define TELL_EVERY_MS   1000 /* that it goes on */

bool
zdm_vacuum_due(struct zdm_vacuum *v, const struct zdm_dead *dead,
    const struct zdm_monitor_view *seen, int64_t to_come)
{
    const struct zdm_signal *read = &seen->signals[ZDM_SIGNAL_DEAD];

    if (v->refused || read->read_us <= v->done_us)
        return false;
    /* Somebody else's vacuum counts as ours. */
    if (v->left < 0 || dead->dead < v->left)
        v->left = dead->dead;
    if (dead->vacuum || seen->horizon_ms > HORIZON_MOST_MS)
        return false;
    /* The backfill holds for them, and nothing dies any more: who would take them away? */
    if (zdm_signal_pressure(ZDM_SIGNAL_DEAD, read, read->read_us) >= 1 && dead->dead > 0 &&
        read->read_us - v->done_us > AGAIN_US)
        return true;
    int64_t died = dead->dead - v->left;
    if (to_come >= 0 && to_come < died / 2)
        return false;
    return died > DEAD_LEAST && (double)died > SHARE * (double)(dead->live + dead->dead);
}

/* What is known of that table; those of a view come by oid, as they are kept. */
static struct zdm_vacuum *
known(struct zdm_hold *h, size_t *at, unsigned table)
{
    while (*at < h->n_vacuums && h->vacuums[*at].table < table)
        ++*at;
    if (*at == h->n_vacuums || h->vacuums[*at].table != table) {
        h->vacuums = zdm_grow(h->vacuums, h->n_vacuums + 1, sizeof *h->vacuums);
        for (size_t i = h->n_vacuums++; i > *at; i--)
            h->vacuums[i] = h->vacuums[i - 1];
        h->vacuums[*at] = (struct zdm_vacuum){.table = table, .left = -1};
    }
    return &h->vacuums[*at];
}

/* Rows that are still to be done, and would take the room of dead ones; -1: not known, or of which table. The
 * total is an estimate, which the walk may have passed. */
static int64_t
rows_to_come(struct zdm_job *job)
{
    zdm_job_lock(job);
    int64_t left = job->meter.total - job->meter.walked;
    if (job->by_leaf || left <= 0)
        left = -1;
    zdm_job_unlock(job);
    return left;
}

struct zdm_vacuum *
zdm_job_vacuum_due(struct zdm_job *job)
{
    struct zdm_hold *h = &job->hold;
    const struct zdm_monitor_view *seen = &h->view;
    int64_t read_us = seen->signals[ZDM_SIGNAL_DEAD].read_us, most = -1;
    size_t at = 0, best = 0;
    int64_t to_come = rows_to_come(job);

    if (read_us == h->vacuum_us)
        return NULL;
    h->vacuum_us = read_us;
    for (size_t i = 0; i < seen->n_dead; i++) {
        struct zdm_vacuum *v = known(h, &at, seen->dead[i].table);
        if (!zdm_vacuum_due(v, &seen->dead[i], seen, to_come) || seen->dead[i].dead <= most)
            continue;
        most = seen->dead[i].dead;
        best = at;
    }
    return most < 0 ? NULL : &h->vacuums[best];
}

/* What the server warns of: that we may not, or that somebody had the lock. */
static void
hear(void *self, const char *severity, const char *sqlstate, const char *message)
{
    char **warning = self;

    (void)sqlstate;
    if (strcmp(severity, "WARNING") != 0 || *warning)
        return;
    *warning = zdm_strdup(message);
}

static void
tell(void *self)
{
    zdm_job_tell(self, false);
}

static int
run(struct zdm_job *job, const char *command, const char *relation, char **warning,
    struct zdm_err *err)
{
    char *sql = zdm_strf("%s %s", command, relation);

    zdm_conn_on_notice(job->control, hear, warning);
    struct zdm_conn_meanwhile before =
        zdm_conn_while_waiting(job->control, TELL_EVERY_MS, tell, job);
    int rc = zdm_conn_exec(job->control, sql, NULL, err);
    zdm_conn_while_waiting(job->control, before.ms, before.fn, before.self);
    zdm_conn_on_notice(job->control, NULL, NULL);
    free(sql);
    return rc;
}

/* What it is called now; *name NULL: it is gone. */
static int
find_name(struct zdm_job *job, unsigned table, char **name, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char *oid = zdm_strf("%u", table);
    int rc = ZDM_QUERY(job->control,
        "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_class AS c"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace"
        " WHERE c.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid",
        &r, err, oid);

    if (rc == 0 && zdm_result_rows(r) > 0)
        *name = zdm_strdup(zdm_result_get(r, 0, 0));
    zdm_result_free(r);
    free(oid);
    return rc;
}

int
zdm_job_vacuum(struct zdm_job *job, struct zdm_vacuum *v, struct zdm_err *err)
{
    char *warning = NULL, *name = NULL;

    int rc = find_name(job, v->table, &name, err);
    if (rc == 0 && name)
        rc = run(job, "VACUUM (SKIP_LOCKED, TRUNCATE false)", name, &warning, err);
    v->done_us = zdm_monotonic_us();
    v->left = -1;
    if (rc < 0 && (err->code != ZDM_ERR_FAILED || zdm_conn_lost(job->control))) {
        rc = zdm_control_again(job, err);
    } else if (rc < 0 || warning) {
        v->refused = true;
        if (!job->hold.told_no_vacuum)
            zdm_job_note(job, "warning", "note", "no VACUUM between batches: %s",
                rc < 0 ? err->message : warning);
        job->hold.told_no_vacuum = true;
        zdm_err_clear(err);
        rc = 0;
    } else if (name) {
        zdm_job_note(job, "info", "note", "VACUUM of %s", name);
    }
    free(warning);
    free(name);
    return rc;
}

int
zdm_job_analyze(struct zdm_job *job, struct zdm_err *err)
{
    const char *relation = zdm_job_target(job)->relation;
    char *warning = NULL;

    job->analyzed = true;
    if (!job->spec->limits.vacuum)
        return 0;
    int rc = run(job, "ANALYZE (SKIP_LOCKED)", relation, &warning, err);
    if (rc < 0 && (err->code != ZDM_ERR_FAILED || zdm_conn_lost(job->control))) {
        rc = -1;
    } else if (rc < 0 || warning) {
        zdm_job_note(job, "warning", "note", "no ANALYZE of %s at the end: %s", relation,
            warning ? warning : err->message);
        zdm_err_clear(err);
        rc = 0;
    }
    free(warning);
    return rc;
}
