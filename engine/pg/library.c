#include "pg/library.h"

#include <libpq-fe.h>

void
zdm_pg_library(struct zdm_buf *out)
{
    int version = PQlibVersion();

    zdm_buf_addf(out, "%d.%d", version / 10000, version % 10000);
}
