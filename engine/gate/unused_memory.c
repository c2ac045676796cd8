#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "gate/unused.h"
#include "sql/syntax.h"

#define TEXT_BYTES 160
#define SHOWN      3

/*
 * {"names": [...], "from": ms, "last": "what ended the quiet time before this one",
 *  "reset", "scans_reset", "evicted", "calls": {...}, "scans": {...}      of the target
 *  "replicas": {"host=replica1": {"reset": ...}}}                         the same of each
 */

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

const struct zdm_unused_name *
zdm_unused_name_of_scan(const struct zdm_unused_names *names, const struct zdm_unused_scan *scan)
{
    for (size_t i = 0; i < names->count; i++)
        if (names->items[i].scans && strcmp(names->items[i].oid, scan->oid) == 0)
            return &names->items[i];
    zdm_die("a count of nothing");
}

/* What of the memory is the server's; NULL: nothing is. */
static const json_t *
part_of(const json_t *memory, const struct zdm_unused_counts *now)
{
    return now->server ? json_object_get(json_object_get(memory, "replicas"), now->server) : memory;
}

static void
add_where(struct zdm_buf *b, const struct zdm_unused_counts *now)
{
    if (now->server)
        zdm_buf_addf(b, " on replica %s", now->server);
}

/* What was used on the server since the look before: nothing is added when nothing was. */
static void
add_used(struct zdm_buf *b, const json_t *part, const struct zdm_unused_names *names,
    const struct zdm_unused_counts *now)
{
    const json_t *calls = json_object_get(part, "calls");
    const json_t *scans = json_object_get(part, "scans");
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
        zdm_buf_addf(b, "%s%s call%s by %s", b->len ? "; " : "",
            zdm_show_count(st->calls - before, count), st->calls - before == 1 ? "" : "s",
            st->role);
        add_where(b, now);
        zdm_buf_addf(b, " of%s ",
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
        if (scan->count <= before)
            continue;
        zdm_buf_addf(b, "%s%s: %s scans or changes", b->len ? "; " : "",
            zdm_unused_name_of_scan(names, scan)->written,
            zdm_show_count(scan->count - before, count));
        add_where(b, now);
    }
}

static bool
same_text(const json_t *part, const char *key, const char *now)
{
    const char *before = json_string_value(json_object_get(part, key));

    return strcmp(before ? before : "", now ? now : "") == 0;
}

/* The server's counts say less than what happened since. NULL: they do not. */
static const char *
gap(const json_t *part, const struct zdm_unused_counts *now)
{
    const json_t *calls = json_object_get(part, "calls");
    const json_t *scans = json_object_get(part, "scans");
    size_t known = 0;

    if (!part)
        return "it was not asked before";
    if (!same_text(part, "reset", now->reset))
        return "pg_stat_statements was reset";
    if (!same_text(part, "scans_reset", now->scans_reset))
        return "the counts of scans were reset";
    if (json_integer_value(json_object_get(part, "evicted")) != now->evicted)
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

/* Why the time begins anew; owned, NULL: it goes on. */
static char *
why_anew(const json_t *memory, const struct zdm_unused_names *names,
    const struct zdm_unused_servers *now)
{
    struct zdm_buf why = ZDM_BUF_INIT, used = ZDM_BUF_INIT;

    for (size_t i = 0; i < now->count; i++) {
        const json_t *part = part_of(memory, &now->items[i]);
        if (part)
            add_used(&used, part, names, &now->items[i]);
    }
    if (used.len)
        zdm_buf_addf(&why, "used: %s", used.s);
    zdm_buf_release(&used);
    for (size_t i = 0; i < now->count && !why.len; i++) {
        const struct zdm_unused_counts *one = &now->items[i];
        const char *missing = gap(part_of(memory, one), one);
        if (missing && one->server)
            zdm_buf_addf(&why, "replica %s: %s", one->server, missing);
        else if (missing)
            zdm_buf_add(&why, missing);
    }
    if (why.len)
        return zdm_buf_take(&why);
    zdm_buf_release(&why);
    return NULL;
}

static void
put_part(json_t *part, const struct zdm_unused_counts *now)
{
    json_t *calls = json_object(), *scans = json_object();

    for (size_t i = 0; i < now->n_statements; i++)
        json_object_set_new(calls, now->statements[i].key, json_integer(now->statements[i].calls));
    for (size_t i = 0; i < now->n_scans; i++)
        json_object_set_new(scans, now->scans[i].oid, json_integer(now->scans[i].count));
    json_object_set_new(part, "reset", json_string(now->reset ? now->reset : ""));
    json_object_set_new(part, "scans_reset", json_string(now->scans_reset ? now->scans_reset : ""));
    json_object_set_new(part, "evicted", json_integer(now->evicted));
    json_object_set_new(part, "calls", calls);
    json_object_set_new(part, "scans", scans);
}

/* last: what ended the quiet time before this one; NULL: this is the first. */
static json_t *
new_memory(const struct zdm_check *check, const struct zdm_unused_servers *now, const char *last)
{
    json_t *memory = json_object(), *names = json_array(), *replicas = json_object();

    for (size_t i = 0; i < check->n_names; i++)
        json_array_append_new(names, json_string(check->names[i]));
    json_object_set_new(memory, "names", names);
    json_object_set_new(memory, "from", json_integer(now->items[0].now_ms));
    put_part(memory, &now->items[0]);
    for (size_t i = 1; i < now->count; i++) {
        json_t *part = json_object();
        put_part(part, &now->items[i]);
        json_object_set_new(replicas, now->items[i].server, part);
    }
    json_object_set_new(memory, "replicas", replicas);
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

void
zdm_unused_compare(const struct zdm_check *check, const struct zdm_unused_names *names,
    const struct zdm_unused_servers *now, const char *kept, struct zdm_unused_memory *out)
{
    json_t *memory = kept ? json_loads(kept, 0, NULL) : NULL;
    bool known = memory && same_names(memory, check);
    char *last = known ? why_anew(memory, names, now) : NULL;

    out->anew = !known || last;
    if (out->anew) {
        json_decref(memory);
        memory = new_memory(check, now, last);
    }
    out->json = memory;
    free(last);
}
