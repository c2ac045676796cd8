#include "lua/compat_file.h"

#include <stdlib.h>

#include "lua/evaluate.h"
#include "lua/reader.h"

int
zdm_compat_read(const char *path, struct zdm_plan **out, struct zdm_errlist *errors)
{
    struct zdm_source *source = NULL;
    struct zdm_script *script = NULL;
    struct zdm_err err = ZDM_ERR_INIT;
    int rc = -1;

    if (zdm_source_read_as(path, "load", &source, &err) < 0)
        goto out;
    script = zdm_script_new(source);
    script->language = "compat";
    if (zdm_evaluate(script, errors) == 0)
        rc = zdm_read_compat(script, out, &err);
out:
    zdm_script_free(script);
    zdm_source_free(source);
    if (err.code != ZDM_OK)
        zdm_err_move(zdm_errlist_add(errors), &err);
    return rc;
}
