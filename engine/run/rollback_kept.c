#include "run/rollback_kept.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "sql/syntax.h"

extern const struct zdm_embedded zdm_run_sql[];

/* Is this, as an author wrote it, the name? */
static bool
names(const char *written, const char *name)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *folded = NULL;
    bool same = zdm_sql_identifier(written, &folded, &err) == 0 && strcmp(folded, name) == 0;

    free(folded);
    zdm_err_release(&err);
    return same;
}

/* A name without its schema may be any. */
static bool
names_table(const char *written, const struct zdm_sql_loss *loss)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *schema = NULL, *name = NULL;
    bool same = zdm_sql_split_name(written, &schema, &name, &err) == 0 &&
                strcmp(name, loss->name) == 0 &&
                (!schema || !loss->schema || strcmp(schema, loss->schema) == 0);

    free(schema);
    free(name);
    zdm_err_release(&err);
    return same;
}

static const struct zdm_step *
find_sync(const struct zdm_plan *plan, const struct zdm_sql_loss *loss, const struct zdm_sync **out)
{
    for (size_t i = 0; i < plan->n_steps; i++) {
        const struct zdm_step *step = &plan->steps[i];
        const struct zdm_sync *sync = step->kind == ZDM_STEP_SQL ? step->u.sql.sync : NULL;
        for (; sync; sync = sync->next) {
            if (names(sync->to, loss->column) && names_table(sync->table, loss)) {
                *out = sync;
                return step;
            }
        }
    }
    return NULL;
}

/* Of a table that the step makes, or columns, and that the loss is of. */
static const struct zdm_twin *
twin_of(const struct zdm_step *step, const struct zdm_sql_loss *loss)
{
    bool made = loss->kind == ZDM_LOSS_TABLE || loss->kind == ZDM_LOSS_COLUMN;

    return step->kind == ZDM_STEP_SQL && made ? step->u.sql.twin : NULL;
}

/* The first step that makes, or drops, a trigger of that name. */
static const struct zdm_step *
find_trigger(const struct zdm_plan *plan, const char *name, bool dropped)
{
    const struct zdm_step *found = NULL;

    for (size_t i = 0; i < plan->n_steps && !found; i++) {
        const struct zdm_step *step = &plan->steps[i];
        struct zdm_sql_triggers triggers;
        if (step->kind != ZDM_STEP_SQL || !step->u.sql.up.text)
            continue;
        zdm_sql_triggers_of(step->u.sql.up.text, &triggers);
        for (size_t k = 0; k < triggers.count && !found; k++)
            if (triggers.items[k].dropped == dropped && strcmp(triggers.items[k].name, name) == 0)
                found = step;
        zdm_sql_triggers_release(&triggers);
    }
    return found;
}

const struct zdm_step *
zdm_kept_sync_of(
    const struct zdm_plan *plan, const struct zdm_step *step, const struct zdm_sql_loss *loss)
{
    const struct zdm_twin *twin = twin_of(step, loss);
    const struct zdm_sync *sync = NULL;

    if (twin)
        return find_trigger(plan, twin->trigger, false);
    return loss->column ? find_sync(plan, loss, &sync) : NULL;
}

bool
zdm_kept_ended_by(const struct zdm_plan *plan, const struct zdm_step *step,
    const struct zdm_sql_loss *loss, const struct zdm_step *other)
{
    const struct zdm_twin *twin = twin_of(step, loss);
    const struct zdm_step *sync = zdm_kept_sync_of(plan, step, loss);
    struct zdm_sql_triggers triggers;
    bool dropped = false, made = false;

    if (!sync || sync == other || other->kind != ZDM_STEP_SQL)
        return false;
    if (twin)
        return other == find_trigger(plan, twin->trigger, true);
    zdm_sql_triggers_of(other->u.sql.up.text, &triggers);
    for (size_t i = 0; i < triggers.count; i++)
        if (strcmp(triggers.items[i].table, loss->name) == 0)
            *(triggers.items[i].dropped ? &dropped : &made) = true;
    zdm_sql_triggers_release(&triggers);
    return dropped && !made;
}

/* Does the backfill, if it writes the column at all, write what the sync would? */
static bool
writes_the_same(
    const struct zdm_step_backfill *b, const struct zdm_sync *sync, const struct zdm_sql_loss *loss)
{
    if (!names_table(b->into ? b->into : b->table, loss))
        return true;
    for (size_t i = 0; b->map && i < b->n_write; i++)
        if (names(b->write[i], loss->column))
            return false;
    for (size_t i = 0; !b->map && i < b->n_set; i++)
        if (names(b->set[i].column, loss->column) &&
            !zdm_sql_same_expression(
                b->set[i].expr.text, sync->up.text ? sync->up.text : sync->from))
            return false;
    return true;
}

