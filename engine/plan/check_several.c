/* VACUUM FULL a, b and its like, of which a part may be done: neither tries nor a probe can take it up in the middle. */
#include <string.h>

#include "base/buf.h"
#include "plan/check.h"

enum { LISTED = 8 };

/* What is worked on, apart from what is only locked along the way. */
static bool
is_worked_on(const struct zdm_statement *st, const struct zdm_lock *lock)
{
    bool index = strcmp(st->kind, "REINDEX INDEX") == 0;
    bool reindex = strncmp(st->kind, "REINDEX", 7) == 0;

    return (lock->held == ZDM_HELD_REWRITE || lock->held == ZDM_HELD_BUILD) &&
           lock->mode == (reindex && !index ? ZDM_LOCK_SHARE : ZDM_LOCK_ACCESS_EXCLUSIVE);
}

static void
add_statement(struct zdm_buf *out, const struct zdm_statement *st, const char *relation)
{
    if (strcmp(st->kind, "VACUUM") == 0)
        zdm_buf_addf(out, "VACUUM FULL %s", relation);
    else if (strcmp(st->kind, "CLUSTER") == 0)
        zdm_buf_addf(out, "CLUSTER %s USING ...", relation);
    else if (strcmp(st->kind, "REINDEX INDEX") == 0)
        zdm_buf_addf(out, "REINDEX INDEX %s", relation);
    else
        zdm_buf_addf(out, "REINDEX TABLE %s", relation);
}

int
zdm_plan_refuse_several(const struct zdm_statement *st, struct zdm_err *err)
{
    struct zdm_buf hint = ZDM_BUF_INIT;
    bool reindex = strncmp(st->kind, "REINDEX", 7) == 0;
    size_t n = 0;

    if (!st->one_by_one)
        return 0;
    zdm_fail(err, ZDM_ERR_PLAN,
        "this %s works on several tables one after the other, and would wait for each of their "
        "locks without a timeout",
        st->kind);
    zdm_buf_add(&hint, "write a step for each of them, which asks for its lock in short tries: ");
    for (size_t i = 0; i < st->n_locks; i++) {
        if (!is_worked_on(st, &st->locks[i]) || n++ >= LISTED)
            continue;
        zdm_buf_add(&hint, n > 1 ? "; " : "");
        add_statement(&hint, st, st->locks[i].relation);
    }
    if (n > LISTED)
        zdm_buf_addf(&hint, "; and %zu more", n - LISTED);
    else if (n == 0)
        add_statement(&hint, st, "...");
    if (reindex && strcmp(st->kind, "REINDEX SYSTEM") != 0)
        zdm_buf_addf(&hint, "\nor say %s CONCURRENTLY, which keeps no writer out", st->kind);
    zdm_err_hint(err, "%s", hint.s);
    zdm_buf_release(&hint);
    return -1;
}
