#include "base/embedded.h"
#include "run/probe.h"

extern const struct zdm_embedded zdm_run_sql[];

int
zdm_probe_named(const struct zdm_probe *probe, bool *there, struct zdm_err *err)
{
    struct zdm_result *result = NULL;
    if (ZDM_QUERY(probe->s->conn, zdm_embedded_text(zdm_run_sql, "sql/named_present.sql"), &result,
            err, probe->st->probe_what, probe->st->probe_object) < 0)
        return -1;
    *there = zdm_result_bool(result, 0, 0);
    zdm_result_free(result);
    return 0;
}
