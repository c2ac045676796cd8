/* What statements call a table, and what begins the names that are ours in them (target.h). */
#include "batch/target.h"

const char *
zdm_backfill_target_row(const struct zdm_backfill_target *target)
{
    return target->alias ? target->alias : target->relation;
}

const char *
zdm_backfill_target_own(const struct zdm_backfill_target *target)
{
    return target->own ? target->own : "zdm";
}
