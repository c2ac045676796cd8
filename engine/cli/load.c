#include "cli/load.h"

#include "cli/render_error.h"

int
zdm_load_file(const char *path, struct zdm_loaded *out)
{
    *out = (struct zdm_loaded){.report = ZDM_PLAN_REPORT_INIT, .errors = ZDM_ERRLIST_INIT};
    if (zdm_plan_file_load(path, &out->file, &out->errors) < 0)
        return -1;
    out->plan = zdm_plan_file_plan(out->file);
    return 0;
}

int
zdm_load_check(struct zdm_loaded *loaded, struct zdm_sql_context *context, const bool *done)
{
    if (zdm_plan_check_in(loaded->plan, context, done, &loaded->report) == 0)
        return 0;
    zdm_errlist_append(&loaded->errors, &loaded->report.errors);
    zdm_errlist_sort(&loaded->errors);
    return -1;
}

int
zdm_load(const char *path, struct zdm_loaded *out)
{
    if (zdm_load_file(path, out) < 0)
        return -1;
    struct zdm_sql_context *context = zdm_sql_context_new();
    int rc = zdm_load_check(out, context, NULL);
    zdm_sql_context_free(context);
    return rc;
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
