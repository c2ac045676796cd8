#include "plan/lock_policy.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_TRY_MS = 50, SHARE_LEAST_MS = 10 };

const char *zdm_lock_class_name(enum zdm_lock_class class)
{
    static const char *const names[] = {"brief", "long", "rows", "alone", "batches", "none"};
    return names[class];
}

/* Statements that change the catalog and lock no relation that exists: as brief as those that do. */
static bool
is_catalog_change(const struct zdm_statement *st)
{
    static const char *const kinds[] = {"COMMENT", "CREATE FUNCTION", "CREATE PROCEDURE",
        "CREATE SCHEMA", "CREATE SEQUENCE", "CREATE TABLE", "CREATE TRIGGER", "CREATE TYPE",
        "CREATE VIEW", "DROP FUNCTION", "DROP TRIGGER", "GRANT", "REVOKE"};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(st->kind, kinds[i]) == 0)
            return true;
    return false;
}

static bool
is_brief(const struct zdm_statement *st)
{
    if (!st->parsed || st->verdict == ZDM_VERDICT_UNKNOWN ||
        st->n_rewrites + st->n_scans + st->n_builds > 0)
        return false;
    for (size_t i = 0; i < st->n_locks; i++)
        if (st->locks[i].held != ZDM_HELD_BRIEF)
            return false;
    return st->n_locks > 0 || is_catalog_change(st);
}

/* A plan has few relations a step, and a partitioned table thousands: by name, sorted, then in order. */
struct seen {
    struct zdm_lock_need need;
    size_t order;
};

static int
by_relation(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    int c = strcmp(x->need.relation, y->need.relation);

    return c ? c : (x->order > y->order) - (x->order < y->order);
}

static int
by_order(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;

    return (x->order > y->order) - (x->order < y->order);
}

static void
add_to(struct zdm_lock_need *sum, const struct zdm_lock_need *need)
{
    if (need->mode > sum->mode)
        sum->mode = need->mode;
    if (need->reach > sum->reach)
        sum->reach = need->reach;
    if (need->below > sum->below)
        sum->below = need->below;
}

static void
keep_each_once(struct seen *all, size_t n, struct zdm_lock_policy *out)
{
    size_t kept = 0;

    qsort(all, n, sizeof *all, by_relation);
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || strcmp(all[kept - 1].need.relation, all[i].need.relation) != 0)
            all[kept++] = all[i];
        else
            add_to(&all[kept - 1].need, &all[i].need);
    }
    qsort(all, kept, sizeof *all, by_order);
    out->needs = zdm_alloc((kept + 1) * sizeof *out->needs);
    for (size_t i = 0; i < kept; i++)
        out->needs[i] = all[i].need;
    out->n_needs = kept;
}

/* Statements stand in the order of their steps: the first one of step `index`, or of a later one. */
static size_t
first_statement(const struct zdm_plan_statement *statements, size_t n, size_t step)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (statements[middle].step < step)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct sight {
    bool brief, known; /* all of the statements */
};

/* Nobody waits behind a weak lock, wherever it goes. */
static struct zdm_lock_need
need_of(const struct zdm_lock *lock)
{
    bool down = lock->reach != ZDM_REACH_SELF && lock->mode >= ZDM_LOCK_STRONG;

    return (struct zdm_lock_need){
        .relation = lock->relation,
        .mode = lock->mode,
        .reach = down ? lock->reach : ZDM_REACH_SELF,
        .below = down ? lock->mode : ZDM_LOCK_NONE,
    };
}

static struct sight
look_at_statements(const struct zdm_plan_statement *statements, size_t n_statements, size_t step,
    struct zdm_lock_policy *out)
{
    struct sight sight = {true, true};
    struct seen *all = NULL;
    size_t n = 0;

    for (size_t i = first_statement(statements, n_statements, step);
         i < n_statements && statements[i].step == step; i++) {
        const struct zdm_statement *st = &statements[i].st;
        sight.brief = sight.brief && is_brief(st);
        sight.known = sight.known && st->verdict != ZDM_VERDICT_UNKNOWN;
        for (size_t k = 0; k < st->n_locks; k++) {
            all = zdm_grow(all, n + 1, sizeof *all);
            all[n] = (struct seen){need_of(&st->locks[k]), n};
            n++;
        }
    }
    if (n)
        keep_each_once(all, n, out);
    free(all);
    return sight;
}

static void
set_times(const struct zdm_lock_rules *rules, struct zdm_lock_policy *out)
{
    out->most_ms = rules->budget_ms;
    out->first_ms = out->class != ZDM_LOCKS_ROWS && FIRST_TRY_MS < rules->budget_ms
                        ? FIRST_TRY_MS
                        : rules->budget_ms;
    if (out->class == ZDM_LOCKS_BRIEF)
        out->statement_ms = rules->statement_ms;
}