/* Are its triggers there, and do they fire for everybody? */
static int
is_armed(struct zdm_conn *conn, const struct zdm_step *step, const struct zdm_sql_loss *loss,
    const char *table, bool *armed, struct zdm_err *err)
{
    struct zdm_sql_triggers triggers;
    bool all = true, any = false;
    int rc = 0;

    zdm_sql_triggers_of(step->u.sql.up.text, &triggers);
    for (size_t i = 0; rc == 0 && all && i < triggers.count; i++) {
        struct zdm_result *r = NULL;
        if (triggers.items[i].dropped || strcmp(triggers.items[i].table, loss->name) != 0)
            continue;
        rc = ZDM_QUERY(conn, zdm_embedded_text(zdm_run_sql, "sql/trigger_there.sql"), &r, err,
            table, triggers.items[i].name);
        if (rc == 0)
            all = any = zdm_result_bool(r, 0, 0);
        zdm_result_free(r);
    }
    zdm_sql_triggers_release(&triggers);
    *armed = all && any;
    return rc;
}

/* Has no backfill written anything else? */
static bool
all_write_the_same(
    const struct zdm_plan *plan, const struct zdm_sync *sync, const struct zdm_sql_loss *loss)
{
    for (size_t i = 0; i < plan->n_steps; i++)
        if (plan->steps[i].kind == ZDM_STEP_BACKFILL &&
            !writes_the_same(&plan->steps[i].u.backfill, sync, loss))
            return false;
    return true;
}

/* `column` of the table is what the expression (NULL: the other column) makes of the row: after the cast to
 * its type, and as text, since not every type can be compared. */
static char *
is_made_of(const char *table, const char *column, const char *type, const struct zdm_sql_text *expr,
    const char *other)
{
    char *from = expr->text ? zdm_strdup(expr->text) : zdm_strf("%s.%s", table, other);
    char *sql = zdm_strf("%s.%s::pg_catalog.text COLLATE pg_catalog.\"C\" IS NOT DISTINCT FROM\n"
                         "(\n%s\n)::%s::pg_catalog.text COLLATE pg_catalog.\"C\"",
        table, column, from, type);

    free(from);
    return sql;
}

/* The cast there rounds and truncates, so it has to bring the value back, too. */
static char *
is_there_and_back(const char *table, const char *column, const char *type, const char *other_type)
{
    return zdm_strf("%s.%s::pg_catalog.text COLLATE pg_catalog.\"C\" IS NOT DISTINCT FROM\n"
                    "%s.%s::%s::%s::pg_catalog.text COLLATE pg_catalog.\"C\"",
        table, column, table, column, other_type, type);
}

static char *
kept_elsewhere(const struct zdm_sync *sync, const char *table, const char *from, const char *to,
    const char *from_type, const char *to_type)
{
    char *from_ident = zdm_sql_quote_ident(from), *to_ident = zdm_sql_quote_ident(to);
    char *up = is_made_of(table, to_ident, to_type, &sync->up, from_ident);
    char *down = is_made_of(table, from_ident, from_type, &sync->down, to_ident);
    char *back = sync->down.text ? zdm_strdup("true")
                                 : is_there_and_back(table, to_ident, to_type, from_type);
    char *both = zdm_strf("(%s OR %s AND %s)", up, down, back);

    free(back);
    free(up);
    free(down);
    free(from_ident);
    free(to_ident);
    return both;
}

/* The rows of a table with the names that their columns get before the undo; NULL: they have them. */
static char *
with_names(const struct zdm_sql_renames *later, const char *schema, const char *name,
    const char *table, const char *alias)
{
    struct zdm_buf sql = ZDM_BUF_INIT;

    zdm_buf_add(&sql, "(SELECT zdm_row.*");
    size_t bare = sql.len;
    for (size_t i = 0; i < later->count; i++) {
        if (!zdm_sql_rename_is_of(&later->items[i], schema, name))
            continue;
        char *from = zdm_sql_quote_ident(later->items[i].from);
        char *to = zdm_sql_quote_ident(later->items[i].to);
        zdm_buf_addf(&sql, ", zdm_row.%s AS %s", from, to);
        free(from);
        free(to);
    }
    bool any = sql.len > bare;
    zdm_buf_addf(&sql, " FROM %s AS zdm_row) AS %s", table, alias);
    char *text = any ? zdm_strdup(sql.s) : NULL;
    zdm_buf_release(&sql);
    return text;
}

