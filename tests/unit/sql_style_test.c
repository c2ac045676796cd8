/* Style rules: off until asked for, and what each of them sees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

#include "base/buf.h"
#include "sql/classify.h"

static const char *const rules[] = {
#define RULE(symbol, id, hazard, severity, message, hint) id,
#include "sql/rules/style.def"
#undef RULE
};
enum { N_RULES = sizeof rules / sizeof *rules };

static const struct {
    const char *sql, *expected; /* "rule@what begins there", in their order */
} examples[] = {
    {"CREATE TABLE s.t (id bigint CONSTRAINT k PRIMARY KEY, a text, b timestamptz, c numeric)",
        "require-if-exists@CREATE"},
    {"CREATE TABLE IF NOT EXISTS s.t (id bigint CONSTRAINT k PRIMARY KEY)",
        "create-if-not-exists-noop@CREATE"},
    {"ALTER TABLE s.t ADD COLUMN IF NOT EXISTS a varchar(20)",
        "prefer-text-over-varchar@a varchar"},
    {"ALTER TABLE s.t ADD COLUMN IF NOT EXISTS a varchar", ""},
    {"ALTER TABLE s.t ADD COLUMN IF NOT EXISTS a int", "prefer-bigint@a int"},
    {"ALTER TABLE s.t ADD COLUMN IF NOT EXISTS a smallint", "prefer-bigint@a smallint"},
    {"ALTER TABLE s.t ADD COLUMN IF NOT EXISTS a bigserial", "prefer-identity@a bigserial"},
    {"ALTER TABLE s.t ADD COLUMN IF NOT EXISTS a timestamp", "prefer-timestamptz@a timestamp"},
    {"ALTER TABLE s.t ADD COLUMN IF NOT EXISTS a timestamptz(0)",
        "timestamp-precision-0@a timestamptz"},
    {"ALTER TABLE s.t ADD COLUMN IF NOT EXISTS a timestamptz(3)", ""},
    {"ALTER TABLE s.t ADD COLUMN IF NOT EXISTS a char(3)", "ban-char@a char"},
    {"ALTER TABLE s.t ADD COLUMN IF NOT EXISTS a money", "ban-money@a money"},
    {"ALTER TABLE s.t ADD COLUMN IF NOT EXISTS unit_price real", "ban-float-money@unit_price"},
    {"ALTER TABLE s.t ADD COLUMN IF NOT EXISTS a real", ""},
    {"ALTER TABLE s.t ADD COLUMN IF NOT EXISTS a json", "prefer-jsonb@a json"},
    {"ALTER TABLE s.t ALTER COLUMN a TYPE varchar(20)", "prefer-text-over-varchar@a TYPE"},
    {"CREATE TABLE IF NOT EXISTS s.t (id int CONSTRAINT k PRIMARY KEY)",
        "short-int-primary-key@id int create-if-not-exists-noop@CREATE"},
    {"CREATE TABLE IF NOT EXISTS s.t (a int, CONSTRAINT k PRIMARY KEY (a))",
        "short-int-primary-key@a int create-if-not-exists-noop@CREATE"},
    {"CREATE TABLE IF NOT EXISTS s.t (a text)",
        "require-primary-key@s.t create-if-not-exists-noop@CREATE"},
    {"CREATE TABLE IF NOT EXISTS s.t (a text NOT NULL CONSTRAINT u UNIQUE)",
        "require-primary-key@s.t unique-not-null-instead-of-pk@s.t "
        "create-if-not-exists-noop@CREATE"},
    {"CREATE TABLE s.t PARTITION OF s.p DEFAULT", "require-if-exists@CREATE"},
    {"CREATE TEMP TABLE IF NOT EXISTS t (a text)", "create-if-not-exists-noop@CREATE"},
    {"CREATE UNLOGGED TABLE s.t (id bigint CONSTRAINT k PRIMARY KEY)",
        "unlogged-table@s.t require-if-exists@CREATE"},
    {"DROP TABLE s.t", "require-if-exists@DROP"},
    {"BEGIN; DROP TABLE s.t", ""},
    {"ALTER TABLE s.t DROP COLUMN a", "require-if-exists@ALTER"},
    {"ALTER TABLE s.t DROP CONSTRAINT IF EXISTS a", ""},
    {"ALTER TABLE t DROP CONSTRAINT IF EXISTS a", "require-table-schema@t DROP"},
    {"DROP TABLE IF EXISTS t", "require-table-schema@DROP"},
    {"CREATE INDEX CONCURRENTLY i ON t (a)", "require-table-schema@t (a)"},
    {"CREATE INDEX CONCURRENTLY i IF", NULL},
    {"CREATE VIEW s.\"Big One\" AS SELECT 1", "quoted-identifier@s.\"Big"},
    {"CREATE VIEW s.user_ AS SELECT 1", ""},
    {"ALTER TABLE s.t RENAME TO \"user\"", "reserved-identifier@ALTER"},
    {"ALTER TABLE s.t RENAME COLUMN a TO aB", ""},
    {"ALTER TABLE s.t ADD COLUMN IF NOT EXISTS "
     "a123456789b123456789c123456789d123456789e123456789f123456789abcd text",
        "identifier-too-long@a1234"},
    {"ALTER TABLE s.t ADD COLUMN IF NOT EXISTS "
     "\"a123456789b123456789c123456789d123456789e123456789f123456789abc\" text",
        ""},
    {"ALTER TABLE s.t ADD CHECK (a > 0)", "unnamed-constraint@CHECK"},
    {"ALTER TABLE s.t ADD CONSTRAINT c CHECK (a > 0)", ""},
    {"ALTER TABLE s.t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES r (id)",
        "explicit-on-delete@CONSTRAINT f"},
    {"ALTER TABLE s.t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES r (id) ON DELETE NO ACTION", ""},
    {"CREATE TABLE s.t (id bigint CONSTRAINT k PRIMARY KEY, a bigint CONSTRAINT f REFERENCES r, b "
     "bigint CONSTRAINT g REFERENCES r ON DELETE CASCADE)",
        "explicit-on-delete@CONSTRAINT f require-if-exists@CREATE"},
    {"ALTER TABLE s.t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES r ON DELETE CASCADE DEFERRABLE",
        "deferrable-fk@CONSTRAINT f"},
    {"CREATE INDEX CONCURRENTLY ON s.t (a)", "index-unnamed@CREATE"},
    {"CREATE INDEX CONCURRENTLY i ON s.t (a, b, c, d)", "index-wide@CREATE"},
    {"CREATE UNIQUE INDEX CONCURRENTLY i ON s.t (a, b, c, d)", ""},
    {"CREATE INDEX CONCURRENTLY i ON s.t USING hash (a)", "index-hash@CREATE"},
    {"CREATE INDEX CONCURRENTLY i ON s.t USING ivfflat (a)", "vector-params@CREATE"},
    {"CREATE INDEX CONCURRENTLY i ON s.t USING ivfflat (a) WITH (lists = 1000)", ""},
    {"CREATE INDEX CONCURRENTLY i ON s.t USING hnsw (a)", "vector-params@CREATE"},
    {"CREATE INDEX CONCURRENTLY i ON s.t USING hnsw (a) WITH (m = 24)", ""},
    {"CREATE ROLE ann SUPERUSER", "superuser-role@CREATE"},
    {"ALTER ROLE ann SUPERUSER", "superuser-role@ALTER"},
    {"ALTER ROLE ann NOSUPERUSER", ""},
    {"CREATE TYPE s.mood AS ENUM ('a')", "enum-create@CREATE"},
};

