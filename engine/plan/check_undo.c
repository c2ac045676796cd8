/* How each step is taken back. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "plan/checker.h"
#include "sql/catalog.h"
#include "sql/reverse.h"
#include "sql/syntax.h"

const char *
zdm_undo_source_name(enum zdm_undo_source source)
{
    static const char *const names[] = {"none", "nothing", "author", "derived"};
    return names[source];
}

static struct zdm_plan_undo *
undo_of(struct zdm_checker *checker)
{
    return &checker->report->undos[checker->index];
}

static struct zdm_arena *
arena_of(struct zdm_checker *checker)
{
    if (!checker->report->arena)
        checker->report->arena = zdm_arena_new();
    return checker->report->arena;
}

/* The undo of a step runs as a step does: in one transaction, or alone. */
static void
check_statements(
    struct zdm_checker *checker, const struct zdm_sql_text *undo, const struct zdm_parsed *parsed)
{
    if (parsed->count == 0)
        zdm_err_hint(zdm_checker_fail(checker, zdm_sql_place(undo, 0), ZDM_ERR_PLAN,
                         "the undo of step \"%s\" has no statement", checker->step->id),
            "undo = \"nothing\" says that there is nothing to take back");
    for (size_t i = 0; i < parsed->count; i++) {
        const struct zdm_statement *st = &parsed->statements[i];
        struct zdm_place at = zdm_sql_place(undo, st->offset);
        if (st->transaction_control)
            zdm_refuse_control(checker, at, st->kind);
        else if (st->transaction == ZDM_TX_FORBIDDEN && parsed->count > 1)
            zdm_err_hint(zdm_checker_fail(checker, at, ZDM_ERR_PLAN,
                             "this %s cannot run inside a transaction, so it must be the only undo",
                             st->kind),
                "split the step in two, each with its own undo");
        else if (st->transaction == ZDM_TX_FORBIDDEN && st->probe == ZDM_PROBE_NONE)
            zdm_err_hint(
                zdm_checker_fail(checker, at, ZDM_ERR_PLAN,
                    "this %s runs outside a transaction, and zdm cannot tell whether it ran",
                    st->kind),
                "name the index, or write the undo as a hook with transaction = false");
        else
            zdm_refuse_several(checker, at, st);
    }
}

/* In the catalog as it is behind the step, with what the undos before it make; it stays as it is for the steps to
 * come. */
static int
classify(
    struct zdm_checker *checker, const char *text, struct zdm_parsed **parsed, struct zdm_err *err)
{
    const struct zdm_step *step = checker->step;
    const char *finds = step->kind == ZDM_STEP_SQL ? step->u.sql.undo_finds : NULL;
    struct zdm_catalog *catalog = zdm_sql_context_catalog(checker->context);
    struct zdm_sql_context *context = zdm_sql_context_on(catalog, 0);
    size_t mark = zdm_catalog_mark(catalog);
    struct zdm_parsed *before = NULL;
    int rc = finds ? zdm_sql_classify_in(finds, ZDM_WRAP_SEVERAL, context, &before, err) : 0;

    if (rc == 0 && finds) {
        zdm_parsed_free(before);
        zdm_sql_context_settle(context);
    }
    if (rc == 0)
        rc = zdm_checker_classify(undo_of(checker)->pieces, text, context, parsed, err);
    zdm_catalog_rollback(catalog, mark);
    zdm_sql_context_leave(context);
    return rc;
}

