#include "run/pieces.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "pg/locks.h"
#include "plan/pieces.h"

extern const struct zdm_embedded zdm_run_sql[];

enum { TELL_MOST = 3 };

struct links { /* as arrays of SQL */
    struct zdm_buf pieces, names, above;
    const char **all; /* names, by their numbers less one; owned */
    size_t n;
};

static void
add_link(struct links *links, size_t piece, const char *name, const char *above)
{
    zdm_buf_addf(&links->pieces, "%s%zu", links->n ? "," : "", piece);
    zdm_add_array_member(&links->names, name);
    if (above)
        zdm_add_array_member(&links->above, above);
    else
        zdm_buf_add(&links->above, links->n ? ",NULL" : "NULL");
    links->all = zdm_grow(links->all, links->n + 1, sizeof *links->all);
    links->all[links->n++] = name;
}

static void
add_links(const struct zdm_sql_pieces *pieces, struct links *links)
{
    *links = (struct links){ZDM_BUF_INIT, ZDM_BUF_INIT, ZDM_BUF_INIT, NULL, 0};
    zdm_buf_addc(&links->pieces, '{');
    zdm_buf_addc(&links->names, '{');
    zdm_buf_addc(&links->above, '{');
    for (size_t i = 0; i < pieces->count; i++) {
        const struct zdm_sql_piece *piece = &pieces->items[i];
        for (size_t k = 0; k < piece->n_of; k++)
            if (*piece->of[k])
                add_link(links, i, piece->of[k], k > 0 ? piece->of[k - 1] : NULL);
    }
    zdm_buf_addc(&links->pieces, '}');
    zdm_buf_addc(&links->names, '}');
    zdm_buf_addc(&links->above, '}');
}

/* lacks: one a piece, views: what is not there, or no part of what it was; NULL: it is for what is there. */
static int
ask(struct zdm_conn *conn, const struct zdm_sql_pieces *pieces, const char **lacks,
    struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    struct links links;

    add_links(pieces, &links);
    int rc = ZDM_QUERY(conn, zdm_embedded_text(zdm_run_sql, "sql/pieces_there.sql"), &r, err,
        links.pieces.s, links.names.s, links.above.s);
    for (size_t i = 0; rc == 0 && i < pieces->count; i++) {
        int64_t link = zdm_result_i64(r, (int)i, 0);
        lacks[i] = link ? links.all[link - 1] : NULL;
    }
    zdm_result_free(r);
    zdm_buf_release(&links.pieces);
    zdm_buf_release(&links.names);
    zdm_buf_release(&links.above);
    free(links.all);
    return rc;
}

static bool
is_told(const char *const *lacks, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (lacks[i] && strcmp(lacks[i], name) == 0)
            return true;
    return false;
}

/* Of what is only taken away when it is there nobody needs to hear. */
static void
tell_gone(struct zdm_session *s, const struct zdm_step *step, const struct zdm_sql_pieces *pieces,
    const char *const *lacks)
{
    struct zdm_buf names = ZDM_BUF_INIT;
    const char *told[TELL_MOST];
    size_t n = 0;

    for (size_t i = 0; i < pieces->count; i++) {
        const struct zdm_sql_piece *piece = &pieces->items[i];
        if (!lacks[i] || piece->n_of < 2 || !*piece->of[0] ||
            is_told(told, n < TELL_MOST ? n : TELL_MOST, lacks[i]))
            continue;
        if (n < TELL_MOST) {
            zdm_buf_addf(&names, "%s%s", n ? ", " : "", lacks[i]);
            told[n] = lacks[i];
        }
        n++;
    }
    if (n)
        zdm_session_say(s, ZDM_EVENT_NOTE, "info", step, "left out, gone or detached: %s%s",
            names.s, n > TELL_MOST ? ", ..." : "");
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
    const char **lacks = zdm_alloc(pieces->count * sizeof *lacks);
    bool *gone = zdm_alloc(pieces->count * sizeof *gone);
    int rc = ask(s->conn, pieces, lacks, err);
    if (rc == 0) {
        for (size_t i = 0; i < pieces->count; i++)
            gone[i] = lacks[i] != NULL;
        *text = zdm_pieces_left(whole, pieces, gone);
        *none = zdm_pieces_none(*text);
        if (tell)
            tell_gone(s, step, pieces, lacks);
    }
    free(gone);
    free(lacks);
    return rc;
}

bool
zdm_pieces_look_again(const struct zdm_sql_pieces *pieces, bool *again, struct zdm_err *err)
{
    bool missing = strcmp(err->sqlstate, "42P01") == 0 || strcmp(err->sqlstate, "42704") == 0;

    if (!pieces || pieces->count == 0 || !missing || *again)
        return false;
    *again = true;
    memcpy(err->sqlstate, "40001", sizeof "40001"); /* as any other collision */
    return true;
}
