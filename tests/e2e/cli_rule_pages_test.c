/*
 * The examples on the pages of rules, on a real server: the bad one gives a finding of its rule from
 * the live catalog, and does what zdm says; the good one runs without.
 */
#include "pg_test.h"

#include "base/mem.h"
#include "catalog/load.h"
#include "catalog/trace.h"
#include "cli/rule_example.h"

struct lesson {
    const struct zdm_rule *rule;
    const struct zdm_rule_page *page;
    struct zdm_conn *conn; /* to a database where nothing but the setup ran */
    const char *settings;  /* of it */
    struct zdm_buf *wrong; /* what is wrong with the pages, a line each */
};

static void complain(struct lesson *l, const char *example, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
complain(struct lesson *l, const char *example, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    char *text = zdm_vstrf(fmt, ap);
    va_end(ap);
    zdm_buf_addf(l->wrong, "%s, %s: %s\n", l->rule->id, example, text);
    free(text);
}

/* Runs the statements one by one; each must end as foreseen. Returns false at the first that fails. */
static bool
run_all(struct lesson *l, const char *example, const struct zdm_parsed *parsed, bool in_transaction)
{
    bool done = true;

    if (in_transaction)
        must_exec(l->conn, "BEGIN");
    for (size_t i = 0; done && i < parsed->count; i++) {
        const struct zdm_statement *st = &parsed->statements[i];
        struct zdm_err err = ZDM_ERR_INIT;
        done = zdm_conn_exec(l->conn, st->sql, NULL, &err) == 0;
        if (done && st->fails_with)
            complain(l, example, "zdm says that it fails with %s, but it succeeds: %s",
                st->fails_with, st->sql);
        else if (!done && (!st->fails_with || strcmp(st->fails_with, err.sqlstate) != 0))
            complain(l, example, "it fails with %s (%s), zdm says %s: %s", err.sqlstate,
                err.message, st->fails_with ? st->fails_with : "nothing of it", st->sql);
        zdm_err_release(&err);
    }
    if (in_transaction)
        must_exec(l->conn, done ? "COMMIT" : "ROLLBACK");
    return done;
}

/* Classified on the catalog that the setup left. Returns owned. */
static struct zdm_parsed *
classify(struct lesson *l, const char *sql)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_catalog *catalog;

    if (zdm_catalog_load(l->conn, &catalog, &err) < 0)
        fail_msg("%s", err.message);
    struct zdm_sql_context *context = zdm_sql_context_on(catalog, 0);
    if (l->rule->severity == ZDM_SEVERITY_OFF)
        assert_int_equal(
            0, zdm_sql_context_set_severity(context, l->rule->id, ZDM_SEVERITY_WARNING));
    struct zdm_parsed *parsed = zdm_rule_example_classify(l->page, sql, context);
    zdm_sql_context_free(context);
    return parsed;
}

/* What only running it shows. */
static void
trace(struct lesson *l, struct zdm_parsed *parsed)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_trace *t;

    if (zdm_trace_open(l->settings, &t, &err) < 0)
        fail_msg("%s", err.message);
    for (size_t i = 0; i < parsed->count; i++) {
        struct zdm_statement *st = &parsed->statements[i];
        struct zdm_observed seen;
        if (zdm_trace_run(t, st->sql, st->transaction == ZDM_TX_FORBIDDEN, false, parsed->arena,
                &seen, &err) < 0)
            fail_msg("%s", err.message);
        zdm_trace_apply(st, &seen, NULL, parsed->arena);
    }
    zdm_trace_close(t);
}

static void
bad(struct lesson *l)
{
    struct zdm_parsed *parsed = classify(l, l->page->bad);
    size_t found = 0;

    if (l->page->traced)
        trace(l, parsed);
    for (size_t i = 0; i < parsed->count; i++) {
        for (size_t j = 0; j < parsed->statements[i].n_findings; j++)
            found += strcmp(parsed->statements[i].findings[j].rule, l->rule->id) == 0;
    }
    if (!found)
        complain(l, "bad", "no finding of this rule");
    if (!l->page->not_run && !l->page->traced)
        run_all(l, "bad", parsed, l->page->wrap != ZDM_WRAP_NEVER);
    zdm_parsed_free(parsed);
}

