#include "pg/journal.h"

#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/mem.h"

#define SCHEMA_VERSION 13

extern const struct zdm_embedded zdm_pg_sql[];

/* sql/journal_state.sql, column by column. */
struct state {
    bool standby, read_only, schema, meta, used;
    bool may_use, may_create_in, may_create, may_write, may_read;
    char *role, *database, *owner; /* quoted as identifiers; owner NULL: no schema */
    char *publications;            /* FOR ALL TABLES, "a, b", quoted so too; NULL: none */
};

static void
release_state(struct state *s)
{
    free(s->role);
    free(s->database);
    free(s->owner);
    free(s->publications);
    *s = (struct state){.standby = false};
}

static int
read_state(struct zdm_conn *conn, const char *table, struct state *s, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_pg_sql, "sql/journal_state.sql"), &r, err, table) < 0)
        return -1;
    release_state(s);
    s->standby = zdm_result_bool(r, 0, 0);
    s->read_only = strcmp(zdm_result_get(r, 0, 1), "on") == 0;
    s->schema = zdm_result_bool(r, 0, 2);
    s->meta = zdm_result_bool(r, 0, 3);
    s->used = zdm_result_bool(r, 0, 4);
    s->may_use = zdm_result_bool(r, 0, 5);
    s->may_create_in = zdm_result_bool(r, 0, 6);
    s->may_create = zdm_result_bool(r, 0, 7);
    s->may_write = zdm_result_bool(r, 0, 8);
    s->may_read = zdm_result_bool(r, 0, 9);
    s->role = zdm_strdup(zdm_result_get(r, 0, 10));
    s->database = zdm_strdup(zdm_result_get(r, 0, 11));
    s->owner = zdm_strdup(zdm_result_get(r, 0, 12));
    s->publications = zdm_strdup(zdm_result_get(r, 0, 13));
    zdm_result_free(r);
    return 0;
}

static int
refuse_read_only(struct zdm_conn *conn, const struct state *s, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_FAILED, "%s is read-only (a standby?)", zdm_conn_where(conn));
    if (s->standby)
        return zdm_err_hint(err, "name the primary with --db, or list all servers of the cluster "
                                 "and add target_session_attrs=read-write");
    return zdm_err_hint(err,
        "default_transaction_read_only is on here: turn it off for this role "
        "(ALTER ROLE %s SET default_transaction_read_only = off)",
        s->role);
}

static int
refuse_create(const struct state *s, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_FAILED, "role %s may not create the schema zdm in database %s", s->role,
        s->database);
    zdm_err_detail(err, "zdm keeps its journal there, in the same transactions as its work");
    return zdm_err_hint(err,
        "ask the owner of the database to run: CREATE SCHEMA zdm "
        "AUTHORIZATION %s;",
        s->role);
}

/* Who has made the schema by hand has read this, or has no subscribers. */
static int
refuse_published(const struct state *s, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_REFUSED,
        "the tables that zdm would make in database %s would be published at once, by %s "
        "(FOR ALL TABLES)",
        s->database, s->publications);
    zdm_err_detail(err,
        "a subscriber that does not have these tables stops replicating, all of its "
        "tables, at the first row in them");
    return zdm_err_hint(err,
        "make the tables of the schema zdm on every subscriber first (docs/reference/roles.md, "
        "\"Publications of all tables\"), then let the owner of the database consent here: CREATE "
        "SCHEMA zdm AUTHORIZATION %s;",
        s->role);
}

