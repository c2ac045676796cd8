#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "gate/gate.h"

/* One word for a shell. Plan files and names are the author's, so anything may be in them. */
static void
add_word(struct zdm_buf *b, const char *word, bool plain_if_possible)
{
    const char *plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+,:@%";

    if (plain_if_possible && *word && *word != '-' && word[strspn(word, plain)] == '\0') {
        zdm_buf_add(b, word);
    } else if (!strpbrk(word, "\"\\$`!")) {
        zdm_buf_addf(b, "\"%s\"", word);
    } else {
        zdm_buf_addc(b, '\'');
        for (const char *p = word; *p; p++) {
            if (*p == '\'')
                zdm_buf_add(b, "'\\''");
            else
                zdm_buf_addc(b, *p);
        }
        zdm_buf_addc(b, '\'');
    }
}

char *
zdm_gate_note(const char *detail)
{
    json_t *json = detail ? json_loads(detail, 0, NULL) : NULL;
    const char *note = json_string_value(json_object_get(json, "note"));
    char *owned = note && *note ? zdm_strdup(note) : NULL;

    json_decref(json);
    return owned;
}

static const char *
who_of(const struct zdm_journal_row *row)
{
    return row->who ? row->who : "";
}

/* "ann" of "ann@laptop". */
static size_t
user_length(const char *who)
{
    const char *at = strrchr(who, '@');

    return at && at != who ? (size_t)(at - who) : strlen(who);
}

static bool
same_user(const char *a, const char *b)
{
    size_t n = user_length(a);

    return n == user_length(b) && strncmp(a, b, n) == 0;
}

/* Is that person named in `by`, or is everybody asked? */
static bool
is_asked(const struct zdm_check *check, const char *who)
{
    const char *by = zdm_check_option(check, "by");

    for (const char *name = by; name;) {
        size_t n = strcspn(name, ",");
        bool host = memchr(name, '@', n) != NULL;
        if (n == (host ? strlen(who) : user_length(who)) && strncmp(name, who, n) == 0)
            return true;
        name = name[n] ? name + n + 2 : NULL; /* ", " */
    }
    return !by;
}

static bool
ran_it(const struct zdm_approval_question *q, const char *who)
{
    if (q->runner && same_user(q->runner, who))
        return true;
    for (size_t i = 0; i < q->rows->count; i++)
        if (strcmp(q->rows->items[i].kind, "approval") != 0 &&
            same_user(who_of(&q->rows->items[i]), who))
            return true;
    return false;
}

const char *
zdm_gate_may_not_approve(const struct zdm_approval_question *q, const char *who)
{
    if (!is_asked(q->check, who))
        return "is not asked";
    return zdm_check_option(q->check, "not_runner") && ran_it(q, who) ? "runs the plan" : NULL;
}

char *
zdm_gate_approval_item(const char *check, const char *who)
{
    return zdm_strf("%s\n%s", check, who);
}

static bool
is_of(const struct zdm_journal_row *row, const struct zdm_approval_question *q)
{
    size_t n = strlen(q->check->id);

    return strcmp(row->state, "approved") == 0 && strcmp(row->step, q->gate) == 0 &&
           strncmp(row->item, q->check->id, n) == 0 &&
           (row->item[n] == '\0' || row->item[n] == '\n');
}

const struct zdm_journal_row *
zdm_gate_approval_of(const struct zdm_approval_question *q, const char *who)
{
    for (size_t i = 0; i < q->rows->count; i++) {
        const struct zdm_journal_row *row = &q->rows->items[i];
        if (is_of(row, q) &&
            (!who || (same_user(who_of(row), who) && !zdm_gate_may_not_approve(q, who_of(row)))))
            return row;
    }
    return NULL;
}

/* Whether an approval of the same user counts instead of this one, which would. */
static bool
is_again(const struct zdm_approval_question *q, const struct zdm_journal_row *row)
{
    const struct zdm_journal_row *first = zdm_gate_approval_of(q, who_of(row));

    return first && first != row;
}

