#include "catalog/copy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "base/text.h"
#include "catalog/copy_private.h"
#include "pg/conn.h"
#include "pg/sandbox.h"
#include "pg/sandbox_find.h"
#include "pg/sandbox_setup.h"
#include "sql/syntax.h"

extern const struct zdm_embedded zdm_catalog_sql[];

struct zdm_schema_copy {
    struct zdm_sandbox *sandbox;
};

/* What is read of the target before anything is started. */
struct origin {
    int version;              /* major; 0: a schema file */
    int64_t relations;        /* how many, roughly */
    struct zdm_result *facts; /* of copy_facts.sql */
    char *file;               /* with the schema; owned */
    bool made;                /* by us: to be removed */
};

static void
release(struct origin *origin)
{
    if (origin->made)
        unlink(origin->file);
    free(origin->file);
    zdm_result_free(origin->facts);
}

static bool
is_fact(const struct origin *origin, int row, const char *kind)
{
    return strcmp(zdm_result_get(origin->facts, row, 0), kind) == 0;
}

static int
read_target(const char *conninfo, struct origin *origin, struct zdm_err *err)
{
    struct zdm_conn *conn = NULL;

    if (zdm_conn_open(conninfo, "zdm copy", &conn, err) < 0)
        return -1;
    int rc = zdm_conn_exec(
        conn, zdm_embedded_text(zdm_catalog_sql, "sql/copy_facts.sql"), &origin->facts, err);
    origin->version = zdm_conn_server_version(conn) / 10000;
    zdm_conn_close(conn);
    for (int row = 0; rc == 0 && row < zdm_result_rows(origin->facts); row++)
        if (is_fact(origin, row, "relations"))
            origin->relations = zdm_result_i64(origin->facts, row, 1);
    return rc;
}

/* A relation of a schema file has some 200 bytes of text. */
static int
measure_file(const char *schema_file, struct origin *origin, struct zdm_err *err)
{
    struct stat st;

    if (stat(schema_file, &st) < 0)
        return zdm_fail_errno(err, ZDM_ERR_USAGE, "cannot read schema file \"%s\"", schema_file);
    origin->relations = st.st_size / 200;
    origin->file = zdm_strdup(schema_file);
    return 0;
}

/* A server of the target's version when there is one, else the one that sandboxes use. */
static int
choose_server(const struct origin *origin, char **bindir, struct zdm_err *err)
{
    struct zdm_server_places places = zdm_server_places();
    struct zdm_server_user user;
    struct zdm_err unused = ZDM_ERR_INIT;
    char *version = NULL;
    int rc = -1, major = 0;

    *bindir = NULL;
    if (origin->version && !(places.bindir && *places.bindir)) {
        char *debian = zdm_strf("/usr/lib/postgresql/%d/bin", origin->version);
        char *red_hat = zdm_strf("/usr/pgsql-%d/bin", origin->version);
        const char *patterns[] = {debian, red_hat, NULL};
        const struct zdm_server_places same = {.patterns = patterns};
        /* No such server is no failure: there is the other one. */
        if (zdm_server_find(&same, bindir, &unused) < 0)
            *bindir = NULL;
        zdm_err_release(&unused);
        free(debian);
        free(red_hat);
    }
    if ((!*bindir && zdm_server_find(&places, bindir, err) < 0) ||
        zdm_server_user(&user, err) < 0 || zdm_server_version(*bindir, &user, &version, err) < 0)
        goto out;
    if (sscanf(version, "postgres (PostgreSQL) %9d", &major) == 1 && major < origin->version) {
        zdm_fail(err, ZDM_ERR_USAGE,
            "the copy needs PostgreSQL %d or newer: what is installed is %d", origin->version,
            major);
        zdm_err_hint(
            err, "install postgresql-%d, or set ZDM_PG_BINDIR to its folder", origin->version);
        goto out;
    }
    rc = 0;
out:
    free(version);
    return rc;
}

static int
start(const struct origin *origin, const char *bindir, struct zdm_schema_copy *copy,
    struct zdm_err *err)
{
    /* The schema is made in one transaction, which keeps a lock on everything that it made. */
    char *locks = zdm_strf("max_locks_per_transaction=%lld",
        (long long)(256 + (origin->relations < 1000000 ? origin->relations : 1000000) / 10));
    const char *settings[] = {locks, "wal_level=logical"};
    const struct zdm_sandbox_options options = {
        .settings = settings, .n_settings = 2, .bindir = bindir};
    int rc = zdm_sandbox_start(&options, &copy->sandbox, err);

    free(locks);
    return rc;
}

static int
exec_and_free(struct zdm_conn *conn, char *sql, struct zdm_err *err)
{
    int rc = zdm_conn_exec(conn, sql, NULL, err);

    free(sql);
    return rc;
}

static char *
literal(const char *value)
{
    struct zdm_buf buf = ZDM_BUF_INIT;

    zdm_buf_add(&buf, " E'");
    for (; *value; value++) {
        if (*value == '\'' || *value == '\\')
            zdm_buf_addc(&buf, *value);
        zdm_buf_addc(&buf, *value);
    }
    zdm_buf_addc(&buf, '\'');
    return zdm_buf_take(&buf);
}

