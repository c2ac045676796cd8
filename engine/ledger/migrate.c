#include "ledger/file.h"
#include "ledger/stmt.h"

#include "base/buf.h"
#include "base/mem.h"

/* migrations[v] brings a ledger from version v to v + 1. A new ledger takes all of them, so that
 * there is one way to each version. */
static const char *const migrations[] = {
    "schema.sql",
    "schema_2.sql",
    "schema_3.sql",
};

int64_t
zdm_ledger_version(void)
{
    return (int64_t)(sizeof migrations / sizeof *migrations);
}

int
zdm_ledger_migrate(struct zdm_ledger *ledger, struct zdm_err *err)
{
    int64_t version;

    /* Another zdm may have done it while this one waited for its transaction. */
    if (zdm_ledger_pragma(ledger, "PRAGMA user_version", &version, err) < 0)
        return -1;
    for (; version < zdm_ledger_version(); version++) {
        const char *sql = zdm_embedded_text(zdm_ledger_sql, migrations[version]);
        if (zdm_ledger_exec(ledger, sql, err) < 0)
            return -1;
    }

    char set[80];
    snprintf(set, sizeof set, "PRAGMA user_version = %lld; PRAGMA application_id = %d",
        (long long)version, ZDM_LEDGER_APPLICATION_ID);
    return zdm_ledger_exec(ledger, set, err);
}
