#include "cli/check_rows.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/layout.h"
#include "cli/render_plan.h"

#define NAMES_MAX 6 /* of one kind in a line for people: a table may have a thousand partitions */

bool
zdm_check_counts(const struct zdm_check_row *row, const struct zdm_check_settings *settings)
{
    if (row->allowed || settings->fail_on == ZDM_FAIL_ON_NONE)
        return false;
    if (settings->allow_unknown && row->finding && row->finding->hazard == ZDM_HAZARD_UNKNOWN)
        return false;
    return row->severity >=
           (settings->fail_on == ZDM_FAIL_ON_WARNING ? ZDM_SEVERITY_WARNING : ZDM_SEVERITY_ERROR);
}

/* What a row says and where it says it, without line numbers; white space of the SQL does not count
 * either. */
static void
fingerprint(struct zdm_check_row *row, struct zdm_buf *scratch)
{
    bool blank = false;

    zdm_buf_clear(scratch);
    zdm_buf_addf(scratch, "%s\n%s\n", row->rule, row->source->path);
    for (const char *s = row->item ? row->item->st->sql : row->message; *s; s++) {
        bool is_blank = *s == ' ' || *s == '\t' || *s == '\r' || *s == '\n';
        if (!is_blank || !blank)
            zdm_buf_addc(scratch, is_blank ? ' ' : *s);
        blank = is_blank;
    }
    zdm_sha256_hex(scratch->s, scratch->len, row->fingerprint);
}

static struct zdm_check_print *
print_slot(const struct zdm_check_prints *prints, uint64_t head)
{
    size_t at = head % prints->room;

    while (prints->slots[at].seen && prints->slots[at].head != head)
        at = (at + 1) % prints->room;
    return &prints->slots[at];
}

static void
grow_prints(struct zdm_check_prints *prints)
{
    struct zdm_check_prints larger = *prints;

    larger.room = prints->room ? 2 * prints->room : 64;
    larger.slots = zdm_alloc(larger.room * sizeof *larger.slots);
    for (size_t i = 0; i < prints->room; i++)
        if (prints->slots[i].seen)
            *print_slot(&larger, prints->slots[i].head) = prints->slots[i];
    free(prints->slots);
    *prints = larger;
}

/* How many rows said the same before. */
static size_t
seen_before(struct zdm_check_prints *prints, const char *print)
{
    char head[17];

    if (2 * (prints->n + 1) > prints->room)
        grow_prints(prints);
    memcpy(head, print, sizeof head - 1);
    head[sizeof head - 1] = 0;
    uint64_t number = strtoull(head, NULL, 16);
    struct zdm_check_print *slot = print_slot(prints, number);
    slot->head = number;
    prints->n += !slot->seen;
    return slot->seen++;
}

void
zdm_check_prints_release(struct zdm_check_prints *prints)
{
    free(prints->slots);
    *prints = (struct zdm_check_prints){.slots = NULL};
}

/* Rows that say the same of the same text are numbered in their order. */
void
zdm_check_fingerprints(struct zdm_check_prints *prints, struct zdm_check_rows *rows)
{
    struct zdm_buf scratch = ZDM_BUF_INIT;

    for (size_t i = 0; i < rows->n; i++) {
        struct zdm_check_row *row = &rows->rows[i];
        if (row->source != prints->source)
            zdm_check_prints_release(prints);
        prints->source = row->source;
        fingerprint(row, &scratch);
        size_t before = seen_before(prints, row->fingerprint);
        if (before > 0) {
            zdm_buf_clear(&scratch);
            zdm_buf_addf(&scratch, "%s %zu", row->fingerprint, before);
            zdm_sha256_hex(scratch.s, scratch.len, row->fingerprint);
        }
    }
    zdm_buf_release(&scratch);
}

static int
compare(uintptr_t a, uintptr_t b)
{
    return (a > b) - (a < b);
}

/* Statements stand in one array in their order. */
static int
compare_rows(const void *a, const void *b)
{
    const struct zdm_check_row *x = a, *y = b;
    int order = compare(x->item ? x->item->line : x->at.line, y->item ? y->item->line : y->at.line);

    if (!order)
        order = compare(x->item ? x->item->column : 0, y->item ? y->item->column : 0);
    if (!order)
        order = compare((uintptr_t)x->item, (uintptr_t)y->item);
    if (!order)
        order = compare(x->at.from, y->at.from);
    return order ? order : compare(x->order, y->order);
}

static struct zdm_check_row *
add_row(struct zdm_check_rows *rows, const struct zdm_source *source)
{
    struct zdm_check_row *row = &rows->rows[rows->n];

    *row = (struct zdm_check_row){.source = source, .order = rows->n++};
    return row;
}

static void
add_statement(struct zdm_check_rows *rows, const struct zdm_checked *item)
{
    for (size_t i = 0; i < item->st->n_findings; i++) {
        const struct zdm_finding *f = &item->st->findings[i];
        struct zdm_check_row *row = add_row(rows, item->source);
        row->item = item;
        row->finding = f;
        row->rule = f->rule;
        row->message = f->message;
        row->hint = f->hint;
        row->severity = f->severity;
        row->allowed = item->allowed ? item->allowed[i] : NULL;
        zdm_check_place(item, row->finding, &row->at);
    }
    for (size_t i = 0; i < item->n_disagreements; i++) {
        struct zdm_check_row *row = add_row(rows, item->source);
        row->item = item;
        row->rule = ZDM_RULE_TRACE_DIFFERS;
        row->message = item->disagreements[i];
        row->severity = ZDM_SEVERITY_INFO;
        zdm_check_place(item, row->finding, &row->at);
    }
}

