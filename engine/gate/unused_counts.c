#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "base/text.h"
#include "gate/unused.h"

#define KEEPS_LAST_SCAN 160000

extern const struct zdm_embedded zdm_gate_sql[];

struct reading {
    const struct zdm_gate_question *g;
    const struct zdm_check *check;
    const struct zdm_unused_names *names;
    struct zdm_unused_counts *out;
};

static int
ask(const struct reading *reading, const char *sql, size_t n, const char *const *values,
    struct zdm_result **r, struct zdm_err *err)
{
    return zdm_gate_query(
        reading->g, reading->check, sql, 0, n, values, ZDM_UNUSED_LOOK_MS, r, err);
}

static bool
needs_statements(const struct zdm_unused_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        if (names->items[i].statements)
            return true;
    return false;
}

static bool
needs_scans(const struct zdm_unused_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        if (names->items[i].scans)
            return true;
    return false;
}

/* Keeps the first reason. */
static void
ignorant(struct zdm_unused_counts *out, const char *why, char *todo)
{
    if (out->ignorance) {
        free(todo);
        return;
    }
    out->ignorance = zdm_strdup(why);
    out->todo = todo;
}

/* One whose uses only its statements show, and functions may hide those; NULL: there is none. */
static const struct zdm_unused_name *
used_in_functions(const struct zdm_unused_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        if (names->items[i].functions && !names->items[i].scans)
            return &names->items[i];
    return NULL;
}

/* Where the extension is, unless nothing it says can be trusted. *schema: in the arena, or NULL. */
static int
read_settings(const struct reading *reading, const char **schema, struct zdm_err *err)
{
    struct zdm_unused_counts *out = reading->out;
    struct zdm_result *r = NULL;

    if (ask(reading, zdm_embedded_text(zdm_gate_sql, "sql/unused_settings.sql"), 0, NULL, &r, err) <
        0)
        return -1;
    const char *where = zdm_result_get(r, 0, 0), *track = zdm_result_get(r, 0, 2);
    const char *query_id = zdm_result_get(r, 0, 3), *excepted = zdm_result_get(r, 0, 4);
    const struct zdm_unused_name *hidden = used_in_functions(reading->names);
    out->replicas = zdm_arena_strdup(out->arena, zdm_result_get(r, 0, 6));
    out->now_ms = zdm_result_i64(r, 0, 7);
    out->n_replicas = zdm_result_i64(r, 0, 11);
    out->scans_reset = zdm_arena_strdup(out->arena, zdm_result_get(r, 0, 8));
    const char *utility = zdm_result_get(r, 0, 9);
    if (needs_scans(reading->names) && strcmp(zdm_result_get(r, 0, 10), "off") == 0)
        ignorant(out, "track_counts is off, so nobody counts scans",
            zdm_strdup("set track_counts = on"));
    if (!needs_statements(reading->names)) {
        /* Indexes have counts of their own. */
    } else if (!where) {
        ignorant(out, "pg_stat_statements is not in this database, so nobody counts statements",
            zdm_strdup("add it to shared_preload_libraries, then: CREATE EXTENSION "
                       "pg_stat_statements"));
    } else if (!zdm_result_bool(r, 0, 1)) {
        ignorant(out, "this version of pg_stat_statements does not count what it throws out",
            zdm_strdup("ALTER EXTENSION pg_stat_statements UPDATE (to 1.9 or newer)"));
    } else if (!track) {
        ignorant(out, "pg_stat_statements is not loaded, so nobody counts statements",
            zdm_strdup("add it to shared_preload_libraries and restart the server"));
    } else if (strcmp(track, "none") == 0) {
        ignorant(out, "pg_stat_statements.track is none, so nobody counts statements",
            zdm_strdup("set pg_stat_statements.track = top, or all"));
    } else if (utility && strcmp(utility, "off") == 0) {
        ignorant(out, "pg_stat_statements.track_utility is off, so nobody counts COPY and cursors",
            zdm_strdup("set pg_stat_statements.track_utility = on"));
    } else if (query_id && strcmp(query_id, "off") == 0) {
        ignorant(out, "compute_query_id is off, so nobody counts statements",
            zdm_strdup("set compute_query_id = auto"));
    } else if (excepted) {
        char *why = zdm_strf("statements are not counted for %s", excepted);
        ignorant(out, why, zdm_strdup("ALTER ROLE ... RESET that setting"));
        free(why);
    } else if (hidden && strcmp(track, "all") != 0) {
        char *why = zdm_strf("pg_stat_statements.track is %s, so nobody counts what functions "
                             "that name %s run: %s",
            track, hidden->written, hidden->functions);
        ignorant(out, why,
            zdm_strdup("set it to all, also for roles that have it set, or write those that do not "
                       "use it, or are not called, in ignore_functions"));
        free(why);
    } else {
        *schema = zdm_arena_strdup(out->arena, where);
    }
    zdm_result_free(r);
    return 0;
}