static void
good(struct lesson *l)
{
    struct zdm_parsed *parsed = classify(l, l->page->good);

    for (size_t i = 0; i < parsed->count; i++) {
        for (size_t j = 0; j < parsed->statements[i].n_findings; j++) {
            const struct zdm_finding *f = &parsed->statements[i].findings[j];
            if (strcmp(f->rule, l->rule->id) == 0 || f->severity == ZDM_SEVERITY_ERROR)
                complain(l, "good", "%s: %s", f->rule, parsed->statements[i].sql);
        }
    }
    if (!l->page->not_run && !run_all(l, "good", parsed, l->page->wrap != ZDM_WRAP_NEVER))
        complain(l, "good", "it does not run");
    zdm_parsed_free(parsed);
}

static void
set_up(struct lesson *l)
{
    struct zdm_parsed *parsed;

    zdm_sql_classify_script(l->page->setup, ZDM_WRAP_NEVER, NULL, &parsed);
    for (size_t i = 0; i < parsed->count; i++)
        must_exec(l->conn, parsed->statements[i].sql);
    zdm_parsed_free(parsed);
}

/* Makes the database as if it were new, which takes less than making a new one. */
static void
clean(struct zdm_conn *conn)
{
    static const char everything[] =
        "SELECT coalesce(string_agg(sql, '; '), '') FROM ("
        "  SELECT format('DROP EVENT TRIGGER %I', evtname) AS sql FROM pg_catalog.pg_event_trigger"
        "  UNION ALL"
        "  SELECT format('DROP PUBLICATION %I', pubname) FROM pg_catalog.pg_publication"
        "  UNION ALL"
        "  SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_catalog.pg_namespace"
        "   WHERE nspname !~ '^pg_' AND nspname <> 'information_schema') AS drops";
    char *drops;

    must_exec(conn, "SET client_min_messages = error");
    drops = ask(conn, everything);
    must_exec(conn, drops);
    must_exec(conn, "CREATE SCHEMA public");
    must_exec(conn, "CREATE EXTENSION IF NOT EXISTS plpgsql");
    free(drops);
}

static void
in_clean_database(struct lesson *l, void (*example)(struct lesson *l))
{
    struct zdm_conn *conn = connect_to(l->settings, "zdm-test-pages");

    clean(conn);
    zdm_conn_close(conn);
    l->conn = connect_to(l->settings, "zdm-test-pages");
    set_up(l);
    example(l);
    zdm_conn_close(l->conn);
}

static int
server_version(void)
{
    char *settings = settings_with(NULL, NULL);
    struct zdm_conn *conn = connect_to(settings, "zdm-test-pages");
    char *number = ask(conn, "SELECT current_setting('server_version_num')::int / 10000");
    int version = (int)strtol(number, NULL, 10);

    free(number);
    free(settings);
    zdm_conn_close(conn);
    return version;
}

static void
test_pages(void **state)
{
    (void)state;
    struct zdm_buf wrong = ZDM_BUF_INIT;
    struct scratch scratch;
    int version = server_version();
    size_t n, tried = 0;
    const struct zdm_rule *rules = zdm_sql_rules(&n);
    const char *only = getenv("ZDM_RULE"); /* for who writes a page */

    scratch_open(&scratch);
    for (size_t i = 0; i < n; i++) {
        struct zdm_rule_page *page = zdm_rule_page(rules[i].id);
        if (only && strcmp(only, rules[i].id) != 0) {
            zdm_rule_page_free(page);
            continue;
        }
        if (!page)
            fail_msg("%s has no page", rules[i].id);
        struct lesson l = {
            .rule = &rules[i], .page = page, .settings = scratch.settings, .wrong = &wrong};
        bool other = version < page->since || (page->until && version > page->until);
        if (!page->offline && !other) {
            if (!page->unseen)
                in_clean_database(&l, bad);
            if (*page->good)
                in_clean_database(&l, good);
            tried++;
        }
        zdm_rule_page_free(page);
    }
    scratch_close(&scratch);
    assert_true(tried > 0);
    if (wrong.len)
        fail_msg("%s", wrong.s);
    zdm_buf_release(&wrong);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
