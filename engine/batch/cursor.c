#include "batch/cursor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/mem.h"

extern const struct zdm_embedded zdm_batch_sql[];

struct number {
    char text[32];
};

static struct number
number(int64_t value)
{
    struct number n;

    snprintf(n.text, sizeof n.text, "%lld", (long long)value);
    return n;
}

void
zdm_spot_release(struct zdm_spot *spot)
{
    free(spot->pos);
    free(spot->range_end);
    free(spot->stripe_pos);
    *spot = (struct zdm_spot){.stripes = 1};
}

void
zdm_spot_copy(const struct zdm_spot *from, struct zdm_spot *to)
{
    zdm_spot_release(to);
    *to = (struct zdm_spot){
        .pos = zdm_strdup(from->pos),
        .range_end = zdm_strdup(from->range_end),
        .stripe_pos = zdm_strdup(from->stripe_pos),
        .stripe = from->stripe,
        .stripes = from->stripes,
    };
}

static bool
same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool
zdm_spot_same(const struct zdm_spot *a, const struct zdm_spot *b)
{
    return a->stripe == b->stripe && same_text(a->pos, b->pos) &&
           same_text(a->range_end, b->range_end) && same_text(a->stripe_pos, b->stripe_pos);
}

static void
take_row(const struct zdm_result *r, int row, struct zdm_cursor *out)
{
    *out = (struct zdm_cursor){
        .exists = true,
        .slice = zdm_result_i64(r, row, 0),
        .epoch = zdm_result_i64(r, row, 1),
        .rows = zdm_result_i64(r, row, 2),
        .batches = zdm_result_i64(r, row, 3),
        .total = zdm_result_i64(r, row, 4),
        .at.pos = zdm_strdup(zdm_result_get(r, row, 5)),
        .at.stripe = zdm_result_i64(r, row, 10),
        .at.stripes = zdm_result_i64(r, row, 11),
        .at.range_end = zdm_strdup(zdm_result_get(r, row, 12)),
        .at.stripe_pos = zdm_strdup(zdm_result_get(r, row, 13)),
        .bound = zdm_strdup(zdm_result_get(r, row, 6)),
        .at_ms = zdm_result_i64(r, row, 8),
        .relation = zdm_strdup(zdm_result_get(r, row, 9)),
        .part = zdm_result_bool(r, row, 14),
        .round = zdm_result_i64(r, row, 15),
        .leaf = (unsigned)zdm_result_i64(r, row, 16),
    };
    snprintf(out->state, sizeof out->state, "%s", zdm_result_get(r, row, 7));
}

int
zdm_cursor_read(struct zdm_conn *conn, const char *plan, const char *step, int64_t slice, bool lock,
    struct zdm_cursor *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    struct number slice_text = number(slice);
    char *sql = zdm_strf("%s%s", zdm_embedded_text(zdm_batch_sql, "sql/cursor_list.sql"),
        lock ? "FOR UPDATE OF c" : "");

    int rc = ZDM_QUERY(conn, sql, &r, err, plan, step, slice_text.text);
    free(sql);
    if (rc < 0)
        return -1;
    *out = (struct zdm_cursor){.slice = slice, .total = -1};
    if (zdm_result_rows(r) > 0)
        take_row(r, 0, out);
    zdm_result_free(r);
    return 0;
}

int
zdm_cursors_read(struct zdm_conn *conn, const char *plan, const char *step, struct zdm_cursors *out,
    struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/cursor_list.sql"), &r, err, plan,
            step, NULL) < 0)
        return -1;
    int n = zdm_result_rows(r);
    *out = (struct zdm_cursors){.items = zdm_alloc(((size_t)n + 1) * sizeof *out->items)};
    for (int i = 0; i < n; i++)
        take_row(r, i, &out->items[out->count++]);
    zdm_result_free(r);
    return 0;
}

static int
by_leaf(const void *a, const void *b)
{
    const struct zdm_cursor *const *one = a, *const *other = b;

    return (*one)->leaf < (*other)->leaf ? -1 : (*one)->leaf > (*other)->leaf;
}

/* A partition is through when all of its slices are. */
static void
count_leaves(const struct zdm_cursors *cursors, struct zdm_cursor *out)
{
    const struct zdm_cursor **items = zdm_alloc((cursors->count + 1) * sizeof *items);
    size_t n = 0;

    for (size_t i = 0; i < cursors->count; i++)
        if (cursors->items[i].leaf != 0)
            items[n++] = &cursors->items[i];
    qsort(items, n, sizeof *items, by_leaf);
    for (size_t i = 0; i < n;) {
        unsigned leaf = items[i]->leaf;
        bool through = true;
        for (; i < n && items[i]->leaf == leaf; i++)
            through = through && zdm_cursor_through(items[i]);
        out->leaves++;
        out->leaves_through += through;
    }
    free(items);
}

