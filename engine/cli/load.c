#include "cli/load.h"

#include "cli/render_error.h"

int
zdm_load(const char *path, struct zdm_loaded *out)
{
    *out = (struct zdm_loaded){.report = ZDM_PLAN_REPORT_INIT, .errors = ZDM_ERRLIST_INIT};
    if (zdm_plan_file_load(path, &out->file, &out->errors) < 0)
        return -1;
    out->plan = zdm_plan_file_plan(out->file);
    if (zdm_plan_check(out->plan, &out->report) == 0)
        return 0;
    zdm_errlist_append(&out->errors, &out->report.errors);
    zdm_errlist_sort(&out->errors);
    return -1;
}

void
zdm_loaded_release(struct zdm_loaded *loaded)
{
    zdm_plan_report_release(&loaded->report);
    zdm_plan_file_free(loaded->file);
    zdm_errlist_release(&loaded->errors);
    loaded->file = NULL;
    loaded->plan = NULL;
}
