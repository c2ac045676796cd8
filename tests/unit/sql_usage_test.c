/* Which statements use public.users.email, and which public.users. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sql/usage.h"

static struct zdm_used_relation relations[] = {
    {"public", "users", ZDM_USED_ITSELF},
    {"public", "users_2024", ZDM_USED_ITSELF},
    {"public", "active_users", ZDM_USED_VIEW},
    {"public", "customers", ZDM_USED_OTHER},
};
static const char *constraints[] = {"users_email_key"};

static struct zdm_used column = {
    .column = "email",
    .relations = relations,
    .n_relations = sizeof relations / sizeof *relations,
    .constraints = constraints,
    .n_constraints = 1,
};

static void
expect(const struct zdm_used *what, enum zdm_usage usage, const char *const *texts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (zdm_sql_usage(texts[i], what) != usage)
            fail_msg("%s", texts[i]);
}
#define EXPECT(what, usage, texts) expect(what, usage, texts, sizeof(texts) / sizeof *(texts))

static const char *const uses[] = {
    "SELECT email FROM users",
    "SELECT EMAIL FROM public.Users",
    "SELECT \"email\" FROM \"users\"",
    "select id from users where email = $1",
    "SELECT * FROM users WHERE id = $1",
    "SELECT u.* FROM orders o JOIN users u ON u.id = o.user_id",
    "SELECT o.*, u.email FROM orders o JOIN users u ON u.id = o.user_id",
    "SELECT users.email FROM users",
    "SELECT public.users.email FROM public.users",
    "SELECT u FROM users u",
    "SELECT row_to_json(u) FROM users AS u",
    "SELECT (u).email FROM users u",
    "SELECT u.id FROM users u(id, mail)",
    "TABLE users",
    "SELECT id FROM users_2024 WHERE email IS NULL",
    "SELECT id FROM active_users",
    "SELECT id FROM orders WHERE EXISTS (SELECT FROM users WHERE email = orders.contact)",
    "SELECT (SELECT email FROM users u WHERE u.id = o.user_id) FROM orders o",
    "SELECT (SELECT max(x) FROM orders WHERE contact = email) FROM users",
    "SELECT id FROM users ORDER BY email",
    "SELECT lower(name) AS email FROM users GROUP BY email",
    "SELECT count(*) FILTER (WHERE email IS NULL) FROM users",
    "SELECT id FROM users JOIN customers USING (email)",
    "SELECT u.id FROM users u NATURAL JOIN customers",
    "SELECT j.email FROM (users JOIN orders ON true) AS j",
    "WITH x AS (SELECT email FROM users) SELECT 1",
    "WITH x AS (UPDATE users SET name = $1 RETURNING *) SELECT count(*) FROM x",
    "SELECT s.email FROM (SELECT * FROM users) s",
    "SELECT id FROM users TABLESAMPLE SYSTEM (1) WHERE email > $1",
    "SELECT x FROM users, LATERAL (SELECT email AS x) l",
    "SELECT id FROM users UNION SELECT length(email) FROM users",
    "SELECT id FROM orders, users u WHERE u.email = orders.contact FOR UPDATE",
    "INSERT INTO users VALUES ($1, $2)",
    "INSERT INTO users SELECT * FROM staging",
    "INSERT INTO users (id, email) VALUES ($1, $2)",
    "INSERT INTO users (id) VALUES ($1) RETURNING *",
    "INSERT INTO users (id) VALUES ($1) ON CONFLICT (email) DO NOTHING",
    "INSERT INTO users (id) VALUES ($1) ON CONFLICT ON CONSTRAINT users_email_key DO NOTHING",
    "INSERT INTO users (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET name = excluded.email",
    "INSERT INTO users (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET email = $2",
    "INSERT INTO orders SELECT id FROM users WHERE email IS NULL",
    "UPDATE users SET email = $1 WHERE id = $2",
    "UPDATE users SET name = email",
    "UPDATE users SET (name, email) = (SELECT a, b FROM t)",
    "UPDATE orders SET contact = u.email FROM users u WHERE u.id = user_id",
    "UPDATE users SET name = $1 RETURNING old.email",
    "DELETE FROM users WHERE email = $1",
    "DELETE FROM orders USING users u WHERE u.email = contact",
    "MERGE INTO users u USING s ON u.id = s.id WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.x)",
    "MERGE INTO users u USING s ON u.id = s.id WHEN MATCHED THEN UPDATE SET email = s.x",
    "MERGE INTO orders USING users u ON u.email = orders.contact WHEN MATCHED THEN DELETE",
    "COPY users TO STDOUT",
    "COPY public.users (id, email) FROM STDIN",
    "COPY (SELECT email FROM users) TO STDOUT",
    "DECLARE c CURSOR FOR SELECT email FROM users",
    "EXPLAIN ANALYZE SELECT email FROM users",
    "CREATE TABLE x AS SELECT email FROM users",
    "REFRESH MATERIALIZED VIEW active_users",
};

static const char *const no_use[] = {
    "SELECT id FROM users",
    "SELECT count(*) FROM users",
    "SELECT 'email' FROM users",
    "SELECT id AS email FROM users",
    "SELECT email_address AS email FROM users ORDER BY email",
    "SELECT email FROM customers",
    "SELECT email FROM unknown_thing",
    "SELECT c.email FROM users u JOIN customers c ON c.id = u.id",
    "SELECT (SELECT max(email) FROM customers) FROM users",
    "SELECT c.* FROM customers c, (SELECT id FROM users) u",
    "SELECT * FROM (SELECT id FROM users) s",
    "SELECT id FROM orders o WHERE EXISTS (SELECT * FROM users u WHERE u.id = o.user_id)",
    "SELECT email FROM other.users",
    "WITH users AS (SELECT 1 AS email) SELECT email FROM users",
    "SELECT (SELECT s.email FROM (SELECT email FROM customers) s) FROM users",
    "SELECT (SELECT email FROM (SELECT x AS email FROM t) s) FROM users",
    "INSERT INTO users (id, name) VALUES ($1, $2)",
    "INSERT INTO users DEFAULT VALUES",
    "INSERT INTO users (id) VALUES ($1) ON CONFLICT (id) DO NOTHING",
    "INSERT INTO customers (email) SELECT name FROM users",
    "UPDATE users SET name = $1 WHERE id = $2 RETURNING id",
    "UPDATE customers SET email = name FROM users u WHERE u.id = customers.id",
    "DELETE FROM users WHERE id = $1",
    "MERGE INTO users u USING s ON u.id = s.id WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)",
    "COPY users (id, name) TO STDOUT",
    "ALTER TABLE users DROP COLUMN email",
    "CREATE INDEX ON users (email)",
    "COMMENT ON COLUMN users.email IS 'x'",
    "TRUNCATE users",
    "VACUUM users",
    "SELECT $1",
    "DO $$ BEGIN PERFORM email FROM customers; END $$",
    "",
};

static void
test_columns(void **state)
{
    const char *const unknown[] = {"SELECT FROM users WHERE AND", "FROB users",
        "DO $$ BEGIN PERFORM * FROM users; END $$",
        "/* cut */ SELECT email FROM users WHERE id IN ("};
    const char *const elsewhere[] = {"FROB customers", "SELECT FROM WHERE email"};

    (void)state;
    zdm_used_sort(relations, column.n_relations);
    EXPECT(&column, ZDM_USAGE_YES, uses);
    EXPECT(&column, ZDM_USAGE_NO, no_use);
    EXPECT(&column, ZDM_USAGE_UNKNOWN, unknown);
    EXPECT(&column, ZDM_USAGE_NO, elsewhere);
}

