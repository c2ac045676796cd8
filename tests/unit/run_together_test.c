/* Which undos share a transaction: a sync with the column that it writes, and what stands between them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "plan_fixture.h"
#include "run/rollback_together.h"

struct way {
    struct zdm_plan *plan;
    struct zdm_plan_report report;
    struct zdm_rollback_view view;
    char *seen; /* the steps in their order: "+" with the next, "," without */
};

static const char *
keep(struct zdm_plan *plan, char *text)
{
    const char *kept = zdm_arena_strdup(plan->arena, text);

    free(text);
    return kept;
}

/* "Ax": adds column x; "Sx": its sync; "Tx": one of another table; "Ix": its index; "Cx": a check; "Rx": renames it;
 * "Lx": what takes long to take back; "Bx": fills it; "Gx": a gate; "Hx": a hook. */
static void
add(struct zdm_plan *plan, const char *word)
{
    char id[3] = {word[0], word[1]};
    char x = word[1];
    const char *name = zdm_arena_strdup(plan->arena, id);
    struct zdm_step *step;

    switch (word[0]) {
    case 'A':
        add_sql(plan, ZDM_PHASE_EXPAND, name,
            keep(plan, zdm_strf("ALTER TABLE t ADD COLUMN %c int", x)));
        break;
    case 'S':
    case 'T':
        step = add_sql(plan, ZDM_PHASE_EXPAND, name,
            keep(plan, zdm_strf("CREATE TRIGGER g%c BEFORE UPDATE ON t FOR EACH ROW EXECUTE "
                                "FUNCTION f()",
                           x)));
        step->u.sql.undo = text_at(keep(plan, zdm_strf("DROP TRIGGER g%c ON t", x)), 1, 1);
        struct zdm_sync *sync = zdm_arena_alloc(plan->arena, sizeof *sync);
        *sync = (struct zdm_sync){.table = word[0] == 'S' ? "public.t" : "u",
            .from = "old",
            .to = keep(plan, zdm_strf("%c", x))};
        step->u.sql.sync = sync;
        break;
    case 'I':
        add_sql(plan, ZDM_PHASE_EXPAND, name,
            keep(plan, zdm_strf("CREATE INDEX CONCURRENTLY i%c ON t (%c)", x, x)));
        break;
    case 'C':
        add_sql(plan, ZDM_PHASE_EXPAND, name,
            keep(
                plan, zdm_strf("ALTER TABLE t ADD CONSTRAINT c%c CHECK (%c > 0) NOT VALID", x, x)));
        break;
    case 'R':
        add_sql(plan, ZDM_PHASE_EXPAND, name,
            keep(plan, zdm_strf("ALTER TABLE t RENAME COLUMN %c TO now", x)));
        break;
    case 'L':
        step = add_sql(plan, ZDM_PHASE_EXPAND, name, "COMMENT ON TABLE t IS 'x'");
        step->u.sql.undo = text_at("UPDATE t SET old = 1", 1, 1);
        break;
    case 'B':
        add_backfill(plan, name, "t", keep(plan, zdm_strf("%c", x)), "old", NULL);
        break;
    case 'G':
        add_gate(plan, name, "SELECT true");
        break;
    default:
        step = add_step(plan, ZDM_PHASE_EXPAND, ZDM_STEP_HOOK, name);
        step->u.hook.transaction = true;
        step->u.hook.undo = 1;
    }
}

/* words: steps of a plan; first: how many of them stay. */
static void
go_back(struct way *w, const char *words, size_t first)
{
    struct zdm_buf seen = ZDM_BUF_INIT;

    *w = (struct way){.plan = zdm_plan_new(), .report = ZDM_PLAN_REPORT_INIT};
    for (const char *at = words; *at; at += at[2] ? 3 : 2)
        add(w->plan, at);
    zdm_plan_check(w->plan, &w->report); /* whether it is allowed is not asked here */
    w->view.steps = zdm_alloc((w->plan->n_steps + 1) * sizeof *w->view.steps);
    for (size_t i = w->plan->n_steps; i-- > first;)
        w->view.steps[w->view.n_steps++] = (struct zdm_rollback_step){.index = i,
            .action = zdm_next_undo(zdm_undo_class(w->plan, &w->report, i), ZDM_SEEN_DONE)};
    zdm_rollback_join(w->plan, &w->report, first, &w->view);
    for (size_t i = 0; i < w->view.n_steps; i++)
        zdm_buf_addf(&seen, "%s%s", w->plan->steps[w->view.steps[i].index].id,
            w->view.steps[i].with_next ? "+"
            : i + 1 < w->view.n_steps  ? ","
                                       : "");
    w->seen = zdm_buf_take(&seen);
}

