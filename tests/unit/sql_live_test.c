/* What the rules about the live server say of a server that is made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "sql/live.h"
#include "sql_catalog_fixture.h"

#define GB (1024.0 * 1024 * 1024)

static struct zdm_catalog *catalog;
static struct zdm_live *live;
static struct zdm_relation *big, *small; /* tables; big has an index i on id */

static void
server(void)
{
    catalog = fixture_catalog();
    live = zdm_catalog_alloc(catalog, sizeof *live);
    catalog->live = live;
    zdm_speeds_assume(&live->speeds);
    live->since = "2026-11-01";
    live->seconds = 20 * 24 * 3600;
    live->connections = 10;
    live->available = 97;
    live->tablespace = "pg_default";
    live->temp_file_limit = -1;
    live->sort_memory = 64 * 1024 * 1024;
    big = fixture_table(catalog, "public", "big", 80000000);
    small = fixture_table(catalog, "public", "small", 1000);
    struct zdm_relation *tables[] = {big, small};
    for (size_t i = 0; i < 2; i++) {
        tables[i]->oid = 20000 + (uint32_t)i;
        fixture_column(catalog, tables[i], "id", "int4", -1)->storage = 'p';
        fixture_column(catalog, tables[i], "name", "text", -1)->storage = 'x';
    }
    struct zdm_index *index = fixture_index(catalog, big, "i", "id");
    index->self->bytes = (int64_t)(2 * GB);
    big->bytes = (int64_t)(14 * GB);
    small->bytes = 64 * 1024;
}

/* Takes the catalog. The findings of the rules of live.def of each statement, "rule: message | hint". */
static void
expect(enum zdm_wrap wrap, const char *sql, const char *expected)
{
    static const char *const rules[] = {
#define RULE(symbol, id, hazard, severity, message, hint) id,
#include "sql/rules/live.def"
#undef RULE
    };
    struct zdm_sql_context *context = zdm_sql_context_on(catalog, 15);
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_buf seen = ZDM_BUF_INIT;
    struct zdm_parsed *parsed;

    if (zdm_sql_classify_in(sql, wrap, context, &parsed, &err) < 0)
        fail_msg("%s", err.message);
    for (size_t i = 0; i < parsed->count; i++) {
        const struct zdm_statement *st = &parsed->statements[i];
        for (size_t k = 0; k < st->n_findings; k++)
            if (zdm_names_have(rules, sizeof rules / sizeof *rules, st->findings[k].rule)) {
                assert_true(st->findings[k].severity < ZDM_SEVERITY_ERROR);
                zdm_buf_addf(&seen, "%s%s %s: %s", seen.len ? "\n" : "",
                    zdm_severity_name(st->findings[k].severity), st->findings[k].rule,
                    st->findings[k].message);
            }
    }
    assert_string_equal(seen.len ? seen.s : "", expected);
    zdm_buf_release(&seen);
    zdm_parsed_free(parsed);
    zdm_sql_context_free(context);
}

static struct zdm_live_relation *
use(struct zdm_relation *relation, int64_t scans_per_s, int64_t changes_per_s)
{
    if (!relation->live)
        relation->live = zdm_catalog_alloc(catalog, sizeof *relation->live);
    relation->live->scans = scans_per_s * live->seconds;
    relation->live->changes = changes_per_s * live->seconds;
    return relation->live;
}

static struct zdm_live_transaction *
transaction(enum zdm_live_kind kind, int64_t age_ms)
{
    struct zdm_live_transaction *by = zdm_catalog_alloc(catalog, sizeof *by);

    by->kind = kind;
    by->pid = kind == ZDM_LIVE_PREPARED ? 0 : 4242;
    by->name = kind == ZDM_LIVE_PREPARED ? "it's" : "web";
    by->user = "shop";
    by->state = kind == ZDM_LIVE_SESSION ? "idle in transaction" : NULL;
    by->age_ms = age_ms;
    zdm_catalog_append(catalog, &live->transactions, by);
    return by;
}

