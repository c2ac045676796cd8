#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ledger/stmt.h"

int
zdm_ledger_plan_put(struct zdm_ledger *ledger, const char *target, const char *where,
    const char *name, const char *file, const char *fingerprint, const char *canonical, int64_t *id,
    struct zdm_err *err)
{
    struct zdm_stmt st;

    if (zdm_stmt_open(ledger, ZDM_LEDGER_SQL("plan_put"), &st, err) < 0)
        return -1;
    zdm_stmt_text(&st, ":target", target);
    zdm_stmt_text(&st, ":place", where);
    zdm_stmt_text(&st, ":name", name);
    zdm_stmt_text(&st, ":file", file);
    zdm_stmt_text(&st, ":fingerprint", fingerprint);
    zdm_stmt_text(&st, ":canonical", canonical);
    zdm_stmt_int(&st, ":now", zdm_now_ms());
    return zdm_stmt_run_int(&st, id, err);
}

/* target and name NULL: any. */
static int
list(struct zdm_ledger *ledger, const char *target, const char *name, struct zdm_ledger_plan **out,
    size_t *n, struct zdm_err *err)
{
    struct zdm_ledger_plan *plans = NULL;
    size_t count = 0;
    struct zdm_stmt st;
    int rc;

    if (zdm_stmt_open(ledger, ZDM_LEDGER_SQL("plan_list"), &st, err) < 0)
        return -1;
    zdm_stmt_text(&st, ":target", target);
    zdm_stmt_text(&st, ":name", name);
    while ((rc = zdm_stmt_step(&st, err)) > 0) {
        plans = zdm_grow(plans, count + 1, sizeof *plans);
        plans[count++] = (struct zdm_ledger_plan){
            .id = zdm_stmt_get_int(&st, 0),
            .target = zdm_stmt_get_text(&st, 1),
            .where = zdm_stmt_get_text(&st, 2),
            .name = zdm_stmt_get_text(&st, 3),
            .file = zdm_stmt_get_text(&st, 4),
            .fingerprint = zdm_stmt_get_text(&st, 5),
            .canonical = zdm_stmt_get_text(&st, 6),
            .first_ms = zdm_stmt_get_int(&st, 7),
            .last_ms = zdm_stmt_get_int(&st, 8),
            .state = zdm_stmt_get_text(&st, 9),
        };
    }
    zdm_stmt_close(&st);
    if (rc < 0) {
        zdm_ledger_plan_list_free(plans, count);
        return -1;
    }
    *out = plans;
    *n = count;
    return 0;
}

int
zdm_ledger_plan_list(
    struct zdm_ledger *ledger, struct zdm_ledger_plan **out, size_t *n, struct zdm_err *err)
{
    return list(ledger, NULL, NULL, out, n, err);
}

int
zdm_ledger_plan_find(struct zdm_ledger *ledger, const char *target, const char *name,
    struct zdm_ledger_plan **out, struct zdm_err *err)
{
    struct zdm_ledger_plan *plans = NULL;
    size_t n = 0;

    if (list(ledger, target, name, &plans, &n, err) < 0)
        return -1;
    struct zdm_ledger_plan *found = NULL;
    if (n > 0) {
        found = zdm_alloc(sizeof *found);
        *found = plans[0];
        plans[0] = (struct zdm_ledger_plan){0};
    }
    zdm_ledger_plan_list_free(plans, n);
    *out = found;
    return 0;
}

int
zdm_ledger_described_put(
    struct zdm_ledger *ledger, int64_t plan, const char *described, struct zdm_err *err)
{
    struct zdm_stmt st;

    if (zdm_stmt_open(ledger, ZDM_LEDGER_SQL("described_put"), &st, err) < 0)
        return -1;
    zdm_stmt_int(&st, ":plan", plan);
    zdm_stmt_text(&st, ":described", described);
    return zdm_stmt_run(&st, err);
}

int
zdm_ledger_described(struct zdm_ledger *ledger, const char *target, const char *name,
    char **described, struct zdm_err *err)
{
    struct zdm_stmt st;

    if (zdm_stmt_open(ledger, ZDM_LEDGER_SQL("described_get"), &st, err) < 0)
        return -1;
    zdm_stmt_text(&st, ":target", target);
    zdm_stmt_text(&st, ":name", name);
    int rc = zdm_stmt_step(&st, err);
    if (rc >= 0)
        *described = rc > 0 ? zdm_stmt_get_text(&st, 0) : NULL;
    zdm_stmt_close(&st);
    return rc < 0 ? -1 : 0;
}

void
zdm_ledger_plan_list_free(struct zdm_ledger_plan *plans, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(plans[i].target);
        free(plans[i].where);
        free(plans[i].name);
        free(plans[i].file);
        free(plans[i].fingerprint);
        free(plans[i].canonical);
        free(plans[i].state);
    }
    free(plans);
}
