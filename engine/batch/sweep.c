/* The final sweep: is a row left that needs the backfill? needs.h says which do. Workers look: sweep_look.c. */
#include "batch/loop.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

enum {
    ROUNDS_MOST = 3,
    PIECE_ROWS = 25000, /* some ten milliseconds of reading, however few rows a batch may have */
    PIECES_MOST = 4000,
    SAMPLE_ROWS = 50000, /* enough for that many pieces of about the same size */
    FOUND_MOST = 64,     /* slices of a round, a table more each: some of them join */
};

size_t
zdm_sweep_open(const struct zdm_job *job)
{
    return job->sweep.n_pieces - job->sweep.next;
}

static void
clear(struct zdm_sweep *s)
{
    for (size_t i = 0; i < s->n_pieces; i++) {
        free(s->pieces[i].after);
        free(s->pieces[i].upto);
    }
    for (size_t i = 0; i < s->n_keys; i++)
        free(s->keys[i].key);
    free(s->pieces);
    free(s->found);
    s->pieces = NULL;
    s->found = NULL;
    s->n_pieces = s->next = s->n_found = s->n_keys = 0;
    s->rows = 0;
}

void
zdm_sweep_release(struct zdm_sweep *sweep)
{
    clear(sweep);
    free(sweep->off);
    sweep->off = NULL;
}