/* Takes the SQL of the undo into the report. */
static void
take_sql(struct zdm_checker *checker, struct zdm_sql_text sql, enum zdm_undo_source source)
{
    struct zdm_plan_report *report = checker->report;
    struct zdm_plan_undo *undo = undo_of(checker);
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_parsed *parsed;

    *undo = (struct zdm_plan_undo){.source = source, .sql = sql};
    if (checker->step->kind == ZDM_STEP_SQL && sql.text == checker->step->u.sql.undo.text)
        undo->pieces = &checker->step->u.sql.undo_pieces;
    zdm_sql_losses_of(sql.text, &undo->losses);
    if (classify(checker, sql.text, &parsed, &err) < 0) {
        zdm_checker_take(checker, &sql, "undo", &err);
        return;
    }
    report->parsed = zdm_grow(report->parsed, report->n_parsed, sizeof *report->parsed);
    report->parsed[report->n_parsed++] = parsed;
    for (size_t i = 0; i < parsed->count; i++) {
        report->undo_statements = zdm_grow(
            report->undo_statements, report->n_undo_statements, sizeof *report->undo_statements);
        report->undo_statements[report->n_undo_statements++] =
            (struct zdm_plan_statement){.step = checker->index,
                .at = zdm_sql_place(&sql, parsed->statements[i].offset),
                .st = parsed->statements[i]};
    }
    if (source == ZDM_UNDO_AUTHOR)
        check_statements(checker, &sql, parsed);
}

static void
nothing(struct zdm_checker *checker, const char *why)
{
    *undo_of(checker) = (struct zdm_plan_undo){.source = ZDM_UNDO_NOTHING, .why = why};
}

static void
none(struct zdm_checker *checker, const char *why)
{
    *undo_of(checker) = (struct zdm_plan_undo){.source = ZDM_UNDO_NONE, .why = why};
}

/* Did the author say it? */
static bool
take_given(struct zdm_checker *checker, const struct zdm_sql_text *given, bool derived)
{
    if (!given->text)
        return false;
    if (strcmp(given->text, "nothing") == 0)
        nothing(checker, "the plan says so");
    else
        take_sql(checker, *given, derived ? ZDM_UNDO_DERIVED : ZDM_UNDO_AUTHOR);
    return true;
}

static void
of_sql(struct zdm_checker *checker)
{
    const struct zdm_step_sql *sql = &checker->step->u.sql;
    struct zdm_sql_reverse reverse;

    if (take_given(checker, &sql->undo, sql->undo_derived)) {
        undo_of(checker)->recall = sql->recall;
        undo_of(checker)->before = sql->undo_before;
        undo_of(checker)->behind = sql->undo_behind;
        return;
    }
    zdm_sql_reverse(sql->up.text, &reverse);
    switch (reverse.kind) {
    case ZDM_REVERSAL_SQL:
        take_sql(checker,
            (struct zdm_sql_text){
                .text = zdm_arena_strdup(arena_of(checker), reverse.sql),
                .at = checker->step->at,
            },
            ZDM_UNDO_DERIVED);
        if (reverse.ask)
            undo_of(checker)->recall = zdm_arena_strdup(arena_of(checker), reverse.ask);
        if (reverse.before)
            undo_of(checker)->before = zdm_arena_strdup(arena_of(checker), reverse.before);
        if (reverse.note)
            undo_of(checker)->why = zdm_arena_strdup(arena_of(checker), reverse.note);
        if (reverse.unless)
            undo_of(checker)->unless = zdm_arena_strdup(arena_of(checker), reverse.unless);
        break;
    case ZDM_REVERSAL_NOTHING:
        nothing(checker, "it leaves nothing in the schema");
        break;
    case ZDM_REVERSAL_UNKNOWN:
        none(checker, zdm_arena_strdup(arena_of(checker), reverse.why));
        break;
    }
    zdm_sql_reverse_release(&reverse);
}