static int
refuse_use(const struct state *s, const char *table, struct zdm_err *err)
{
    if (s->meta && table) {
        zdm_fail(err, ZDM_ERR_FAILED, "role %s may not write to zdm.%s in database %s", s->role,
            table, s->database);
        return zdm_err_hint(err,
            "ask %s, who owns the schema, to run: GRANT USAGE ON SCHEMA zdm TO %s; GRANT SELECT ON "
            "ALL TABLES IN SCHEMA zdm TO %s; GRANT INSERT, UPDATE ON zdm.%s TO %s;",
            s->owner, s->role, s->role, table, s->role);
    }
    zdm_fail(err, ZDM_ERR_FAILED, "role %s may not write to the schema zdm in database %s", s->role,
        s->database);
    if (!s->meta)
        return zdm_err_hint(err,
            "ask %s, who owns the schema, to run: GRANT USAGE, CREATE ON "
            "SCHEMA zdm TO %s;",
            s->owner, s->role);
    return zdm_err_hint(err,
        "ask %s, who owns the schema, to run: GRANT USAGE, CREATE ON SCHEMA "
        "zdm TO %s; GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA zdm "
        "TO %s;",
        s->owner, s->role, s->role);
}

static int
refuse_read(const struct state *s, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_FAILED, "role %s may not read the schema zdm in database %s", s->role,
        s->database);
    return zdm_err_hint(err,
        "ask %s, who owns the schema, to run: GRANT USAGE ON SCHEMA zdm TO %s; "
        "GRANT SELECT ON ALL TABLES IN SCHEMA zdm TO %s;",
        s->owner, s->role, s->role);
}

static int
refuse_foreign(const struct state *s, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_MISMATCH,
        "database %s has a schema zdm that is not zdm's: it has no zdm.meta", s->database);
    return zdm_err_hint(err,
        "it belongs to %s and was not touched; rename it (ALTER SCHEMA zdm "
        "RENAME TO ...), or restore zdm.meta if zdm made it",
        s->owner);
}

/* The tables of an older zdm: its own runs go on with them as they are then. */
static int
upgrade(struct zdm_conn *conn, const struct state *s, int64_t version, struct zdm_err *err)
{
    if (zdm_conn_exec(conn, zdm_embedded_text(zdm_pg_sql, "sql/journal.sql"), NULL, err) == 0)
        return 0;
    zdm_conn_rollback(conn);
    if (strcmp(err->sqlstate, "42501") == 0) /* insufficient privilege: only the owner may */
        zdm_err_hint(err,
            "let a role that owns the tables of the schema zdm run a plan once (its owner is %s)",
            s->owner);
    else if (strcmp(err->sqlstate, "55P03") == 0) /* lock not available */
        zdm_err_hint(err, "a transaction of another run holds a lock on the tables of the schema "
                          "zdm: run this again when its step has ended, or stop that run first");
    return zdm_err_wrap(err, "cannot bring the schema zdm in database %s from version %lld to %d",
        s->database, (long long)version, SCHEMA_VERSION);
}

static int
check_version(struct zdm_conn *conn, const struct state *s, bool *changed, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (zdm_conn_exec(conn, "SELECT version FROM zdm.meta", &r, err) < 0) {
        if (strcmp(err->sqlstate, "42703") == 0) { /* undefined column: some other zdm.meta */
            zdm_fail(err, ZDM_ERR_MISMATCH, "the table zdm.meta is not zdm's");
            zdm_err_hint(err, "rename the schema zdm (ALTER SCHEMA zdm RENAME TO ...)");
        }
        return -1;
    }
    int64_t version = zdm_result_rows(r) == 1 ? zdm_result_i64(r, 0, 0) : 0;
    zdm_result_free(r);
    if (version == SCHEMA_VERSION)
        return 0;
    if (version >= 1 && version < SCHEMA_VERSION) {
        *changed = true;
        return upgrade(conn, s, version, err);
    }
    if (version > SCHEMA_VERSION) {
        zdm_fail(err, ZDM_ERR_MISMATCH,
            "the schema zdm in the database is of a newer zdm: version "
            "%lld, this zdm knows %d",
            (long long)version, SCHEMA_VERSION);
        return zdm_err_hint(err, "upgrade zdm to the release that the others use");
    }
    zdm_fail(err, ZDM_ERR_MISMATCH, "zdm.meta does not have the one row that says what this is");
    return zdm_err_hint(
        err, "restore it from a backup: zdm cannot tell this database from another");
}

