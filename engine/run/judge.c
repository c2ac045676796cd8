#include "run/judge.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/embedded.h"
#include "catalog/load.h"
#include "catalog/locked.h"
#include "pg/locks.h"
#include "plan/pieces.h"
#include "run/recall.h"
#include "sql/catalog.h"

extern const struct zdm_embedded zdm_run_sql[];

enum {
    AHEAD_MAX =
        200, /* steps judged on one reading: a change by somebody else costs that much again */
    AGAIN_AFTER_US = 60 * 1000 * 1000, /* a catalog that could not be read may make us wait 5 s */
};

struct verdict {
    size_t step; /* index into plan->steps */
    struct zdm_parsed *parsed;
    struct zdm_plan_statement *statements; /* parsed->count */
};

struct mark {
    char *relation, *text; /* relation_marks.sql */
};

struct zdm_judge {
    struct verdict *ahead; /* in the order in which the steps will run */
    size_t n_ahead;
    struct mark *marks; /* by relation, each once */
    size_t n_marks;
    int64_t failed_us; /* when the catalog could not be read; 0: it could */
};

static void
clear(struct zdm_judge *judge)
{
    for (size_t i = 0; i < judge->n_ahead; i++) {
        zdm_parsed_free(judge->ahead[i].parsed);
        free(judge->ahead[i].statements);
    }
    free(judge->ahead);
    for (size_t i = 0; i < judge->n_marks; i++) {
        free(judge->marks[i].relation);
        free(judge->marks[i].text);
    }
    free(judge->marks);
    judge->ahead = NULL;
    judge->marks = NULL;
    judge->n_ahead = judge->n_marks = 0;
}

void
zdm_judge_forget(struct zdm_session *s)
{
    if (!s->judge)
        return;
    clear(s->judge);
    s->judge->failed_us = 0;
}

void
zdm_judge_free(struct zdm_session *s)
{
    zdm_judge_forget(s);
    free(s->judge);
    s->judge = NULL;
}

/* What is executed, owned; NULL: a function of the plan, a program, or nothing. */
static char *
text_of(const struct zdm_session *s, size_t index)
{
    const struct zdm_step *step = &s->plan->steps[index];
    char *recalled = NULL;

    if (!s->undoing)
        return step->kind == ZDM_STEP_SQL ? zdm_strdup(step->u.sql.up.text) : NULL;
    if (!s->report->undos[index].recall)
        return zdm_strdup(s->report->undos[index].sql.text);
    zdm_recall_read(zdm_journal_find(&s->rows, step->id, ""), &recalled, NULL);
    return recalled;
}

static bool
is_ahead(const struct zdm_session *s, size_t index)
{
    const struct zdm_journal_row *row = zdm_journal_find(&s->rows, s->plan->steps[index].id, "");
    bool done = row && strcmp(row->state, "done") == 0;

    return s->undoing ? row != NULL : !done;
}

/* From here on the catalog may be anything. */
static bool
is_opaque(const struct zdm_session *s, const struct verdict *verdict)
{
    enum zdm_step_kind kind = s->plan->steps[verdict->step].kind;

    for (size_t i = 0; verdict->parsed && i < verdict->parsed->count; i++)
        if (verdict->parsed->statements[i].verdict == ZDM_VERDICT_UNKNOWN)
            return true;
    return kind == ZDM_STEP_HOOK || kind == ZDM_STEP_COMMAND;
}

/* Takes text, and returns what is left of it, owned; NULL: nothing. */
static char *
left_of(const struct zdm_session *s, size_t index, struct zdm_sql_context *context, char *text)
{
    const struct zdm_plan_undo *undo = &s->report->undos[index];
    const struct zdm_step *step = &s->plan->steps[index];
    const struct zdm_sql_pieces *pieces = s->undoing && !undo->recall ? undo->pieces
                                          : !s->undoing && step->kind == ZDM_STEP_SQL
                                              ? &step->u.sql.pieces
                                              : NULL;

    if (!text || !pieces || pieces->count == 0)
        return text;
    char *left = zdm_pieces_known(text, pieces, zdm_sql_context_catalog(context));
    free(text);
    if (!zdm_pieces_none(left))
        return left;
    free(left);
    return NULL;
}

static void
classify(const struct zdm_session *s, struct zdm_sql_context *context, struct verdict *out)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *text = left_of(s, out->step, context, text_of(s, out->step));

    if (!text) { /* time passes: what was made is in use from here on */
        zdm_sql_context_settle(context);
        return;
    }
    int rc = zdm_sql_classify_in(text, ZDM_WRAP_SEVERAL, context, &out->parsed, &err);
    free(text);
    zdm_err_release(&err);
    if (rc < 0) /* a server newer than our grammar spelt it */
        return;
    out->statements = zdm_alloc((out->parsed->count + 1) * sizeof *out->statements);
    const struct zdm_step *step = &s->plan->steps[out->step];
    for (size_t i = 0; i < out->parsed->count; i++)
        out->statements[i] = (struct zdm_plan_statement){
            .step = out->step,
            .at = s->undoing ? step->at
                             : zdm_sql_place(&step->u.sql.up, out->parsed->statements[i].offset),
            .st = out->parsed->statements[i],
        };
}