static void
add_approval(struct zdm_buf *b, const struct zdm_journal_row *row, const char *but)
{
    char *note = zdm_gate_note(row->detail);
    char at[32];

    zdm_buf_addf(b, "%s%s at %s", b->len ? "; " : "", *who_of(row) ? who_of(row) : "somebody",
        zdm_iso8601(row->at_ms, at));
    if (note)
        zdm_buf_addf(b, ": %s", note);
    if (but)
        zdm_buf_addf(b, " (does not count: %s)", but);
    free(note);
}

/* Who may still approve, of those who are named. */
static void
add_missing(struct zdm_buf *b, const struct zdm_approval_question *q)
{
    const char *by = zdm_check_option(q->check, "by");

    for (const char *name = by; name;) {
        size_t n = strcspn(name, ",");
        char *one = zdm_strf("%.*s", (int)n, name);
        if (!zdm_gate_approval_of(q, one) && !zdm_gate_may_not_approve(q, one))
            zdm_buf_addf(b, "%s%s", b->len ? ", " : "", one);
        free(one);
        name = name[n] ? name + n + 2 : NULL;
    }
    if (!by)
        zdm_buf_add(b, zdm_check_option(q->check, "not_runner")
                           ? "anybody who does not run the plan"
                           : "anybody");
    else if (!b->len)
        zdm_buf_add(b, "nobody who is named is left");
}

void
zdm_gate_approvals(const struct zdm_approval_question *q, struct zdm_approvals *out)
{
    const char *needed = zdm_check_option(q->check, "approvals");
    struct zdm_buf given = ZDM_BUF_INIT, missing = ZDM_BUF_INIT;
    struct zdm_approvals a = {.needed = needed ? zdm_check_number(q->check, "approvals") : 1};

    for (size_t i = 0; i < q->rows->count; i++) {
        const struct zdm_journal_row *row = &q->rows->items[i];
        if (!is_of(row, q) || is_again(q, row))
            continue;
        const char *but = zdm_gate_may_not_approve(q, who_of(row));
        a.given += !but;
        add_approval(&given, row, but);
    }
    if (a.given < a.needed) {
        add_missing(&missing, q);
        a.missing = zdm_buf_take(&missing);
    }
    a.seen = given.len ? zdm_buf_take(&given) : NULL;
    *out = a;
}

void
zdm_gate_approvals_release(struct zdm_approvals *approvals)
{
    free(approvals->seen);
    free(approvals->missing);
    *approvals = (struct zdm_approvals){.needed = 0};
}

static char *
in_words(const struct zdm_check *check, const struct zdm_approvals *a)
{
    bool plain = !check->n_options;

    if (a->given >= a->needed)
        return zdm_strf("approved by %s", a->seen);
    if (!a->seen)
        return plain ? zdm_strdup("not approved")
                     : zdm_strf("%lld of %lld approvals; missing: %s", (long long)a->given,
                           (long long)a->needed, a->missing);
    return zdm_strf("%lld of %lld approvals: %s; missing: %s", (long long)a->given,
        (long long)a->needed, a->seen, a->missing);
}

int
zdm_gate_look_approval(const struct zdm_gate_question *g, const struct zdm_check *check,
    struct zdm_check_result *out, struct zdm_err *err)
{
    const char *gate = g->plan->steps[g->index].id;
    const struct zdm_approval_question q = {
        .check = check, .gate = gate, .rows = g->rows, .runner = g->runner};
    struct zdm_approvals approvals;
    struct zdm_buf b = ZDM_BUF_INIT;

    (void)err;
    zdm_gate_approvals(&q, &approvals);
    out->open = approvals.given >= approvals.needed;
    out->seen = in_words(check, &approvals);
    zdm_gate_approvals_release(&approvals);
    if (out->open)
        return 0;
    /* A word that begins with a dash would be taken for an option. */
    bool dash = g->plan->file[0] == '-' || gate[0] == '-' || check->id[0] == '-';
    zdm_buf_addf(&b, "run: zdm approve %s", dash ? "--note \"why\" -- " : "");
    add_word(&b, g->plan->file, true);
    zdm_buf_addc(&b, ' ');
    add_word(&b, gate, false);
    zdm_buf_addc(&b, ' ');
    add_word(&b, check->id, false);
    if (!dash)
        zdm_buf_add(&b, " --note \"why\"");
    out->todo = zdm_buf_take(&b);
    return 0;
}