static void
done(struct way *w)
{
    zdm_rollback_view_release(&w->view);
    zdm_plan_report_release(&w->report);
    zdm_plan_free(w->plan);
    free(w->seen);
}

static void
orders(void **state)
{
    static const struct {
        const char *plan, *back;
    } cases[] = {
        {"Ax Sx Bx", "Bx,Sx+Ax"},
        {"Ax Ay Sx Sy", "Sy+Sx+Ay+Ax"},
        {"Ax Sx Ay Sy", "Sy+Ay,Sx+Ax"},
        {"Ax Bx Sx", "Sx+Bx+Ax"},
        {"Ax Cx Sx Cy", "Cy,Sx+Cx+Ax"},
        /* An index that is dropped CONCURRENTLY comes before, when only triggers would have gone. */
        {"Ax Ix Sx", "Ix,Sx+Ax"},
        {"Ax Ay Ix Iy Sx Sy", "Iy,Ix,Sy+Sx+Ay+Ax"},
        {"Ax Cx Ix Sx", "Ix,Sx+Cx+Ax"},
        {"Ax Ix Cx Sx", "Sx,Cx,Ix,Ax"},
        /* A gate is not left open while what stands before it is gone. */
        {"Ax Gx Sx", "Sx+Gx+Ax"},
        {"Ax Ix Gx Sx", "Gx,Ix,Sx+Ax"},
        {"Ax Gx Ix Sx", "Ix,Sx+Gx+Ax"},
        {"Ax Ix Gx Cx Sx", "Sx,Cx,Gx,Ix,Ax"},
        {"Ax Gx Ix Gy Bx Iy Sx", "Iy,Gy,Ix,Sx+Bx+Gx+Ax"},
        /* What takes longer, or nobody knows, has a transaction of its own. */
        {"Ax Lx Sx", "Sx,Lx,Ax"},
        {"Ax Hx Sx", "Sx,Hx,Ax"},
        {"Ax Hx Ay Sx Sy", "Sy,Sx,Ay,Hx,Ax"},
        {"Ax Ay Sy Hx Sx", "Sx,Hx,Sy,Ay,Ax"},
        /* A column that gets its name back on the way can only be looked at behind that; one that is not dropped is
         * looked at under the name that it has. */
        {"Ax Ay Sx Rx Sy", "Sy,Rx,Sx,Ay,Ax"},
        {"Ax Ay Sx Rz Sy", "Sy+Rz+Sx+Ay+Ax"},
        /* Another column, another table, no sync. */
        {"Ax Sy", "Sy,Ax"},
        {"Ax Tx", "Tx,Ax"},
        {"Ax Ix Bx", "Bx,Ix,Ax"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct way w;
        go_back(&w, cases[i].plan, 0);
        if (strcmp(w.seen, cases[i].back) != 0)
            fail_msg("%s: %s, not %s", cases[i].plan, w.seen, cases[i].back);
        for (size_t k = 0; k < w.view.n_steps; k++)
            assert_null(w.view.steps[k].lacks);
        done(&w);
    }
}

static void
column_that_stays(void **state)
{
    struct way w;

    (void)state;
    go_back(&w, "Ax Sx Cx", 1);
    assert_string_equal(w.seen, "Cx,Sx");
    assert_null(w.view.steps[0].lacks);
    assert_non_null(
        strstr(w.view.steps[1].lacks, "column t.x stays, and nothing keeps it in step"));
    done(&w);
    go_back(&w, "Ax Sx", 0);
    assert_ptr_equal(zdm_rollback_goes_with(w.plan, &w.report, 1), &w.plan->steps[0]);
    assert_null(zdm_rollback_goes_with(w.plan, &w.report, 0));
    done(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders),
        cmocka_unit_test(column_that_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
