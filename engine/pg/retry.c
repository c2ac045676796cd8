#include "pg/retry.h"

#include <string.h>

#include "base/mem.h"

/* Tried from the top; a pattern is an SQLSTATE or the beginning of one. */
static const struct {
    const char *prefix;
    enum zdm_retry retry;
} table[] = {
    {"40002", ZDM_RETRY_NEVER}, /* integrity constraint violated at the end: the data is wrong */
    {"40", ZDM_RETRY_AGAIN},    /* serialization failure, deadlock, conflict with recovery */
    {"55P03", ZDM_RETRY_LOCK},  /* lock not available */
    {"57014", ZDM_RETRY_NEVER}, /* cancelled by somebody, or by a timeout that was set on purpose */
    {"57P04", ZDM_RETRY_NEVER}, /* the database was dropped */
    {"57P", ZDM_RETRY_RECONNECT},   /* shutdown, crash, starting up, idle session ended */
    {"08", ZDM_RETRY_RECONNECT},    /* connection */
    {"25006", ZDM_RETRY_RECONNECT}, /* read-only: failed over, the primary is elsewhere */
    {"25P03", ZDM_RETRY_RECONNECT}, /* ended while idle in a transaction */
    {"25P04", ZDM_RETRY_RECONNECT}, /* transaction_timeout */
    {"53400", ZDM_RETRY_NEVER},     /* a limit of the configuration, the same the next time */
    {"53", ZDM_RETRY_RESOURCE},     /* disk full, out of memory, too many connections */
    {"58", ZDM_RETRY_NEVER},        /* I/O error, missing file: somebody has to look */
    {"XX", ZDM_RETRY_NEVER},        /* internal error, corruption */
};

enum zdm_retry
zdm_retry_class(const char *sqlstate, bool connection_lost)
{
    for (size_t i = 0; sqlstate && i < sizeof table / sizeof *table; i++)
        if (strncmp(sqlstate, table[i].prefix, strlen(table[i].prefix)) == 0)
            return table[i].retry;
    return connection_lost && !(sqlstate && *sqlstate) ? ZDM_RETRY_RECONNECT : ZDM_RETRY_NEVER;
}

bool
zdm_is_data_error(const char *sqlstate)
{
    return sqlstate && (strncmp(sqlstate, "22", 2) == 0 || strncmp(sqlstate, "23", 2) == 0 ||
                           strcmp(sqlstate, "P0001") == 0 || strcmp(sqlstate, "ZDM01") == 0);
}
