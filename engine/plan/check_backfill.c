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
                zdm_err_hint(
                    zdm_checker_fail(checker, at, ZDM_ERR_PLAN,
                        "backfill \"%s\" sets its own key %s", checker->step->id, set->column),
                    "walk along a column that does not change: key = \"...\"");
        if (zdm_sql_check_expression(set->expr.text, &err) < 0)
            zdm_checker_take(checker, &set->expr, set->column, &err);
    }
    for (size_t i = 0; i < backfill->n_set; i++)
        free(names[i]);
    free(names);
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
    for (size_t i = 0; i < backfill->n_key; i++) {
        key[i] = column(checker, backfill->key[i], checker->step->at);
        for (size_t k = 0; key[i] && k < i; k++)
            if (key[k] && strcmp(key[i], key[k]) == 0)
                zdm_err_hint(zdm_checker_fail(checker, checker->step->at, ZDM_ERR_PLAN,
                                 "the key of backfill \"%s\" names column %s twice",
                                 checker->step->id, backfill->key[i]),
                    "name each column once");
    }
    check_set(checker, key);
    if (backfill->where.text && zdm_sql_check_expression(backfill->where.text, &err) < 0)
        zdm_checker_take(checker, &backfill->where, "where", &err);
    zdm_check_phase_rules(checker, checker->report->n_statements, &backfill->allow);
    for (size_t i = 0; i < backfill->n_key; i++)
        free(key[i]);
    free(key);
}
