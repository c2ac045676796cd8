#include "cli/locking.h"

#include <string.h>

#include "base/text.h"
#include "cli/json.h"

static void
add_blocked(struct zdm_buf *out, const struct zdm_lock_rules *rules)
{
    char age[32];

    zdm_buf_addf(out, "%s who is in the way for %s%s%s", zdm_on_blocked_name(rules->on_blocked),
        zdm_show_duration(rules->blocked_age_ms, age),
        rules->blocked_application ? " and whose application matches " : "",
        rules->blocked_application ? rules->blocked_application : "");
}

void
zdm_add_plan_locking(struct zdm_buf *out, const struct zdm_lock_rules *rules)
{
    char budget[32], patience[32], old[32];

    zdm_buf_addf(out, "a try for a strong lock waits %s at most; %lld tries, %s",
        zdm_show_duration(rules->budget_ms, budget), (long long)rules->tries,
        zdm_show_duration(rules->patience_ms, patience));
    if (rules->old_ms)
        zdm_buf_addf(out, "; none while a transaction older than %s is in the way",
            zdm_show_duration(rules->old_ms, old));
    if (rules->on_blocked != ZDM_BLOCKED_WAIT) {
        zdm_buf_add(out, "; ");
        add_blocked(out, rules);
    }
}

/* "public.a, then public.b: 1.0 s each" */
static void
add_order(struct zdm_buf *out, const struct zdm_lock_policy *policy)
{
    enum { SHOWN = 4 };
    char each[32];

    zdm_buf_addf(out, " for all of its tables, %s each: ",
        zdm_show_duration(zdm_lock_share_ms(policy, policy->most_ms), each));
    for (size_t i = 0; i < policy->n_needs && i < SHOWN; i++)
        zdm_buf_addf(out, "%s%s", i ? ", then " : "", policy->needs[i].relation);
    if (policy->n_needs > SHOWN)
        zdm_buf_addf(out, " and %zu more", policy->n_needs - SHOWN);
}

/* What the step says otherwise than the plan. */
static void
add_own(struct zdm_buf *out, const struct zdm_lock_rules *rules, const struct zdm_lock_rules *plan)
{
    char text[32];

    if (rules->tries != plan->tries)
        zdm_buf_addf(out, "; %lld tries", (long long)rules->tries);
    if (rules->patience_ms != plan->patience_ms)
        zdm_buf_addf(out, "; %s together", zdm_show_duration(rules->patience_ms, text));
    if (rules->old_ms != plan->old_ms)
        zdm_buf_addf(out,
            rules->old_ms ? "; transactions older than %s first"
                          : "%.0s; does not look "
                            "for old transactions",
            zdm_show_duration(rules->old_ms, text));
    if (rules->on_blocked != ZDM_BLOCKED_WAIT && rules->on_blocked != plan->on_blocked) {
        zdm_buf_add(out, "; ");
        add_blocked(out, rules);
    }
}

void
zdm_add_locking(struct zdm_buf *out, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, size_t index)
{
    const struct zdm_lock_rules *rules = &plan->steps[index].locks;
    struct zdm_lock_policy policy;
    char first[32], most[32];

    zdm_lock_policy_of(plan, report, index, &policy);
    zdm_show_duration(policy.first_ms, first);
    zdm_show_duration(policy.most_ms, most);
    switch (policy.class) {
    case ZDM_LOCKS_BRIEF:
    case ZDM_LOCKS_LONG:
        if (policy.first_ms == policy.most_ms)
            zdm_buf_addf(out, "%s a try", most);
        else
            zdm_buf_addf(out, "%s to %s a try", first, most);
        if (policy.n_needs > 1)
            add_order(out, &policy);
        add_own(out, rules, &plan->locks);
        if (policy.statement_ms)
            zdm_buf_addf(out, "; cancelled when it works for %s",
                zdm_show_duration(policy.statement_ms, first));
        else
            zdm_buf_add(out, "; then works as long as it takes");
        break;
    case ZDM_LOCKS_ROWS:
        zdm_buf_addf(out, "%s for a row or a table, as nobody waits behind it", most);
        break;
    case ZDM_LOCKS_ALONE:
        if (policy.most_ms)
            zdm_buf_addf(out, "%s; what that leaves pending is finalized in short tries", most);
        else
            zdm_buf_add(out, "as long as it takes, without a timeout");
        break;
    case ZDM_LOCKS_BATCHES:
    case ZDM_LOCKS_NONE:
        break;
    }
    zdm_lock_policy_release(&policy);
}

static json_t *
unless_zero(int64_t n)
{
    return zdm_json_known(n ? n : -1);
}

json_t *
zdm_json_policy(const struct zdm_lock_rules *rules, const struct zdm_lock_policy *policy)
{
    if (policy->class > ZDM_LOCKS_ALONE)
        return json_null();
    json_t *object = json_object(), *order = json_array();
    bool tries = policy->class <= ZDM_LOCKS_ROWS;
    bool acts = tries && rules->on_blocked != ZDM_BLOCKED_WAIT;
    for (size_t i = 0; i < policy->n_needs; i++)
        json_array_append_new(order, zdm_json_text(policy->needs[i].relation));
    json_object_set_new(object, "class", json_string(zdm_lock_class_name(policy->class)));
    json_object_set_new(object, "first_try_ms", unless_zero(policy->first_ms));
    json_object_set_new(object, "longest_try_ms", unless_zero(policy->most_ms));
    json_object_set_new(
        object, "lock_timeout_ms", unless_zero(zdm_lock_share_ms(policy, policy->most_ms)));
    json_object_set_new(object, "statement_timeout_ms", unless_zero(policy->statement_ms));
    json_object_set_new(object, "tries", unless_zero(tries ? rules->tries : 0));
    json_object_set_new(object, "patience_ms", unless_zero(tries ? rules->patience_ms : 0));
    json_object_set_new(object, "old_transaction_ms", unless_zero(tries ? rules->old_ms : 0));
    json_object_set_new(object, "wait_for_old_transactions_ms",
        tries && rules->old_ms ? json_integer(rules->wait_old_ms) : json_null());
    json_object_set_new(object, "on_blocked",
        tries ? json_string(zdm_on_blocked_name(rules->on_blocked)) : json_null());
    json_object_set_new(
        object, "on_blocked_age_ms", acts ? json_integer(rules->blocked_age_ms) : json_null());
    json_object_set_new(
        object, "on_blocked_application", zdm_json_text(acts ? rules->blocked_application : NULL));
    json_object_set_new(object, "order", order);
    return object;
}

json_t *
zdm_json_locking(const struct zdm_plan *plan, const struct zdm_plan_report *report, size_t index)
{
    struct zdm_lock_policy policy;

    zdm_lock_policy_of(plan, report, index, &policy);
    json_t *object = zdm_json_policy(&plan->steps[index].locks, &policy);
    zdm_lock_policy_release(&policy);
    return object;
}
