#include "cli/check_target.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/signals.h"
#include "base/text.h"
#include "catalog/copy.h"
#include "catalog/trace.h"
#include "catalog/violations.h"
#include "cli/target_catalog.h"
#include "pg/conn.h"

static int
begin_source(void *self, struct zdm_err *err)
{
    return zdm_trace_begin(self, err);
}

static int
trace_statement(void *self, struct zdm_statement *st, const struct zdm_sql_context *context,
    struct zdm_arena *arena, const char ***differences, size_t *n, struct zdm_err *err)
{
    struct zdm_observed observed;

    if (zdm_trace_run(
            self, st->sql, st->transaction == ZDM_TX_FORBIDDEN, true, arena, &observed, err) < 0)
        return -1;
    /* What was only assumed may well be otherwise; what the catalog said, or was certain, may not. */
    if ((st->evidence == ZDM_EVIDENCE_CATALOG && st->verdict != ZDM_VERDICT_UNKNOWN) ||
        st->fails_with)
        *differences = (const char **)zdm_trace_differences(st, &observed, arena, n);
    zdm_trace_apply(st, &observed, context, arena);
    return 0;
}

static int
ask_rows(void *self, struct zdm_statement *st, const struct zdm_sql_context *context,
    struct zdm_arena *arena, struct zdm_err *err)
{
    const struct zdm_check_target *target = self;

    return zdm_violations_ask(target->rows_conn, st, context, target->rows_timeout_ms, arena, err);
}

static int
open_rows(const struct zdm_args *args, const char *conninfo, struct zdm_check_target *target,
    struct zdm_err *err)
{
    const char *seconds = zdm_args_get(args, ZDM_OPT_ROWS);
    int64_t n;

    if (!seconds)
        return 0;
    if (!zdm_parse_i64(seconds, &n) || n < 1 || n > 86400) {
        zdm_fail(err, ZDM_ERR_USAGE, "--rows takes a number of seconds, not \"%s\"", seconds);
        return zdm_err_hint(err, "such as --rows 5");
    }
    target->rows_timeout_ms = 1000 * n;
    return zdm_conn_open(conninfo, "zdm check", &target->rows_conn, err);
}

static int
check_options(const struct zdm_args *args, struct zdm_err *err)
{
    bool db = zdm_args_has(args, ZDM_OPT_DB), schema = zdm_args_has(args, ZDM_OPT_SCHEMA);

    if (db && zdm_args_has(args, ZDM_OPT_OFFLINE))
        return zdm_fail(err, ZDM_ERR_USAGE, "--offline and --db exclude each other");
    if (db && schema) {
        zdm_fail(err, ZDM_ERR_USAGE, "--db and --schema exclude each other");
        return zdm_err_hint(err, "the catalog comes from one of them");
    }
    if (zdm_args_has(args, ZDM_OPT_ROWS) && (schema || !zdm_target_is_named(args))) {
        zdm_fail(err, ZDM_ERR_USAGE, "--rows needs a database that has some");
        return zdm_err_hint(err, "name it with --db DSN");
    }
    if (zdm_args_has(args, ZDM_OPT_TRACE) && !schema && !zdm_target_is_named(args)) {
        zdm_fail(err, ZDM_ERR_USAGE, "--trace needs a schema to copy");
        return zdm_err_hint(err, "name the database whose schema it is: --db DSN, or a file that "
                                 "makes it: --schema schema.sql");
    }
    return 0;
}

/* What the conninfo says in the message of a failure is the target's business, not the copy's. */
static int
open_copy(const struct zdm_args *args, const char *conninfo, struct zdm_check_target *target,
    struct zdm_err *err)
{
    const char *schema = zdm_args_get(args, ZDM_OPT_SCHEMA);
    struct zdm_trace *trace;

    if (zdm_schema_copy_open(schema ? NULL : conninfo, schema, &target->copy, err) < 0)
        return -1;
    const char *copy = zdm_schema_copy_conninfo(target->copy);
    if (schema && zdm_schema_catalog(copy, &target->catalog, err) < 0)
        return -1;
    if (!zdm_args_has(args, ZDM_OPT_TRACE))
        return 0;
    if (zdm_trace_open(copy, &trace, err) < 0)
        return -1;
    target->tracer =
        (struct zdm_check_tracer){.self = trace, .begin = begin_source, .trace = trace_statement};
    return 0;
}

int
zdm_check_target_open(
    const struct zdm_args *args, struct zdm_check_target *out, struct zdm_err *err)
{
    struct zdm_check_target target = {.catalog = NULL};
    const char *schema = zdm_args_get(args, ZDM_OPT_SCHEMA);
    bool traced = zdm_args_has(args, ZDM_OPT_TRACE);
    char *conninfo = NULL, *where = NULL;
    int rc = -1;

    if (check_options(args, err) < 0)
        return -1;
    if (!schema && !zdm_target_is_named(args)) {
        *out = target;
        return 0;
    }
    zdm_signals_install();
    if (!schema) {
        conninfo = zdm_target_conninfo(zdm_args_get(args, ZDM_OPT_DB));
        if (zdm_target_catalog(conninfo, NULL, &target.catalog, &where, err) < 0) {
            char *hint = zdm_strf("%s%szdm check --offline does not connect",
                err->hint ? err->hint : "", err->hint ? "\n" : "");
            zdm_err_hint(err, "%s", hint);
            free(hint);
            goto out;
        }
    }
    if ((schema || traced) && open_copy(args, conninfo, &target, err) < 0)
        goto out;
    if (open_rows(args, conninfo, &target, err) < 0)
        goto out;
    target.conninfo = conninfo;
    conninfo = NULL;
    target.evidence = zdm_strf("%s %s%s", schema ? "the schema of" : "the catalog of",
        schema ? schema : where, traced ? ", traced on a copy" : "");
    *out = target;
    if (target.rows_conn)
        out->rows = (struct zdm_check_asker){.self = out, .ask = ask_rows};
    target = (struct zdm_check_target){.catalog = NULL};
    rc = 0;
out:
    zdm_check_target_close(&target);
    free(where);
    free(conninfo);
    return rc;
}

void
zdm_check_target_close(struct zdm_check_target *target)
{
    zdm_catalog_free(target->catalog);
    zdm_trace_close(target->tracer.self);
    zdm_schema_copy_close(target->copy);
    zdm_conn_close(target->rows_conn);
    free(target->conninfo);
    free(target->evidence);
    *target = (struct zdm_check_target){.catalog = NULL};
}
