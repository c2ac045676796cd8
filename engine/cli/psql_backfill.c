/* The loop of a backfill, from its template. */
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "cli/psql.h"
#include "sql/syntax.h"

extern const struct zdm_embedded zdm_cli_sql[];

const char *
zdm_psql_cannot(const struct zdm_step_backfill *b)
{
    if (b->map)
        return "its new values come from a Lua function";
    if (b->into && strcmp(b->on_conflict, "update") == 0)
        return "which rows are there already depends on the key of the other table";
    return NULL;
}

/* The columns of a copy, or of all that both tables have. */
static void
add_columns(struct zdm_buf *out, const struct zdm_step_backfill *b)
{
    for (size_t i = 0; i < b->n_set; i++)
        zdm_buf_addf(out, "%s%s", i ? ", " : "", b->set[i].column);
}

/* The statement up to its WHERE, as an expression of plpgsql. */
static char *
before(const struct zdm_step_backfill *b)
{
    struct zdm_buf sql = ZDM_BUF_INIT, out = ZDM_BUF_INIT;

    if (b->into && b->n_set == 0) {
        zdm_buf_addf(&sql, "INSERT INTO %s (", b->into);
        zdm_psql_literal(&out, sql.s);
        zdm_buf_add(&out,
            " || zdm_copied || $sql$) OVERRIDING SYSTEM VALUE\nSELECT $sql$ || zdm_copied || ");
        zdm_buf_clear(&sql);
        zdm_buf_addf(&sql, "\nFROM %s\nWHERE ", b->table);
    } else if (b->into) {
        zdm_buf_addf(&sql, "INSERT INTO %s (", b->into);
        add_columns(&sql, b);
        zdm_buf_add(&sql, ") OVERRIDING SYSTEM VALUE\nSELECT ");
        for (size_t i = 0; i < b->n_set; i++)
            zdm_buf_addf(&sql, "%s(\n%s\n)", i ? ", " : "", b->set[i].expr.text);
        zdm_buf_addf(&sql, "\nFROM %s\nWHERE ", b->table);
    } else if (b->erase) {
        zdm_buf_addf(&sql, "DELETE FROM %s\nWHERE ", b->table);
    } else {
        zdm_buf_addf(&sql, "UPDATE %s SET ", b->table);
        for (size_t i = 0; i < b->n_set; i++)
            zdm_buf_addf(
                &sql, "%s%s = (\n%s\n)", i ? ", " : "", b->set[i].column, b->set[i].expr.text);
        zdm_buf_add(&sql, "\nWHERE ");
    }
    zdm_psql_literal(&out, sql.s);
    zdm_buf_release(&sql);
    return zdm_buf_take(&out);
}

static char *
behind(const struct zdm_step_backfill *b)
{
    struct zdm_buf sql = ZDM_BUF_INIT, out = ZDM_BUF_INIT;

    if (b->where.text)
        zdm_buf_addf(&sql, "\nAND (\n%s\n)", b->where.text);
    if (b->where_becomes_false)
        zdm_buf_addf(&sql,
            "\nRETURNING CASE WHEN (\n%s\n) THEN pg_catalog.concat("
            "'where is still true behind the change of the row at ', ctid)::pg_catalog.int4 END",
            b->where.text);
    if (b->into) /* a row that is deleted meanwhile must not come to life again */
        zdm_buf_addf(&sql, "\nFOR SHARE%s",
            strcmp(b->on_conflict, "nothing") == 0 ? "\nON CONFLICT DO NOTHING" : "");
    zdm_psql_literal(&out, sql.s);
    zdm_buf_release(&sql);
    return zdm_buf_take(&out);
}

/* Adds a column as the catalog knows it. */
static void
add_column(struct zdm_buf *out, size_t i, const char *written)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *name = NULL;

    if (zdm_sql_identifier(written, &name, &err) < 0)
        zdm_die("a column that was checked is none");
    zdm_buf_add(out, i ? ", " : "ARRAY[");
    zdm_psql_literal(out, name);
    free(name);
}

/* ARRAY['a', 'b'], or '{}': the columns of the key. */
static char *
key(const struct zdm_step_backfill *b)
{
    struct zdm_buf out = ZDM_BUF_INIT;

    for (size_t i = 0; i < b->n_key; i++)
        add_column(&out, i, b->key[i]);
    zdm_buf_add(&out, b->n_key ? "]" : "'{}'");
    return zdm_buf_take(&out);
}

/* The same: the columns of the table that change. */
static char *
set(const struct zdm_step_backfill *b)
{
    struct zdm_buf out = ZDM_BUF_INIT;
    size_t n = b->into || b->erase ? 0 : b->n_set;

    for (size_t i = 0; i < n; i++)
        add_column(&out, i, b->set[i].column);
    zdm_buf_add(&out, n ? "]" : "'{}'");
    return zdm_buf_take(&out);
}

void
zdm_psql_backfill(struct zdm_buf *out, const struct zdm_plan *plan, const struct zdm_step *step)
{
    const struct zdm_step_backfill *b = &step->u.backfill;
    const char *template = zdm_embedded_text(zdm_cli_sql, "psql_backfill.sql");
    char *name = zdm_strf("%s/%s", plan->name, step->id);
    struct zdm_psql_word words[] = {
        {"table", zdm_psql_literal_of(b->table)},
        {"step", zdm_psql_literal_of(name)},
        {"key", key(b)},
        {"set", set(b)},
        {"into", b->into ? zdm_psql_literal_of(b->into) : zdm_strdup("NULL")},
        {"before", before(b)},
        {"behind", behind(b)},
        {"pause",
            zdm_strf("%lld.%03lld", (long long)b->pause_ms / 1000, (long long)b->pause_ms % 1000)},
    };
    size_t n = sizeof words / sizeof *words;

    zdm_psql_fill(out, template, words, n);
    if (b->vacuum)
        zdm_buf_addf(out, "VACUUM (ANALYZE) %s;\n", b->into ? b->into : b->table);
    free(name);
}
