/* One runner a plan: the session advisory lock. */
#include "pg/journal.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "base/text.h"

extern const struct zdm_embedded zdm_pg_sql[];

struct key {
    char whole[24], high[12], low[12]; /* as the lock functions and as pg_locks write it */
};

static struct key
key_of(const char *plan)
{
    struct key key;
    char *name = zdm_strf("zdm/%s", plan);
    char hex[65];

    zdm_sha256_hex(name, strlen(name), hex);
    free(name);
    hex[16] = '\0';
    uint64_t bits = strtoull(hex, NULL, 16);
    snprintf(key.whole, sizeof key.whole, "%" PRId64, (int64_t)bits);
    snprintf(key.high, sizeof key.high, "%" PRIu32, (uint32_t)(bits >> 32));
    snprintf(key.low, sizeof key.low, "%" PRIu32, (uint32_t)bits);
    return key;
}

static int
refuse_pooler(struct zdm_conn *conn, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_FAILED,
        "%s is a pooler that gives each transaction another server session", zdm_conn_where(conn));
    return zdm_err_hint(err,
        "zdm needs a session that stays: name the server itself with --db, or a "
        "port of the pooler in session mode");
}

static int
backend_pid(struct zdm_conn *conn, const char *sql, int64_t *pid, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (zdm_conn_exec(conn, sql, &r, err) < 0)
        return -1;
    *pid = zdm_result_i64(r, 0, 0);
    zdm_result_free(r);
    return 0;
}

/* Behind a pooler in transaction mode a lock would stay with a server session that is not ours, so
 * this must be known before it is taken: a second client that opens a transaction gets the session
 * we used just now, or we get another one after it. */
static int
check_pooler(struct zdm_conn *conn, struct zdm_err *err)
{
    static const char ask[] = "SELECT pg_catalog.pg_backend_pid()";
    static const char begin[] = "BEGIN; SELECT pg_catalog.pg_backend_pid()";
    struct zdm_err none = ZDM_ERR_INIT;
    struct zdm_conn *other = NULL;
    int64_t before, between, after;
    int rc = -1;

    if (backend_pid(conn, ask, &before, err) < 0)
        return -1;
    /* A pool in session mode may have no session left for a second client: then ours is our own,
     * and the look at the lock afterwards has the last word. */
    if (zdm_conn_open(zdm_conn_conninfo(conn), "zdm", &other, &none) < 0 ||
        backend_pid(other, begin, &between, &none) < 0) {
        rc = 0;
        goto out;
    }
    if (between == before) {
        refuse_pooler(conn, err);
        goto out;
    }
    if (backend_pid(conn, ask, &after, err) < 0)
        goto out;
    rc = after == before ? 0 : refuse_pooler(conn, err);
out:
    zdm_conn_close(other);
    zdm_err_release(&none);
    return rc;
}

static int
ask_bool(struct zdm_conn *conn, const char *sql, size_t n, const char *const *values, bool *answer,
    struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (zdm_conn_query(conn, sql, n, values, &r, err) < 0)
        return -1;
    *answer = zdm_result_bool(r, 0, 0);
    zdm_result_free(r);
    return 0;
}

static int
find_holder(struct zdm_conn *conn, const struct key *key, char **holder, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_pg_sql, "sql/own_holder.sql"), &r, err, key->high,
            key->low) < 0)
        return -1;
    *holder = zdm_result_rows(r) > 0 ? zdm_strdup(zdm_result_get(r, 0, 0)) : NULL;
    zdm_result_free(r);
    return 0;
}

int
zdm_journal_own(
    struct zdm_conn *conn, const char *plan, bool *taken, char **holder, struct zdm_err *err)
{
    struct key key = key_of(plan);
    const char *held_sql = zdm_embedded_text(zdm_pg_sql, "sql/own_held.sql");
    const char *halves[] = {key.high, key.low};
    const char *whole[] = {key.whole};
    char *who = NULL;
    bool ours;

    if (ask_bool(conn, held_sql, 2, halves, &ours, err) < 0)
        return -1;
    if (!ours && zdm_conn_proxied(conn) && check_pooler(conn, err) < 0)
        return -1;
    /* A holder that ends between the try and the look at it leaves the lock free: try again. */
    for (int tries = 0; !ours && !who && tries < 3; tries++) {
        if (ask_bool(conn, "SELECT pg_catalog.pg_try_advisory_lock($1)", 1, whole, &ours, err) < 0)
            return -1;
        if (!ours && find_holder(conn, &key, &who, err) < 0)
            return -1;
    }
    if (ours) {
        bool held;
        if (ask_bool(conn, held_sql, 2, halves, &held, err) < 0)
            return -1;
        if (!held)
            return refuse_pooler(conn, err);
    }
    *taken = ours;
    if (holder)
        *holder = who;
    else
        free(who);
    return 0;
}

int
zdm_journal_holder(struct zdm_conn *conn, const char *plan, char **holder, struct zdm_err *err)
{
    struct key key = key_of(plan);

    return find_holder(conn, &key, holder, err);
}

int
zdm_journal_runner(struct zdm_conn *conn, const char *plan, char **who, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char *holder = NULL;

    if (zdm_journal_holder(conn, plan, &holder, err) < 0)
        return -1;
    bool held = holder != NULL;
    free(holder);
    if (held && ZDM_QUERY(conn,
                    "SELECT p.runner FROM zdm.plan AS p "
                    "WHERE p.name OPERATOR(pg_catalog.=) $1::pg_catalog.text",
                    &r, err, plan) < 0)
        return -1;
    *who = held && zdm_result_rows(r) > 0 ? zdm_strdup(zdm_result_get(r, 0, 0)) : NULL;
    zdm_result_free(r);
    return 0;
}