void
zdm_check_rows_init(struct zdm_check_rows *out, const struct zdm_check_report *report)
{
    size_t n = report->n_notes;

    for (size_t i = 0; i < report->n; i++)
        n += report->items[i].st->n_findings + report->items[i].n_disagreements;
    *out = (struct zdm_check_rows){.rows = zdm_alloc((n + 1) * sizeof *out->rows)};
    for (size_t i = 0; i < report->n; i++)
        add_statement(out, &report->items[i]);
    for (size_t i = 0; i < report->n_notes; i++) {
        const struct zdm_check_note *note = &report->notes[i];
        struct zdm_check_row *row = add_row(out, note->source);
        row->rule = note->rule;
        row->message = note->message;
        row->hint = note->hint;
        row->severity = note->severity;
        row->at.line = row->at.end_line = note->line;
    }
    qsort(out->rows, out->n, sizeof *out->rows, compare_rows);
    for (size_t i = 0; i < out->n; i++)
        out->rows[i].first =
            out->rows[i].item && (i == 0 || out->rows[i - 1].item != out->rows[i].item);
}

void
zdm_check_rows_release(struct zdm_check_rows *rows)
{
    free(rows->rows);
    *rows = (struct zdm_check_rows){.rows = NULL};
}

size_t
zdm_check_rule_index(struct zdm_check_rules *rules, const char *id)
{
    size_t at = 0;

    while (at < rules->n && strcmp(rules->ids[at], id) != 0)
        at++;
    if (at == rules->n) {
        rules->ids = zdm_grow(rules->ids, rules->n, sizeof *rules->ids);
        rules->ids[rules->n++] = id;
    }
    return at;
}

void
zdm_check_rules_release(struct zdm_check_rules *rules)
{
    free(rules->ids);
    *rules = (struct zdm_check_rules){.ids = NULL};
}

void
zdm_check_locks(struct zdm_buf *out, const struct zdm_statement *st)
{
    /* The same lock of several relations is said once. */
    for (size_t i = 0; i < st->n_locks; i++) {
        const struct zdm_lock *lock = &st->locks[i];
        size_t same = 0, said = 0;
        bool told = false;
        for (size_t j = 0; j < i && !told; j++)
            told = st->locks[j].mode == lock->mode && st->locks[j].held == lock->held;
        if (told)
            continue;
        zdm_buf_addf(out, "%s%s on ", out->len ? "; " : "", zdm_lock_mode_name(lock->mode));
        for (size_t j = i; j < st->n_locks; j++) {
            if (st->locks[j].mode != lock->mode || st->locks[j].held != lock->held)
                continue;
            if (same++ < NAMES_MAX)
                zdm_buf_addf(out, "%s%s", said++ ? ", " : "", st->locks[j].relation);
        }
        if (same > said)
            zdm_buf_addf(out, " and %zu more", same - said);
        zdm_buf_addf(out, " %s", zdm_held_words(lock->held));
    }
}

static void
add_names(struct zdm_buf *out, const char *verb, char *const *names, size_t n)
{
    if (n > 0)
        zdm_buf_addf(out, "%s%s ", out->len ? "; " : "", verb);
    for (size_t i = 0; i < n && i < NAMES_MAX; i++)
        zdm_buf_addf(out, "%s%s", i ? ", " : "", names[i]);
    if (n > NAMES_MAX)
        zdm_buf_addf(out, " and %zu more", n - NAMES_MAX);
}

void
zdm_check_work(struct zdm_buf *out, const struct zdm_statement *st)
{
    add_names(out, "rewrites", st->rewrites, st->n_rewrites);
    add_names(out, "scans", st->scans, st->n_scans);
    add_names(out, "builds", st->builds, st->n_builds);
}

void
zdm_check_breaks(struct zdm_buf *out, const struct zdm_statement *st)
{
    const struct {
        bool yes;
        const char *word;
    } words[] = {
        {st->breaks_readers, "code that reads"},
        {st->breaks_writers, "code that writes"},
        {st->breaks_plans, "prepared statements (once)"},
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (words[i].yes)
            zdm_buf_addf(out, "%s%s", out->len ? ", " : "", words[i].word);
    }
}

static void
add_statement_text(struct zdm_buf *out, const char *sql)
{
    size_t n = strlen(sql);
    const char *last = strrchr(sql, '\n');

    while (n > 0 && (sql[n - 1] == '\n' || sql[n - 1] == ' '))
        n--;
    zdm_buf_addn(out, sql, n);
    last = last ? last + 1 : sql;
    if (n == 0 || strncmp(last + strspn(last, " \t"), "--", 2) == 0)
        return; /* only a remark */
    /* Behind a comment at the end of the line it would be part of the comment. */
    if (sql[n - 1] != ';')
        zdm_buf_add(out, strstr(last, "--") ? "\n;" : ";");
}

void
zdm_check_safer(struct zdm_buf *out, const struct zdm_finding *finding)
{
    for (size_t i = 0; i < finding->n_safer; i++) {
        add_statement_text(out, finding->safer[i]);
        zdm_buf_addc(out, '\n');
    }
}

const char *
zdm_check_path(const struct zdm_check_row *row)
{
    const char *path = row->source->path;

    return path[0] == '.' && path[1] == '/' ? path + 2 : path;
}