static void
test_relations(void **state)
{
    struct zdm_used table = column;
    const char *const yes[] = {"SELECT 1 FROM users", "INSERT INTO users DEFAULT VALUES",
        "DELETE FROM users", "UPDATE users SET id = 1", "COPY users (id) TO STDOUT",
        "TRUNCATE orders, users", "LOCK TABLE users",
        "SELECT FROM orders WHERE id IN (SELECT 1 FROM users)", "SELECT count(*) FROM active_users",
        "WITH x AS (DELETE FROM users) SELECT 1"};
    const char *const no[] = {"SELECT users FROM orders", "SELECT 1 FROM other.users",
        "WITH users AS (SELECT 1) SELECT * FROM users", "ANALYZE users", "DROP TABLE users",
        "GRANT SELECT ON users TO x", "ALTER TABLE users ADD COLUMN x int"};

    (void)state;
    zdm_used_sort(relations, column.n_relations);
    table.column = NULL;
    EXPECT(&table, ZDM_USAGE_YES, yes);
    EXPECT(&table, ZDM_USAGE_NO, no);
}

/* PostgreSQL 18 tells relations apart by their names in the statement. */
static void
test_counted_by_name(void **state)
{
    struct zdm_used_relation known[] = {
        {"public", "active_users", ZDM_USED_VIEW},
        {"public", "users", ZDM_USED_ITSELF},
        {"tenant", "users", ZDM_USED_NAMESAKE},
    };
    struct zdm_used what = {.column = "email", .relations = known, .by_name = true};
    const char *const aliased[] = {"SELECT u.id, u.city FROM accounts u",
        "SELECT 1 FROM orders WHERE EXISTS (SELECT FROM accounts AS u WHERE u.id = $1)",
        "UPDATE accounts u SET city = $1", "DELETE FROM orders USING accounts u WHERE u.id = $1",
        "WITH x AS (SELECT u.city FROM accounts u) SELECT * FROM x",
        "MERGE INTO orders USING accounts u ON u.id = orders.id WHEN MATCHED THEN DELETE"};
    const char *const plain[] = {"SELECT city FROM accounts", "SELECT u.id FROM users u",
        "SELECT id FROM users", "SELECT s.id FROM (SELECT id FROM accounts) s",
        "WITH x AS (SELECT 1 AS a) SELECT y.a FROM x AS y", "SELECT f.a FROM now() AS f(a)",
        "SELECT 1 FROM other.users", "SELECT FROM u WHERE AND", "CREATE TABLE u (id int)"};
    const char *const schemas[] = {"SELECT users.city FROM tenant.users",
        "SELECT u.city FROM tenant.users u", "SELECT id FROM users"};
    const char *const ours[] = {
        "SELECT c.oid FROM pg_catalog.pg_class AS c", "SELECT j.step FROM zdm.journal AS j"};
    const char *const only_others[] = {"u", "users"};
    const char *const uses_it[] = {"SELECT u.email FROM users u", "SELECT o.id FROM orders o, users"
                                                                  " WHERE email = $1"};

    (void)state;
    what.n_relations = 2;
    EXPECT(&what, ZDM_USAGE_MERGED, aliased);
    EXPECT(&what, ZDM_USAGE_NO, plain);
    EXPECT(&what, ZDM_USAGE_YES, uses_it);
    what.n_relations = 3;
    zdm_used_sort(known, 3);
    EXPECT(&what, ZDM_USAGE_MERGED, schemas);
    what.own = true;
    EXPECT(&what, ZDM_USAGE_NO, ours);
    EXPECT(&what, ZDM_USAGE_MERGED, aliased);
    what.own = false;
    EXPECT(&what, ZDM_USAGE_MERGED, ours);
    what.aliases = only_others;
    what.n_aliases = 2;
    EXPECT(&what, ZDM_USAGE_NO, aliased);
    EXPECT(&what, ZDM_USAGE_NO, schemas);
    EXPECT(&what, ZDM_USAGE_YES, uses_it);
    what.by_name = false;
    what.n_aliases = 0;
    EXPECT(&what, ZDM_USAGE_NO, aliased);
    EXPECT(&what, ZDM_USAGE_NO, schemas);
}

static void
test_names_with_quotation_marks(void **state)
{
    struct zdm_used_relation odd[] = {{"My \"S\"", "a \"b\"", ZDM_USED_ITSELF}};
    const struct zdm_used what = {.column = "C", .relations = odd, .n_relations = 1};

    (void)state;
    assert_int_equal(zdm_sql_usage("SELECT \"C\" FROM \"a \"\"b\"\"\"", &what), ZDM_USAGE_YES);
    assert_int_equal(zdm_sql_usage("SELECT c FROM \"a \"\"b\"\"\"", &what), ZDM_USAGE_NO);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_relations),
        cmocka_unit_test(test_counted_by_name),
        cmocka_unit_test(test_names_with_quotation_marks),
    };
    return cmocka_run_group_tests_name("sql_usage", tests, NULL, NULL);
}
