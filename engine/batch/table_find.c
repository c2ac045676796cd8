/* Which tables a backfill walks: the one of the plan, or its partitions. */
#include <stdlib.h>

#include "base/mem.h"
#include "batch/identity.h"
#include "batch/loop.h"

/* The table as a whole is walked. */
static int
walk_whole(struct zdm_job *job, struct zdm_err *err)
{
    struct zdm_table *table = job->tables[0];
    const struct zdm_backfill_target *target = &table->target;

    if (zdm_backfill_target_walks(job->spec, target, err) < 0)
        return -1;
    if (zdm_job_build(job, table, err) < 0)
        return -1;
    if (target->by_page)
        zdm_job_note(job, "info", "note",
            "%s has no key: page by page, again until no row is left for where", target->relation);
    else if (job->spec->n_key == 0 && !target->primary)
        zdm_job_note(job, "info", "note", "%s has no primary key: walking along %s, index %s",
            target->relation, target->key, target->index);
    return 0;
}

/* Partition by partition, or (when a statement has to name the partitioned table, or our role may not
 * write to its partitions) the way that an older backfill goes: along a key of the whole. */
static int
walk_partitioned(struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err)
{
    const struct zdm_backfill_target *target = &job->tables[0]->target;
    bool keyed = target->n_keys > 0;

    if (zdm_cursors_begun(cursors) && !zdm_identity_of_leaves(cursors->items[0].relation))
        return walk_whole(job, err);
    char *why = NULL;
    if (target->only_named && !zdm_cursors_begun(cursors)) {
        if (!keyed) {
            zdm_backfill_target_walks(job->spec, target, err);
            return zdm_err_detail(err,
                "it cannot be walked partition by partition: %s of it works only for statements "
                "that name %s",
                target->only_named, target->relation);
        }
        why = zdm_strf("%s works only for statements that name it", target->only_named);
    } else {
        if (zdm_leaves_begin(job, cursors, err) == 0)
            return 0;
        if (!keyed || zdm_cursors_begun(cursors) || err->code != ZDM_ERR_FAILED)
            return -1;
        why = zdm_strdup(err->message);
        zdm_err_clear(err);
        job->workers->fault = (struct zdm_backfill_fault){.set_index = ZDM_FAULT_WHERE};
        free(job->sweep.off);
        job->sweep.off = NULL;
    }
    int rc = walk_whole(job, err);
    if (rc == 0)
        zdm_job_note(job, "info", "note", "%s is walked as a whole, not partition by partition: %s",
            job->tables[0]->target.relation, why);
    free(why);
    return rc;
}

int
zdm_job_find_tables(struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err)
{
    const char *began = cursors->count > 0 ? cursors->items[0].relation : NULL;
    struct zdm_backfill_target target;

    while (zdm_backfill_target_find(job->control, job->spec, began, &target, err) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    zdm_job_add_table(job, &target);
    if (zdm_worker_open(job->workers, err) < 0)
        return -1;
    int rc = job->tables[0]->target.partitioned ? walk_partitioned(job, cursors, err)
                                                : walk_whole(job, err);
    if (rc < 0)
        job->fault = job->workers->fault;
    return rc;
}
