/* Is an index in the catalog the one that a statement asks for? The definitions are as
 * pg_get_indexdef() of PostgreSQL 15 writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sql/syntax.h"

static const struct pair {
    enum zdm_same same;
    const char *statement, *definition;
} pairs[] = {
    {ZDM_SAME_YES, "CREATE INDEX CONCURRENTLY i ON users (email)",
        "CREATE INDEX i ON public.users USING btree (email)"},
    {ZDM_SAME_YES,
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS j ON app.users USING btree (a ASC, b DESC)",
        "CREATE INDEX i ON app.users USING btree (a, b DESC)"},
    {ZDM_SAME_YES, "CREATE UNIQUE INDEX i ON \"T\" (\"B\" DESC NULLS LAST) INCLUDE (c)",
        "CREATE UNIQUE INDEX i ON public.\"T\" USING btree (\"B\" DESC NULLS LAST) INCLUDE (c)"},
    {ZDM_SAME_YES, "CREATE INDEX i ON t (lower(email))",
        "CREATE INDEX i ON public.t USING btree (lower(email))"},
    {ZDM_SAME_YES, "CREATE INDEX i ON t ((email))",
        "CREATE INDEX i ON public.t USING btree (email)"},
    {ZDM_SAME_YES, "CREATE INDEX i ON t (a) WHERE b IS NOT NULL",
        "CREATE INDEX i ON public.t USING btree (a) WHERE (b IS NOT NULL)"},
    {ZDM_SAME_YES, "CREATE INDEX i ON t (a) WHERE status = 'open'",
        "CREATE INDEX i ON public.t USING btree (a) WHERE (status = 'open'::text)"},
    {ZDM_SAME_YES, "CREATE INDEX i ON t (a) WHERE status = 'open'",
        "CREATE INDEX i ON public.t USING btree (a) WHERE ((status)::text = 'open'::text)"},
    {ZDM_SAME_YES, "CREATE INDEX i ON t USING gin (j jsonb_path_ops)",
        "CREATE INDEX i ON public.t USING gin (j jsonb_path_ops)"},
    {ZDM_SAME_YES, "CREATE INDEX i ON t (a) WITH (fillfactor = 70)",
        "CREATE INDEX i ON public.t USING btree (a) WITH (fillfactor='70')"},
    {ZDM_SAME_YES, "CREATE INDEX i ON t (a COLLATE \"C\")",
        "CREATE INDEX i ON public.t USING btree (a COLLATE \"C\")"},
    {ZDM_SAME_YES, "CREATE UNIQUE INDEX i ON t (a) NULLS NOT DISTINCT",
        "CREATE UNIQUE INDEX i ON public.t USING btree (a) NULLS NOT DISTINCT"},
    {ZDM_SAME_NO, "CREATE INDEX i ON users (email)",
        "CREATE INDEX i ON public.users USING btree (name)"},
    {ZDM_SAME_NO, "CREATE INDEX i ON users (email)",
        "CREATE INDEX i ON public.users USING btree (email, name)"},
    {ZDM_SAME_NO, "CREATE INDEX i ON users (a, b)",
        "CREATE INDEX i ON public.users USING btree (b, a)"},
    {ZDM_SAME_NO, "CREATE UNIQUE INDEX i ON users (email)",
        "CREATE INDEX i ON public.users USING btree (email)"},
    {ZDM_SAME_NO, "CREATE UNIQUE INDEX i ON t (a)",
        "CREATE UNIQUE INDEX i ON public.t USING btree (a) NULLS NOT DISTINCT"},
    {ZDM_SAME_NO, "CREATE INDEX i ON app.users (email)",
        "CREATE INDEX i ON public.users USING btree (email)"},
    {ZDM_SAME_NO, "CREATE INDEX i ON orders (email)",
        "CREATE INDEX i ON public.users USING btree (email)"},
    {ZDM_SAME_NO, "CREATE INDEX i ON users USING hash (email)",
        "CREATE INDEX i ON public.users USING btree (email)"},
    {ZDM_SAME_NO, "CREATE INDEX i ON users (email DESC)",
        "CREATE INDEX i ON public.users USING btree (email)"},
    {ZDM_SAME_NO, "CREATE INDEX i ON users (email NULLS FIRST)",
        "CREATE INDEX i ON public.users USING btree (email)"},
    {ZDM_SAME_NO, "CREATE INDEX i ON users (email)",
        "CREATE INDEX i ON public.users USING btree (lower(email))"},
    {ZDM_SAME_NO, "CREATE INDEX i ON t (a)",
        "CREATE INDEX i ON public.t USING btree (a) WHERE (b IS NOT NULL)"},
    {ZDM_SAME_NO, "CREATE INDEX i ON t (a) INCLUDE (b)",
        "CREATE INDEX i ON public.t USING btree (a)"},
    {ZDM_SAME_NO, "CREATE INDEX i ON t (a text_pattern_ops)",
        "CREATE INDEX i ON public.t USING btree (a varchar_pattern_ops)"},
    {ZDM_SAME_NO, "CREATE INDEX i ON t (a)",
        "CREATE INDEX i ON public.t USING btree (a text_pattern_ops)"},
    {ZDM_SAME_NO, "CREATE INDEX i ON t (a)",
        "CREATE INDEX i ON public.t USING btree (a) WITH (fillfactor='70')"},
    {ZDM_SAME_CANNOT_TELL, "CREATE INDEX i ON t (a text_ops)", /* perhaps the default */
        "CREATE INDEX i ON public.t USING btree (a)"},
    {ZDM_SAME_CANNOT_TELL, "CREATE INDEX i ON t (a) WHERE b IN (1, 2)",
        "CREATE INDEX i ON public.t USING btree (a) WHERE (b = ANY (ARRAY[1, 2]))"},
    {ZDM_SAME_CANNOT_TELL, "CREATE INDEX i ON t (lower(email))",
        "CREATE INDEX i ON public.t USING btree (upper(email))"},
    {ZDM_SAME_CANNOT_TELL, "CREATE INDEX i ON t ((a::int))",
        "CREATE INDEX i ON public.t USING btree (((a)::bigint))"},
    {ZDM_SAME_CANNOT_TELL, "CREATE INDEX i ON t (a)", "no index"},
    {ZDM_SAME_CANNOT_TELL, "SELECT 1", "CREATE INDEX i ON public.t USING btree (a)"},
};

static void
indexes(void **state)
{
    static const char *const names[] = {"yes", "no", "cannot tell"};

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        enum zdm_same same = zdm_sql_same_index(pairs[i].statement, pairs[i].definition);
        if (same != pairs[i].same)
            fail_msg("%s\n  %s\n  %s", pairs[i].statement, pairs[i].definition, names[same]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(indexes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