static struct zdm_sql_context *
styled(enum zdm_severity severity)
{
    struct zdm_sql_context *context = zdm_sql_context_new();

    for (size_t i = 0; i < N_RULES; i++)
        assert_int_equal(zdm_sql_context_set_severity(context, rules[i], severity), 0);
    return context;
}

static bool
is_style(const char *rule)
{
    for (size_t i = 0; i < N_RULES; i++)
        if (strcmp(rules[i], rule) == 0)
            return true;
    return false;
}

static void
every_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct zdm_sql_context *context = styled(ZDM_SEVERITY_WARNING);
        struct zdm_buf seen = ZDM_BUF_INIT;
        struct zdm_parsed *parsed;
        zdm_sql_classify_script(examples[i].sql, ZDM_WRAP_NEVER, context, &parsed);
        const struct zdm_statement *st = &parsed->statements[parsed->count - 1];
        for (size_t k = 0; k < st->n_findings; k++) {
            if (!is_style(st->findings[k].rule))
                continue;
            /* As much of the text as the expectation has. */
            const char *expected = examples[i].expected ? examples[i].expected + seen.len : "";
            expected += *expected == ' ';
            const char *what = strchr(expected, '@');
            const char *here = examples[i].sql + st->findings[k].offset;
            size_t n = 0;
            while (what && what[1 + n] && what[1 + n] == here[n])
                n++;
            n -= n && what && what[n] == ' ' && what[1 + n];
            zdm_buf_addf(
                &seen, "%s%s@%.*s", seen.len ? " " : "", st->findings[k].rule, (int)n, here);
        }
        if (examples[i].expected && strcmp(seen.s, examples[i].expected) != 0)
            fail_msg(
                "%s\n  expected %s\n  seen     %s", examples[i].sql, examples[i].expected, seen.s);
        zdm_buf_release(&seen);
        zdm_parsed_free(parsed);
        zdm_sql_context_free(context);
    }
}