static void
judge_ahead(struct zdm_session *s, size_t first, struct zdm_sql_context *context)
{
    struct zdm_judge *judge = s->judge;
    size_t left = s->undoing ? first + 1 : s->plan->n_steps - first;

    for (size_t i = 0; i < left && judge->n_ahead < AHEAD_MAX; i++) {
        struct verdict verdict = {.step = s->undoing ? first - i : first + i};
        if (!is_ahead(s, verdict.step))
            continue;
        classify(s, context, &verdict);
        judge->ahead = zdm_grow(judge->ahead, judge->n_ahead + 1, sizeof *judge->ahead);
        judge->ahead[judge->n_ahead++] = verdict;
        if (is_opaque(s, &verdict))
            break;
    }
}

static int
by_relation(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;

    return strcmp(x->relation, y->relation);
}

static struct mark *
mark_of(const struct zdm_judge *judge, const char *relation)
{
    const struct mark key = {.relation = (char *)relation};

    return judge->n_marks ? bsearch(&key, judge->marks, judge->n_marks, sizeof key, by_relation)
                          : NULL;
}

static void
add_relations(struct zdm_buf *names, const struct verdict *verdict)
{
    for (size_t i = 0; verdict->parsed && i < verdict->parsed->count; i++)
        for (size_t k = 0; k < verdict->parsed->statements[i].n_locks; k++)
            zdm_add_array_member(names, verdict->parsed->statements[i].locks[k].relation);
}

/* Of the relations of n steps, as they are now. */
static int
ask_marks(struct zdm_session *s, const struct verdict *verdicts, size_t n, struct zdm_result **out,
    struct zdm_err *err)
{
    struct zdm_buf names = ZDM_BUF_INIT;

    zdm_buf_addc(&names, '{');
    for (size_t i = 0; i < n; i++)
        add_relations(&names, &verdicts[i]);
    zdm_buf_addc(&names, '}');
    int rc = ZDM_QUERY(
        s->conn, zdm_embedded_text(zdm_run_sql, "sql/relation_marks.sql"), out, err, names.s);
    zdm_buf_release(&names);
    return rc;
}

/* Those that are there; what a step makes has none yet. */
static int
take_marks(struct zdm_session *s, struct zdm_err *err)
{
    struct zdm_judge *judge = s->judge;
    struct zdm_result *rows;
    size_t kept = 0;

    if (ask_marks(s, judge->ahead, judge->n_ahead, &rows, err) < 0)
        return -1;
    size_t n = (size_t)zdm_result_rows(rows);
    judge->marks = zdm_alloc((n + 1) * sizeof *judge->marks);
    for (size_t i = 0; i < n; i++)
        judge->marks[judge->n_marks++] = (struct mark){zdm_strdup(zdm_result_get(rows, (int)i, 0)),
            zdm_strdup(zdm_result_get(rows, (int)i, 1))};
    zdm_result_free(rows);
    qsort(judge->marks, judge->n_marks, sizeof *judge->marks, by_relation);
    for (size_t i = 0; i < judge->n_marks; i++) {
        struct mark *m = &judge->marks[i];
        if (kept == 0 || strcmp(judge->marks[kept - 1].relation, m->relation) != 0) {
            judge->marks[kept++] = *m;
        } else {
            free(m->relation);
            free(m->text);
        }
    }
    judge->n_marks = kept;
    return 0;
}

static const struct verdict *
verdict_on(const struct zdm_judge *judge, size_t index)
{
    for (size_t i = 0; i < judge->n_ahead; i++)
        if (judge->ahead[i].step == index)
            return &judge->ahead[i];
    return NULL;
}

/* *same: nobody else has changed what the step locks since it was judged. A relation without a mark was
 * made by a step of ours. */
static int
look_again(struct zdm_session *s, const struct verdict *verdict, bool *same, struct zdm_err *err)
{
    struct zdm_result *rows;

    if (ask_marks(s, verdict, 1, &rows, err) < 0)
        return -1;
    *same = true;
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        const struct mark *before = mark_of(s->judge, zdm_result_get(rows, i, 0));
        if (before && strcmp(before->text, zdm_result_get(rows, i, 1)) != 0)
            *same = false;
    }
    zdm_result_free(rows);
    return 0;
}

/* Who reads a run that stands still for seconds shall know why. */
static void
tell_lockers(struct zdm_session *s, const struct zdm_step *step)
{
    char *who;

    zdm_catalog_lockers(s->conn, &who);
    if (who)
        zdm_session_say(s, ZDM_EVENT_LOCK_WAIT, "info", step,
            "the catalog can only be read when these locks are gone, and is waited for up to 5 s: "
            "%s",
            who);
    free(who);
}