/* The whole script is one transaction: after a failure nothing is left of it. */
static int
create(struct zdm_conn *conn, const char *table, struct state *s, struct zdm_err *err)
{
    struct zdm_err why = ZDM_ERR_INIT;

    if (zdm_conn_exec(conn, zdm_embedded_text(zdm_pg_sql, "sql/journal.sql"), NULL, err) == 0)
        return read_state(conn, table, s, err);
    zdm_conn_rollback(conn);
    if (zdm_conn_lost(conn) || err->code == ZDM_ERR_INTERRUPTED)
        return -1;
    /* Another role's first run may have made it between our look and our try. */
    if (read_state(conn, table, s, &why) == 0 && s->meta) {
        zdm_err_clear(err);
        return 0;
    }
    zdm_err_release(&why);
    return zdm_err_wrap(err, "cannot create the schema zdm in database %s", s->database);
}

static int
install(struct zdm_conn *conn, const char *table, char **published, struct zdm_err *err)
{
    struct state s = {.standby = false};
    bool changed = false;
    int rc = -1;

    if (read_state(conn, table, &s, err) < 0)
        goto out;
    if (s.standby || s.read_only) {
        refuse_read_only(conn, &s, err);
        goto out;
    }
    if (!s.meta) {
        if (s.used)
            refuse_foreign(&s, err);
        else if (!s.schema && s.publications)
            refuse_published(&s, err);
        else if (s.schema && !(s.may_use && s.may_create_in))
            refuse_use(&s, table, err);
        else if (!s.schema && !s.may_create)
            refuse_create(&s, err);
        else
            rc = create(conn, table, &s, err);
        if (rc < 0)
            goto out;
        changed = true;
    }
    rc = -1;
    if (!s.may_use || !s.may_write) {
        refuse_use(&s, table, err);
        goto out;
    }
    rc = check_version(conn, &s, &changed, err);
    if (rc == 0 && published && changed && s.publications) {
        free(*published);
        *published = zdm_strdup(s.publications);
    }
out:
    release_state(&s);
    return rc;
}

int
zdm_journal_install(struct zdm_conn *conn, struct zdm_err *err)
{
    return install(conn, NULL, NULL, err);
}

int
zdm_journal_install_for(
    struct zdm_conn *conn, const char *table, char **published, struct zdm_err *err)
{
    return install(conn, table, published, err);
}

char *
zdm_journal_published_words(const char *published)
{
    if (!published)
        return NULL;
    return zdm_strf(
        "the tables of the schema zdm, made or changed now, are published by %s (FOR ALL TABLES): "
        "a "
        "subscriber that does not have them as they are here stops replicating at the next row in "
        "them",
        published);
}

int
zdm_journal_foresee(struct zdm_conn *conn, struct zdm_err *stop, struct zdm_err *err)
{
    struct state s = {.standby = false};

    if (read_state(conn, NULL, &s, err) < 0)
        return -1;
    if (!s.schema && s.publications)
        refuse_published(&s, stop);
    release_state(&s);
    return 0;
}

int
zdm_journal_exists(struct zdm_conn *conn, bool *exists, struct zdm_err *err)
{
    struct state s = {.standby = false};
    int rc = 0;

    if (read_state(conn, NULL, &s, err) < 0)
        return -1;
    if (s.meta && !(s.may_use && s.may_read))
        rc = refuse_read(&s, err);
    else
        *exists = s.meta;
    release_state(&s);
    return rc;
}

int
zdm_journal_target(struct zdm_conn *conn, char out[33], struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (zdm_conn_exec(conn, "SELECT target FROM zdm.meta", &r, err) < 0)
        return -1;
    const char *id = zdm_result_rows(r) == 1 ? zdm_result_get(r, 0, 0) : NULL;
    if (id)
        snprintf(out, 33, "%s", id);
    zdm_result_free(r);
    if (id)
        return 0;
    zdm_fail(err, ZDM_ERR_MISMATCH, "zdm.meta does not have the one row that says what this is");
    return zdm_err_hint(
        err, "restore it from a backup: zdm cannot tell this database from another");
}
