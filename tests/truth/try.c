#include "truth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alone.h"
#include "catalog/compare.h"
#include "catalog/load.h"

const char *const truth_field_names[TRUTH_FIELDS] = {
    "error", "transaction", "locks", "rewrites", "scans", "builds", "sequence"};

/* What a case works on: the main database, or one of its own. */
struct stage {
    struct zdm_trace *trace;
    struct zdm_catalog *catalog;
    char *conninfo; /* NULL: the main one */
};

static void
say(struct truth_outcome *out, enum truth_field field, const char *line)
{
    const char **grown = zdm_arena_alloc(out->arena, (out->n_lines + 1) * sizeof *grown);

    if (out->n_lines)
        memcpy(grown, out->lines, out->n_lines * sizeof *grown);
    grown[out->n_lines++] = line;
    out->lines = grown;
    out->wrong[field] = true;
}

static int
own_stage(struct truth_run *run, struct stage *stage, struct zdm_err *err)
{
    if (truth_database_make(&run->server, "truth_case", &stage->conninfo, err) < 0)
        return -1;
    return zdm_trace_open(stage->conninfo, &stage->trace, err);
}

static int
leave_stage(struct truth_run *run, struct stage *stage, struct zdm_err *err)
{
    if (!stage->conninfo)
        return 0;
    free(stage->conninfo);
    zdm_trace_close(stage->trace);
    zdm_catalog_free(stage->catalog);
    return truth_database_drop(&run->server, "truth_case", err);
}

/* Settings and what came before; the catalog is the one before that. */
static int
prepare(struct stage *stage, const struct truth_case *c, struct zdm_err *err)
{
    struct zdm_conn *conn = zdm_trace_conn(stage->trace);

    for (size_t i = 0; i < c->n_settings; i++)
        if (zdm_conn_exec(conn, c->settings[i], NULL, err) < 0)
            return zdm_err_wrap(err, "settings");
    if (zdm_catalog_load(conn, &stage->catalog, err) < 0)
        return -1;
    for (size_t i = 0; i < c->n_after; i++)
        if (zdm_conn_exec(conn, c->after[i], NULL, err) < 0)
            return zdm_err_wrap(err, "after");
    return 0;
}

/* The statements before it, as those of an earlier file, then the statement. */
static int
classify(struct zdm_catalog *catalog, const struct truth_case *c, int version,
    struct zdm_parsed **out, struct zdm_catalog **catalog_back, struct zdm_err *err)
{
    struct zdm_sql_context *context = zdm_sql_context_on(catalog, version);
    int rc = 0;

    for (size_t i = 0; i < c->n_after && rc == 0; i++) {
        struct zdm_parsed *before = NULL;
        rc = zdm_sql_classify_in(c->after[i], ZDM_WRAP_NEVER, context, &before, err);
        zdm_parsed_free(before);
        zdm_sql_context_settle(context);
    }
    if (rc == 0)
        rc = zdm_sql_classify_in(c->sql, ZDM_WRAP_NEVER, context, out, err);
    if (rc == 0 && (*out)->count != 1) {
        rc =
            zdm_fail(err, ZDM_ERR_USAGE, "a case is one statement, and this is %zu", (*out)->count);
        zdm_parsed_free(*out);
        *out = NULL;
    }
    *catalog_back = zdm_sql_context_leave(context);
    return rc;
}

static bool
on_rows(const char *sqlstate)
{
    return strncmp(sqlstate, "22", 2) == 0 || strncmp(sqlstate, "23", 2) == 0;
}

static enum truth_field
field_of(const char *line)
{
    static const struct {
        const char *start;
        enum truth_field field;
    } starts[] = {{"error", TRUTH_ERROR}, {"lock", TRUTH_LOCKS}, {"rewrite", TRUTH_REWRITES},
        {"scan", TRUTH_SCANS}, {"build", TRUTH_BUILDS}};

    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (strncmp(line, starts[i].start, strlen(starts[i].start)) == 0)
            return starts[i].field;
    return TRUTH_ERROR;
}

static void
compare(struct truth_outcome *out)
{
    const char *said = out->said->fails_with, *seen = out->seen.sqlstate;
    size_t n;

    if (!said && seen) {
        out->rows = on_rows(seen);
        out->unforeseen = !out->rows;
        if (out->rows)
            return;
    }
    char **lines = zdm_trace_differences(out->said, &out->seen, out->arena, &n);
    for (size_t i = 0; i < n; i++)
        say(out, field_of(lines[i]), lines[i]);
}

/* The simulated catalog, and the one of the database, both behind the statement. */
static int
compare_sequence(struct stage *stage, const struct zdm_catalog *simulated, bool inside,
    struct truth_outcome *out, struct zdm_err *err)
{
    struct zdm_conn *conn = zdm_trace_conn(stage->trace);
    struct zdm_catalog *real = NULL;
    size_t n;

    if ((inside ? zdm_catalog_load_inside(conn, &real, err) : zdm_catalog_load(conn, &real, err)) <
        0)
        return -1;
    char **lines = zdm_catalog_compare(simulated, real, out->arena, &n);
    for (size_t i = 0; i < n; i++)
        say(out, TRUTH_SEQUENCE, zdm_arena_strf(out->arena, "sequence: %s", lines[i]));
    zdm_catalog_free(real);
    return 0;
}