/* The last key that the table has now; NULL: it is empty. */
static int
last_key(struct zdm_job *job, const struct zdm_table *table, char **key, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    int rc = 0;

    while (zdm_conn_query(job->control, table->sql.bound, 0, NULL, &r, err) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    if (zdm_result_rows(r) > 0)
        rc = zdm_position_of_row(r, 0, table->sql.n_keys, key, err);
    zdm_result_free(r);
    return rc;
}

static void
add_piece(struct zdm_sweep *s, struct zdm_table *table, const char *upto, int64_t rows)
{
    const struct zdm_piece *last = s->n_pieces > 0 ? &s->pieces[s->n_pieces - 1] : NULL;
    char *after = last && last->table == table ? zdm_strdup(last->upto) : NULL;

    s->pieces = zdm_grow(s->pieces, s->n_pieces + 1, sizeof *s->pieces);
    s->pieces[s->n_pieces++] =
        (struct zdm_piece){table, after, upto ? zdm_strdup(upto) : NULL, rows};
}

/* Keys at which a table of about `total` rows is cut into n pieces, from a sample of its pages. */
static int
sample(struct zdm_job *job, const struct zdm_table *table, const char *last, int64_t total,
    int64_t n, struct zdm_result **r, struct zdm_err *err)
{
    struct zdm_position bound = {.n = 0};
    struct zdm_parameters p = {.n = 0};
    double share = 100.0 * SAMPLE_ROWS / (double)total;
    int rc;

    if (zdm_position_split(last, table->sql.n_keys, &bound, err) < 0)
        return -1;
    char *percent = zdm_strf("%.6f", share < 100 ? share : 100);
    char *pieces = zdm_strf("%lld", (long long)n);
    zdm_parameters_add(&p, percent);
    zdm_parameters_add(&p, pieces);
    zdm_parameters_add_position(&p, &bound, 0);
    while ((rc = zdm_conn_query(job->control, table->sql.cut, p.n, p.values, r, err)) < 0)
        if (zdm_control_again(job, err) < 0)
            break;
    free(percent);
    free(pieces);
    zdm_position_release(&bound);
    return rc;
}

/* All keys that the table has now. */
static int
cut_table(struct zdm_job *job, struct zdm_table *table, int64_t total, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char *last = NULL;
    int64_t n = total / PIECE_ROWS < PIECES_MOST ? total / PIECE_ROWS : PIECES_MOST;
    int rc = -1;

    if (last_key(job, table, &last, err) < 0 ||
        (last && n > 1 && sample(job, table, last, total, n, &r, err) < 0)) {
        zdm_worker_walks(job->workers, table);
        rc = zdm_leaf_gone(job->workers, err) ? 0 : -1;
        goto out;
    }
    int cuts = r ? zdm_result_rows(r) : 0;
    rc = 0;
    for (int i = 0; i < cuts && rc == 0; i++) {
        char *end = NULL;
        rc = zdm_position_of_row(r, i, table->sql.n_keys, &end, err);
        if (rc == 0 && strcmp(end, last) != 0)
            add_piece(&job->sweep, table, end, total / (cuts + 1));
        free(end);
    }
    if (rc == 0 && last)
        add_piece(&job->sweep, table, last, total > 0 ? total / (cuts + 1) : 0);
out:
    zdm_result_free(r);
    free(last);
    return rc;
}

/* Each table that can be looked at as a whole; or (whole false) pieces of those that were not found clean
 * by that. The slices of a table stand together; parts and what was repaired come behind. */
static int
cut(struct zdm_job *job, bool whole, struct zdm_err *err)
{
    struct zdm_cursors cursors = {.count = 0};
    int rc = 0;

    if (zdm_job_read_cursors(job, &cursors, err) < 0)
        return -1;
    for (size_t i = 0, to; i < cursors.count && rc == 0; i = to) {
        struct zdm_table *table = zdm_job_table_of(job, &cursors.items[i]);
        int64_t total = 0;
        for (to = i; to < cursors.count && zdm_cursor_whole(&cursors.items[to]) &&
                     zdm_job_table_of(job, &cursors.items[to]) == table;
             to++)
            total += cursors.items[to].total > 0 ? cursors.items[to].total : 0;
        if (to == i)
            break;
        if (!table || table->gone || !table->sql.look.found)
            continue;
        if (whole) {
            table->clean = false;
            add_piece(&job->sweep, table, NULL, total);
        } else if (!table->clean) {
            rc = cut_table(job, table, total, err);
        }
    }
    zdm_cursors_release(&cursors);
    return rc;
}

/* Is there a table with a sweep? */
static bool
wanted(const struct zdm_job *job)
{
    if (job->sweep.off)
        return false;
    for (size_t i = 0; i < job->n_tables; i++)
        if (job->tables[i]->sql.look.found)
            return true;
    return false;
}

/* "id = 7, id = 9" */
static char *
keys_found(const struct zdm_sweep *s)
{
    struct zdm_buf b = ZDM_BUF_INIT;

    for (size_t i = 0; i < s->n_keys; i++) {
        const struct zdm_table *table = s->pieces[s->keys[i].piece].table;
        char *key = zdm_position_show(s->keys[i].key, table->sql.n_keys);
        zdm_buf_addf(&b, "%s%s = %s", i > 0 ? ", " : "", table->target.key, key);
        free(key);
    }
    return zdm_buf_take(&b);
}

/* Rows are written faster than they are done, or in a way that undoes it. */
static int
give_up(struct zdm_job *job, struct zdm_err *err)
{
    const struct zdm_sweep *s = &job->sweep;
    char *keys = keys_found(s);

    zdm_fail(err, ZDM_ERR_FAILED,
        "after %d rounds of repair %lld rows of %s still need backfill "
        "\"%s\"",
        ROUNDS_MOST, (long long)s->rows, zdm_job_target(job)->relation, job->spec->step);
    if (s->n_keys > 0)
        zdm_err_detail(err, "%s%s", keys, s->rows > (int64_t)s->n_keys ? ", ..." : "");
    zdm_err_hint(err,
        "somebody writes such rows all the time, such as an application that knows nothing of the "
        "change: have a sync trigger do it for them, or change the application first, then run "
        "plan \"%s\" again; verify = false leaves them as they are",
        job->spec->plan);
    free(keys);
    return -1;
}

static int
by_place(const void *a, const void *b)
{
    size_t x = ((const struct zdm_found *)a)->first, y = ((const struct zdm_found *)b)->first;

    return x < y ? -1 : x > y;
}

/* Neighbours become one; and when there are too many, `several` that follow each other. */
static void
join(struct zdm_sweep *s, size_t several)
{
    size_t n = 0, joined = 0;

    for (size_t i = 0; i < s->n_found; i++) {
        struct zdm_found *last = n > 0 ? &s->found[n - 1] : NULL, next = s->found[i];
        bool same = last && s->pieces[last->last].table == s->pieces[next.first].table;
        if (same && (last->last + 1 == next.first || joined < several)) {
            last->last = next.last;
            joined++;
        } else {
            s->found[n++] = next;
            joined = 1;
        }
    }
    s->n_found = n;
}

/* Sees to what was found. */
static int
settle(struct zdm_job *job, bool *clean, struct zdm_err *err)
{
    struct zdm_sweep *s = &job->sweep;
    bool lasts = true;

    if (s->n_found == 0)
        return 0;
    if (s->rounds == ROUNDS_MOST)
        return give_up(job, err);
    if (zdm_repair_lasts(job, &lasts, err) < 0)
        return -1;
    char *keys = keys_found(s);
    if (!lasts) {
        s->off = zdm_row_undone(job, zdm_job_target(job), keys);
        zdm_job_note(job, "warning", "note",
            "%s; so the final sweep cannot tell what is done, and changes nothing", s->off);
        free(keys);
        return 0;
    }
    s->rounds++;
    qsort(s->found, s->n_found, sizeof *s->found, by_place);
    join(s, 1);
    if (s->n_found > FOUND_MOST)
        join(s, (s->n_found + FOUND_MOST - 1) / FOUND_MOST);
    if (s->rows == 0) /* rows whose values are an error are found, but not counted */
        zdm_job_note(job, "info", "note",
            "the final sweep found rows of %s, written meanwhile, for which set or where is an "
            "error: they are tried one by one",
            zdm_job_target(job)->relation);
    else
        zdm_job_note(job, "info", "note",
            "the final sweep found %lld rows of %s that were written meanwhile and need it%s%s%s",
            (long long)s->rows, zdm_job_target(job)->relation, s->n_keys > 0 ? " (" : "", keys,
            s->n_keys > 0 ? s->rows > (int64_t)s->n_keys ? ", ...)" : ")" : "");
    free(keys);
    *clean = false;
    return zdm_repair_begin(job, err);
}

static int
sweep(struct zdm_job *job, bool whole, bool backwards, struct zdm_err *err)
{
    struct zdm_sweep *s = &job->sweep;
    struct zdm_meter walk = job->meter;

    clear(s);
    if (cut(job, whole, err) < 0)
        return -1;
    if (s->n_pieces == 0)
        return 0;
    zdm_job_lock(job);
    zdm_meter_start(&job->meter, 0, walk.total, zdm_monotonic_us());
    s->on = true;
    s->backwards = backwards;
    zdm_job_unlock(job);
    int rc = zdm_job_run(job, err);
    zdm_job_lock(job);
    s->on = false;
    job->meter = walk;
    zdm_job_unlock(job);
    return rc;
}

/* A table at a time: as a whole, then in pieces where that was not possible or found something. */
static int
look(struct zdm_job *job, bool backwards, struct zdm_err *err)
{
    return sweep(job, true, backwards, err) < 0 ? -1 : sweep(job, false, backwards, err);
}

/* Was everything seen in one statement? */
static bool
at_one_moment(const struct zdm_job *job)
{
    size_t looks = 0;

    for (size_t i = 0; i < job->n_tables; i++) {
        const struct zdm_table *table = job->tables[i];
        if (table->gone || !table->sql.look.found)
            continue;
        if (!table->clean)
            return false;
        looks++;
    }
    return looks <= 1;
}

static bool
has_pages(const struct zdm_job *job)
{
    /* Of one partition alone its own pass says all. */
    for (size_t i = 1; i < job->n_tables && job->n_tables > 2; i++)
        if (job->tables[i]->target.by_page && !job->tables[i]->gone)
            return true;
    return false;
}

/* A partition without a key was looked through when its own pass ended. Since then somebody may have moved a row
 * to it from one that was still to come: once more, until a round finds nothing to do. */
static int
look_at_pages(struct zdm_job *job, bool *again, struct zdm_err *err)
{
    struct zdm_sweep *s = &job->sweep;
    struct zdm_cursors cursors = {.count = 0};

    zdm_job_lock(job);
    *again = has_pages(job) && (!s->pages_looked || s->passes != job->passes);
    s->pages_looked = true;
    s->passes = job->passes;
    zdm_job_unlock(job);
    if (!*again)
        return 0;
    /* Adopted, their slices are open again: at the end of their pass. */
    int rc = zdm_job_read_cursors(job, &cursors, err);
    if (rc == 0)
        rc = zdm_job_check_slices(job, &cursors, err);
    if (rc == 0)
        rc = zdm_job_adopt(job, &cursors, err);
    zdm_cursors_release(&cursors);
    return rc;
}

int
zdm_job_sweep(struct zdm_job *job, bool *clean, struct zdm_err *err)
{
    bool again;

    *clean = true;
    if (look_at_pages(job, &again, err) < 0)
        return -1;
    if (again) {
        *clean = false;
        return 0;
    }
    if (!wanted(job))
        return 0;
    zdm_job_stage(job, ZDM_STAGE_SWEEPING);
    if (look(job, false, err) < 0)
        return -1;
    /* A row may have moved meanwhile from what was still to be looked at to what had been. It is where it is
     * by now, or moved again: those that always move in the same direction are met from the other end. */
    if (job->sweep.n_found == 0 && !at_one_moment(job) && look(job, true, err) < 0)
        return -1;
    return settle(job, clean, err);
}
