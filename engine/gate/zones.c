#include "gate/gate.h"

int
zdm_gate_check_zones(struct zdm_conn *conn, const struct zdm_plan *plan, struct zdm_err *err)
{
    for (size_t i = 0; i < plan->n_steps; i++) {
        const struct zdm_step *step = &plan->steps[i];
        const struct zdm_gate_question g = {.conn = conn, .plan = plan, .index = i};
        for (size_t k = 0; step->kind == ZDM_STEP_GATE && k < step->u.gate.n_checks; k++) {
            const struct zdm_check *check = &step->u.gate.checks[k];
            const char *zone = zdm_check_option(check, "zone");
            struct zdm_result *r = NULL;
            if (!zone)
                continue;
            if (ZDM_QUERY(conn,
                    "SELECT pg_catalog.clock_timestamp() AT TIME ZONE $1::pg_catalog.text", &r, err,
                    zone) < 0)
                return zdm_conn_lost(conn) ? -1 : zdm_gate_blame(&g, check, err);
            zdm_result_free(r);
        }
    }
    return 0;
}
