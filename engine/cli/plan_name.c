#include "cli/plan_name.h"

#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "lua/plan_file.h"

char *
zdm_plan_name(const char *word, const struct zdm_ledger_plan *plans, size_t n_plans,
    struct zdm_errlist *errors)
{
    size_t n = strlen(word);
    bool file = strchr(word, '/') || (n > 4 && strcmp(word + n - 4, ".lua") == 0) ||
                access(word, F_OK) == 0;
    struct zdm_plan_file *loaded;
    char *name;

    if (!file)
        return zdm_strdup(word);
    if (zdm_plan_file_load(word, NULL, &loaded, errors) == 0) {
        name = zdm_strdup(zdm_plan_file_plan(loaded)->name);
        zdm_plan_file_free(loaded);
        return name;
    }
    for (size_t i = 0; i < n_plans; i++) {
        if (plans[i].file && strcmp(plans[i].file, word) == 0) {
            zdm_errlist_release(errors);
            return zdm_strdup(plans[i].name);
        }
    }
    return NULL;
}

char *
zdm_plan_name_of(const struct zdm_args *args, struct zdm_errlist *errors)
{
    const char *path = zdm_ledger_default_path(zdm_args_get(args, ZDM_OPT_LEDGER));
    struct zdm_ledger *ledger = NULL;
    struct zdm_ledger_plan *plans = NULL;
    struct zdm_err err = ZDM_ERR_INIT;
    size_t n = 0;

    if (zdm_ledger_open(path, ZDM_LEDGER_INSPECT, &ledger, &err) < 0 ||
        zdm_ledger_plan_list(ledger, &plans, &n, &err) < 0)
        zdm_err_clear(&err);
    char *name = zdm_plan_name(zdm_args_word(args, 0), plans, n, errors);
    zdm_ledger_plan_list_free(plans, n);
    zdm_ledger_close(ledger);
    return name;
}
