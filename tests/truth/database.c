#include "database.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus.h"

static char *
conninfo_of(const struct truth_server *server, const char *database)
{
    return zdm_strf("%s dbname=%s", server->conninfo, database);
}

/* What belongs to the whole server: schema.sql cannot make it in every database. */
static int
make_tablespace(struct zdm_conn *admin, struct zdm_err *err)
{
    if (zdm_conn_exec(admin, "SET allow_in_place_tablespaces = on", NULL, err) == 0 &&
        zdm_conn_exec(admin, "CREATE TABLESPACE other_disk LOCATION ''", NULL, err) == 0)
        return 0;
    return zdm_err_wrap(err, "cannot make the tablespace of the test");
}

static int
fill_template(struct truth_server *server, const char *schema_file, struct zdm_err *err)
{
    char *conninfo = conninfo_of(server, "truth_template"), *text = NULL;
    struct zdm_conn *conn = NULL;
    int rc = -1;

    if (zdm_conn_exec(
            server->admin, "CREATE DATABASE truth_template TEMPLATE template0", NULL, err) < 0 ||
        !(text = truth_read_file(schema_file, err)) ||
        zdm_conn_open(conninfo, "truth", &conn, err) < 0)
        goto out;
    rc = zdm_conn_exec(conn, text, NULL, err);
    if (rc < 0)
        zdm_err_wrap(err, "%s", schema_file);
out:
    zdm_conn_close(conn);
    free(text);
    free(conninfo);
    return rc;
}

int
truth_server_open(
    struct truth_server *server, const char *conninfo, const char *schema_file, struct zdm_err *err)
{
    *server = (struct truth_server){.conninfo = conninfo};
    if (zdm_conn_open(conninfo, "truth", &server->admin, err) < 0)
        return -1;
    server->version = zdm_conn_server_version(server->admin) / 10000;
    if (make_tablespace(server->admin, err) == 0 && fill_template(server, schema_file, err) == 0)
        return 0;
    truth_server_close(server);
    return -1;
}

void
truth_server_close(struct truth_server *server)
{
    zdm_conn_close(server->admin);
    server->admin = NULL;
}

int
truth_database_make(
    struct truth_server *server, const char *name, char **conninfo, struct zdm_err *err)
{
    char *sql = zdm_strf("CREATE DATABASE %s TEMPLATE truth_template", name);
    int rc = truth_database_drop(server, name, err);

    if (rc == 0)
        rc = zdm_conn_exec(server->admin, sql, NULL, err);
    free(sql);
    if (rc == 0)
        *conninfo = conninfo_of(server, name);
    return rc;
}

int
truth_database_drop(struct truth_server *server, const char *name, struct zdm_err *err)
{
    char *sql = zdm_strf("DROP DATABASE IF EXISTS %s WITH (FORCE)", name);
    int rc = zdm_conn_exec(server->admin, sql, NULL, err);

    free(sql);
    return rc;
}
