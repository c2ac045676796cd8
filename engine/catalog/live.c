#include "catalog/live.h"

#include <string.h>

#include "base/embedded.h"
#include "catalog/load_private.h"
#include "sql/live.h"

extern const struct zdm_embedded zdm_catalog_sql[];

struct reading {
    struct zdm_load load; /* conn, catalog, relations of it by OID */
    struct zdm_live *live;
};

static bool
enter(void *self, struct zdm_relation *relation)
{
    struct reading *reading = self;

    if (relation->oid)
        zdm_oid_map_put(&reading->load.relations, relation->oid, relation);
    return true;
}

static struct zdm_live_relation *
live_of(struct reading *reading, struct zdm_relation *relation)
{
    if (!relation->live)
        relation->live = zdm_catalog_alloc(reading->load.catalog, sizeof *relation->live);
    return relation->live;
}

enum { ROW_BYTES = 100 }; /* of a table of which nobody knows more than how many there are */

/* pg_class counts when VACUUM and ANALYZE do, the statistics with every transaction. */
static void
grow(struct zdm_relation *relation, int64_t alive)
{
    if (alive <= relation->rows)
        return;
    if (relation->rows > 0)
        relation->bytes =
            (int64_t)((double)relation->bytes * (double)alive / (double)relation->rows);
    else if (relation->bytes < alive * ROW_BYTES)
        relation->bytes = alive * ROW_BYTES;
    relation->rows = alive;
}

static void
take_tables(struct reading *reading, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        struct zdm_relation *relation =
            zdm_oid_map_get(&reading->load.relations, zdm_load_oid(rows, i, 0));
        if (!relation || (relation->kind == ZDM_RELATION_INDEX && !relation->index))
            continue;
        /* A scan of an index is one of its table. */
        struct zdm_live_relation *seen =
            live_of(reading, relation->index ? relation->index->table : relation);
        seen->scans += zdm_result_i64(rows, i, 1);
        seen->changes += zdm_result_i64(rows, i, 2);
        if (!relation->index)
            grow(relation, zdm_result_i64(rows, i, 3));
    }
}

static int64_t
known(const struct zdm_result *rows, int row, int column)
{
    return zdm_result_get(rows, row, column) ? zdm_result_i64(rows, row, column) : -1;
}

static void
take_server(struct reading *reading, const struct zdm_result *rows)
{
    struct zdm_live *live = reading->live;
    if (zdm_result_rows(rows) > 0) {
        live->since = zdm_load_text(&reading->load, rows, 0, 0);
        live->seconds = zdm_result_i64(rows, 0, 1);
        live->connections = zdm_result_i64(rows, 0, 2);
        live->available = zdm_result_i64(rows, 0, 3);
        live->tablespace = zdm_load_text(&reading->load, rows, 0, 4);
        live->temp_file_limit = known(rows, 0, 5);
        live->sort_memory = zdm_result_i64(rows, 0, 6);
        live->blind = !zdm_result_bool(rows, 0, 7);
    }
}

static enum zdm_lock_mode
mode_of(const char *name)
{
    static const char *const names[] = {"", "AccessShareLock", "RowShareLock", "RowExclusiveLock",
        "ShareUpdateExclusiveLock", "ShareLock", "ShareRowExclusiveLock", "ExclusiveLock",
        "AccessExclusiveLock"};

    for (size_t i = 1; name && i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return (enum zdm_lock_mode)i;
    return ZDM_LOCK_NONE;
}

static struct zdm_live_transaction *
add_transaction(struct reading *reading, const struct zdm_result *rows, int i)
{
    struct zdm_load *load = &reading->load;
    struct zdm_live_transaction *by = zdm_catalog_alloc(load->catalog, sizeof *by);
    char kind = zdm_load_char(rows, i, 0);

    by->kind = kind == 'p'   ? ZDM_LIVE_PREPARED
               : kind == 'a' ? ZDM_LIVE_AUTOVACUUM
                             : ZDM_LIVE_SESSION;
    by->pid = (int)zdm_result_i64(rows, i, 1);
    by->name = zdm_load_text(load, rows, i, 2);
    by->user = zdm_load_text(load, rows, i, 3);
    by->state = zdm_load_text(load, rows, i, 4);
    by->age_ms = zdm_result_i64(rows, i, 5);
    by->snapshot = zdm_result_bool(rows, i, 6);
    by->prevents_wraparound = zdm_result_bool(rows, i, 7);
    zdm_catalog_append(load->catalog, &reading->live->transactions, by);
    return by;
}

/* A prepared transaction has no pid but a name, which is its own. */
static bool
is_same(const struct zdm_live_transaction *by, const struct zdm_result *rows, int i)
{
    if (!by || by->pid != (int)zdm_result_i64(rows, i, 1))
        return false;
    return by->pid || strcmp(by->name, zdm_result_get(rows, i, 2)) == 0;
}

static void
take_sessions(struct reading *reading, const struct zdm_result *rows)
{
    const struct zdm_live_transaction *by = NULL;
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        if (!is_same(by, rows, i))
            by = add_transaction(reading, rows, i);
        struct zdm_relation *relation =
            zdm_oid_map_get(&reading->load.relations, zdm_load_oid(rows, i, 8));
        enum zdm_lock_mode mode = mode_of(zdm_result_get(rows, i, 9));
        if (!relation || mode == ZDM_LOCK_NONE)
            continue;
        struct zdm_live_lock *lock = zdm_catalog_alloc(reading->load.catalog, sizeof *lock);
        lock->by = by;
        lock->mode = mode;
        zdm_catalog_append(reading->load.catalog, &live_of(reading, relation)->locks, lock);
    }
}