static void
off_by_default(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct zdm_parsed *parsed;
        zdm_sql_classify_script(examples[i].sql, ZDM_WRAP_NEVER, NULL, &parsed);
        for (size_t k = 0; k < parsed->count; k++)
            for (size_t f = 0; f < parsed->statements[k].n_findings; f++)
                assert_false(is_style(parsed->statements[k].findings[f].rule));
        zdm_parsed_free(parsed);
    }
}

static void
every_rule_has_an_example(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_RULES; i++) {
        bool found = false;
        for (size_t k = 0; k < sizeof examples / sizeof *examples; k++)
            found |= examples[k].expected && strstr(examples[k].expected, rules[i]);
        /* These two look into the catalog: with_a_catalog(). */
        if (!found && strcmp(rules[i], "index-redundant") != 0 &&
            strcmp(rules[i], "gin-jsonb") != 0)
            fail_msg("%s", rules[i]);
    }
}

/* What only the catalog tells. */
static void
with_a_catalog(void **state)
{
    static const struct {
        const char *sql, *rule;
    } cases[] = {{"CREATE INDEX CONCURRENTLY i ON s.t (a)", "index-redundant"},
        {"CREATE INDEX CONCURRENTLY i ON s.t (b)", NULL},
        {"CREATE INDEX CONCURRENTLY i ON s.t (a, b, j)", NULL},
        {"CREATE INDEX CONCURRENTLY i ON s.t (a DESC)", NULL},
        {"CREATE UNIQUE INDEX CONCURRENTLY i ON s.t (a)", NULL},
        {"CREATE INDEX CONCURRENTLY i ON s.t (a) WHERE b > 0", NULL},
        {"CREATE INDEX CONCURRENTLY i ON s.t USING gin (j)", "gin-jsonb"},
        {"CREATE INDEX CONCURRENTLY i ON s.t USING gin (j jsonb_path_ops)", NULL}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zdm_sql_context *context = styled(ZDM_SEVERITY_WARNING);
        struct zdm_parsed *parsed;
        zdm_sql_classify_script(
            "CREATE TABLE s.t (a int, b int, j jsonb); CREATE INDEX s_ab ON s.t (a, b)",
            ZDM_WRAP_NEVER, context, &parsed);
        zdm_parsed_free(parsed);
        zdm_sql_classify_script(cases[i].sql, ZDM_WRAP_NEVER, context, &parsed);
        const char *found = NULL;
        for (size_t k = 0; k < parsed->statements[0].n_findings; k++)
            if (is_style(parsed->statements[0].findings[k].rule))
                found = parsed->statements[0].findings[k].rule;
        if (cases[i].rule ? !found || strcmp(found, cases[i].rule) != 0 : found != NULL)
            fail_msg("%s: %s", cases[i].sql, found);
        zdm_parsed_free(parsed);
        zdm_sql_context_free(context);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule),
        cmocka_unit_test(off_by_default),
        cmocka_unit_test(every_rule_has_an_example),
        cmocka_unit_test(with_a_catalog),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