static void
lock(struct zdm_relation *relation, const struct zdm_live_transaction *by, enum zdm_lock_mode mode)
{
    struct zdm_live_lock *held = zdm_catalog_alloc(catalog, sizeof *held);

    held->by = by;
    held->mode = mode;
    struct zdm_live_relation *seen = use(relation, 0, 0);
    zdm_catalog_append(catalog, &seen->locks, held);
}

static void
quiet(void **state)
{
    (void)state;
    server();
    use(small, 99, 0);
    expect(ZDM_WRAP_NEVER,
        "ALTER TABLE small ALTER id TYPE bigint; ALTER TABLE small ADD a int; CREATE INDEX ON "
        "small "
        "(id); CREATE INDEX CONCURRENTLY j ON small (id); ALTER TABLE big ADD a int; SELECT 1",
        "");
    server();
    catalog->live = NULL; /* not asked */
    use(big, 5000, 5000);
    expect(ZDM_WRAP_NEVER, "ALTER TABLE big ALTER id TYPE bigint", "");
    server(); /* what fails does nothing */
    use(big, 5000, 5000);
    expect(ZDM_WRAP_NEVER, "ALTER TABLE big ADD id int", "");
}

static void
hot(void **state)
{
    static const char wanted[] =
        "warning hot-table: public.small sees about 1,200 scans and 34 changed rows a second, on "
        "average since 2026-11-01: readers and writers queue behind ALTER TABLE from the moment it "
        "waits for its lock";

    (void)state;
    server();
    use(small, 1200, 34);
    expect(ZDM_WRAP_NEVER, "ALTER TABLE small ADD a int", wanted);
    server();
    use(small, 1200, 34);
    /* The transaction has the lock when the second one comes. */
    expect(ZDM_WRAP_ALWAYS, "ALTER TABLE small ADD a int; ALTER TABLE small ADD b int", wanted);
    server();
    use(small, 1200, 34); /* readers do not wait for SHARE ROW EXCLUSIVE, and few write */
    expect(ZDM_WRAP_NEVER, "ALTER TABLE small DISABLE TRIGGER USER", "");
    server();
    use(small, 0, 100);
    expect(ZDM_WRAP_NEVER, "CREATE INDEX ON small (id)",
        "warning hot-table: public.small sees about 100 changed rows a second, on average since "
        "2026-11-01: writers queue behind CREATE INDEX from the moment it waits for its lock");
    server();
    use(small, 5000, 5000); /* a weak lock */
    expect(
        ZDM_WRAP_NEVER, "ALTER TABLE small SET (fillfactor = 50); DROP TABLE IF EXISTS none", "");
}

/* Statistics that just began. */
static void
young(void **state)
{
    (void)state;
    server();
    live->seconds = 59;
    use(small, 5000, 5000);
    expect(ZDM_WRAP_NEVER, "ALTER TABLE small ADD a int", "");
    server();
    live->seconds = 3600; /* a load of rows may look like this */
    use(small, 3, 5000);
    expect(ZDM_WRAP_NEVER, "ALTER TABLE small ADD a int", "");
    server();
    live->seconds = 0;
    use(small, 0, 0);
    expect(ZDM_WRAP_NEVER, "ALTER TABLE small ADD a int", "");
}

static void
connections(void **state)
{
    static const char wanted[] =
        "warning many-connections: 78 of 97 connections are in use: queries that queue behind "
        "ALTER "
        "TABLE on public.small keep theirs, and new clients are refused once the rest is taken";

    (void)state;
    server();
    live->connections = 77;
    expect(ZDM_WRAP_NEVER, "ALTER TABLE small ADD a int", "");
    server();
    live->connections = 78;
    expect(ZDM_WRAP_NEVER,
        "CREATE INDEX ON small (id); ALTER TABLE small ADD a int; ALTER TABLE small ADD b int",
        wanted);
    server();
    live->connections = live->available = -1;
    expect(ZDM_WRAP_NEVER, "ALTER TABLE small ADD a int", "");
}

