#include "plan/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sql/syntax.h"

#define TRIGGER_PREFIX "zzz_zdm_sync_" /* stdlib/sync.lua */

static bool
has(char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (names[i] && strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Takes what `from` has and *names does not. */
static void
merge(char ***names, size_t *n, char **from, size_t n_from)
{
    for (size_t i = 0; i < n_from; i++) {
        if (has(*names, *n, from[i]))
            continue;
        *names = zdm_grow(*names, *n + 1, sizeof **names);
        (*names)[(*n)++] = zdm_strdup(from[i]);
    }
}

/* Why the text does not give the same answer for the same row at any time; owned. */
static char *
unsteady(const char *what, const struct zdm_sql_uses *uses)
{
    if (uses->others)
        return zdm_strf("%s looks at other rows, in a sub-select", what);
    if (uses->changes)
        return zdm_strf("%s has %s, which is another value later on", what, uses->changes);
    return NULL;
}

/* Why a value may be another one in a row that is done; owned. */
static char *
of_itself(const char *column, const struct zdm_sql_uses *uses, char *const *set, size_t n_set,
    const char *table)
{
    for (size_t i = 0; i < n_set; i++)
        if (set[i] && has(uses->columns, uses->n_columns, set[i]))
            return zdm_strf("%s is made of %s, which is set too", column, set[i]);
    if (uses->whole_row || (table && has(uses->columns, uses->n_columns, table)))
        return zdm_strf("%s is made of the whole row, with what is set", column);
    return NULL;
}

/* A name as written, folded; NULL when it is none: the check of the plan says so. */
static char *
folded(const char *written)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *name = NULL;

    if (zdm_sql_identifier(written, &name, &err) < 0)
        name = NULL;
    zdm_err_release(&err);
    return name;
}

static char *
table_name(const char *written)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *schema = NULL, *name = NULL;

    if (zdm_sql_split_name(written, &schema, &name, &err) < 0)
        name = NULL;
    else
        free(schema);
    zdm_err_release(&err);
    return name;
}

/* What is wrong with a text is for the check of the plan to say. */
static bool
read_uses(const char *text, struct zdm_sql_uses *uses)
{
    struct zdm_err err = ZDM_ERR_INIT;
    int rc = zdm_sql_expression_uses(text, uses, &err);

    zdm_err_release(&err);
    return rc == 0;
}

static void
look_at_where(const struct zdm_step_backfill *backfill, struct zdm_sweep_outlook *out)
{
    struct zdm_sql_uses uses;

    if (!backfill->where.text || !read_uses(backfill->where.text, &uses))
        return;
    out->why_not = unsteady("where", &uses);
    merge(&out->calls, &out->n_calls, uses.calls, uses.n_calls);
    merge(&out->operators, &out->n_operators, uses.operators, uses.n_operators);
    zdm_sql_uses_release(&uses);
}

static void
look_at_set(const struct zdm_step_backfill *backfill, struct zdm_sweep_outlook *out)
{
    size_t n = backfill->n_set;
    char **set = zdm_alloc((n + 1) * sizeof *set), *table = table_name(backfill->table);

    for (size_t i = 0; i < n; i++)
        set[i] = folded(backfill->set[i].column);
    for (size_t i = 0; i < n && !out->why_not; i++) {
        const char *column = backfill->set[i].column;
        struct zdm_sql_uses uses;
        if (!read_uses(backfill->set[i].expr.text, &uses))
            continue;
        out->why_not = of_itself(column, &uses, set, n, table);
        if (!out->why_not)
            out->why_not = unsteady(column, &uses);
        merge(&out->calls, &out->n_calls, uses.calls, uses.n_calls);
        merge(&out->operators, &out->n_operators, uses.operators, uses.n_operators);
        merge(&out->inputs, &out->n_inputs, uses.columns, uses.n_columns);
        zdm_sql_uses_release(&uses);
    }
    for (size_t i = 0; i < n; i++)
        free(set[i]);
    free(set);
    free(table);
}

void
zdm_sweep_outlook(const struct zdm_step_backfill *backfill, struct zdm_sweep_outlook *out)
{
    *out = (struct zdm_sweep_outlook){.why_not = NULL};
    if (!backfill->verify) {
        out->why_not = zdm_strdup("verify is false");
        return;
    }
    if (backfill->map && !backfill->where_becomes_false) {
        out->why_not = zdm_strdup("whether a row needs it only the function knows");
        return;
    }
    look_at_where(backfill, out);
    if (!out->why_not && !backfill->into && !backfill->erase && !backfill->where_becomes_false)
        look_at_set(backfill, out);
}

