/* Types that nothing is known of (of extensions, rare ones): which of some usual spellings they take. */
#include <string.h>

#include "rehearse/rows_value.h"

static const char *const spellings[] = {"1", "2", "a", "b", "a.b", "a=>1", "{}", "{1,2}", "[1,2,3]",
    "[0.5,2,1]", "(0,0)", "(0,1)", "POINT(0 0)", "POINT(1 2)", "<a/>", "$", "$.a", "1:1:", "0/0",
    "pg_class", "integer", "now", "now()", "10.0.0.1", "2024-01-01", "978-0-393-04002-9",
    "postgres", "english", "simple", "pg_catalog", "postgres=r/postgres",
    "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "1 2", "C", "+", "+(integer,integer)",
    "SRID=4326;POINT(1 2)", "#ff0000"};

static int
probe(
    struct zdm_conn *conn, struct rows_schema *schema, struct rows_type *type, struct zdm_err *err)
{
    struct zdm_buf sql = ZDM_BUF_INIT;
    struct zdm_result *r = NULL;

    zdm_buf_add(&sql, "SELECT l FROM pg_catalog.unnest(pg_temp.zdm_accepted(ARRAY[");
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        zdm_buf_add(&sql, i ? ", " : "");
        zdm_rows_literal(&sql, spellings[i]);
    }
    zdm_buf_add(&sql, "]::text[], ");
    zdm_rows_literal(&sql, type->name);
    zdm_buf_add(&sql, ")) WITH ORDINALITY AS x (l, place) ORDER BY place");
    int rc = zdm_conn_exec(conn, sql.s, &r, err);
    zdm_buf_release(&sql);
    if (rc < 0)
        return -1;
    type->n_inputs = (size_t)zdm_result_rows(r);
    type->inputs = zdm_arena_alloc(schema->arena, (type->n_inputs + 1) * sizeof *type->inputs);
    for (size_t i = 0; i < type->n_inputs; i++)
        type->inputs[i] = zdm_arena_strdup(schema->arena, zdm_result_get(r, (int)i, 0));
    zdm_result_free(r);
    return 0;
}

int
zdm_rows_probe(struct zdm_conn *conn, struct rows_schema *schema, struct zdm_err *err)
{
    for (size_t i = 0; i < schema->n_types; i++)
        if (!zdm_rows_is_known(&schema->types[i]) &&
            probe(conn, schema, &schema->types[i], err) < 0)
            return -1;
    return 0;
}