static void
large(void **state)
{
    (void)state;
    server();
    big->tablespace = "fast";
    expect(ZDM_WRAP_NEVER, "ALTER TABLE big ALTER id TYPE bigint",
        "warning large-table: ALTER TABLE writes 12 GB of public.big (about 80,000,000 rows) anew, "
        "which takes about 86 s to 14 min: so long readers and writers of public.big wait\n"
        "info disk-headroom: ALTER TABLE needs about 14 GB more on tablespace fast while it runs, "
        "and as much WAL");
    server();
    expect(ZDM_WRAP_NEVER, "CREATE INDEX j ON big (name)",
        "warning large-table: CREATE INDEX reads 12 GB of public.big (about 80,000,000 rows) for "
        "an "
        "index, which takes about 43 s to 7 min: so long writers of public.big wait\n"
        "info disk-headroom: CREATE INDEX needs about 3.6 GB more on tablespace pg_default while "
        "it "
        "runs, and as much WAL");
    server();
    expect(ZDM_WRAP_NEVER, "ALTER TABLE big ALTER name SET NOT NULL",
        "warning large-table: ALTER TABLE reads 12 GB of public.big (about 80,000,000 rows), which "
        "takes about 6 to 64 s: so long readers and writers of public.big wait");
    server();
    expect(ZDM_WRAP_NEVER, "CREATE INDEX CONCURRENTLY j ON big (id)",
        "info index-build-time: CREATE INDEX reads 12 GB of public.big (about 80,000,000 rows) for "
        "an index, which takes about 43 s to 7 min, and longer while others write or old "
        "transactions stay open\n"
        "info disk-headroom: CREATE INDEX needs about 1.7 GB more on tablespace pg_default while "
        "it "
        "runs, and as much WAL");
    server(); /* nobody waits for a scan under SHARE UPDATE EXCLUSIVE */
    fixture_check(catalog, big, "c", "id", "id > 0")->validated = false;
    expect(ZDM_WRAP_NEVER, "ALTER TABLE big VALIDATE CONSTRAINT c", "");
}

static struct zdm_live_slot *
slot(bool active, int64_t safe)
{
    struct zdm_live_slot *made = zdm_catalog_alloc(catalog, sizeof *made);

    made->name = "feed";
    made->active = active;
    made->safe_bytes = safe;
    zdm_catalog_append(catalog, &live->slots, made);
    return made;
}

/* What comes of building an index on a table whose time nobody needs to wait for. */
static void
expect_room(const char *expected)
{
    big->bytes = big->indexes.items[0]->self->bytes + 1024 * 1024;
    expect(ZDM_WRAP_NEVER, "CREATE INDEX CONCURRENTLY j ON big (id)", expected);
}

static void
headroom(void **state)
{
    (void)state;
    server();
    slot(false, -1);
    expect_room(
        "info disk-headroom: CREATE INDEX needs about 1.7 GB more on tablespace pg_default "
        "while it runs, and as much WAL, which replication slot feed keeps: nobody reads it");
    server();
    slot(true, (int64_t)(0.5 * GB));
    expect_room(
        "warning disk-headroom: CREATE INDEX needs about 1.7 GB more on tablespace "
        "pg_default while it runs, and as much WAL: after 512 MB of it replication slot feed "
        "is lost");
    server();
    slot(true, (int64_t)(5 * GB));
    live->temp_file_limit = (int64_t)GB;
    expect_room("warning disk-headroom: CREATE INDEX needs about 1.7 GB more on tablespace "
                "pg_default while it runs: its sort takes about 1.7 GB of temporary files, and "
                "temp_file_limit is 1.0 GB");
    server();
    live->temp_file_limit = (int64_t)GB;
    live->sort_memory = (int64_t)(4 * GB); /* no files */
    expect_room("info disk-headroom: CREATE INDEX needs about 1.7 GB more on tablespace pg_default "
                "while it runs, and as much WAL");
    server();
    big->unlogged = true;
    slot(true, 0);
    expect_room("info disk-headroom: CREATE INDEX needs about 1.7 GB more on tablespace pg_default "
                "while it runs");
}

static void
replica(int64_t bytes, int64_t ms)
{
    struct zdm_live_replica *made = zdm_catalog_alloc(catalog, sizeof *made);

    made->name = "standby1";
    made->behind_bytes = bytes;
    made->behind_ms = ms;
    zdm_catalog_append(catalog, &live->replicas, made);
}

