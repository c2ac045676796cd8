/* What plans must know of each other: which come first, and which tables are taken. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "pg/journal_private.h"

extern const struct zdm_embedded zdm_pg_sql[];

int
zdm_journal_tables(struct zdm_conn *conn, const char *names, char **tables, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_pg_sql, "sql/journal_tables.sql"), &r, err, names) <
        0)
        return -1;
    *tables = zdm_strdup(zdm_result_get(r, 0, 0));
    zdm_result_free(r);
    return 0;
}

int
zdm_journal_note(struct zdm_conn *conn, const char *plan, const struct zdm_journal_claim *claim,
    struct zdm_err *err)
{
    return ZDM_QUERY(conn, zdm_embedded_text(zdm_pg_sql, "sql/journal_note.sql"), NULL, err, plan,
        claim->tables, claim->steps);
}

/* Has zdm.plan the column? Not in the schema of an older zdm, nor in none. */
static int
has_column(struct zdm_conn *conn, const char *column, bool *known, struct zdm_err *err)
{
    static const char there[] = "SELECT count(*) > 0 FROM pg_catalog.pg_attribute"
                                " WHERE attrelid = pg_catalog.to_regclass('zdm.plan')"
                                " AND attname = $1 AND NOT attisdropped";
    struct zdm_result *r = NULL;

    if (ZDM_QUERY(conn, there, &r, err, column) < 0)
        return -1;
    *known = zdm_result_bool(r, 0, 0);
    zdm_result_free(r);
    return 0;
}

int
zdm_journal_described(
    struct zdm_conn *conn, const char *plan, bool *begun, char **json, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    bool known;

    *json = NULL;
    *begun = false;
    if (has_column(conn, "described", &known, err) < 0)
        return -1;
    if (!known)
        return 0;
    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_pg_sql, "sql/journal_described.sql"), &r, err, plan) <
        0)
        return -1;
    *begun = zdm_result_bool(r, 0, 0);
    const char *found = zdm_result_get(r, 0, 1);
    if (*begun && found)
        *json = zdm_strdup(found);
    zdm_result_free(r);
    return 0;
}

static int
refuse_circle(struct zdm_conn *conn, const char *plan, bool *circle, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    *circle = false;
    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_pg_sql, "sql/journal_circle.sql"), &r, err, plan) < 0)
        return -1;
    *circle = zdm_result_rows(r) > 0;
    if (*circle) {
        zdm_fail(err, ZDM_ERR_REFUSED, "plan \"%s\" can never begin: its `after` leads back to it",
            plan);
        zdm_err_detail(err, "%s", zdm_result_get(r, 0, 0));
        zdm_err_hint(err, "take one of them out of `after` of the other");
    }
    zdm_result_free(r);
    return *circle ? -1 : 0;
}

int
zdm_journal_await(struct zdm_conn *conn, const char *plan, const char *fingerprint, const char *who,
    const struct zdm_journal_claim *claim, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    struct zdm_buf names = ZDM_BUF_INIT;
    bool circle = false;

    if (!claim->after)
        return 0;
    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_pg_sql, "sql/journal_undone.sql"), &r, err,
            claim->after) < 0)
        return -1;
    int n = zdm_result_rows(r);
    for (int i = 0; i < n; i++)
        zdm_buf_addf(&names, "%s\"%s\"%s", i ? ", " : "", zdm_result_get(r, i, 0),
            zdm_result_bool(r, i, 2)
                ? " (run by an older zdm, which did not write down its steps: run it once more)"
            : zdm_result_bool(r, i, 1) ? ""
                                       : " (never run here)");
    zdm_result_free(r);
    int rc = 0;
    if (n > 0) {
        rc = ZDM_QUERY(conn, zdm_embedded_text(zdm_pg_sql, "sql/journal_waiting.sql"), NULL, err,
            plan, fingerprint, who, claim->steps, claim->after);
        if (rc == 0)
            rc = refuse_circle(conn, plan, &circle, err);
        if (rc == 0) {
            rc =
                zdm_fail(err, ZDM_ERR_CLOSED, "plan \"%s\" comes after %s, which %s not done in %s",
                    plan, names.s, n > 1 ? "are" : "is", zdm_conn_where(conn));
            zdm_err_hint(err, "zdm status shows where every plan stands; run %s to the end first",
                n > 1 ? "them" : "it");
        }
    }
    zdm_buf_release(&names);
    return rc;
}

