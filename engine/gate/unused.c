#include "gate/unused.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"

/* What the counts do not tell. */
static void
add_notes(struct zdm_buf *b, const struct zdm_check *check, const struct zdm_unused_names *names,
    const struct zdm_unused_servers *servers)
{
    const struct zdm_unused_counts *now = &servers->items[0];

    for (size_t i = 0; i < names->count; i++)
        if (names->items[i].functions)
            zdm_buf_addf(b, "; functions that name %s: %s", names->items[i].written,
                names->items[i].functions);
    for (size_t i = 0; i < now->n_scans; i++)
        if (now->scans[i].serves)
            zdm_buf_addf(b, "; %s %s, scanned or not",
                zdm_unused_name_of_scan(names, &now->scans[i])->written, now->scans[i].serves);
    if (check->n_replicas > 0)
        zdm_buf_addf(b, "; %zu replica%s asked, too", check->n_replicas,
            check->n_replicas == 1 ? " was" : "s were");
    if (now->n_replicas > (int64_t)check->n_replicas)
        zdm_buf_addf(b, "; replicas have counts of their own%s: %s%s",
            check->n_replicas ? ", and more are connected" : "", now->replicas,
            check->n_replicas ? "" : " (the field replicas asks them)");
}

/* By the servers' own notes the names, indexes all, were scanned last that long ago; -1: nobody noted that. */
static int64_t
unscanned_ms(const struct zdm_unused_names *names, const struct zdm_unused_servers *servers)
{
    int64_t least = -1;

    for (size_t i = 0; i < names->count; i++)
        if (names->items[i].statements)
            return -1;
    for (size_t i = 0; i < servers->count; i++) {
        const struct zdm_unused_counts *now = &servers->items[i];
        for (size_t k = 0; k < now->n_scans; k++) {
            int64_t age_ms = now->now_ms - now->scans[k].last_ms;
            if (!now->scans[k].last_ms)
                return -1;
            if (least < 0 || age_ms < least)
                least = age_ms < 0 ? 0 : age_ms;
        }
    }
    return least;
}

static void
judge(const struct zdm_check *check, const struct zdm_unused_memory *memory,
    const struct zdm_unused_names *names, const struct zdm_unused_servers *servers,
    struct zdm_check_result *out)
{
    int64_t quiet_ms = zdm_check_number(check, "quiet");
    int64_t passed_ms =
        servers->items[0].now_ms - json_integer_value(json_object_get(memory->json, "from"));
    int64_t unscanned = unscanned_ms(names, servers);
    const char *last = json_string_value(json_object_get(memory->json, "last"));
    struct zdm_buf seen = ZDM_BUF_INIT;
    char passed[32], needed[32], left[32];

    if (passed_ms < 0)
        passed_ms = 0; /* a clock may be set back */
    bool noted = unscanned > passed_ms;
    if (noted)
        passed_ms = unscanned;
    out->open = passed_ms >= quiet_ms;
    zdm_show_duration(passed_ms, passed);
    zdm_show_duration(quiet_ms, needed);
    if (memory->anew && last && !noted)
        zdm_buf_addf(&seen, "%s; %s begin anew", last, needed);
    else
        zdm_buf_addf(&seen, "no use for %s of %s%s%s%s", passed, needed,
            noted ? ", by the time of the last scan" : "", last ? "; before: " : "",
            last ? last : "");
    add_notes(&seen, check, names, servers);
    out->seen = zdm_buf_take(&seen);
    if (!out->open) {
        out->ready_in_ms = quiet_ms - passed_ms;
        out->todo = zdm_strf("wait %s", zdm_show_duration(out->ready_in_ms, left));
    }
    char *dump = json_dumps(memory->json, JSON_COMPACT);
    if (!dump)
        zdm_die("out of memory");
    out->memory = zdm_strdup(dump); /* ours: allocated as everything else is */
    free(dump);
}

static bool
all_known(const struct zdm_unused_servers *servers)
{
    for (size_t i = 0; i < servers->count; i++)
        if (servers->items[i].ignorance)
            return false;
    return true;
}

static void
tell_unknown(const struct zdm_unused_servers *servers, struct zdm_check_result *out)
{
    struct zdm_buf seen = ZDM_BUF_INIT, todo = ZDM_BUF_INIT;

    for (size_t i = 0; i < servers->count; i++) {
        const struct zdm_unused_counts *one = &servers->items[i];
        if (!one->ignorance)
            continue;
        zdm_buf_add(&seen, seen.len ? "; " : "not known: ");
        if (one->server)
            zdm_buf_addf(&seen, "replica %s: ", one->server);
        zdm_buf_addf(&seen, "%s; %s", one->ignorance, one->todo);
        zdm_buf_addf(&todo, "%s%s", todo.len ? "\n" : "", one->todo);
    }
    out->seen = zdm_buf_take(&seen);
    out->todo = zdm_buf_take(&todo);
}

int
zdm_gate_look_unused(const struct zdm_gate_question *g, const struct zdm_check *check,
    struct zdm_check_result *out, struct zdm_err *err)
{
    const struct zdm_gate_row *row = zdm_gate_row(g->before, check->id);
    struct zdm_unused_names names = {.count = 0};
    struct zdm_unused_servers now = {.count = 0};
    struct zdm_unused_memory memory = {.json = NULL};

    if (zdm_unused_names_find(g, check, &names, err) < 0)
        return -1;
    int rc = zdm_unused_servers_read(g, check, &names, &now, err);
    if (rc == 0 && !all_known(&now)) {
        tell_unknown(&now, out);
    } else if (rc == 0) {
        zdm_unused_compare(check, &names, &now, row ? row->memory : NULL, &memory);
        judge(check, &memory, &names, &now, out);
        json_decref(memory.json);
    }
    zdm_unused_servers_release(&now);
    zdm_unused_names_release(&names);
    return rc;
}
