#include "cli/version.h"

#include "ledger/library.h"
#include "lua/library.h"
#include "pg/library.h"
#include "sql/library.h"

void
zdm_version_line(struct zdm_buf *out)
{
    zdm_buf_addf(out, "zdm %s (PostgreSQL grammar %s, %s, SQLite %s, libpq ", ZDM_VERSION,
        zdm_sql_library(), zdm_lua_library(), zdm_ledger_library());
    zdm_pg_library(out);
    zdm_buf_add(out, ")\n");
}
