#include "batch/cursor.h"

#include <stdio.h>
#include <stdlib.h>

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

int
zdm_cursor_read(struct zdm_conn *conn, const char *plan, const char *step, int64_t slice, bool lock,
    struct zdm_cursor *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    struct number slice_text = number(slice);
    char *sql = zdm_strf("%s%s", zdm_embedded_text(zdm_batch_sql, "sql/cursor_read.sql"),
        lock ? "FOR UPDATE OF c" : "");

    int rc = ZDM_QUERY(conn, sql, &r, err, plan, step, slice_text.text);
    free(sql);
    if (rc < 0)
        return -1;

    *out = (struct zdm_cursor){.exists = zdm_result_rows(r) > 0, .slice = slice, .total = -1};
    if (out->exists) {
        out->epoch = zdm_result_i64(r, 0, 0);
        out->rows = zdm_result_i64(r, 0, 1);
        out->batches = zdm_result_i64(r, 0, 2);
        out->total = zdm_result_i64(r, 0, 3);
        out->pos = zdm_strdup(zdm_result_get(r, 0, 4));
        out->bound = zdm_strdup(zdm_result_get(r, 0, 5));
        snprintf(out->state, sizeof out->state, "%s", zdm_result_get(r, 0, 6));
        out->at_ms = zdm_result_i64(r, 0, 7);
        out->relation = zdm_strdup(zdm_result_get(r, 0, 8));
    }
    zdm_result_free(r);
    return 0;
}

int
zdm_cursor_claim(struct zdm_conn *conn, const char *plan, const char *step, int64_t slice,
    int64_t epoch, const char *bound, int64_t total, const char *relation, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    struct number slice_text = number(slice), epoch_text = number(epoch),
                  total_text = number(total);
    int rc = 0;

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/cursor_claim.sql"), &r, err, plan,
            step, slice_text.text, epoch_text.text, bound, total < 0 ? NULL : total_text.text,
            relation) < 0)
        return -1;
    if (zdm_result_rows(r) == 0) {
        rc = zdm_fail(err, ZDM_ERR_OWNED, "another runner has taken over plan \"%s\"", plan);
        zdm_err_hint(err, "its work is kept; zdm status shows who runs it");
    }
    zdm_result_free(r);
    return rc;
}

int
zdm_cursor_finish(struct zdm_conn *conn, const char *plan, const char *step, int64_t slice,
    int64_t epoch, const char *pos, bool *hit, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    struct number slice_text = number(slice), epoch_text = number(epoch);

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/cursor_finish.sql"), &r, err, plan,
            step, slice_text.text, epoch_text.text, pos) < 0)
        return -1;
    *hit = zdm_result_rows(r) > 0;
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
    free(cursor->pos);
    free(cursor->bound);
    free(cursor->relation);
    *cursor = (struct zdm_cursor){.exists = false};
}
