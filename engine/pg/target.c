#include <stdlib.h>

#include "base/mem.h"
#include "pg/conn.h"

char *
zdm_target_conninfo(const char *option)
{
    static const char *const variables[] = {"ZDM_DATABASE_URL", "DATABASE_URL"};

    if (option && *option)
        return zdm_strdup(option);
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *value = getenv(variables[i]);
        if (value && *value)
            return zdm_strdup(value);
    }
    return zdm_strdup("");
}
