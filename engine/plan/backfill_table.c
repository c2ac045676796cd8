/* What the steps before a backfill make of its table: see struct zdm_plan_table. */
#include <stdlib.h>
#include <string.h>

#include "plan/checker.h"
#include "sql/catalog.h"
#include "sql/syntax.h"

static struct zdm_relation *
find(struct zdm_sql_context *context, const char *written)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *schema, *name;

    if (zdm_sql_split_name(written, &schema, &name, &err) < 0) {
        zdm_err_clear(&err); /* reported by the check of the step */
        return NULL;
    }
    struct zdm_relation *relation =
        zdm_catalog_relation(zdm_sql_context_catalog(context), schema, name);
    free(schema);
    free(name);
    return relation;
}

/* Summarising indexes stand in the way of HOT before PostgreSQL 16 only. */
static bool
in_the_way(const struct zdm_index *index, int server_version)
{
    return strcmp(index->method, "brin") != 0 || server_version < 160000;
}

static const char *
index_with(const struct zdm_relation *relation, const char *column, int server_version)
{
    for (size_t i = 0; i < relation->indexes.n; i++) {
        const struct zdm_index *index = relation->indexes.items[i];
        if (zdm_names_have(index->uses, index->n_uses, column) && in_the_way(index, server_version))
            return index->self->name;
    }
    return NULL;
}

static void
read_checks(
    struct zdm_arena *arena, const struct zdm_relation *relation, struct zdm_plan_table *table)
{
    table->checks = zdm_arena_alloc(arena, (relation->constraints.n + 1) * sizeof *table->checks);
    for (size_t i = 0; i < relation->constraints.n; i++) {
        const struct zdm_constraint *c = relation->constraints.items[i];
        if (c->kind != ZDM_CONSTRAINT_CHECK || !c->check_sql || !c->enforced)
            continue;
        const char **columns = zdm_arena_alloc(arena, (c->n_columns + 1) * sizeof *columns);
        for (size_t k = 0; k < c->n_columns; k++)
            columns[k] = zdm_arena_strdup(arena, c->columns[k]);
        table->checks[table->n_checks++] = (struct zdm_plan_constraint){
            .name = zdm_arena_strdup(arena, c->name),
            .condition = zdm_arena_strdup(arena, c->check_sql),
            .columns = columns,
            .n_columns = c->n_columns,
        };
    }
}

void
zdm_foresee_table(struct zdm_checker *checker, struct zdm_sql_context *context)
{
    struct zdm_plan_report *report = checker->report;
    const struct zdm_catalog *catalog = zdm_sql_context_catalog(context);

    report->tables = zdm_grow(report->tables, report->n_tables, sizeof *report->tables);
    if (!report->arena)
        report->arena = zdm_arena_new();
    struct zdm_plan_table *table = &report->tables[report->n_tables++];
    *table = (struct zdm_plan_table){.step = checker->index};
    const struct zdm_relation *relation = find(context, checker->step->u.backfill.table);
    const char *written = checker->step->u.backfill.into;
    const struct zdm_relation *into = written ? find(context, written) : NULL;
    table->into_fresh = into && !into->missing && into->known && into->oid == 0;
    table->uncertain = catalog->uncertain;
    if (!relation || relation->missing || !relation->known)
        return;
    table->known = true;
    table->fresh = relation->oid == 0;
    table->columns =
        zdm_arena_alloc(report->arena, (relation->columns.n + 1) * sizeof *table->columns);
    for (size_t i = 0; i < relation->columns.n; i++) {
        const struct zdm_column *column = relation->columns.items[i];
        const char *index = index_with(relation, column->name, catalog->server_version);
        table->columns[table->n_columns++] = (struct zdm_plan_column){
            .name = zdm_arena_strdup(report->arena, column->name),
            .type = zdm_column_type_sql(report->arena, column),
            .value = zdm_arena_strdup(report->arena, column->default_sql),
            .index = zdm_arena_strdup(report->arena, index),
            .not_null = column->not_null,
        };
    }
    read_checks(report->arena, relation, table);
}

void
zdm_foresee_not_null(struct zdm_checker *checker, struct zdm_sql_context *context)
{
    struct zdm_plan_report *report = checker->report;

    for (size_t i = 0; i < report->n_tables; i++) {
        struct zdm_plan_table *table = &report->tables[i];
        const struct zdm_step *step = &checker->plan->steps[table->step];
        const struct zdm_relation *relation = find(context, step->u.backfill.table);
        for (size_t k = 0; relation && k < table->n_columns; k++) {
            const struct zdm_column *column = zdm_relation_column(relation, table->columns[k].name);
            table->columns[k].not_null_later = column && column->not_null;
        }
    }
}
