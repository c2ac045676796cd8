/* The journal and the last run's snapshot against the catalog. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "base/text.h"
#include "run/verify_private.h"
#include "sql/made.h"
#include "sql/syntax.h"

extern const struct zdm_embedded zdm_run_sql[];

struct done_step {
    const struct zdm_journal_plan *plan;
    const struct zdm_journal_row *row;
    bool asked;
    size_t order;
};

static int
by_time(const void *a, const void *b)
{
    const struct done_step *x = a, *y = b;

    if (x->row->at_ms != y->row->at_ms)
        return x->row->at_ms < y->row->at_ms ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

/* The finished sql steps of all plans in order of time: also of plans nobody asked for, which may have
 * taken back what those made. */
static struct done_step *
done_steps(const struct zdm_verify *v, size_t *n)
{
    struct done_step *steps = NULL;

    *n = 0;
    for (size_t i = 0; i < v->n_plans; i++)
        for (size_t k = 0; k < v->rows[i].count; k++) {
            const struct zdm_journal_row *row = &v->rows[i].items[k];
            if (row->item[0] || strcmp(row->state, "done") != 0 || strcmp(row->kind, "sql") != 0 ||
                !row->definition)
                continue;
            steps = zdm_grow(steps, *n + 1, sizeof *steps);
            steps[*n] = (struct done_step){&v->plans[i], row, v->asked[i], *n};
            (*n)++;
        }
    if (*n)
        qsort(steps, *n, sizeof *steps, by_time);
    return steps;
}

static void
collect(const struct done_step *steps, size_t n, struct zdm_made_list *list)
{
    for (size_t i = 0; i < n; i++) {
        json_t *definition = json_loads(steps[i].row->definition, 0, NULL);
        const char *sql = json_string_value(json_object_get(definition, "sql"));
        if (sql)
            zdm_made_add(list, sql, i);
        json_decref(definition);
    }
    zdm_made_settle(list);
}

static char *
question(const struct zdm_made_list *list)
{
    json_t *array = json_array();

    for (size_t i = 0; i < list->count; i++) {
        const struct zdm_made *m = &list->items[i];
        json_array_append_new(
            array, json_pack("{s:I,s:s,s:s?,s:s,s:s,s:b}", "i", (json_int_t)i, "kind",
                       zdm_made_kind_name(m->kind), "schema", m->schema, "relation", m->relation,
                       "name", m->name, "gone", m->state == ZDM_MADE_GONE));
    }
    char *text = json_dumps(array, JSON_COMPACT);
    json_decref(array);
    if (!text)
        zdm_die("out of memory");
    return text;
}

/* "public.users.email", "public.users: users_email_check", "users_email_idx". */
static char *
name_of(const struct zdm_made *m)
{
    char *relation = zdm_sql_quote_qualified(m->schema, m->relation);
    char *name = m->kind == ZDM_MADE_PARTITION ? zdm_strdup(m->name) : zdm_sql_quote_ident(m->name);
    char *text;

    if (m->kind == ZDM_MADE_COLUMN || m->kind == ZDM_MADE_NOT_NULL)
        text = zdm_strf("%s.%s", relation, name);
    else if (m->kind == ZDM_MADE_INDEX)
        text = zdm_sql_quote_qualified(m->schema, m->name);
    else if (m->name[0])
        text = zdm_strf("%s: %s", relation, name);
    else
        text = zdm_strdup(relation);
    free(relation);
    free(name);
    return text;
}

/* What to say of it; NULL: it is as it should be. */
static const char *
trouble(const struct zdm_made *m, const char *state)
{
    bool there = strcmp(state, "absent") != 0;

    if (m->state == ZDM_MADE_GONE)
        return there ? "is there again" : NULL;
    if (!there)
        return "is gone";
    if (m->state == ZDM_MADE_LOOSE || strcmp(state, "there") == 0)
        return NULL;
    return strcmp(state, "invalid") == 0     ? "is INVALID"
           : strcmp(state, "not valid") == 0 ? "is not validated"
           : strcmp(state, "disabled") == 0  ? "is disabled"
                                             : "is no longer in force";
}

/* Accepted as this since the step was done. */
static bool
is_accepted(const struct zdm_result *accepted, const struct done_step *step, const char *kind,
    const char *name, const char *state)
{
    for (int i = 0; accepted && i < zdm_result_rows(accepted); i++)
        if (strcmp(zdm_result_get(accepted, i, 0), kind) == 0 &&
            strcmp(zdm_result_get(accepted, i, 1), name) == 0 &&
            strcmp(zdm_result_get(accepted, i, 2), state) == 0 &&
            zdm_result_i64(accepted, i, 3) >= step->row->at_ms)
            return true;
    return false;
}