/* Outside transactions, of one table: VACUUM FULL, CLUSTER. Cancelled while it waits it leaves nothing behind,
 * and what works on several tables would begin with the first of them again. */
static bool
waits_in_tries(const struct zdm_plan_statement *statements, size_t n, size_t step)
{
    size_t i = first_statement(statements, n, step);

    if (i == n || statements[i].step != step)
        return false;
    const struct zdm_statement *st = &statements[i].st;
    return st->probe == ZDM_PROBE_REPEAT && st->n_locks == 1 && st->locks[0].mode >= ZDM_LOCK_SHARE;
}

/* DETACH CONCURRENTLY ends with ACCESS EXCLUSIVE on the partition, in a second transaction. One that does not
 * get it in time leaves the partition pending: its probe finalizes that in tries. */
static bool
detaches(const struct zdm_plan_statement *statements, size_t n, size_t step)
{
    size_t i = first_statement(statements, n, step);

    return i < n && statements[i].step == step && statements[i].st.probe == ZDM_PROBE_DETACHED;
}

void
zdm_lock_policy_of_sql(const struct zdm_lock_rules *rules,
    const struct zdm_plan_statement *statements, size_t n, size_t step, enum zdm_run_mode mode,
    struct zdm_lock_policy *out)
{
    enum zdm_lock_mode strongest = ZDM_LOCK_NONE;

    *out = (struct zdm_lock_policy){.class = ZDM_LOCKS_ALONE};
    if (mode == ZDM_RUN_ALONE && !waits_in_tries(statements, n, step)) {
        out->most_ms = detaches(statements, n, step) ? rules->budget_ms : 0;
        return;
    }
    out->class = ZDM_LOCKS_LONG;
    struct sight sight = look_at_statements(statements, n, step, out);
    for (size_t i = 0; i < out->n_needs; i++)
        if (out->needs[i].mode > strongest)
            strongest = out->needs[i].mode;
    if (sight.brief)
        out->class = ZDM_LOCKS_BRIEF;
    else if (sight.known && strongest > ZDM_LOCK_NONE && strongest < ZDM_LOCK_STRONG)
        out->class = ZDM_LOCKS_ROWS;
    set_times(rules, out);
}

void
zdm_lock_policy_of(const struct zdm_plan *plan, const struct zdm_plan_report *report, size_t index,
    struct zdm_lock_policy *out)
{
    const struct zdm_step *step = &plan->steps[index];

    *out = (struct zdm_lock_policy){.class = ZDM_LOCKS_NONE};
    switch (step->kind) {
    case ZDM_STEP_SQL:
        zdm_lock_policy_of_sql(&step->locks, report->statements, report->n_statements, index,
            zdm_plan_run_mode(report, index), out);
        break;
    case ZDM_STEP_HOOK: /* what it does nobody knows before */
        out->class = step->u.hook.transaction ? ZDM_LOCKS_LONG : ZDM_LOCKS_ALONE;
        if (step->u.hook.transaction)
            set_times(&step->locks, out);
        break;
    case ZDM_STEP_BACKFILL:
        out->class = ZDM_LOCKS_BATCHES;
        break;
    case ZDM_STEP_GATE:
    case ZDM_STEP_COMMAND:
        break;
    }
}

void
zdm_lock_policy_add(struct zdm_lock_policy *sum, const struct zdm_lock_policy *more)
{
    size_t n = more->n_needs + sum->n_needs, at = 0;
    struct seen *all = zdm_alloc((n + 1) * sizeof *all);

    for (size_t i = 0; i < more->n_needs; i++, at++)
        all[at] = (struct seen){more->needs[i], at};
    for (size_t i = 0; i < sum->n_needs; i++, at++)
        all[at] = (struct seen){sum->needs[i], at};
    zdm_lock_policy_release(sum);
    keep_each_once(all, n, sum);
    free(all);
    if (sum->class == ZDM_LOCKS_BRIEF && more->class != ZDM_LOCKS_BRIEF) {
        sum->class = ZDM_LOCKS_LONG;
        sum->statement_ms = 0;
    }
}

void
zdm_lock_policy_release(struct zdm_lock_policy *policy)
{
    free(policy->needs);
    policy->needs = NULL;
    policy->n_needs = 0;
}

int64_t
zdm_lock_share_ms(const struct zdm_lock_policy *policy, int64_t try_ms)
{
    size_t n = policy->class == ZDM_LOCKS_ROWS || policy->n_needs == 0 ? 1 : policy->n_needs;
    int64_t share = try_ms / (int64_t)n;

    return share > SHARE_LEAST_MS ? share : try_ms < SHARE_LEAST_MS ? try_ms : SHARE_LEAST_MS;
}