static void
take_replication(struct reading *reading, const struct zdm_result *rows)
{
    struct zdm_load *load = &reading->load;
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        const char *name = zdm_load_text(load, rows, i, 1);
        if (zdm_load_char(rows, i, 0) == 'r') {
            struct zdm_live_replica *replica = zdm_catalog_alloc(load->catalog, sizeof *replica);
            replica->name = name;
            replica->behind_bytes = known(rows, i, 3);
            replica->behind_ms = known(rows, i, 4);
            zdm_catalog_append(load->catalog, &reading->live->replicas, replica);
        } else {
            struct zdm_live_slot *slot = zdm_catalog_alloc(load->catalog, sizeof *slot);
            slot->name = name;
            slot->active = zdm_result_bool(rows, i, 2);
            slot->safe_bytes = known(rows, i, 3);
            zdm_catalog_append(load->catalog, &reading->live->slots, slot);
        }
    }
}

static const struct {
    const char *query;
    void (*take)(struct reading *, const struct zdm_result *);
} parts[] = {
    {"sql/live_server.sql", take_server},
    {"sql/live_tables.sql", take_tables},
    {"sql/live_sessions.sql", take_sessions},
    {"sql/live_replication.sql", take_replication},
};

enum { N_PARTS = sizeof parts / sizeof *parts };

static void
take(void *self, size_t index, const struct zdm_result *rows)
{
    parts[index].take(self, rows);
}

/* Names are those of pg_catalog whatever the search path of the session. */
static int
read_all(struct reading *reading, struct zdm_err *err)
{
    /* Since 15 each count is looked up in shared memory: copies of what is read once cost time. */
    static const char begin[] = "BEGIN READ ONLY; SET LOCAL search_path = pg_catalog;"
                                "SET LOCAL jit = off",
                      begin_15[] = "BEGIN READ ONLY; SET LOCAL search_path = pg_catalog;"
                                   "SET LOCAL jit = off;"
                                   "SET LOCAL stats_fetch_consistency = none";
    struct zdm_conn *conn = reading->load.conn;
    const struct zdm_taker taker = {reading, take};
    const char *sql[N_PARTS];

    for (size_t i = 0; i < N_PARTS; i++)
        sql[i] = zdm_embedded_text(zdm_catalog_sql, parts[i].query);
    bool is_15 = zdm_conn_server_version(conn) >= 150000;
    if (zdm_conn_exec(conn, is_15 ? begin_15 : begin, NULL, err) < 0)
        return -1;
    if (zdm_conn_pipeline(conn, sql, N_PARTS, &taker, err) == 0)
        return zdm_conn_commit(conn, err);
    zdm_conn_rollback(conn);
    return -1;
}

/* How fast it reads from its disks, where it measures that. */
static int
read_speed(struct reading *reading, struct zdm_err *err)
{
    struct zdm_conn *conn = reading->load.conn;
    bool whole = zdm_conn_server_version(conn) >= 160000;
    struct zdm_result *r = NULL;

    zdm_speeds_assume(&reading->live->speeds);
    if (zdm_conn_exec(conn,
            zdm_embedded_text(
                zdm_catalog_sql, whole ? "sql/live_bulk_reads.sql" : "sql/live_reads.sql"),
            &r, err) < 0)
        return -1;
    if (zdm_result_rows(r) > 0)
        zdm_speeds_measure(
            &reading->live->speeds, zdm_result_i64(r, 0, 0), zdm_result_i64(r, 0, 1), whole);
    zdm_result_free(r);
    return 0;
}

int
zdm_catalog_load_live(struct zdm_conn *conn, struct zdm_catalog *catalog, struct zdm_err *err)
{
    struct reading reading = {
        .load = {.conn = conn, .catalog = catalog},
        .live = zdm_catalog_alloc(catalog, sizeof *reading.live),
    };

    zdm_catalog_each_relation(catalog, enter, &reading);
    int rc = read_all(&reading, err);
    if (rc == 0)
        rc = read_speed(&reading, err);
    zdm_oid_map_release(&reading.load.relations);
    if (rc < 0 && strcmp(err->sqlstate, "42501") == 0) {
        zdm_err_clear(err);
        return 0;
    }
    if (rc < 0)
        return zdm_err_wrap(err, "cannot read what %s is doing", zdm_conn_where(conn));
    catalog->live = reading.live;
    return 0;
}