/* One role, tablespace or setting of the target. */
static int
stand_in(struct zdm_conn *conn, const struct origin *origin, int row, struct zdm_err *err)
{
    const char *name = zdm_result_get(origin->facts, row, 1);
    const char *value = zdm_result_get(origin->facts, row, 2);
    char *quoted = zdm_sql_quote_ident(name), *sql = NULL;
    int rc = 0;

    if (is_fact(origin, row, "role") && strcmp(name, "postgres") != 0) {
        sql = zdm_strf("CREATE ROLE %s NOLOGIN %s", quoted, value);
    } else if (is_fact(origin, row, "tablespace")) {
        sql = zdm_strf("CREATE TABLESPACE %s LOCATION ''", quoted);
    } else if (is_fact(origin, row, "setting")) {
        /* A list of names is written as one, anything else as a string. */
        char *text =
            strcmp(name, "search_path") == 0 ? zdm_strdup(*value ? value : "''") : literal(value);
        sql = zdm_strf("ALTER DATABASE postgres SET %s TO %s", quoted, text);
        free(text);
    }
    if (sql)
        rc = exec_and_free(conn, sql, err);
    free(quoted);
    return rc;
}

static int
make_stand_ins(const struct zdm_schema_copy *copy, const struct origin *origin, struct zdm_err *err)
{
    struct zdm_conn *conn = NULL;
    int rc;

    if (!origin->facts)
        return 0;
    if (zdm_conn_open(zdm_sandbox_conninfo(copy->sandbox), "zdm copy", &conn, err) < 0)
        return -1;
    /* Tablespaces of the target become folders of the copy. */
    rc = zdm_conn_exec(conn, "SET allow_in_place_tablespaces = on", NULL, err);
    for (int row = 0; rc == 0 && row < zdm_result_rows(origin->facts); row++)
        rc = stand_in(conn, origin, row, err);
    zdm_conn_close(conn);
    return rc;
}

static int
fill(const struct zdm_schema_copy *copy, const struct origin *origin, struct zdm_err *err)
{
    const char *files[] = {origin->file};

    if (zdm_sandbox_setup(zdm_sandbox_conninfo(copy->sandbox), files, 1, err) == 0)
        return 0;
    if (err->code == ZDM_ERR_INTERRUPTED)
        return -1;
    if (strstr(err->message, "extension \"") || strstr(err->message, "access file"))
        zdm_err_hint(err,
            "install the extension beside the server that makes the copy (%s), or "
            "give a schema without it: --schema FILE",
            zdm_sandbox_bindir(copy->sandbox));
    return zdm_err_wrap(err, "cannot copy the schema");
}

/* The schema may hold foreign tables: what is written to them would be written at their server. */
static int
cut_off(const struct zdm_schema_copy *copy, struct zdm_err *err)
{
    struct zdm_conn *conn = NULL;

    if (zdm_conn_open(zdm_sandbox_conninfo(copy->sandbox), "zdm copy", &conn, err) < 0)
        return -1;
    int rc =
        zdm_conn_exec(conn, zdm_embedded_text(zdm_catalog_sql, "sql/copy_cut_off.sql"), NULL, err);
    zdm_conn_close(conn);
    return rc;
}

int
zdm_schema_copy_open(const char *conninfo, const char *schema_file, struct zdm_schema_copy **out,
    struct zdm_err *err)
{
    struct zdm_schema_copy *copy = zdm_alloc(sizeof *copy);
    struct origin origin = {.version = 0};
    char *bindir = NULL;
    int rc = -1;

    if ((conninfo ? read_target(conninfo, &origin, err) : measure_file(schema_file, &origin, err)) <
            0 ||
        choose_server(&origin, &bindir, err) < 0)
        goto out;
    /* Before the sandbox, which forgets libpq's environment. */
    if (conninfo) {
        if (zdm_schema_dump(conninfo, bindir, &origin.file, err) < 0)
            goto out;
        origin.made = true;
    }
    if (start(&origin, bindir, copy, err) < 0 || make_stand_ins(copy, &origin, err) < 0 ||
        fill(copy, &origin, err) < 0 || cut_off(copy, err) < 0)
        goto out;
    *out = copy;
    copy = NULL;
    rc = 0;
out:
    zdm_schema_copy_close(copy);
    release(&origin);
    free(bindir);
    return rc;
}

const struct zdm_sandbox *
zdm_schema_copy_sandbox(const struct zdm_schema_copy *copy)
{
    return copy->sandbox;
}

const char *
zdm_schema_copy_conninfo(const struct zdm_schema_copy *copy)
{
    return zdm_sandbox_conninfo(copy->sandbox);
}

void
zdm_schema_copy_close(struct zdm_schema_copy *copy)
{
    if (!copy)
        return;
    zdm_sandbox_stop(copy->sandbox);
    free(copy);
}