static void
tell(struct zdm_verify *v, const struct zdm_result *accepted, const struct done_step *step,
    const struct zdm_made *m, const char *state)
{
    const char *what = trouble(m, state);
    char at[32];

    /* Values that were kept: whoever drops them means it (zdm status says how). */
    bool let_go = m->kind == ZDM_MADE_RELATION && strcmp(state, "absent") == 0 &&
                  strncmp(m->relation, "zdm_kept_", strlen("zdm_kept_")) == 0;
    if (!what || let_go)
        return;
    char *name = name_of(m);
    if (is_accepted(accepted, step, zdm_made_kind_name(m->kind), name, state)) {
        free(name);
        return;
    }
    struct zdm_verify_item *item = zdm_verify_add(v, ZDM_VERIFY_CATALOG, true, step->plan->name,
        step->row->step, "%s %s %s; the step was done at %s", zdm_made_kind_name(m->kind), name,
        what, zdm_iso8601(step->row->at_ms, at));
    item->kind = zdm_strdup(zdm_made_kind_name(m->kind));
    item->name = name;
    item->state = zdm_strdup(state);
    zdm_verify_hint(item,
        "mend it by hand, or let the next run do the step again: zdm resolve %s \"%s\" --not-done "
        "--because \"...\"; or accept it: zdm verify --accept ... --because \"...\"",
        zdm_verify_file(v, step->plan->name), step->row->step);
}

static int
read_accepted(struct zdm_verify *v, struct zdm_result **out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (zdm_conn_exec(
            v->conn, "SELECT pg_catalog.to_regclass('zdm.accepted') IS NOT NULL", &r, err) < 0)
        return -1;
    bool there = zdm_result_bool(r, 0, 0);
    zdm_result_free(r);
    return !there ? 0
                  : zdm_conn_exec(
                        v->conn, zdm_embedded_text(zdm_run_sql, "sql/accepted_read.sql"), out, err);
}

int
zdm_verify_catalog(struct zdm_verify *v, struct zdm_err *err)
{
    struct zdm_made_list list = ZDM_MADE_INIT;
    struct zdm_result *r = NULL, *accepted = NULL;
    size_t n;
    struct done_step *steps = done_steps(v, &n);
    int rc = read_accepted(v, &accepted, err);

    for (size_t i = 0; i < n; i++)
        v->out->steps += steps[i].asked;
    collect(steps, n, &list);
    if (rc == 0 && list.count) {
        char *asked = question(&list);
        /* Names are found where the session finds them, operators in pg_catalog alone. */
        rc = zdm_conn_exec(v->conn,
            "SELECT pg_catalog.set_config('search_path', pg_catalog.concat_ws(', ', 'pg_catalog',"
            " NULLIF(pg_catalog.current_setting('search_path'), '')), true)",
            NULL, err);
        if (rc == 0)
            rc = ZDM_QUERY(
                v->conn, zdm_embedded_text(zdm_run_sql, "sql/made_state.sql"), &r, err, asked);
        free(asked);
    }
    for (int i = 0; rc == 0 && r && i < zdm_result_rows(r); i++) {
        const struct zdm_made *m = &list.items[zdm_result_i64(r, i, 0)];
        if (!steps[m->step].asked)
            continue;
        v->out->objects++;
        tell(v, accepted, &steps[m->step], m, zdm_result_get(r, i, 1));
    }
    zdm_result_free(accepted);
    zdm_result_free(r);
    zdm_made_release(&list);
    free(steps);
    return rc;
}

int
zdm_verify_schema(struct zdm_verify *v, struct zdm_err *err)
{
    struct zdm_drift drift;

    if (zdm_drift_read(v->conn, &drift, err) < 0)
        return -1;
    v->out->snapshot = drift.known;
    v->out->snapshot_ms = drift.at_ms;
    v->out->snapshot_plan = zdm_strdup(drift.plan);
    v->out->snapshot_who = zdm_strdup(drift.who);
    int version = zdm_conn_server_version(v->conn) / 10000;
    bool respelled = drift.known && drift.server != version;
    if (respelled)
        zdm_verify_add(v, ZDM_VERIFY_SCHEMA, false, NULL, NULL,
            "the last run saw PostgreSQL %lld, this is %d: definitions may differ because it "
            "spells them in another way",
            (long long)drift.server, version);
    for (size_t i = 0; i < drift.count; i++) {
        struct zdm_drift_item *from = &drift.items[i];
        struct zdm_verify_item *item = zdm_verify_add(v, ZDM_VERIFY_SCHEMA,
            !from->plan && !from->partition && !(respelled && strcmp(from->change, "changed") == 0),
            from->plan, NULL, "%s %s was %s%s", from->kind, from->name, from->change,
            from->plan        ? ": by the plan, which has not ended a run since"
            : from->partition ? ": partitions come and go"
                              : "");
        item->change = from->change;
        item->state = zdm_strdup(from->change);
        item->kind = from->kind;
        item->name = from->name;
        item->was = from->was;
        item->is = from->is;
        from->change = from->kind = from->name = from->was = from->is = NULL;
    }
    if (drift.total > (int64_t)drift.count) {
        char more[32];
        zdm_verify_add(v, ZDM_VERIFY_SCHEMA, true, NULL, NULL, "and %s more",
            zdm_show_count(drift.total - (int64_t)drift.count, more));
    }
    zdm_drift_release(&drift);
    return 0;
}
