#include "rehearse/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "rehearse/rows_private.h"

extern const struct zdm_embedded zdm_rehearse_sql[];

static int
fill_root(struct zdm_conn *conn, struct rows_schema *schema, struct rows_root *root, int64_t rows,
    struct rows_parents *parents, struct zdm_err *err)
{
    int64_t each = rows / (int64_t)root->n_tables;

    for (size_t i = 0; i < root->n_tables; i++) {
        if (zdm_rows_fill(conn, schema, root->tables[i], each > 0 ? each : 1, parents, err) < 0)
            return zdm_err_wrap(err, "table %s", root->tables[i]->name);
    }
    return 0;
}

/* Does one of the tables wait for a row of a parent that had none? Until then it has half of its rows. */
static bool
mark_later(struct rows_root *root)
{
    bool waits = false;

    for (size_t i = 0; i < root->n_tables; i++)
        for (size_t k = 0; k < root->tables[i]->n_references; k++) {
            struct rows_reference *reference = &root->tables[i]->references[k];
            reference->later = reference->parent && !reference->parent->filled;
            waits |= reference->later && reference->soft;
        }
    return waits;
}

static int
fill_all(struct zdm_conn *conn, struct rows_schema *schema, int64_t rows, struct zdm_err *err)
{
    struct rows_parents parents = ROWS_PARENTS_INIT;
    bool *half = zdm_alloc((schema->n_roots + 1) * sizeof *half);
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < schema->n_roots; i++) {
        struct rows_root *root = schema->order[i];
        half[i] = mark_later(root);
        rc = fill_root(conn, schema, root, half[i] ? (rows + 1) / 2 : rows, &parents, err);
        root->filled = true;
    }
    if (rc == 0)
        rc = zdm_rows_close_circles(conn, schema, &parents, err);
    for (size_t i = 0; rc == 0 && i < schema->n_roots; i++) {
        if (!half[i])
            continue;
        mark_later(schema->order[i]);
        rc = fill_root(conn, schema, schema->order[i], rows, &parents, err);
    }
    zdm_rows_parents_free(&parents);
    free(half);
    return rc;
}

int
zdm_rehearse_move_sequences(struct zdm_conn *conn, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    int rc =
        zdm_conn_exec(conn, zdm_embedded_text(zdm_rehearse_sql, "sql/rows_sequences.sql"), &r, err);

    for (int i = 0; rc == 0 && i < zdm_result_rows(r); i++)
        rc = zdm_conn_exec(conn, zdm_result_get(r, i, 0), NULL, err);
    zdm_result_free(r);
    return rc;
}

/* The server spells names out while the search path is empty; what then runs has the path that the
 * session came with, which functions of CHECK constraints may count on. */
static int
read_schema(struct zdm_conn *conn, struct rows_schema *schema, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (zdm_conn_exec(conn, "SHOW search_path", &r, err) < 0)
        return -1;
    char *path = zdm_strdup(zdm_result_get(r, 0, 0));
    zdm_result_free(r);
    int rc = zdm_conn_exec(conn, "SET search_path = ''", NULL, err);
    if (rc == 0)
        rc = zdm_rows_load(conn, schema, err);
    if (rc == 0)
        rc = ZDM_QUERY(
            conn, "SELECT pg_catalog.set_config('search_path', $1, false)", &r, err, path);
    if (rc == 0)
        zdm_result_free(r);
    free(path);
    return rc;
}

static int
prepare_session(struct zdm_conn *conn, struct zdm_err *err)
{
    if (zdm_conn_exec(conn, "SET session_replication_role = replica", NULL, err) < 0) {
        zdm_err_wrap(err, "rows cannot be made without a superuser, for whom no trigger fires");
        return zdm_err_hint(err, "they are for a database that can be thrown away: use a sandbox");
    }
    /* Compiling an expression for each column takes longer than all the rows, so does planning anew for each
     * row, where they are made one by one. */
    if (zdm_conn_exec(conn,
            "SET synchronous_commit = off; SET TimeZone = 'UTC'; SET jit = off; "
            "SET plan_cache_mode = force_generic_plan; SET work_mem = '128MB'",
            NULL, err) < 0)
        return -1;
    return zdm_conn_exec(
        conn, zdm_embedded_text(zdm_rehearse_sql, "sql/rows_helpers.sql"), NULL, err);
}

static int
make_rows(struct zdm_conn *conn, struct rows_schema *schema,
    const struct zdm_rehearse_rows_options *options, struct zdm_err *err)
{
    if (prepare_session(conn, err) < 0 || read_schema(conn, schema, err) < 0 ||
        zdm_rows_probe(conn, schema, err) < 0)
        return -1;
    zdm_rows_order(schema);
    for (size_t i = 0; i < schema->n_tables; i++) {
        if (zdm_rows_learn(conn, schema, &schema->tables[i], err) < 0)
            return -1;
        zdm_rows_spread(&schema->tables[i]);
        zdm_rows_beside(schema, &schema->tables[i]);
    }
    if (fill_all(conn, schema, options->rows, err) < 0 ||
        zdm_rehearse_move_sequences(conn, err) < 0 ||
        zdm_conn_exec(conn,
            "UPDATE pg_catalog.pg_index AS i SET indimmediate = false FROM pg_temp.zdm_deferred AS "
            "d "
            "WHERE d.indexrelid = i.indexrelid",
            NULL, err) < 0)
        return -1;
    for (size_t i = 0; options->tell && i < schema->n_tables; i++) {
        const struct zdm_rehearse_table table = {.name = schema->tables[i].name,
            .rows = schema->tables[i].rows,
            .trouble = schema->tables[i].trouble};
        options->tell(options->self, &table);
    }
    return zdm_rehearse_analyze(conn, err);
}

int
zdm_rehearse_analyze(struct zdm_conn *conn, struct zdm_err *err)
{
    struct zdm_result *found = NULL;
    int rc =
        zdm_conn_exec(conn, zdm_embedded_text(zdm_rehearse_sql, "sql/analyze.sql"), &found, err);

    if (rc == 0 && zdm_result_get(found, 0, 0))
        rc = zdm_conn_exec(conn, zdm_result_get(found, 0, 0), NULL, err);
    zdm_result_free(found);
    return rc;
}

int
zdm_rehearse_rows(
    struct zdm_conn *conn, const struct zdm_rehearse_rows_options *options, struct zdm_err *err)
{
    struct rows_schema schema = {.arena = zdm_arena_new(), .seed = options->seed};
    struct zdm_err trouble = ZDM_ERR_INIT;
    int rc = make_rows(conn, &schema, options, err);

    if (zdm_conn_profile(conn, rc == 0 ? err : &trouble) < 0)
        rc = -1;
    zdm_err_release(&trouble);
    zdm_arena_free(schema.arena);
    return rc;
}
