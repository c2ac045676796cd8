/* What a map made of rows, as the arrays that the server reads; and the statements around it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "batch/map.h"

static const struct zdm_mapped_value kept = {.kind = ZDM_MAPPED_KEPT};
static const struct zdm_mapped_value null = {.kind = ZDM_MAPPED_NULL};

static struct zdm_mapped_value
text_value(struct zdm_mapped *m, const char *text)
{
    struct zdm_mapped_value v = {ZDM_MAPPED_TEXT, m->text.len, strlen(text)};

    zdm_buf_add(&m->text, text);
    return v;
}

static void
test_arrays(void **state)
{
    struct zdm_mapped_value values[2];
    struct zdm_mapped m = {.changed = true, .values = values, .text = ZDM_BUF_INIT};
    struct zdm_map_arrays a;
    const char *out[5];

    (void)state;
    zdm_map_arrays_init(&a, 2, 2);
    values[0] = text_value(&m, "a \"b\" \\c, {d}");
    values[1] = null;
    zdm_map_arrays_add(&a, (const char *const[]){"1", "x\"y"}, &m);
    values[0] = kept;
    values[1] = text_value(&m, "");
    zdm_map_arrays_add(&a, (const char *const[]){"-2", ""}, &m);
    values[0] = text_value(&m, "NULL");
    values[1] = text_value(&m, "\xC3\xA9\n'");
    zdm_map_arrays_add(&a, (const char *const[]){"3", "NULL"}, &m);
    zdm_map_arrays_end(&a, out);
    assert_int_equal(a.rows, 3);
    assert_string_equal(out[0], "{\"1\",\"-2\",\"3\"}");
    assert_string_equal(out[1], "{\"x\\\"y\",\"\",\"NULL\"}");
    assert_string_equal(out[2], "{\"a \\\"b\\\" \\\\c, {d}\",NULL,\"NULL\"}");
    assert_string_equal(out[3], "{NULL,\"\",\"\xC3\xA9\n'\"}");
    assert_string_equal(out[4], "{NULL,\"10\",NULL}");

    zdm_map_arrays_clear(&a);
    zdm_map_arrays_end(&a, out);
    assert_string_equal(out[0], "{}");
    assert_string_equal(out[4], "{}");

    /* No row keeps anything. */
    zdm_map_arrays_clear(&a);
    zdm_map_arrays_add(&a, (const char *const[]){"3", "NULL"}, &m);
    zdm_map_arrays_end(&a, out);
    assert_string_equal(out[0], "{\"3\"}");
    assert_string_equal(out[4], "{}");
    zdm_map_arrays_release(&a);
    zdm_buf_release(&m.text);
}

static char *set[] = {(char *)"a", (char *)"\"B b\""};
static char *types[] = {(char *)"pg_catalog.int4", (char *)"public.citext"};
static struct zdm_key keys[] = {{.name = (char *)"k", .type = (char *)"pg_catalog.int8"},
    {.name = (char *)"l",
        .type = (char *)"pg_catalog.text",
        .collation = (char *)"pg_catalog.\"C\""}};
static struct zdm_read_column reads[] = {
    {.name = (char *)"a"}, {.name = (char *)"\"R\"", .wide = true}};
static const struct zdm_assignment assignments[] = {{.column = "a"}, {.column = "\"B b\""}};
static const struct zdm_backfill_spec spec = {.plan = "p",
    .step = "s",
    .table = "t",
    .action = ZDM_BACKFILL_MAP,
    .set = assignments,
    .n_set = 2,
    .where = "z > 0"};

static void
test_statements(void **state)
{
    struct zdm_backfill_target target = {
        .relation = (char *)"s.t",
        .keys = keys,
        .n_keys = 2,
        .set = set,
        .set_types = types,
        .n_set = 2,
        .read = reads,
        .n_read = 2,
    };
    struct zdm_batch_sql sql;
    int which, inside;

    (void)state;
    zdm_batch_sql_build(&spec, &target, &sql);
    const struct zdm_batch_text *read = &sql.batches[1];
    assert_non_null(
        strstr(read->text, "SELECT s.t.k::pg_catalog.text AS k1, s.t.l::pg_catalog.text AS"
                           " k2, s.t.a AS r1, s.t.\"R\" AS r2"));
    assert_non_null(strstr(read->text, "FOR NO KEY UPDATE)\nSELECT zdm_rows.* FROM zdm_rows"));
    assert_non_null(strstr(read->text, "pg_column_size(zdm_rows.r2)"));
    assert_null(strstr(read->text, "pg_column_size(zdm_rows.r1)"));
    assert_null(strstr(read->text, "UPDATE s.t"));
    /* where is the only text of the author's */
    int before = (int)(strstr(read->text, "z > 0") - read->text) + 1;
    assert_true(zdm_batch_sql_locate(&sql, read, before, &which, &inside));
    assert_int_equal(which, -1);
    assert_int_equal(inside, 1);
    assert_false(zdm_batch_sql_locate(&sql, &sql.write, before, &which, &inside));

    const char *write = sql.write.text;
    assert_non_null(strstr(write, "a = CASE WHEN pg_catalog.substr(zdm_new.zdm_new_kept, 1, 1)"));
    assert_non_null(strstr(write, "ELSE zdm_new.zdm_new_v2::public.citext END"));
    assert_non_null(
        strstr(write, "s.t.k = zdm_new.zdm_new_k1::pg_catalog.int8 AND"
                      " s.t.l COLLATE pg_catalog.\"C\" = zdm_new.zdm_new_k2::pg_catalog.text"));
    assert_non_null(strstr(write, "$17::pg_catalog.text[]"));
    assert_null(strstr(write, "$18"));
    zdm_batch_sql_release(&sql);

    target.strong_lock = true;
    reads[1].wide = false;
    zdm_batch_sql_build(&spec, &target, &sql);
    assert_non_null(strstr(sql.batches[0].text, "FOR UPDATE)\nSELECT"));
    assert_null(strstr(sql.batches[0].text, "pg_column_size"));
    zdm_batch_sql_release(&sql);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_statements),
    };

    return cmocka_run_group_tests_name("batch_map_sql", tests, NULL, NULL);
}