/* The file's text, which says SCHEMA for where the extension is; owned. */
static char *
in_schema(const char *file, const char *schema)
{
    const char *text = zdm_embedded_text(zdm_gate_sql, file);
    const char *at = strstr(text, "SCHEMA.");

    if (!at)
        zdm_die("an SQL file lacks its SCHEMA");
    return zdm_strf("%.*s%s%s", (int)(at - text), text, schema, at + strlen("SCHEMA"));
}

/* Which of the names does the statement use? Any is enough. */
static enum zdm_usage
usage_of(const struct zdm_unused_names *names, const char *text, bool own)
{
    enum zdm_usage usage = ZDM_USAGE_NO;

    for (size_t i = 0; i < names->count && usage != ZDM_USAGE_YES; i++) {
        if (!names->items[i].statements)
            continue;
        struct zdm_used used = names->items[i].used;
        used.own = own;
        enum zdm_usage one = zdm_sql_usage(text, &used);
        if (one == ZDM_USAGE_YES || one > usage)
            usage = one;
    }
    return usage;
}

static void
take_statement(const struct reading *reading, const struct zdm_result *r, int row)
{
    struct zdm_unused_counts *out = reading->out;
    const char *text = zdm_result_get(r, row, 2);
    enum zdm_usage usage = usage_of(reading->names, text, zdm_result_bool(r, row, 5));

    if (usage == ZDM_USAGE_NO)
        return;
    out->statements[out->n_statements++] = (struct zdm_unused_statement){
        .key = zdm_arena_strdup(out->arena, zdm_result_get(r, row, 0)),
        .calls = zdm_result_i64(r, row, 1),
        .text = zdm_arena_strdup(out->arena, text),
        .role = zdm_arena_strdup(out->arena, zdm_result_get(r, row, 3)),
        .usage = usage,
    };
}

static int
read_statements(const struct reading *reading, const char *schema, struct zdm_err *err)
{
    struct zdm_unused_counts *out = reading->out;
    struct zdm_buf words = ZDM_BUF_INIT, roles = ZDM_BUF_INIT;
    struct zdm_result *r = NULL;
    size_t hidden = 0, lost = 0;
    char number[32];

    for (size_t i = 0; i < reading->names->count; i++) {
        const struct zdm_used *used = &reading->names->items[i].used;
        if (used->by_name)
            zdm_unused_add_item(&words, ""); /* every text may be another's */
        for (size_t k = 0; k < used->n_relations; k++)
            if (used->relations[k].role != ZDM_USED_OTHER) /* with a quotation mark: as any */
                zdm_unused_add_item(
                    &words, strchr(used->relations[k].name, '"') ? "" : used->relations[k].name);
    }
    zdm_unused_close_array(&words);
    for (size_t i = 0; i < reading->check->n_roles; i++)
        zdm_unused_add_item(&roles, reading->check->roles[i]);
    zdm_unused_close_array(&roles);
    char *sql = in_schema("sql/unused_statements.sql", schema);
    int rc = ask(reading, sql, 2, (const char *[]){words.s, roles.s}, &r, err);
    free(sql);
    zdm_buf_release(&words);
    zdm_buf_release(&roles);
    if (rc < 0)
        return -1;
    out->statements =
        zdm_arena_alloc(out->arena, ((size_t)zdm_result_rows(r) + 1) * sizeof *out->statements);
    for (int i = 0; i < zdm_result_rows(r); i++) {
        hidden += zdm_result_get(r, i, 2) && zdm_result_bool(r, i, 4);
        lost += !zdm_result_get(r, i, 2);
        if (!zdm_result_bool(r, i, 4))
            take_statement(reading, r, i);
    }
    zdm_result_free(r);
    if (hidden)
        ignorant(out, "statements of other roles are not shown to this one",
            zdm_strdup("GRANT pg_read_all_stats to the role that runs the plan"));
    if (lost) {
        char *why = zdm_strf("pg_stat_statements has lost the texts of %s statements",
            zdm_show_count((int64_t)lost, number));
        ignorant(out, why, zdm_strdup("SELECT pg_stat_statements_reset() begins anew"));
        free(why);
    }
    return 0;
}

