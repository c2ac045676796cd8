/* What statements leave behind, and what later ones take back of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "sql/made.h"

/* "kind schema.relation.name state; ..." of a settled list. */
static char *
show(const char *const *texts)
{
    static const char *const states[] = {"there", "loose", "gone", "unknown"};
    struct zdm_made_list list = ZDM_MADE_INIT;
    struct zdm_buf out = ZDM_BUF_INIT;

    for (size_t i = 0; texts[i]; i++)
        zdm_made_add(&list, texts[i], i);
    zdm_made_settle(&list);
    for (size_t i = 0; i < list.count; i++) {
        const struct zdm_made *m = &list.items[i];
        zdm_buf_addf(&out, "%s%s %s%s%s%s%s %s", out.len ? "; " : "", zdm_made_kind_name(m->kind),
            m->schema ? m->schema : "", m->schema ? "." : "", m->relation,
            m->relation[0] && m->name[0] ? "." : "", m->name, states[m->state]);
    }
    zdm_made_release(&list);
    return zdm_buf_take(&out);
}

#define SHOWS(expected, ...)                                                                       \
    do {                                                                                           \
        char *shown = show((const char *const[]){__VA_ARGS__, NULL});                              \
        assert_string_equal(shown, expected);                                                      \
        free(shown);                                                                               \
    } while (0)

static void
each_statement(void **state)
{
    (void)state;
    SHOWS("relation t there; column t.a there; column t.b there; NOT NULL t.b there; constraint "
          "t.c there",
        "CREATE TABLE t (a int, b int NOT NULL, CONSTRAINT c CHECK (a > 0))");
    SHOWS("relation t there", "CREATE TABLE IF NOT EXISTS t (a int)");
    SHOWS("", "CREATE TEMP TABLE t (a int)");
    SHOWS("index s.t.i there", "CREATE INDEX CONCURRENTLY i ON s.t (a)");
    SHOWS("", "CREATE INDEX ON t (a)");
    SHOWS("index i gone", "DROP INDEX CONCURRENTLY i");
    SHOWS("index s.i gone; index s.j gone", "DROP INDEX s.i, s.j");
    SHOWS("constraint t.c loose", "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID");
    SHOWS("constraint t.c there", "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u");
    SHOWS("NOT NULL t.a there", "ALTER TABLE t ALTER a SET NOT NULL");
    SHOWS("trigger t.g there",
        "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()");
    SHOWS("trigger s.t.g gone", "DROP TRIGGER g ON s.t");
    SHOWS("policy t.p there", "CREATE POLICY p ON t USING (true)");
    SHOWS("partition t.s.\"P\" there", "ALTER TABLE t ATTACH PARTITION s.\"P\" DEFAULT");
    SHOWS("partition t.p gone", "ALTER TABLE t DETACH PARTITION p CONCURRENTLY");
    SHOWS("value mood.fine there", "ALTER TYPE mood ADD VALUE 'fine'");
    SHOWS(
        "value mood.fine there; value mood.ok gone", "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'");
    SHOWS("type s.mood there", "CREATE TYPE s.mood AS ENUM ('a')");
    SHOWS("type mood gone", "DROP TYPE mood");
    SHOWS("function s.f there", "CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'SELECT 1'");
    SHOWS("relation v there", "CREATE VIEW v AS SELECT 1");
    SHOWS("relation t there", "CREATE TABLE t AS SELECT 1");
    SHOWS("schema s there; extension e there", "CREATE SCHEMA s; CREATE EXTENSION e");
    SHOWS("", "DO $$ BEGIN END $$");
    SHOWS("", "no SQL at all");
}

static void
what_is_taken_back(void **state)
{
    (void)state;
    SHOWS("index i gone", "CREATE INDEX i ON t (a)", "DROP INDEX i");
    SHOWS("index i gone", "CREATE INDEX j ON t (a)",
        "DROP INDEX i"); /* it may be of i's partitions */
    SHOWS("index other.i gone; index s.t.i there", "CREATE INDEX i ON s.t (a)",
        "DROP INDEX other.i", "CREATE INDEX i ON s.t (a)");
    SHOWS("constraint t.c there", "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER "
                                  "TABLE t VALIDATE CONSTRAINT c");
    SHOWS("", "ALTER TABLE t ALTER a SET NOT NULL", "ALTER TABLE t ALTER a DROP NOT NULL");
    SHOWS("constraint t.n there", "ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID",
        "ALTER TABLE t VALIDATE CONSTRAINT n", "ALTER TABLE t ALTER b DROP NOT NULL");
    SHOWS("", "ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID",
        "ALTER TABLE t VALIDATE CONSTRAINT n", "ALTER TABLE t ALTER a DROP NOT NULL");
    /* An index that became a constraint has its name. */
    SHOWS("constraint t.c there", "CREATE UNIQUE INDEX i ON t (a)",
        "ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i");
    /* A column takes what names it along, and nothing else. */
    SHOWS("column t.a gone; index t.j there",
        "CREATE INDEX i ON t (lower(a)); CREATE INDEX j ON t (ab)",
        "ALTER TABLE t ADD CONSTRAINT c CHECK (\"a\" > 0)", "ALTER TABLE t DROP COLUMN a");
    SHOWS("column t.a there", "ALTER TABLE t DROP COLUMN a", "ALTER TABLE t ADD COLUMN a int");
    /* A table that goes takes all of its parts. */
    SHOWS("relation t gone", "CREATE TABLE t (a int)", "CREATE INDEX i ON t (a)", "DROP TABLE t");
    SHOWS(
        "relation t gone; relation u there", "CREATE TABLE t (a int)", "ALTER TABLE t RENAME TO u");
    SHOWS("relation s.t gone; relation r.t there", "ALTER TABLE s.t SET SCHEMA r");
    SHOWS("column t.a gone; column t.b loose", "ALTER TABLE t ADD COLUMN a int",
        "ALTER TABLE t RENAME a TO b");
    /* The parts of one schema's table are not those of another's. */
    SHOWS("relation r.t gone; column s.t.a there", "ALTER TABLE s.t ADD COLUMN a int",
        "DROP TABLE r.t");
    /* Who knows what went along. */
    SHOWS("relation u gone", "CREATE TABLE t (a int)", "DROP TABLE u CASCADE");
    /* Of whichever table they are. */
    SHOWS("relation s gone; relation t gone; index i gone", "ALTER INDEX i RENAME TO j",
        "ALTER SEQUENCE s RENAME TO q", "CREATE SEQUENCE r OWNED BY t.a", "DROP TABLE t");
    SHOWS("relation q there; relation s gone; column t.a gone; index i gone; index j there",
        "ALTER TABLE t DROP COLUMN a", "ALTER INDEX i RENAME TO j", "ALTER SEQUENCE s RENAME TO q");
    SHOWS("", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "DROP FUNCTION f()");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_statement),
        cmocka_unit_test(what_is_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