static bool
same_name(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* Does the undo of a step take the column (NULL: the table) away? A name without its schema may be any. */
static bool
takes_away(struct zdm_checker *checker, size_t step, const char *schema, const char *table,
    const char *column)
{
    const struct zdm_sql_losses *losses = &checker->report->undos[step].losses;

    for (size_t i = 0; i < losses->count; i++) {
        const struct zdm_sql_loss *loss = &losses->items[i];
        if (same_name(loss->name, table) &&
            (!schema || !loss->schema || strcmp(schema, loss->schema) == 0) &&
            (loss->kind == ZDM_LOSS_TABLE ||
                (loss->kind == ZDM_LOSS_COLUMN && same_name(loss->column, column))))
            return true;
    }
    return false;
}

/* The last step before whose undo does; n_steps: none does. */
static size_t
find_taker(struct zdm_checker *checker, const char *schema, const char *table, const char *column)
{
    for (size_t i = checker->index; i-- > 0;)
        if (takes_away(checker, i, schema, table, column))
            return i;
    return checker->plan->n_steps;
}

/* The earliest of those steps, when there is one for each column; n_steps: some value stays. */
static size_t
taker_of_all(struct zdm_checker *checker)
{
    const struct zdm_step_backfill *b = &checker->step->u.backfill;
    size_t none = checker->plan->n_steps, first = none;
    size_t n = b->map ? b->n_write : b->n_set;
    char *schema = NULL, *table = NULL;
    struct zdm_err err = ZDM_ERR_INIT;

    if (zdm_sql_split_name(b->into ? b->into : b->table, &schema, &table, &err) < 0) {
        zdm_err_release(&err); /* the check of the step tells */
        return none;
    }
    if (b->into) {
        first = find_taker(checker, schema, table, NULL);
        n = 0;
    }
    for (size_t i = 0; i < n; i++) {
        char *column = NULL;
        size_t at = none;
        if (zdm_sql_identifier(b->map ? b->write[i] : b->set[i].column, &column, &err) < 0)
            zdm_err_clear(&err);
        else
            at = find_taker(checker, schema, table, column);
        free(column);
        if (at == none) {
            first = none;
            break;
        }
        first = first == none || at < first ? at : first;
    }
    zdm_err_release(&err);
    free(schema);
    free(table);
    return first;
}

/* "a backfill: UPDATE t SET a = ... WHERE ...;" */
static const char *
words_of(struct zdm_checker *checker, const struct zdm_step_backfill *b)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_buf_addf(&text, "a backfill of zdm's: UPDATE %s SET ", b->table);
    for (size_t i = 0; i < b->n_set; i++)
        zdm_buf_addf(&text, "%s%s = %s", i ? ", " : "", b->set[i].column, b->set[i].expr.text);
    if (b->where.text)
        zdm_buf_addf(&text, " WHERE %s", b->where.text);
    const char *copy = zdm_arena_strdup(arena_of(checker), text.s);
    zdm_buf_release(&text);
    return copy;
}

static void
of_backfill(struct zdm_checker *checker)
{
    const struct zdm_step_backfill *b = &checker->step->u.backfill;

    if (take_given(checker, &b->undo, false))
        return;
    if (b->back) {
        *undo_of(checker) = (struct zdm_plan_undo){
            .source = ZDM_UNDO_DERIVED,
            .why = words_of(checker, &b->back->fill),
            .back = b->back,
        };
        return;
    }
    if (b->erase) {
        none(checker, "the rows that it deletes do not come back");
        return;
    }
    size_t with = taker_of_all(checker);
    if (with == checker->plan->n_steps) {
        none(checker,
            b->into ? "the rows that it copies stay" : "the values that it overwrites are gone");
        return;
    }
    const struct zdm_step *step = &checker->plan->steps[with];
    nothing(checker,
        zdm_arena_strf(arena_of(checker), "what it fills goes with the undo of \"%s\"", step->id));
    undo_of(checker)->with = step;
}

void
zdm_check_undo(struct zdm_checker *checker)
{
    switch (checker->step->kind) {
    case ZDM_STEP_SQL:
        of_sql(checker);
        break;
    case ZDM_STEP_BACKFILL:
        of_backfill(checker);
        break;
    case ZDM_STEP_GATE:
        nothing(checker, "a gate leaves nothing in the database");
        break;
    case ZDM_STEP_HOOK:
        if (checker->step->u.hook.undo)
            *undo_of(checker) = (struct zdm_plan_undo){.source = ZDM_UNDO_AUTHOR};
        else
            none(checker, "the hook has no undo function");
        break;
    case ZDM_STEP_COMMAND:
        if (checker->step->u.command.n_undo)
            *undo_of(checker) = (struct zdm_plan_undo){
                .source = ZDM_UNDO_AUTHOR,
                .why = zdm_arena_strf(
                    arena_of(checker), "the program %s", checker->step->u.command.undo[0]),
            };
        else
            none(checker, "zdm cannot take back what a command did");
        break;
    }
}
