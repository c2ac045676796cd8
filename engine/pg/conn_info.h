/*
 * conn_info.h - connection settings: parsing them, naming the place, keeping passwords out of what
 * people read. No connection is made here; only the files of pg/ and their tests include it.
 */
#ifndef ZDM_PG_CONN_INFO_H
#define ZDM_PG_CONN_INFO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Connection settings as libpq keywords and values, both ending with NULL. */
struct zdm_conninfo {
    char **keys, **values;
    size_t n;
};
/* Parses `conninfo` as documented at zdm_conn_open. Broken: ZDM_ERR_USAGE, passwords hidden. */
int zdm_conninfo_parse(const char *conninfo, struct zdm_conninfo *out, struct zdm_err *err);
void zdm_conninfo_release(struct zdm_conninfo *info);
const char *zdm_conninfo_get(
    const struct zdm_conninfo *info, const char *key); /* NULL: not given */
void zdm_conninfo_set(struct zdm_conninfo *info, const char *key, const char *value);
/* Removes the hosts up to and with `host` from lists "a,b,c" of hosts, addresses and ports;
 * false when none would be left. */
bool zdm_conninfo_skip_host(struct zdm_conninfo *info, const char *host);
/* text with every `secret` replaced by ***; returns owned. Secrets may be NULL or empty. */
char *zdm_scrub(const char *text, size_t n, const char *const *secrets);
/* "shop@db.example:5432/shop"; socket folders and IPv6 addresses stand in brackets. Owned. */
char *zdm_conninfo_where(const char *user, const char *host, const char *port, const char *db);

/* What a failed connect says. `text` is PQerrorMessage at PQERRORS_VERBOSE. */
int zdm_connect_error(const char *where, const char *host, const char *port, const char *db,
    const char *user, const char *text, struct zdm_err *err);

#endif
