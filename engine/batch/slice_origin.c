/* Where a slice came from, and whether that may have been lost since. */
#include "batch/loop.h"

bool
zdm_slice_lost_locked(const struct zdm_job *job, int64_t slice)
{
    if (slice < 0 || (size_t)slice >= job->n_slices)
        return false;
    const struct zdm_origin *o = &job->slices[slice].origin;
    return o->how != ZDM_CLAIMED && job->sessions_lost > o->sessions;
}

bool
zdm_slice_may_be_lost(struct zdm_job *job, int64_t slice)
{
    zdm_job_lock(job);
    bool may = zdm_slice_lost_locked(job, slice);
    zdm_job_unlock(job);
    return may;
}

void
zdm_slice_rewound(struct zdm_job *job, int64_t slice, int64_t batches)
{
    zdm_job_lock(job);
    for (size_t i = 0; i < job->n_slices; i++) {
        struct zdm_origin *o = &job->slices[i].origin;
        if (o->how == ZDM_DEFERRED && o->of == slice && o->batches > batches)
            o->gone = true;
    }
    zdm_job_unlock(job);
}