/* A column that the function of a map gets and changes; owned. */
static char *
read_and_written(const struct zdm_step_backfill *backfill)
{
    char *why = NULL;

    for (size_t i = 0; i < backfill->n_write && !why; i++) {
        char *name = folded(backfill->write[i]);
        for (size_t k = 0; name && k < backfill->n_read && !why; k++) {
            char *read = folded(backfill->read[k]);
            if (read && strcmp(read, name) == 0)
                why = zdm_strf("the function reads %s, which it writes", backfill->write[i]);
            free(read);
        }
        free(name);
    }
    return why;
}

char *
zdm_backfill_twice(const struct zdm_step_backfill *backfill)
{
    size_t n = backfill->n_set;
    char *why = NULL;

    if (backfill->where_becomes_false || backfill->into || backfill->erase)
        return NULL;
    if (backfill->map)
        return read_and_written(backfill);
    char **set = zdm_alloc((n + 1) * sizeof *set), *table = table_name(backfill->table);
    for (size_t i = 0; i < n; i++)
        set[i] = folded(backfill->set[i].column);
    for (size_t i = 0; i < n && !why; i++) {
        struct zdm_sql_uses uses;
        if (!read_uses(backfill->set[i].expr.text, &uses))
            continue;
        why = of_itself(backfill->set[i].column, &uses, set, n, table);
        zdm_sql_uses_release(&uses);
    }
    for (size_t i = 0; i < n; i++)
        free(set[i]);
    free(set);
    free(table);
    return why;
}

static void
release(char **names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(names[i]);
    free(names);
}

void
zdm_sweep_outlook_release(struct zdm_sweep_outlook *outlook)
{
    free(outlook->why_not);
    release(outlook->calls, outlook->n_calls);
    release(outlook->operators, outlook->n_operators);
    release(outlook->inputs, outlook->n_inputs);
    *outlook = (struct zdm_sweep_outlook){.why_not = NULL};
}

static bool
same_text(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* A schema that is not written may be any. */
static bool
same_table(const struct zdm_sql_trigger *trigger, const char *schema, const char *table)
{
    return same_text(trigger->table, table) &&
           (!trigger->schema || !schema || same_text(trigger->schema, schema));
}

/* The column that a trigger of sync (stdlib/sync.lua) writes; NULL: it is none of these. */
static const char *
synced_column(const struct zdm_sql_trigger *trigger)
{
    return strncmp(trigger->name, TRIGGER_PREFIX, strlen(TRIGGER_PREFIX)) == 0 &&
                   trigger->n_args == 3
               ? trigger->args[1]
               : NULL;
}

static bool
sets(const struct zdm_step_backfill *backfill, const char *column)
{
    size_t n = backfill->map ? backfill->n_write : backfill->n_set;
    bool found = false;

    for (size_t i = 0; i < n && !found; i++) {
        char *name = folded(backfill->map ? backfill->write[i] : backfill->set[i].column);
        found = name && same_text(name, column);
        free(name);
    }
    return found;
}

/* What the step makes and drops; nothing in all the steps that have no trigger of a sync. */
static void
synced_by(const struct zdm_step *step, struct zdm_sql_triggers *out)
{
    *out = (struct zdm_sql_triggers){.count = 0};
    if (step->kind == ZDM_STEP_SQL && strstr(step->u.sql.up.text, TRIGGER_PREFIX))
        zdm_sql_triggers_of(step->u.sql.up.text, out);
}

/* Does a step from `from` up to before `upto` drop the trigger? */
static bool
dropped_between(const struct zdm_plan *plan, size_t from, size_t upto, const char *trigger)
{
    bool found = false;

    for (size_t i = from; i < upto && !found; i++) {
        struct zdm_sql_triggers triggers;
        synced_by(&plan->steps[i], &triggers);
        for (size_t k = 0; k < triggers.count; k++)
            found =
                found || (triggers.items[k].dropped && same_text(triggers.items[k].name, trigger));
        zdm_sql_triggers_release(&triggers);
    }
    return found;
}

const struct zdm_step *
zdm_plan_sync_of(const struct zdm_plan *plan, size_t index)
{
    const struct zdm_step_backfill *backfill = &plan->steps[index].u.backfill;
    const struct zdm_step *found = NULL;
    struct zdm_err err = ZDM_ERR_INIT;
    char *schema = NULL, *table = NULL;

    if (backfill->into || zdm_sql_split_name(backfill->table, &schema, &table, &err) < 0) {
        zdm_err_release(&err);
        return NULL;
    }
    for (size_t i = 0; i < index && !found; i++) {
        struct zdm_sql_triggers triggers;
        synced_by(&plan->steps[i], &triggers);
        for (size_t k = 0; k < triggers.count && !found; k++) {
            const struct zdm_sql_trigger *t = &triggers.items[k];
            const char *column = t->dropped ? NULL : synced_column(t);
            if (column && same_table(t, schema, table) && sets(backfill, column) &&
                !dropped_between(plan, i + 1, index, t->name))
                found = &plan->steps[i];
        }
        zdm_sql_triggers_release(&triggers);
    }
    free(schema);
    free(table);
    return found;
}