/* The name that the column has now. */
static const char *
name_now(const struct zdm_sql_renames *later, const struct zdm_sql_loss *loss, const char *column)
{
    for (size_t i = 0; i < later->count; i++)
        if (zdm_sql_rename_is_of(&later->items[i], loss->schema, loss->name) &&
            strcmp(later->items[i].to, column) == 0)
            return later->items[i].from;
    return NULL;
}

static int
types_of(struct zdm_conn *conn, const char *table, const char *from, const char *to,
    struct zdm_result **r, struct zdm_err *err)
{
    return ZDM_QUERY(
        conn, zdm_embedded_text(zdm_run_sql, "sql/kept_types.sql"), r, err, table, from, to);
}

static int
find_column(struct zdm_conn *conn, const struct zdm_plan *plan, const struct zdm_sql_renames *later,
    const struct zdm_sql_loss *loss, const char *table, struct zdm_kept *out, struct zdm_err *err)
{
    const struct zdm_sync *sync = NULL;
    const struct zdm_step *step = find_sync(plan, loss, &sync);
    struct zdm_result *r = NULL;
    char *from = NULL, *alias = zdm_sql_quote_ident(loss->name);
    int rc = 0;

    if (!step)
        goto out;
    rc = -1;
    if (zdm_sql_identifier(sync->from, &from, err) < 0 ||
        types_of(conn, table, from, loss->column, &r, err) < 0)
        goto out;
    /* What comes back under its name only by then is asked then. */
    bool comes_back = name_now(later, loss, loss->column);
    const char *now = zdm_result_rows(r) == 1 ? NULL : name_now(later, loss, from);
    if (now && !comes_back) {
        zdm_result_free(r);
        r = NULL;
        if (types_of(conn, table, now, loss->column, &r, err) < 0)
            goto out;
        out->rows = with_names(later, loss->schema, loss->name, table, alias);
    }
    if (is_armed(conn, step, loss, table, &out->armed, err) < 0)
        goto out;
    out->believed = out->armed && all_write_the_same(plan, sync, loss);
    if (zdm_result_rows(r) == 1)
        out->elsewhere = kept_elsewhere(
            sync, alias, from, loss->column, zdm_result_get(r, 0, 0), zdm_result_get(r, 0, 1));
    out->where = zdm_strdup("in the other column of the sync");
    rc = 0;
out:
    zdm_result_free(r);
    free(from);
    free(alias);
    return rc;
}

static int
find_twin(struct zdm_conn *conn, const struct zdm_twin *twin, const struct zdm_sql_renames *later,
    struct zdm_kept *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char *schema = NULL, *name = NULL;

    if (zdm_sql_split_name(twin->table, &schema, &name, err) < 0)
        return -1;
    int rc = ZDM_QUERY(conn, zdm_embedded_text(zdm_run_sql, "sql/trigger_there.sql"), &r, err,
        twin->table, twin->trigger);
    if (rc == 0) {
        char *rows = with_names(later, schema, name, twin->table, "zdm_twin");
        out->believed = out->armed = zdm_result_bool(r, 0, 0);
        out->elsewhere = rows ? zdm_strf("EXISTS (SELECT FROM %s WHERE %s)", rows, twin->same)
                              : zdm_strf("EXISTS (SELECT FROM %s AS zdm_twin WHERE %s)",
                                    twin->table, twin->same);
        out->where = zdm_strf("in table %s", twin->table);
        free(rows);
    }
    zdm_result_free(r);
    free(schema);
    free(name);
    return rc;
}

int
zdm_kept_find(struct zdm_conn *conn, const struct zdm_plan *plan, const struct zdm_step *step,
    const struct zdm_sql_renames *later, const struct zdm_sql_loss *loss, const char *table,
    struct zdm_kept *out, struct zdm_err *err)
{
    struct zdm_kept kept = {.elsewhere = NULL};
    const struct zdm_twin *twin = twin_of(step, loss);
    int rc = twin           ? find_twin(conn, twin, later, &kept, err)
             : loss->column ? find_column(conn, plan, later, loss, table, &kept, err)
                            : 0;

    if (rc < 0) {
        zdm_kept_release(&kept);
        return -1;
    }
    *out = kept;
    return 0;
}

void
zdm_kept_release(struct zdm_kept *kept)
{
    free(kept->elsewhere);
    free(kept->rows);
    free(kept->where);
    *kept = (struct zdm_kept){.elsewhere = NULL};
}
