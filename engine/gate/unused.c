#include "gate/unused.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "sql/syntax.h"

#define TEXT_BYTES 160
#define SHOWN      3

/* Of a statement, what a line takes, without values. */
static void
add_text(struct zdm_buf *b, const char *text)
{
    char *shown = zdm_sql_normalise(text);
    size_t n = (size_t)zdm_whole_characters(shown, TEXT_BYTES);

    for (size_t i = 0; i < n; i++)
        zdm_buf_addc(b, (unsigned char)shown[i] < ' ' ? ' ' : shown[i]);
    if (shown[n])
        zdm_buf_add(b, "...");
    free(shown);
}

static const struct zdm_unused_name *
name_of(const struct zdm_unused_names *names, const char *oid)
{
    for (size_t i = 0; i < names->count; i++)
        if (names->items[i].scans && strcmp(names->items[i].oid, oid) == 0)
            return &names->items[i];
    zdm_die("a count of nothing");
}

/* What was used since the look before: nothing is added when nothing was. */
static void
add_used(struct zdm_buf *b, const json_t *memory, const struct zdm_unused_names *names,
    const struct zdm_unused_counts *now)
{
    const json_t *calls = json_object_get(memory, "calls");
    const json_t *scans = json_object_get(memory, "scans");
    size_t more = 0;
    bool merged = false;
    char count[32];

    for (size_t i = 0; i < now->n_statements; i++) {
        const struct zdm_unused_statement *st = &now->statements[i];
        int64_t before = json_integer_value(json_object_get(calls, st->key));
        if (st->calls <= before)
            continue;
        merged = merged || st->usage == ZDM_USAGE_MERGED;
        if (more++ >= SHOWN)
            continue;
        zdm_buf_addf(b, "%s%s call%s by %s of%s ", b->len ? "; " : "",
            zdm_show_count(st->calls - before, count), st->calls - before == 1 ? "" : "s", st->role,
            st->usage == ZDM_USAGE_UNKNOWN  ? " what cannot be parsed:"
            : st->usage == ZDM_USAGE_MERGED ? " what may stand for a use:"
                                            : "");
        add_text(b, st->text);
    }
    if (more > SHOWN)
        zdm_buf_addf(
            b, "; and %s other statements", zdm_show_count((int64_t)(more - SHOWN), count));
    if (merged)
        zdm_buf_add(b, "; from PostgreSQL 18 on statements on relations of one name or alias are "
                       "counted together: write names that only others have in ignore_aliases");
    for (size_t i = 0; i < now->n_scans; i++) {
        const struct zdm_unused_scan *scan = &now->scans[i];
        int64_t before = json_integer_value(json_object_get(scans, scan->oid));
        if (scan->count > before)
            zdm_buf_addf(b, "%s%s: %s scans or changes", b->len ? "; " : "",
                name_of(names, scan->oid)->written, zdm_show_count(scan->count - before, count));
    }
}

static bool
same_text(const json_t *memory, const char *key, const char *now)
{
    const char *before = json_string_value(json_object_get(memory, key));

    return strcmp(before ? before : "", now ? now : "") == 0;
}

/* The counts say less than what happened since. NULL: they do not. */
static const char *
gap(const json_t *memory, const struct zdm_unused_counts *now)
{
    const json_t *calls = json_object_get(memory, "calls");
    const json_t *scans = json_object_get(memory, "scans");
    size_t known = 0;

    if (!same_text(memory, "reset", now->reset))
        return "pg_stat_statements was reset";
    if (!same_text(memory, "scans_reset", now->scans_reset))
        return "the counts of scans were reset";
    if (json_integer_value(json_object_get(memory, "evicted")) != now->evicted)
        return "pg_stat_statements threw statements out, maybe such: raise pg_stat_statements.max";
    for (size_t i = 0; i < now->n_statements; i++) {
        const json_t *before = json_object_get(calls, now->statements[i].key);
        known += before != NULL;
        if (json_integer_value(before) > now->statements[i].calls)
            return "counts of a statement were reset";
    }
    if (known < json_object_size(calls))
        return "counts of a statement were taken away";
    for (size_t i = 0; i < now->n_scans; i++)
        if (json_integer_value(json_object_get(scans, now->scans[i].oid)) > now->scans[i].count)
            return "the counts of scans were reset";
    return NULL;
}

/* last: what ended the quiet time before this one; NULL: this is the first. */
static json_t *
new_memory(const struct zdm_check *check, const struct zdm_unused_counts *now, const char *last)
{
    json_t *memory = json_object(), *names = json_array(), *calls = json_object(),
           *scans = json_object();

    for (size_t i = 0; i < check->n_names; i++)
        json_array_append_new(names, json_string(check->names[i]));
    for (size_t i = 0; i < now->n_statements; i++)
        json_object_set_new(calls, now->statements[i].key, json_integer(now->statements[i].calls));
    for (size_t i = 0; i < now->n_scans; i++)
        json_object_set_new(scans, now->scans[i].oid, json_integer(now->scans[i].count));
    json_object_set_new(memory, "names", names);
    json_object_set_new(memory, "from", json_integer(now->now_ms));
    json_object_set_new(memory, "reset", json_string(now->reset ? now->reset : ""));
    json_object_set_new(
        memory, "scans_reset", json_string(now->scans_reset ? now->scans_reset : ""));
    json_object_set_new(memory, "evicted", json_integer(now->evicted));
    json_object_set_new(memory, "calls", calls);
    json_object_set_new(memory, "scans", scans);
    if (last) {
        json_t *text = json_string(last);
        json_object_set_new(memory, "last", text ? text : json_string("(not UTF-8)"));
    }
    return memory;
}