static void
lag(void **state)
{
    (void)state;
    server();
    replica(1000, 4999);
    expect(ZDM_WRAP_NEVER, "UPDATE big SET name = 'x'", "");
    server();
    replica(1000, 4999);
    replica(2000, 42000);
    expect(ZDM_WRAP_NEVER, "UPDATE big SET name = 'x'; UPDATE big SET name = 'x' WHERE id = 1",
        "warning replica-lag: replica standby1 is 42 s behind already, and UPDATE writes about 12 "
        "GB "
        "of WAL that it has to replay too");
    server();
    replica((int64_t)(3 * GB), -1);
    big->bytes = (int64_t)(2.01 * GB); /* a table of ten megabytes */
    expect(ZDM_WRAP_NEVER, "DELETE FROM big", "");
    server();
    replica((int64_t)(3 * GB), -1);
    expect(ZDM_WRAP_NEVER, "CREATE INDEX CONCURRENTLY j ON big (id); UPDATE small SET id = 2",
        "info index-build-time: CREATE INDEX reads 12 GB of public.big (about 80,000,000 rows) for "
        "an index, which takes about 43 s to 7 min, and longer while others write or old "
        "transactions stay open\n"
        "info disk-headroom: CREATE INDEX needs about 1.7 GB more on tablespace pg_default while "
        "it "
        "runs, and as much WAL\n"
        "warning replica-lag: replica standby1 is 3.0 GB behind already, and CREATE INDEX writes "
        "about 1.7 GB of WAL that it has to replay too");
}

static void
old(void **state)
{
    static const char wanted[] =
        "warning old-transaction: ALTER TABLE has to wait for pid 4242 (app web, user shop, idle "
        "in "
        "transaction, in its transaction for 12 min), which holds ACCESS SHARE on public.small";

    (void)state;
    server();
    lock(small, transaction(ZDM_LIVE_SESSION, 12 * 60000), ZDM_LOCK_ACCESS_SHARE);
    expect(ZDM_WRAP_NEVER, "ALTER TABLE small ADD a int", wanted);
    server(); /* the second waits for nobody; a weak lock does not either */
    lock(small, transaction(ZDM_LIVE_SESSION, 12 * 60000), ZDM_LOCK_ACCESS_SHARE);
    expect(ZDM_WRAP_ALWAYS,
        "ALTER TABLE small ADD a int; ALTER TABLE small ADD b int; ALTER TABLE big ADD a int",
        wanted);
    server();
    lock(small, transaction(ZDM_LIVE_SESSION, 12 * 60000), ZDM_LOCK_ACCESS_SHARE);
    expect(ZDM_WRAP_NEVER, "CREATE INDEX ON small (id); UPDATE small SET id = 1 WHERE id = 2", "");
    server();
    lock(small, transaction(ZDM_LIVE_SESSION, 9999), ZDM_LOCK_ACCESS_SHARE);
    expect(ZDM_WRAP_NEVER, "ALTER TABLE small ADD a int", "");
    server();
    lock(small, transaction(ZDM_LIVE_SESSION, 11000), ZDM_LOCK_ROW_EXCLUSIVE);
    struct zdm_live_transaction *bare = transaction(ZDM_LIVE_SESSION, 20000);
    bare->name = "";
    bare->state = NULL;
    lock(small, bare, ZDM_LOCK_ROW_EXCLUSIVE);
    expect(ZDM_WRAP_NEVER, "CREATE INDEX ON small (id)",
        "warning old-transaction: CREATE INDEX has to wait for pid 4242 (user shop, state unknown, "
        "in "
        "its transaction for 20 s), which holds ROW EXCLUSIVE on public.small");
}