/* Read behind the statements: what was thrown out before they were read is counted. */
static int
read_evictions(const struct reading *reading, const char *schema, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char *sql = in_schema("sql/unused_evictions.sql", schema);
    int rc = ask(reading, sql, 0, NULL, &r, err);

    free(sql);
    if (rc < 0)
        return -1;
    reading->out->evicted = zdm_result_i64(r, 0, 0);
    reading->out->reset = zdm_arena_strdup(reading->out->arena, zdm_result_get(r, 0, 1));
    zdm_result_free(r);
    return 0;
}

static int
read_scans(const struct reading *reading, struct zdm_err *err)
{
    struct zdm_unused_counts *out = reading->out;
    struct zdm_buf oids = ZDM_BUF_INIT;
    struct zdm_result *r = NULL;

    for (size_t i = 0; i < reading->names->count; i++)
        if (reading->names->items[i].scans)
            zdm_unused_add_item(&oids, reading->names->items[i].oid);
    zdm_unused_close_array(&oids);
    int rc = ask(reading, zdm_embedded_text(zdm_gate_sql, "sql/unused_scans.sql"), 1,
        (const char *[]){oids.s}, &r, err);
    zdm_buf_release(&oids);
    if (rc < 0)
        return -1;
    out->n_scans = (size_t)zdm_result_rows(r);
    out->scans = zdm_arena_alloc(out->arena, (out->n_scans + 1) * sizeof *out->scans);
    for (int i = 0; i < zdm_result_rows(r); i++) {
        const char *serves = zdm_result_get(r, i, 2);
        out->scans[i] = (struct zdm_unused_scan){
            .oid = zdm_arena_strdup(out->arena, zdm_result_get(r, i, 0)),
            .count = zdm_result_i64(r, i, 1),
            .serves = serves && *serves ? zdm_arena_strdup(out->arena, serves) : NULL,
        };
    }
    zdm_result_free(r);
    return 0;
}

/* Since when no index was scanned, where the server keeps that. */
static int
read_last_scans(const struct reading *reading, struct zdm_err *err)
{
    struct zdm_unused_counts *out = reading->out;
    struct zdm_buf oids = ZDM_BUF_INIT;
    struct zdm_result *r = NULL;

    if (zdm_conn_server_version(reading->g->conn) < KEEPS_LAST_SCAN)
        return 0;
    for (size_t i = 0; i < out->n_scans; i++)
        zdm_unused_add_item(&oids, out->scans[i].oid);
    zdm_unused_close_array(&oids);
    int rc = ask(reading, zdm_embedded_text(zdm_gate_sql, "sql/unused_last_scans.sql"), 1,
        (const char *[]){oids.s}, &r, err);
    zdm_buf_release(&oids);
    if (rc < 0)
        return -1;
    /* Both are in the order of their oids. */
    int row = 0;
    for (size_t i = 0; i < out->n_scans && row < zdm_result_rows(r); i++)
        if (strcmp(out->scans[i].oid, zdm_result_get(r, row, 0)) == 0)
            out->scans[i].last_ms = zdm_result_i64(r, row++, 1);
    zdm_result_free(r);
    return 0;
}

int
zdm_unused_counts_read(const struct zdm_gate_question *g, const struct zdm_check *check,
    const struct zdm_unused_names *names, struct zdm_unused_counts *out, struct zdm_err *err)
{
    struct zdm_unused_counts counts = {.arena = zdm_arena_new()};
    const struct reading reading = {.g = g, .check = check, .names = names, .out = &counts};
    const char *schema = NULL;

    if (read_settings(&reading, &schema, err) < 0 || read_scans(&reading, err) < 0 ||
        read_last_scans(&reading, err) < 0 ||
        (schema && (read_statements(&reading, schema, err) < 0 ||
                       read_evictions(&reading, schema, err) < 0))) {
        zdm_unused_counts_release(&counts);
        return -1;
    }
    *out = counts;
    return 0;
}

void
zdm_unused_counts_release(struct zdm_unused_counts *counts)
{
    free(counts->ignorance);
    free(counts->todo);
    zdm_arena_free(counts->arena);
    *counts = (struct zdm_unused_counts){.n_scans = 0};
}
