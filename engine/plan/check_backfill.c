#include <stdlib.h>
#include <string.h>

#include "plan/checker.h"
#include "sql/syntax.h"

/* A column as the author wrote it; NULL and an error when it is none. */
static char *
column(struct zdm_checker *checker, const char *written, struct zdm_place at)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *name;

    if (zdm_sql_identifier(written, &name, &err) == 0)
        return name;
    struct zdm_err *added = zdm_errlist_add(&checker->report->errors);
    zdm_err_move(added, &err);
    zdm_err_wrap(added, "step \"%s\"", checker->step->id);
    zdm_err_at(added, at);
    return NULL;
}

static void
check_table(struct zdm_checker *checker, const char *table)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *schema, *name;

    if (zdm_sql_split_name(table, &schema, &name, &err) == 0) {
        free(schema);
        free(name);
        return;
    }
    struct zdm_err *added = zdm_errlist_add(&checker->report->errors);
    zdm_err_move(added, &err);
    zdm_err_wrap(added, "step \"%s\"", checker->step->id);
    zdm_err_at(added, checker->step->at);
}

static void
free_names(char **names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(names[i]);
    free(names);
}

static void
sets_key(struct zdm_checker *checker, struct zdm_place at, const char *written)
{
    zdm_err_hint(zdm_checker_fail(checker, at, ZDM_ERR_PLAN, "backfill \"%s\" sets its own key %s",
                     checker->step->id, written),
        "walk along a column that does not change: key = \"...\"");
}

static void
check_set(struct zdm_checker *checker, char *const *key)
{
    const struct zdm_step_backfill *backfill = &checker->step->u.backfill;
    char **names = zdm_alloc((backfill->n_set + 1) * sizeof *names);
    struct zdm_err err = ZDM_ERR_INIT;

    for (size_t i = 0; i < backfill->n_set; i++) {
        const struct zdm_assign *set = &backfill->set[i];
        struct zdm_place at = zdm_sql_place(&set->expr, 0);
        names[i] = column(checker, set->column, at);
        for (size_t k = 0; names[i] && k < i; k++)
            if (names[k] && strcmp(names[i], names[k]) == 0)
                zdm_err_hint(
                    zdm_checker_fail(checker, at, ZDM_ERR_PLAN,
                        "backfill \"%s\" sets column %s twice", checker->step->id, set->column),
                    "keep one of \"%s\" and \"%s\"", backfill->set[k].column, set->column);
        for (size_t k = 0; names[i] && !backfill->into && k < backfill->n_key; k++)
            if (key[k] && strcmp(names[i], key[k]) == 0)
                sets_key(checker, at, set->column);
        if (zdm_sql_check_expression(set->expr.text, &err) < 0)
            zdm_checker_take(checker, &set->expr, set->column, &err);
    }
    free_names(names, backfill->n_set);
}

static void
named_twice(struct zdm_checker *checker, const char *what, const char *written)
{
    zdm_err_hint(
        zdm_checker_fail(checker, checker->step->at, ZDM_ERR_PLAN,
            "%s of backfill \"%s\" names column %s twice", what, checker->step->id, written),
        "name each column once");
}

/* A list of columns, each once, into names (n; an entry is NULL when it is none). */
static void
check_columns(struct zdm_checker *checker, const char *what, const char *const *written, size_t n,
    char **names)
{
    for (size_t i = 0; i < n; i++) {
        names[i] = column(checker, written[i], checker->step->at);
        for (size_t k = 0; names[i] && k < i; k++)
            if (names[k] && strcmp(names[i], names[k]) == 0)
                named_twice(checker, what, written[i]);
    }
}

static void
check_map(struct zdm_checker *checker, char *const *key)
{
    const struct zdm_step_backfill *backfill = &checker->step->u.backfill;
    char **read = zdm_alloc((backfill->n_read + 1) * sizeof *read);
    char **write = zdm_alloc((backfill->n_write + 1) * sizeof *write);

    check_columns(checker, "read", backfill->read, backfill->n_read, read);
    check_columns(checker, "write", backfill->write, backfill->n_write, write);
    for (size_t i = 0; i < backfill->n_write; i++)
        for (size_t k = 0; write[i] && k < backfill->n_key; k++)
            if (key[k] && strcmp(write[i], key[k]) == 0)
                sets_key(checker, checker->step->at, backfill->write[i]);
    free_names(read, backfill->n_read);
    free_names(write, backfill->n_write);
}

void
zdm_check_backfill_step(struct zdm_checker *checker)
{
    const struct zdm_step_backfill *backfill = &checker->step->u.backfill;
    struct zdm_err err = ZDM_ERR_INIT;
    char **key = zdm_alloc((backfill->n_key + 1) * sizeof *key);

    check_table(checker, backfill->table);
    if (backfill->into)
        check_table(checker, backfill->into);
    check_columns(checker, "key", backfill->key, backfill->n_key, key);
    check_set(checker, key);
    check_map(checker, key);
    if (backfill->where.text && zdm_sql_check_expression(backfill->where.text, &err) < 0)
        zdm_checker_take(checker, &backfill->where, "where", &err);
    if (backfill->where_becomes_false && (backfill->erase || backfill->into))
        zdm_err_hint(
            zdm_checker_fail(checker, checker->step->at, ZDM_ERR_PLAN,
                "where_becomes_false of backfill \"%s\" is for set and map", checker->step->id),
            "leave it out: a row that is deleted is gone, one that is copied stays as it is");
    zdm_check_undo(checker);
    zdm_check_phase_rules(checker, checker->report->n_statements, &backfill->allow);
    free_names(key, backfill->n_key);
}