static void
others(void **state)
{
    struct zdm_live_transaction *worker;

    (void)state;
    server();
    lock(small, transaction(ZDM_LIVE_PREPARED, 1000), ZDM_LOCK_ROW_EXCLUSIVE);
    expect(ZDM_WRAP_NEVER, "CREATE INDEX ON small (id)",
        "warning old-transaction: CREATE INDEX has to wait for the prepared transaction it's of "
        "user "
        "shop, 1 s old, which holds ROW EXCLUSIVE on public.small");
    server();
    lock(small, transaction(ZDM_LIVE_AUTOVACUUM, 100000), ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE);
    expect(ZDM_WRAP_NEVER, "ALTER TABLE small SET (fillfactor = 50)", "");
    server();
    worker = transaction(ZDM_LIVE_AUTOVACUUM, 7200000);
    worker->prevents_wraparound = true;
    lock(small, worker, ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE);
    expect(ZDM_WRAP_NEVER, "ALTER TABLE small SET (fillfactor = 50)",
        "warning old-transaction: ALTER TABLE has to wait for autovacuum (pid 4242, to prevent "
        "wraparound, for 2 h), which holds SHARE UPDATE EXCLUSIVE on public.small");
}

static void
concurrently(void **state)
{
    static const char wanted[] =
        "warning old-transaction: CREATE INDEX has to wait for pid 4242 (app web, user shop, idle "
        "in "
        "transaction, in its transaction for 3 d), which reads with an old snapshot";

    (void)state;
    server();
    transaction(ZDM_LIVE_SESSION, 3 * 86400000)->snapshot = true;
    expect(ZDM_WRAP_NEVER, "CREATE INDEX CONCURRENTLY j ON small (id); ALTER TABLE small ADD a int",
        wanted);
    server(); /* neither has it */
    transaction(ZDM_LIVE_SESSION, 3 * 86400000);
    transaction(ZDM_LIVE_PREPARED, 3 * 86400000)->snapshot = false;
    expect(ZDM_WRAP_NEVER, "CREATE INDEX CONCURRENTLY j ON small (id)", "");
    server();
    lock(small, transaction(ZDM_LIVE_SESSION, 60000), ZDM_LOCK_ACCESS_SHARE);
    expect(ZDM_WRAP_NEVER, "CREATE INDEX CONCURRENTLY j ON small (id)", "");
    server();
    lock(small, transaction(ZDM_LIVE_SESSION, 60000), ZDM_LOCK_ROW_EXCLUSIVE);
    expect(ZDM_WRAP_NEVER, "CREATE INDEX CONCURRENTLY j ON small (id)",
        "warning old-transaction: CREATE INDEX has to wait for pid 4242 (app web, user shop, idle "
        "in "
        "transaction, in its transaction for 60 s), which holds ROW EXCLUSIVE on public.small");
    server();
    big->bytes = 0;
    lock(big, transaction(ZDM_LIVE_SESSION, 180000), ZDM_LOCK_ACCESS_SHARE);
    expect(ZDM_WRAP_NEVER, "DROP INDEX CONCURRENTLY i",
        "warning old-transaction: DROP INDEX has to wait for pid 4242 (app web, user shop, idle in "
        "transaction, in its transaction for 3 min), which holds ACCESS SHARE on public.big");
}

/* The sizes that every lock has. */
static void
sizes(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_parsed *parsed;

    (void)state;
    server();
    struct zdm_sql_context *context = zdm_sql_context_on(catalog, 15);
    assert_int_equal(
        zdm_sql_classify_in("ALTER TABLE small ADD a int", ZDM_WRAP_NEVER, context, &parsed, &err),
        0);
    assert_int_equal(parsed->statements[0].locks[0].rows, 1000);
    assert_int_equal(parsed->statements[0].locks[0].bytes, 64 * 1024);
    zdm_parsed_free(parsed);
    zdm_sql_context_free(context);
    assert_int_equal(
        zdm_sql_classify_in("ALTER TABLE small ADD a int", ZDM_WRAP_NEVER, NULL, &parsed, &err), 0);
    assert_int_equal(parsed->statements[0].locks[0].rows, -1);
    assert_int_equal(parsed->statements[0].locks[0].bytes, -1);
    zdm_parsed_free(parsed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quiet),
        cmocka_unit_test(hot),
        cmocka_unit_test(young),
        cmocka_unit_test(connections),
        cmocka_unit_test(large),
        cmocka_unit_test(headroom),
        cmocka_unit_test(lag),
        cmocka_unit_test(old),
        cmocka_unit_test(others),
        cmocka_unit_test(concurrently),
        cmocka_unit_test(sizes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