/* In a transaction, which is rolled back. */
static int
observe_inside(struct stage *stage, const struct truth_case *c, const struct zdm_catalog *simulated,
    struct truth_outcome *out, struct zdm_err *err)
{
    struct zdm_conn *conn = zdm_trace_conn(stage->trace);
    int rc = zdm_conn_exec(conn, "BEGIN", NULL, err);

    if (rc == 0)
        rc = zdm_trace_run(stage->trace, c->sql, false, true, out->arena, &out->seen, err);
    if (rc == 0 && !out->seen.sqlstate && zdm_conn_in_transaction(conn))
        rc = compare_sequence(stage, simulated, true, out, err);
    zdm_conn_rollback(conn);
    /* The one thing that a rollback leaves. */
    return rc < 0 ? rc : zdm_conn_exec(conn, "DEALLOCATE ALL", NULL, err);
}

/* What the server wants no transaction for runs by itself, in a database of its own. */
static int
observe(struct truth_run *run, struct stage *stage, const struct truth_case *c,
    const struct zdm_catalog *simulated, struct truth_outcome *out, struct zdm_err *err)
{
    bool forbidden = out->said->transaction == ZDM_TX_FORBIDDEN;

    if (observe_inside(stage, c, simulated, out, err) < 0)
        return -1;
    bool refused = out->seen.sqlstate && strcmp(out->seen.sqlstate, "25001") == 0;
    if (refused != forbidden && (refused || !out->seen.sqlstate))
        say(out, TRUTH_TRANSACTION,
            forbidden ? "transaction: said forbidden, the server allows it"
                      : "transaction: said ok, the server refuses it (25001)");
    if (!refused && !(forbidden && out->seen.sqlstate))
        return 0;
    if (!stage->conninfo && own_stage(run, stage, err) < 0)
        return -1;
    if (truth_run_alone(
            stage->trace, stage->conninfo, out->said, c->sql, out->arena, &out->seen, err) < 0)
        return -1;
    return out->seen.sqlstate ? 0 : compare_sequence(stage, simulated, false, out, err);
}

static int
try_on(struct truth_run *run, struct stage *stage, const struct truth_case *c,
    struct truth_outcome *out, struct zdm_err *err)
{
    struct zdm_catalog *catalog = stage->catalog ? stage->catalog : run->catalog, *empty;
    size_t mark = zdm_catalog_mark(catalog);
    int rc = classify(catalog, c, run->server.version, &out->parsed, &catalog, err);

    if (rc == 0) {
        out->said = &out->parsed->statements[0];
        rc = observe(run, stage, c, catalog, out, err);
    }
    zdm_catalog_rollback(catalog, mark);
    if (rc < 0)
        return -1;
    compare(out);
    rc = classify(zdm_catalog_new(), c, run->server.version, &out->offline, &empty, err);
    zdm_catalog_free(empty);
    if (rc == 0)
        out->said_offline = &out->offline->statements[0];
    return rc;
}

int
truth_try(struct truth_run *run, const struct truth_case *c, struct truth_outcome *out,
    struct zdm_err *err)
{
    struct stage stage = {.trace = run->trace};
    int rc = 0;

    *out = (struct truth_outcome){.arena = zdm_arena_new()};
    if (c->n_after || c->n_settings) {
        rc = own_stage(run, &stage, err);
        if (rc == 0)
            rc = prepare(&stage, c, err);
    }
    if (rc == 0)
        rc = try_on(run, &stage, c, out, err);
    if (rc == 0)
        return leave_stage(run, &stage, err);
    struct zdm_err later = ZDM_ERR_INIT;
    leave_stage(run, &stage, &later); /* the first error is the one to tell */
    zdm_err_release(&later);
    return -1;
}

void
truth_outcome_release(struct truth_outcome *outcome)
{
    zdm_parsed_free(outcome->parsed);
    zdm_parsed_free(outcome->offline);
    zdm_arena_free(outcome->arena);
    *outcome = (struct truth_outcome){.arena = NULL};
}

bool
truth_agrees(const struct truth_outcome *outcome)
{
    for (size_t i = 0; i < TRUTH_FIELDS; i++)
        if (outcome->wrong[i])
            return false;
    return true;
}

int
truth_run_open(
    struct truth_run *run, const char *conninfo, const char *schema_file, struct zdm_err *err)
{
    char *main_conninfo = NULL;
    int rc = -1;

    if (truth_server_open(&run->server, conninfo, schema_file, err) == 0 &&
        truth_database_make(&run->server, "truth_main", &main_conninfo, err) == 0 &&
        zdm_trace_open(main_conninfo, &run->trace, err) == 0)
        rc = zdm_catalog_load(zdm_trace_conn(run->trace), &run->catalog, err);
    free(main_conninfo);
    if (rc < 0)
        truth_run_close(run);
    return rc;
}

void
truth_run_close(struct truth_run *run)
{
    zdm_catalog_free(run->catalog);
    zdm_trace_close(run->trace);
    truth_server_close(&run->server);
    *run = (struct truth_run){.catalog = NULL};
}