static bool
same_names(const json_t *memory, const struct zdm_check *check)
{
    const json_t *names = json_object_get(memory, "names");

    if (json_array_size(names) != check->n_names)
        return false;
    for (size_t i = 0; i < check->n_names; i++)
        if (strcmp(json_string_value(json_array_get(names, i)), check->names[i]) != 0)
            return false;
    return true;
}

/* What the counts do not tell. */
static void
add_notes(
    struct zdm_buf *b, const struct zdm_unused_names *names, const struct zdm_unused_counts *now)
{
    for (size_t i = 0; i < names->count; i++)
        if (names->items[i].functions)
            zdm_buf_addf(b, "; functions that name %s: %s", names->items[i].written,
                names->items[i].functions);
    for (size_t i = 0; i < now->n_scans; i++)
        if (now->scans[i].serves)
            zdm_buf_addf(b, "; %s %s, scanned or not", name_of(names, now->scans[i].oid)->written,
                now->scans[i].serves);
    if (now->replicas)
        zdm_buf_addf(b, "; replicas have counts of their own: %s", now->replicas);
}

/* anew: the time begins at this look. */
static void
judge(const struct zdm_check *check, json_t *memory, bool anew,
    const struct zdm_unused_names *names, const struct zdm_unused_counts *now,
    struct zdm_check_result *out)
{
    int64_t quiet_ms = zdm_check_number(check, "quiet");
    int64_t passed_ms = now->now_ms - json_integer_value(json_object_get(memory, "from"));
    const char *last = json_string_value(json_object_get(memory, "last"));
    struct zdm_buf seen = ZDM_BUF_INIT;
    char passed[32], needed[32], left[32];

    if (passed_ms < 0)
        passed_ms = 0; /* a clock may be set back */
    out->open = passed_ms >= quiet_ms;
    zdm_show_duration(passed_ms, passed);
    zdm_show_duration(quiet_ms, needed);
    if (anew && last)
        zdm_buf_addf(&seen, "%s; %s begin anew", last, needed);
    else
        zdm_buf_addf(&seen, "no use for %s of %s%s%s", passed, needed, last ? "; before: " : "",
            last ? last : "");
    add_notes(&seen, names, now);
    out->seen = zdm_buf_take(&seen);
    if (!out->open) {
        out->ready_in_ms = quiet_ms - passed_ms;
        out->todo = zdm_strf("wait %s", zdm_show_duration(out->ready_in_ms, left));
    }
    char *dump = json_dumps(memory, JSON_COMPACT);
    if (!dump)
        zdm_die("out of memory");
    out->memory = zdm_strdup(dump); /* ours: allocated as everything else is */
    free(dump);
}

/* The look against those before. */
static void
compare(const struct zdm_gate_question *g, const struct zdm_check *check,
    const struct zdm_unused_names *names, const struct zdm_unused_counts *now,
    struct zdm_check_result *out)
{
    const struct zdm_gate_row *row = zdm_gate_row(g->before, check->id);
    json_t *memory = row && row->memory ? json_loads(row->memory, 0, NULL) : NULL;
    struct zdm_buf used = ZDM_BUF_INIT;
    bool anew = false;

    if (memory && !same_names(memory, check)) {
        json_decref(memory);
        memory = NULL;
    }
    if (!memory) {
        memory = new_memory(check, now, NULL);
        anew = true;
    } else {
        add_used(&used, memory, names, now);
        const char *why = used.len ? NULL : gap(memory, now);
        if (used.len || why) {
            char *last = used.len ? zdm_strf("used: %s", used.s) : zdm_strdup(why);
            json_decref(memory);
            memory = new_memory(check, now, last);
            anew = true;
            free(last);
        }
    }
    judge(check, memory, anew, names, now, out);
    zdm_buf_release(&used);
    json_decref(memory);
}

int
zdm_gate_look_unused(const struct zdm_gate_question *g, const struct zdm_check *check,
    struct zdm_check_result *out, struct zdm_err *err)
{
    struct zdm_unused_names names = {.count = 0};
    struct zdm_unused_counts now = {.n_scans = 0};

    if (zdm_unused_names_find(g, check, &names, err) < 0)
        return -1;
    int rc = zdm_unused_counts_read(g, check, &names, &now, err);
    if (rc == 0 && now.ignorance) {
        out->seen = zdm_strf("not known: %s; %s", now.ignorance, now.todo);
        out->todo = zdm_strdup(now.todo);
    } else if (rc == 0) {
        compare(g, check, &names, &now, out);
    }
    zdm_unused_counts_release(&now);
    zdm_unused_names_release(&names);
    return rc;
}