static int
refuse(const struct zdm_journal_meeting *other, const char *plan, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_REFUSED, "plan \"%s\" %s, and changes %s too", other->plan,
        other->holder ? "is being run" : "was interrupted", other->shared);
    if (other->holder)
        zdm_err_detail(err, "its runner is %s; it was started by %s at %s", other->holder,
            other->who, other->at);
    else
        zdm_err_detail(err, "it stands before step \"%s\"; it was run last by %s at %s",
            other->step, other->who, other->at);
    return zdm_err_hint(err,
        "three ways out: run plan \"%s\" to its end, or to a gate (zdm run); take it back (zdm "
        "rollback); or, when the two cannot meet, say so in plan \"%s\": alongside = { \"%s\" }, "
        "because = \"...\"",
        other->plan, plan, other->plan);
}

static void
add_meeting(
    struct zdm_journal_meetings *meetings, const struct zdm_result *r, int row, char *holder)
{
    meetings->items = zdm_grow(meetings->items, meetings->count + 1, sizeof *meetings->items);
    meetings->items[meetings->count++] = (struct zdm_journal_meeting){
        .plan = zdm_strdup(zdm_result_get(r, row, 0)),
        .holder = holder,
        .who = zdm_strdup(zdm_result_get(r, row, 1)),
        .at = zdm_strdup(zdm_result_get(r, row, 2)),
        .step = zdm_strdup(zdm_result_get(r, row, 3)),
        .shared = zdm_strdup(zdm_result_get(r, row, 6)),
        .linked = zdm_strdup(zdm_result_get(r, row, 7)),
    };
}

static int
read_meetings(struct zdm_conn *conn, const char *plan, const struct zdm_journal_claim *claim,
    struct zdm_journal_meetings *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    int rc = 0;

    *out = (struct zdm_journal_meetings){.count = 0};
    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_pg_sql, "sql/journal_others.sql"), &r, err, plan,
            claim->tables, claim->alongside, claim->steps) < 0)
        return -1;
    for (int i = 0; i < zdm_result_rows(r) && rc == 0; i++) {
        bool at_gate = strcmp(zdm_result_get(r, i, 4), "gate") == 0;
        bool begun = zdm_result_bool(r, i, 5);
        char *holder = NULL;
        rc = zdm_journal_holder(conn, zdm_result_get(r, i, 0), &holder, err);
        if (rc == 0 && (holder || (begun && !at_gate)))
            add_meeting(out, r, i, holder);
        else
            free(holder);
    }
    zdm_result_free(r);
    if (rc < 0)
        zdm_journal_meetings_release(out);
    return rc;
}

int
zdm_journal_meet(struct zdm_conn *conn, const char *plan, const struct zdm_journal_claim *claim,
    struct zdm_journal_meetings *out, struct zdm_err *err)
{
    bool known;

    *out = (struct zdm_journal_meetings){.count = 0};
    if (has_column(conn, "alongside", &known, err) < 0)
        return -1;
    return known ? read_meetings(conn, plan, claim, out, err) : 0;
}

void
zdm_journal_meetings_release(struct zdm_journal_meetings *meetings)
{
    for (size_t i = 0; i < meetings->count; i++) {
        struct zdm_journal_meeting *m = &meetings->items[i];
        free(m->plan);
        free(m->holder);
        free(m->who);
        free(m->at);
        free(m->step);
        free(m->shared);
        free(m->linked);
    }
    free(meetings->items);
    *meetings = (struct zdm_journal_meetings){.count = 0};
}

/* Of two take-overs at the same moment the second waits here until the first is committed, and then sees
 * it. The wait for transactions of an earlier runner is over by now, so this one is short. */
#define ONE_BY_ONE                                                                                 \
    "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('zdm take-over', 0))"

int
zdm_journal_admit(struct zdm_conn *conn, const char *plan, const struct zdm_journal_claim *claim,
    struct zdm_err *err)
{
    struct zdm_journal_meetings others;
    int rc = 0;

    if (zdm_conn_exec(conn, ONE_BY_ONE, NULL, err) < 0 ||
        read_meetings(conn, plan, claim, &others, err) < 0)
        return -1;
    for (size_t i = 0; i < others.count && rc == 0; i++)
        if (*others.items[i].shared)
            rc = refuse(&others.items[i], plan, err);
    zdm_journal_meetings_release(&others);
    return rc;
}
