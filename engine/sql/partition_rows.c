#include "sql/constraint.h"
#include "sql/partition.h"

bool
zdm_partition_check_rows(
    struct zdm_draft *draft, struct zdm_relation *relation, const struct zdm_condition *condition)
{
    const struct zdm_condition *own = zdm_condition_of_relation(draft->arena, relation);
    enum zdm_truth truth = zdm_condition_implies(draft->catalog, relation, own, condition);
    bool scans = false;

    if (truth == ZDM_YES)
        return false;
    if (truth == ZDM_UNSURE)
        zdm_draft_assume(draft);
    if (relation->kind == ZDM_RELATION_PARTITIONED) {
        for (size_t i = 0; i < relation->children.n; i++) {
            struct zdm_relation *partition = relation->children.items[i];
            zdm_draft_lock_on(draft, partition, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
            scans |= zdm_partition_check_rows(draft, partition, condition);
        }
        return scans;
    }
    if (!zdm_relation_has_rows(relation))
        return false;
    zdm_draft_lock_on(draft, relation, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_SCAN);
    zdm_draft_scan_of(draft, relation);
    return true;
}

bool
zdm_partition_narrows_default(
    struct zdm_draft *draft, struct zdm_relation *parent, const struct zdm_bound *bound)
{
    struct zdm_relation *other = parent->default_partition;
    bool unsure;

    if (!other || bound->is_default)
        return false;
    zdm_draft_lock_on(draft, other, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    struct zdm_condition *taken = zdm_bound_condition(draft, parent, bound, &unsure);
    if (!taken) {
        zdm_draft_assume(draft);
        taken = zdm_condition_list(draft->arena, ZDM_CONDITION_OTHER);
        taken->what = "?";
    }
    return zdm_partition_check_rows(draft, other, zdm_condition_not(draft->arena, taken));
}
