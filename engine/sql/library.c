#include "sql/library.h"

#include <pg_query.h>

const char *
zdm_sql_library(void)
{
    return PG_MAJORVERSION;
}
