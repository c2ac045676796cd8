#include "run/pieces.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "pg/locks.h"
#include "plan/pieces.h"

extern const struct zdm_embedded zdm_run_sql[];

enum { TELL_MOST = 3 };

/* What each relation is to be a partition of, as arrays of SQL. */
static void
add_links(const struct zdm_sql_pieces *pieces, struct zdm_buf *numbers, struct zdm_buf *names,
    struct zdm_buf *above)
{
    zdm_buf_addc(numbers, '{');
    zdm_buf_addc(names, '{');
    zdm_buf_addc(above, '{');
    for (size_t i = 0; i < pieces->count; i++) {
        const struct zdm_sql_piece *piece = &pieces->items[i];
        for (size_t k = 0; k < piece->n_of; k++) {
            if (!*piece->of[k])
                continue;
            zdm_buf_addf(numbers, "%s%zu", numbers->len > 1 ? "," : "", i);
            zdm_add_array_member(names, piece->of[k]);
            if (k > 0)
                zdm_add_array_member(above, piece->of[k - 1]);
            else
                zdm_buf_add(above, above->len > 1 ? ",NULL" : "NULL");
        }
    }
    zdm_buf_addc(numbers, '}');
    zdm_buf_addc(names, '}');
    zdm_buf_addc(above, '}');
}

static int
ask(struct zdm_conn *conn, const struct zdm_sql_pieces *pieces, bool *gone, struct zdm_err *err)
{
    struct zdm_buf numbers = ZDM_BUF_INIT, names = ZDM_BUF_INIT, above = ZDM_BUF_INIT;
    struct zdm_result *r = NULL;

    add_links(pieces, &numbers, &names, &above);
    int rc = ZDM_QUERY(conn, zdm_embedded_text(zdm_run_sql, "sql/pieces_there.sql"), &r, err,
        numbers.s, names.s, above.s);
    for (size_t i = 0; rc == 0 && i < pieces->count; i++)
        gone[i] = !zdm_result_bool(r, (int)i, 0);
    zdm_result_free(r);
    zdm_buf_release(&numbers);
    zdm_buf_release(&names);
    zdm_buf_release(&above);
    return rc;
}

/* Of what is only taken away when it is there nobody needs to hear. */
static bool
is_news(const struct zdm_sql_piece *piece)
{
    return piece->n_of > 1 && *piece->of[0];
}

static void
tell_gone(struct zdm_session *s, const struct zdm_step *step, const struct zdm_sql_pieces *pieces,
    const bool *gone)
{
    struct zdm_buf names = ZDM_BUF_INIT;
    const char *last = NULL, *whole = NULL;
    size_t told = 0;

    for (size_t i = 0; i < pieces->count; i++) {
        const struct zdm_sql_piece *piece = &pieces->items[i];
        const char *name = piece->of[piece->n_of - 1];
        if (!gone[i] || !is_news(piece) || (last && strcmp(last, name) == 0))
            continue;
        last = name;
        whole = piece->of[0];
        if (told++ < TELL_MOST)
            zdm_buf_addf(&names, "%s%s", names.len ? ", " : "", name);
    }
    if (told > TELL_MOST)
        zdm_buf_add(&names, ", ...");
    if (told)
        zdm_session_say(s, ZDM_EVENT_NOTE, "info", step,
            "left out, no partition of %s any more: %s", whole, names.s);
    zdm_buf_release(&names);
}

int
zdm_pieces_now(struct zdm_session *s, const struct zdm_step *step, bool tell, char **text,
    bool *none, struct zdm_err *err)
{
    const struct zdm_plan_undo *undo = &s->report->undos[step - s->plan->steps];
    const struct zdm_sql_pieces *pieces = s->undoing ? undo->pieces : &step->u.sql.pieces;
    const char *whole = s->undoing ? undo->sql.text : step->u.sql.up.text;

    *none = false;
    if (!pieces || pieces->count == 0) {
        *text = zdm_strdup(whole);
        return 0;
    }
    bool *gone = zdm_alloc(pieces->count * sizeof *gone);
    int rc = ask(s->conn, pieces, gone, err);
    if (rc == 0) {
        *text = zdm_pieces_left(whole, pieces, gone);
        *none = zdm_pieces_none(*text);
        if (tell)
            tell_gone(s, step, pieces, gone);
    }
    free(gone);
    return rc;
}
