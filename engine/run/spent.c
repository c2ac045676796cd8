#include "run/spent.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "base/text.h"
#include "ledger/ledger.h"
#include "run/session.h"

extern const struct zdm_embedded zdm_run_sql[];

/* In text form an array of the server: {"a","b"}. */
static void
add_name(struct zdm_buf *b, const char *name)
{
    zdm_buf_add(b, b->len ? ",\"" : "{\"");
    for (; *name; name++) {
        if (*name == '"' || *name == '\\')
            zdm_buf_addc(b, '\\');
        zdm_buf_addc(b, *name);
    }
    zdm_buf_addc(b, '"');
}

static void
add_built(struct zdm_buf *b, const struct zdm_statement *st)
{
    for (size_t i = 0; i < st->n_locks; i++)
        if (st->locks[i].held == ZDM_HELD_BUILD)
            add_name(b, st->locks[i].relation);
}

/* The tables of the step's one kind of work, owned by names; false: there is none, or there are several. */
static bool
find_work(
    const struct zdm_session *s, size_t index, enum zdm_speed_kind *kind, struct zdm_buf *names)
{
    bool seen[ZDM_SPEED_KINDS] = {false};

    for (size_t i = 0; i < s->report->n_statements; i++) {
        const struct zdm_statement *st = &s->report->statements[i].st;
        if (s->report->statements[i].step != index)
            continue;
        for (size_t k = 0; k < st->n_scans; k++)
            add_name(names, st->scans[k]);
        for (size_t k = 0; k < st->n_rewrites; k++)
            add_name(names, st->rewrites[k]);
        if (st->n_builds > 0 && st->n_rewrites == 0)
            add_built(names, st);
        seen[ZDM_SPEED_SCAN] |= st->n_scans > 0;
        seen[ZDM_SPEED_REWRITE] |= st->n_rewrites > 0;
        seen[ZDM_SPEED_BUILD] |= st->n_builds > 0 && st->n_rewrites == 0;
    }
    if (seen[0] + seen[1] + seen[2] != 1 || !names->len)
        return false;
    *kind = seen[ZDM_SPEED_SCAN]      ? ZDM_SPEED_SCAN
            : seen[ZDM_SPEED_REWRITE] ? ZDM_SPEED_REWRITE
                                      : ZDM_SPEED_BUILD;
    zdm_buf_addc(names, '}');
    return true;
}

/* What is not recorded is missed by nobody: that the session was lost, the next step finds out. */
static int64_t
bytes_of(struct zdm_session *s, const char *names)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_result *r = NULL;
    int64_t bytes = 0;

    if (ZDM_QUERY(
            s->conn, zdm_embedded_text(zdm_run_sql, "sql/spent_bytes.sql"), &r, &err, names) == 0)
        bytes = zdm_result_i64(r, 0, 0);
    zdm_err_clear(&err);
    zdm_result_free(r);
    return bytes;
}

int
zdm_spent_learn(
    struct zdm_ledger *ledger, const char *target, struct zdm_speeds *speeds, struct zdm_err *err)
{
    struct zdm_ledger_spent *spent = NULL;
    size_t n = 0;

    if (zdm_ledger_spent_list(ledger, target, &spent, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < ZDM_SPEED_KINDS; k++)
            if (strcmp(zdm_speed_name((enum zdm_speed_kind)k), spent[i].kind) == 0)
                zdm_speeds_learn(speeds, (enum zdm_speed_kind)k, spent[i].bytes, spent[i].ms);
    zdm_ledger_spent_list_free(spent, n);
    return 0;
}

bool
zdm_spent(struct zdm_session *s, size_t index, int64_t elapsed_ms, struct zdm_spent *out)
{
    struct zdm_buf names = ZDM_BUF_INIT;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_speeds speeds;
    enum zdm_speed_kind kind;
    int64_t bytes[ZDM_SPEED_KINDS] = {0};

    bool known = find_work(s, index, &kind, &names);
    if (known)
        bytes[kind] = bytes_of(s, names.s);
    zdm_buf_release(&names);
    if (!known || bytes[kind] <= 0)
        return false;
    zdm_speeds_assume(&speeds);
    /* A ledger that cannot be read cannot be written either, which ends the run at the next step. */
    if (zdm_spent_learn(s->ledger, s->target, &speeds, &err) < 0)
        zdm_err_clear(&err);
    *out = (struct zdm_spent){.kind = kind, .bytes = bytes[kind], .ms = elapsed_ms};
    zdm_speeds_time(&speeds, bytes, &out->least_ms, &out->most_ms);
    return true;
}

bool
zdm_spent_is_long(const struct zdm_spent *spent)
{
    return spent->ms >= 1000 || spent->most_ms >= 1000;
}

char *
zdm_spent_json(const struct zdm_spent *spent)
{
    return zdm_strf(
        "{\"elapsed_ms\":%lld,\"spent\":{\"kind\":\"%s\",\"bytes\":%lld,\"least_ms\":%lld,"
        "\"most_ms\":%lld}}",
        (long long)spent->ms, zdm_speed_name(spent->kind), (long long)spent->bytes,
        (long long)spent->least_ms, (long long)spent->most_ms);
}

void
zdm_spent_keep(struct zdm_session *s, const struct zdm_step *step, const struct zdm_spent *spent)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *json = zdm_spent_json(spent);

    if (zdm_journal_add_detail(s->conn, s->plan->name, step->id, s->epoch, json, &err) < 0)
        zdm_err_clear(&err);
    free(json);
}

bool
zdm_spent_read(const char *detail, struct zdm_spent *out)
{
    json_t *object = detail ? json_loads(detail, 0, NULL) : NULL;
    json_int_t bytes, ms, least, most;
    const char *kind;
    bool known = false;

    if (json_unpack(object, "{s:I, s:{s:s, s:I, s:I, s:I}}", "elapsed_ms", &ms, "spent", "kind",
            &kind, "bytes", &bytes, "least_ms", &least, "most_ms", &most) == 0)
        for (size_t k = 0; k < ZDM_SPEED_KINDS; k++) {
            if (strcmp(zdm_speed_name((enum zdm_speed_kind)k), kind) != 0)
                continue;
            known = true;
            *out = (struct zdm_spent){.kind = (enum zdm_speed_kind)k,
                .bytes = bytes,
                .ms = ms,
                .least_ms = least,
                .most_ms = most};
        }
    json_decref(object);
    return known;
}

char *
zdm_spent_words(const struct zdm_spent *spent)
{
    char elapsed[32], least[32], most[32], bytes[32];

    return zdm_strf("%s for %s of table; %s to %s were estimated",
        zdm_show_duration(spent->ms, elapsed), zdm_show_bytes((double)spent->bytes, bytes),
        zdm_show_duration(spent->least_ms, least), zdm_show_duration(spent->most_ms, most));
}
