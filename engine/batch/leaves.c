/*
 * A partitioned table is walked partition by partition: each of them has a key, SQL and slices of its
 * own, and no batch pays for finding the partition of its rows. Slice 0 is of the partitioned table
 * itself and has no rows: it says that the backfill goes this way (identity.h).
 *
 * What becomes of partitions meanwhile is the catalog's to say, whenever it matters: a batch passes only
 * while its table is a partition, and the closing transaction (cursor_finish.sql) looks for new ones, and
 * leaves out those that are gone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "batch/identity.h"
#include "batch/loop.h"

extern const struct zdm_embedded zdm_batch_sql[];

/* Cursors of one partition each, by its oid. */
struct began {
    const struct zdm_cursor **items;
    size_t n;
};

static int
compare(const void *a, const void *b)
{
    const struct zdm_cursor *const *one = a, *const *other = b;

    return (*one)->leaf < (*other)->leaf ? -1 : (*one)->leaf > (*other)->leaf;
}

static struct began
began_of(const struct zdm_cursors *cursors)
{
    struct began b = {.items = zdm_alloc((cursors->count + 1) * sizeof *b.items)};

    for (size_t i = 0; i < cursors->count; i++)
        if (cursors->items[i].leaf != 0)
            b.items[b.n++] = &cursors->items[i];
    qsort(b.items, b.n, sizeof *b.items, compare);
    return b;
}

/* How it was begun; NULL: it was not. */
static const char *
find_began(const struct began *b, unsigned oid)
{
    const struct zdm_cursor key = {.leaf = oid}, *wanted = &key;
    const struct zdm_cursor **found =
        b->n > 0 ? bsearch(&wanted, b->items, b->n, sizeof *b->items, compare) : NULL;

    return found ? (*found)->relation : NULL;
}

static int
list(struct zdm_job *job, struct zdm_result **r, struct zdm_err *err)
{
    char root[24];

    snprintf(root, sizeof root, "%u", zdm_job_target(job)->oid);
    while (ZDM_QUERY(
               job->control, zdm_embedded_text(zdm_batch_sql, "sql/leaves.sql"), r, err, root) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    return 0;
}

static int
find_one(struct zdm_job *job, const char *relation, const char *began, struct zdm_err *err)
{
    struct zdm_backfill_target target;
    bool found;

    while (zdm_backfill_target_find_leaf(job->control, job->spec, zdm_job_target(job), relation,
               began, &found, &target, err) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    if (!found) /* dropped between two looks */
        return 0;
    struct zdm_table *table = zdm_job_add_table(job, &target);
    if (zdm_job_build(job, table, err) < 0)
        return zdm_leaf_gone(job->workers, err) ? 0 : -1;
    return 0;
}

int
zdm_leaves_find(struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err)
{
    struct began began = began_of(cursors);
    struct zdm_result *r = NULL;
    int rc = list(job, &r, err);

    for (int i = 0; rc == 0 && i < zdm_result_rows(r); i++) {
        unsigned oid = (unsigned)zdm_result_i64(r, i, 0);
        struct zdm_table *known = zdm_job_leaf(job, oid);
        if (known)
            known->gone = false; /* it was attached again */
        else
            rc = find_one(job, zdm_result_get(r, i, 1), find_began(&began, oid), err);
    }
    zdm_result_free(r);
    free(began.items);
    return rc;
}

/* With what is worth a line. */
static void
tell(struct zdm_job *job)
{
    size_t pages = 0, others = 0;
    const struct zdm_backfill_target *paged = NULL, *other = NULL;

    for (size_t i = 1; i < job->n_tables; i++) {
        const struct zdm_backfill_target *t = &job->tables[i]->target;
        if (t->by_page && pages++ == 0)
            paged = t;
        if (!t->by_page && !t->primary && others++ == 0)
            other = t;
    }
    zdm_job_note(job, "info", "note", "%s is walked partition by partition: %zu of them",
        zdm_job_target(job)->relation, job->n_tables - 1);
    if (paged)
        zdm_job_note(job, "info", "note",
            "%s%s no key: page by page, again until no row is left for where", paged->relation,
            pages > 1 ? " and others have" : " has");
    if (other && job->spec->n_key == 0)
        zdm_job_note(job, "info", "note", "%s%s no primary key: walking along %s, index %s",
            other->relation, others > 1 ? " and others have" : " has", other->key, other->index);
}

int
zdm_leaves_begin(struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err)
{
    struct zdm_backfill_target *target = &job->tables[0]->target;
    char *table = target->identity, *database = zdm_identity_part(table, 0);

    job->by_leaf = true;
    target->identity = zdm_strf("%s/%u/" ZDM_IDENTITY_LEAVES, database, target->oid);
    free(database);
    if (zdm_leaves_find(job, cursors, err) < 0) {
        zdm_job_drop_tables(job, 1);
        zdm_worker_walks(job->workers, job->tables[0]);
        free(target->identity);
        target->identity = table;
        job->by_leaf = false;
        return -1;
    }
    free(table);
    tell(job);
    return 0;
}

/* A share of the slices, by size. */
static size_t
share(const struct zdm_table *table, double pages)
{
    double slices = pages > 0 ? ZDM_SLICES_MAX * (double)table->target.pages / pages : 1;

    return slices < 1 ? 1 : (size_t)slices;
}

int
zdm_leaves_cut(struct zdm_job *job, const struct zdm_cursors *cursors, int64_t first,
    struct zdm_cursors *out, struct zdm_err *err)
{
    struct began began = began_of(cursors);
    double pages = 0;
    int rc = 0;

    for (size_t i = 1; i < job->n_tables; i++)
        pages += (double)job->tables[i]->target.pages;
    for (size_t i = 1; rc == 0 && i < job->n_tables; i++) {
        struct zdm_table *table = job->tables[i];
        char *bound = NULL;
        int64_t total;
        if (table->gone || find_began(&began, table->target.oid))
            continue;
        zdm_worker_walks(job->workers, table);
        rc = zdm_job_measure(job->workers, &bound, &total, err);
        if (rc == 0)
            rc = zdm_slices_cut(job->workers, bound, total, share(table, pages), first, out, err);
        free(bound);
        if (rc < 0 && zdm_leaf_gone(job->workers, err))
            rc = 0;
    }
    free(began.items);
    return rc;
}
