#include "pg/conn_env.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pg/conn_info.h"

int
zdm_conninfo_environment(const char *conninfo, char ***env, struct zdm_err *err)
{
    struct zdm_conninfo info;
    size_t n = 0;

    if (zdm_conninfo_parse(conninfo, &info, err) < 0)
        return -1;
    PQconninfoOption *options = PQconndefaults();
    char **list = zdm_alloc((info.n + 1) * sizeof *list);
    for (PQconninfoOption *o = options; o && o->keyword; o++) {
        const char *value = o->envvar ? zdm_conninfo_get(&info, o->keyword) : NULL;
        if (value)
            list[n++] = zdm_strf("%s=%s", o->envvar, value);
    }
    PQconninfoFree(options);
    zdm_conninfo_release(&info);
    *env = list;
    return 0;
}

void
zdm_conninfo_environment_free(char **env)
{
    for (size_t i = 0; env && env[i]; i++)
        free(env[i]);
    free(env);
}
