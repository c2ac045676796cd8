/* Tables that an extension keeps in its own hands: what its own catalog says of them. */
#include "catalog/load_private.h"

#include <string.h>

#include "base/buf.h"

/* Written from the documentation of these extensions. The table stands between the two parts of the
 * query, whatever its schema; schema and name of what is managed come back. */
static const struct manager {
    const char *extension, *table, *as, *query, *behind;
} managers[] = {
    {"timescaledb", "hypertable", "a hypertable", "SELECT schema_name, table_name FROM ", ""},
    {"timescaledb", "continuous_agg", "a continuous aggregate",
        "SELECT user_view_schema, user_view_name FROM ", ""},
    {"citus", "pg_dist_partition", "a distributed table", "SELECT n.nspname, c.relname FROM ",
        " d JOIN pg_catalog.pg_class c ON c.oid = d.logicalrelid"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"},
    {"pg_partman", "part_config", "a parent whose partitions come and go by themselves",
        "SELECT i[1], i[2] FROM ", " p, pg_catalog.parse_ident(p.parent_table) i"},
};

struct search {
    const struct manager *manager;
    const struct zdm_relation *found;
};

static bool
see_table(void *self, struct zdm_relation *relation)
{
    struct search *search = self;

    if (relation->extension && strcmp(relation->extension, search->manager->extension) == 0 &&
        strcmp(relation->name, search->manager->table) == 0)
        search->found = relation;
    return !search->found;
}

static void
take(struct zdm_load *load, const struct manager *manager, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        const char *schema = zdm_result_get(rows, i, 0), *name = zdm_result_get(rows, i, 1);
        struct zdm_relation *relation =
            schema && name ? zdm_catalog_relation(load->catalog, schema, name) : NULL;
        if (!relation)
            continue;
        relation->managed_by = manager->extension;
        relation->managed_as = manager->as;
    }
}

static void
add_quoted(struct zdm_buf *buf, const char *name)
{
    zdm_buf_add(buf, "\"");
    for (; *name; name++) {
        if (*name == '"')
            zdm_buf_add(buf, "\"");
        zdm_buf_addc(buf, *name);
    }
    zdm_buf_add(buf, "\"");
}

/* Behind a savepoint: a table of another version, or one that the role may not read, is no reason to
 * know nothing of all the rest. */
static int
ask(struct zdm_load *load, const struct manager *manager, struct zdm_err *err)
{
    struct search search = {.manager = manager};
    struct zdm_err why = ZDM_ERR_INIT;
    struct zdm_result *rows = NULL;

    zdm_catalog_each_relation(load->catalog, see_table, &search);
    if (!search.found) {
        load->catalog->unread_manager = manager->extension;
        return 0;
    }
    struct zdm_buf sql = ZDM_BUF_INIT;
    zdm_buf_add(&sql, manager->query);
    add_quoted(&sql, search.found->schema);
    zdm_buf_add(&sql, ".");
    add_quoted(&sql, search.found->name);
    zdm_buf_add(&sql, manager->behind);
    int rc = zdm_conn_exec(load->conn, "SAVEPOINT zdm_managed", NULL, err);
    if (rc == 0 && zdm_conn_exec(load->conn, sql.s, &rows, &why) < 0) {
        load->catalog->unread_manager = manager->extension;
        rc = zdm_conn_exec(load->conn, "ROLLBACK TO SAVEPOINT zdm_managed", NULL, err);
    } else if (rc == 0) {
        take(load, manager, rows);
    }
    if (rc == 0)
        rc = zdm_conn_exec(load->conn, "RELEASE SAVEPOINT zdm_managed", NULL, err);
    zdm_result_free(rows);
    zdm_err_release(&why);
    zdm_buf_release(&sql);
    return rc;
}

int
zdm_load_managed(struct zdm_load *load, struct zdm_err *err)
{
    const struct zdm_catalog *catalog = load->catalog;

    for (size_t i = 0; i < sizeof managers / sizeof *managers; i++)
        for (size_t k = 0; k < catalog->extensions.n; k++)
            if (strcmp(catalog->extensions.items[k], managers[i].extension) == 0 &&
                ask(load, &managers[i], err) < 0)
                return -1;
    return 0;
}