void
zdm_cursors_sum(const struct zdm_cursors *cursors, struct zdm_cursor *out)
{
    size_t whole = 0;

    *out = (struct zdm_cursor){.exists = cursors->count > 0, .state = "done"};
    for (size_t i = 0; i < cursors->count; i++) {
        const struct zdm_cursor *c = &cursors->items[i];
        whole += zdm_cursor_whole(c);
        out->rows += c->rows;
        out->batches += c->batches;
        out->total = c->total < 0 || out->total < 0 ? -1 : out->total + c->total;
        if (c->epoch > out->epoch)
            out->epoch = c->epoch;
        if (c->at_ms > out->at_ms)
            out->at_ms = c->at_ms;
        if (strcmp(c->state, "done") != 0)
            snprintf(out->state, sizeof out->state, "%s", c->state);
    }
    count_leaves(cursors, out);
    if (whole == 1) { /* the others come behind it */
        out->at.pos = zdm_strdup(cursors->items[0].at.pos);
        out->bound = zdm_strdup(cursors->items[0].bound);
    }
}

bool
zdm_cursor_whole(const struct zdm_cursor *cursor)
{
    return !cursor->part && cursor->round == 0;
}

bool
zdm_cursors_begun(const struct zdm_cursors *cursors)
{
    for (size_t i = 0; i < cursors->count; i++)
        if (cursors->items[i].batches > 0)
            return true;
    return false;
}

bool
zdm_cursor_through(const struct zdm_cursor *cursor)
{
    /* The last range of a slice ends with the bound's own text, so this is no comparison of keys. */
    return !cursor->bound || (cursor->at.pos && strcmp(cursor->at.pos, cursor->bound) == 0);
}

static int
taken_over(const char *plan, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_OWNED, "another runner has taken over plan \"%s\"", plan);
    return zdm_err_hint(err, "its work is kept; zdm status shows who runs it");
}

int
zdm_cursor_claim(struct zdm_conn *conn, const char *plan, const char *step, int64_t epoch,
    const struct zdm_cursor *slice, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    struct number slice_text = number(slice->slice), epoch_text = number(epoch),
                  total_text = number(slice->total), round_text = number(slice->round);

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/cursor_claim.sql"), &r, err, plan,
            step, slice_text.text, epoch_text.text, slice->bound,
            slice->total < 0 ? NULL : total_text.text, slice->relation, slice->at.pos,
            slice->round > 0 ? round_text.text : NULL) < 0)
        return -1;
    int rc = zdm_result_rows(r) == 0 ? taken_over(plan, err) : 0;
    zdm_result_free(r);
    return rc;
}

int
zdm_cursors_raise(
    struct zdm_conn *conn, const char *plan, const char *step, int64_t epoch, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    struct number epoch_text = number(epoch);

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/cursor_raise.sql"), &r, err, plan,
            step, epoch_text.text) < 0)
        return -1;
    int rc = zdm_result_i64(r, 0, 0) > 0 ? taken_over(plan, err) : 0;
    zdm_result_free(r);
    return rc;
}

int
zdm_cursors_finish(struct zdm_conn *conn, const char *plan, const char *step, int64_t epoch,
    unsigned root, int64_t *slices, int64_t *rows, int64_t *batches, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    struct number epoch_text = number(epoch), root_text = number(root);

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/cursor_finish.sql"), &r, err, plan,
            step, epoch_text.text, root ? root_text.text : NULL) < 0)
        return -1;
    *slices = zdm_result_i64(r, 0, 0);
    *rows = zdm_result_i64(r, 0, 1);
    *batches = zdm_result_i64(r, 0, 2);
    zdm_result_free(r);
    return 0;
}

static void
add_literal(struct zdm_buf *b, const char *text)
{
    zdm_buf_addc(b, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            zdm_buf_addc(b, '\'');
        zdm_buf_addc(b, *text);
    }
    zdm_buf_addc(b, '\'');
}

char *
zdm_cursor_where(const char *plan, const char *step)
{
    struct zdm_buf b = ZDM_BUF_INIT;

    zdm_buf_add(&b, "plan = ");
    add_literal(&b, plan);
    zdm_buf_add(&b, " AND step = ");
    add_literal(&b, step);
    return zdm_buf_take(&b);
}

void
zdm_cursor_release(struct zdm_cursor *cursor)
{
    zdm_spot_release(&cursor->at);
    free(cursor->bound);
    free(cursor->relation);
    *cursor = (struct zdm_cursor){.exists = false};
}

void
zdm_cursors_release(struct zdm_cursors *cursors)
{
    for (size_t i = 0; i < cursors->count; i++)
        zdm_cursor_release(&cursors->items[i]);
    free(cursors->items);
    *cursors = (struct zdm_cursors){.count = 0};
}
