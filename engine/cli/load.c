#include "cli/load.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/render_error.h"
#include "ledger/ledger.h"
#include "pg/conn.h"

/* "rename_email" is plans/rename_email.lua, unless a file has that name. Owned. */
static char *
file_of(const char *word)
{
    char *path = zdm_strf("plans/%s.lua", word);
    bool named = !strchr(word, '/') && access(word, F_OK) != 0 && access(path, F_OK) == 0;

    if (named)
        return path;
    free(path);
    return zdm_strdup(word);
}

bool
zdm_load_finds(const char *word)
{
    char *path = file_of(word);
    bool found = access(path, F_OK) == 0;

    free(path);
    return found;
}

int
zdm_load_file(const char *conninfo, const char *ledger, const char *word, struct zdm_loaded *out)
{
    char *path = file_of(word);

    *out = (struct zdm_loaded){.report = ZDM_PLAN_REPORT_INIT, .errors = ZDM_ERRLIST_INIT};
    if (conninfo) {
        out->tables = zdm_tables_new(conninfo, zdm_ledger_default_path(ledger));
        out->describer = zdm_tables_describer(out->tables);
    }
    if (zdm_plan_file_load(path, out->tables ? &out->describer : NULL, &out->file, &out->errors) ==
        0)
        out->plan = zdm_plan_file_plan(out->file);
    if (out->tables) {
        zdm_tables_close(out->tables);
        out->described = zdm_tables_json(out->tables);
    }
    free(path);
    return out->plan ? 0 : -1;
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
zdm_load_complete(struct zdm_loaded *loaded)
{
    if (!zdm_plan_file_undescribed(loaded->file))
        return 0;
    struct zdm_err *err = zdm_errlist_add(&loaded->errors);

    zdm_fail(err, ZDM_ERR_USAGE,
        "the recipes of plan \"%s\" read the catalog, and no target is named", loaded->plan->name);
    return zdm_err_hint(err,
        "name the database with --db DSN, or for zdm plan and zdm check its schema: --schema FILE");
}

int
zdm_load(const struct zdm_args *args, const char *word, struct zdm_loaded *out)
{
    char *conninfo = args ? zdm_target_conninfo(zdm_args_get(args, ZDM_OPT_DB)) : NULL;
    const char *ledger = args ? zdm_args_get(args, ZDM_OPT_LEDGER) : NULL;
    int loaded = zdm_load_file(conninfo, ledger, word, out);

    free(conninfo);
    if (loaded < 0)
        return -1;
    if (zdm_load_complete(out) < 0)
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
    zdm_tables_free(loaded->tables);
    free(loaded->described);
    zdm_errlist_release(&loaded->errors);
    loaded->file = NULL;
    loaded->plan = NULL;
    loaded->tables = NULL;
    loaded->described = NULL;
}
