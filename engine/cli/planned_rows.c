#include "cli/planned_rows.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* From a server with all in memory to a busy one with slow disks: rows written in a millisecond, with their
 * indexes and WAL; and what finding them costs by the planner, of which 1 is a page read in order, so that
 * these are the assumed speeds of a scan (sql/speed.c). */
enum { ROWS_FAST = 200, ROWS_SLOW = 10, COST_FAST = 250, COST_SLOW = 25 };

#define BEGIN "BEGIN READ ONLY; SET LOCAL statement_timeout = 10000; SET LOCAL lock_timeout = 1000"

struct change {
    double rows, bytes, cost;
    const char *verb, *schema, *table; /* of the largest; views of the JSON */
    double most;
    size_t tables;
};

static const char *
text_of(const json_t *node, const char *key)
{
    const char *text = json_string_value(json_object_get(node, key));

    return text ? text : "";
}

static void
take_change(const json_t *node, struct change *change)
{
    static const struct {
        const char *operation, *verb;
    } verbs[] = {
        {"Update", "changes"}, {"Delete", "deletes"}, {"Insert", "inserts"}, {"Merge", "merges"}};
    const json_t *plans = json_object_get(node, "Plans"), *plan;
    double rows = 0;
    size_t i;

    json_array_foreach(plans, i, plan)
    {
        if (strcmp(text_of(plan, "Parent Relationship"), "Outer") != 0 &&
            strcmp(text_of(plan, "Parent Relationship"), "Member") != 0)
            continue;
        double n = json_number_value(json_object_get(plan, "Plan Rows"));
        rows += n;
        change->bytes += n * json_number_value(json_object_get(plan, "Plan Width"));
    }
    change->rows += rows;
    change->tables++;
    if (change->tables > 1 && rows <= change->most)
        return;
    change->most = rows;
    change->schema = text_of(node, "Schema");
    change->table = text_of(node, "Relation Name");
    for (size_t k = 0; k < sizeof verbs / sizeof *verbs; k++)
        if (strcmp(verbs[k].operation, text_of(node, "Operation")) == 0)
            change->verb = verbs[k].verb;
}

/* Of the node and all below it. */
static void
find_changes(const json_t *node, struct change *change)
{
    const json_t *plans = json_object_get(node, "Plans"), *plan;
    size_t i;

    /* The cost of a node has those below it, and the first is above all changes. */
    if (!change->cost)
        change->cost = json_number_value(json_object_get(node, "Total Cost"));
    if (strcmp(text_of(node, "Node Type"), "ModifyTable") == 0)
        take_change(node, change);
    json_array_foreach(plans, i, plan) find_changes(plan, change);
}

static void
take(const json_t *explained, struct zdm_arena *arena, struct zdm_workload *out)
{
    struct change change = {.verb = NULL};
    char rows[32];

    find_changes(json_object_get(json_array_get(explained, 0), "Plan"), &change);
    if (!change.verb)
        return;
    const char *more =
        change.tables > 1 ? zdm_arena_strf(arena, " and %zu more", change.tables - 1) : "";
    *out = (struct zdm_workload){
        .work = zdm_arena_strf(arena, "%s about %s row%s of %s.%s%s", change.verb,
            zdm_show_count((int64_t)change.rows, rows), change.rows == 1 ? "" : "s", change.schema,
            change.table, more),
        .basis = "rows by the planner, assumed speeds",
        .wal_bytes = (int64_t)change.bytes,
        .least_ms = (int64_t)(change.rows / ROWS_FAST + change.cost / COST_FAST),
        .most_ms = (int64_t)(change.rows / ROWS_SLOW + change.cost / COST_SLOW),
    };
}

static bool
changes_rows(const struct zdm_statement *st)
{
    static const char *const kinds[] = {"UPDATE", "DELETE", "INSERT", "MERGE"};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i], st->kind) == 0)
            return true;
    return false;
}

static int
explain(
    struct zdm_conn *conn, struct zdm_statement *st, struct zdm_arena *arena, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (zdm_conn_exec(conn, BEGIN, NULL, err) < 0)
        return -1;
    char *sql = zdm_strf("EXPLAIN (FORMAT JSON, VERBOSE) %s", st->sql);
    int rc = zdm_conn_query(conn, sql, 0, NULL, &r, err);
    free(sql);
    if (rc == 0 && zdm_result_rows(r) > 0) {
        json_t *explained = json_loads(zdm_result_get(r, 0, 0), 0, NULL);
        take(explained, arena, &st->workload);
        json_decref(explained);
    }
    zdm_result_free(r);
    /* It may be about what is not there yet, or not for this role: then its rows are not known. */
    if (rc < 0 && err->code == ZDM_ERR_FAILED && !zdm_conn_lost(conn)) {
        zdm_err_clear(err);
        rc = 0;
    }
    zdm_conn_rollback(conn);
    return rc;
}

int
zdm_planned_rows(struct zdm_conn *conn, struct zdm_loaded *loaded,
    const struct zdm_plan_status *status, struct zdm_arena *arena, struct zdm_err *err)
{
    for (size_t i = 0; i < loaded->report.n_statements; i++) {
        struct zdm_plan_statement *found = &loaded->report.statements[i];
        enum zdm_step_state state = status->steps[found->step].state;
        if (state == ZDM_STATE_DONE || state == ZDM_STATE_CHANGED || !changes_rows(&found->st) ||
            found->st.workload.work)
            continue;
        if (explain(conn, &found->st, arena, err) < 0)
            return -1;
    }
    return 0;
}