static int
read_catalog(struct zdm_session *s, size_t index, struct zdm_err *err)
{
    struct zdm_catalog *catalog;

    clear(s->judge);
    tell_lockers(s, &s->plan->steps[index]);
    if (zdm_catalog_load(s->conn, &catalog, err) < 0)
        return -1;
    struct zdm_sql_context *context = zdm_sql_context_on(catalog, 0);
    judge_ahead(s, index, context);
    zdm_sql_context_free(context);
    return take_marks(s, err);
}

static int
look(struct zdm_session *s, size_t index, struct zdm_err *err)
{
    const struct verdict *verdict = verdict_on(s->judge, index);
    bool same = false;

    if (verdict && look_again(s, verdict, &same, err) < 0)
        return -1;
    return same ? 0 : read_catalog(s, index, err);
}

static void
failed(struct zdm_session *s, const struct zdm_step *step, const struct zdm_err *err)
{
    bool told = s->judge->failed_us != 0;

    clear(s->judge);
    s->judge->failed_us = zdm_monotonic_us();
    const char *more = err->detail ? err->detail : err->hint;
    if (!told && !zdm_conn_lost(s->conn) && err->code != ZDM_ERR_INTERRUPTED)
        zdm_session_say(s, ZDM_EVENT_NOTE, "warning", step,
            "locks are judged by the text of the plan alone, without the tables that only the "
            "catalog knows of: %s%s%s",
            err->message, more ? "; " : "", more ? more : "");
}

void
zdm_judge_step(struct zdm_session *s, size_t index)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *text = text_of(s, index);
    bool nothing = text == NULL;

    free(text);
    if (nothing)
        return;
    if (!s->judge) {
        s->judge = zdm_alloc(sizeof *s->judge);
        *s->judge = (struct zdm_judge){.ahead = NULL};
    }
    if (s->judge->failed_us && zdm_monotonic_us() - s->judge->failed_us < AGAIN_AFTER_US)
        return;
    if (look(s, index, &err) < 0)
        failed(s, &s->plan->steps[index], &err);
    else
        s->judge->failed_us = 0;
    zdm_err_release(&err);
}

void
zdm_judge_done(struct zdm_session *s, size_t index)
{
    const struct verdict *verdict = s->judge ? verdict_on(s->judge, index) : NULL;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_result *rows;

    if (!verdict)
        return;
    if (ask_marks(s, verdict, 1, &rows, &err) < 0) {
        clear(s->judge); /* the next step reads the catalog, or says why it cannot */
    } else {
        for (int i = 0; i < zdm_result_rows(rows); i++) {
            struct mark *mark = mark_of(s->judge, zdm_result_get(rows, i, 0));
            if (!mark)
                continue;
            free(mark->text);
            mark->text = zdm_strdup(zdm_result_get(rows, i, 1));
        }
        zdm_result_free(rows);
    }
    zdm_err_release(&err);
}

void
zdm_judged_policy(const struct zdm_session *s, size_t index, struct zdm_lock_policy *out)
{
    const struct zdm_plan_report *report = s->report;
    const struct zdm_step *step = &s->plan->steps[index];
    const struct verdict *verdict = s->judge ? verdict_on(s->judge, index) : NULL;
    const struct zdm_plan_statement *statements =
        s->undoing ? report->undo_statements : report->statements;
    size_t n = s->undoing ? report->n_undo_statements : report->n_statements;

    if (step->kind == ZDM_STEP_HOOK || (step->kind != ZDM_STEP_SQL && !s->undoing)) {
        zdm_lock_policy_of(s->plan, report, index, out);
        return;
    }
    if (verdict && verdict->parsed) {
        statements = verdict->statements;
        n = verdict->parsed->count;
    }
    zdm_lock_policy_of_sql(&step->locks, statements, n, index,
        s->undoing ? zdm_plan_undo_mode(report, index) : zdm_plan_run_mode(report, index), out);
    if (s->undoing && report->undos[index].recall && !(verdict && verdict->parsed)) {
        out->class = ZDM_LOCKS_LONG; /* what it does nobody has judged */
        out->statement_ms = 0;
    }
}

int
zdm_judge_refuse(const struct zdm_session *s, size_t index, bool begins, struct zdm_err *err)
{
    const struct zdm_step *step = &s->plan->steps[index];
    const struct verdict *verdict = s->judge ? verdict_on(s->judge, index) : NULL;
    const struct zdm_sql_text *text = s->undoing ? &s->report->undos[index].sql : &step->u.sql.up;

    for (size_t i = 0; verdict && verdict->parsed && i < verdict->parsed->count; i++) {
        const struct zdm_statement *st = &verdict->parsed->statements[i];
        if (zdm_plan_refuse_several(st, err) < 0)
            return zdm_err_at(err, text->text ? zdm_sql_place(text, st->offset) : step->at);
    }
    if (verdict && verdict->parsed && begins && !s->undoing)
        return zdm_plan_refuse_unsafe(
            s->plan, index, verdict->statements, verdict->parsed->count, err);
    return 0;
}
