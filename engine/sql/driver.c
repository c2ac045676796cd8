/* From texts to classified statements. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sql/families.h"
#include "sql/feed.h"
#include "sql/sequence.h"
#include "sql/style.h"

/* Errors make it unsafe; what is only unknown is not called unsafe, and never safe. */
enum zdm_verdict
zdm_statement_judge(const struct zdm_statement *st)
{
    enum zdm_verdict verdict = st->fails_with ? ZDM_VERDICT_UNSAFE : ZDM_VERDICT_SAFE;
    bool unknown = false;

    for (size_t i = 0; i < st->n_findings; i++) {
        const struct zdm_finding *finding = &st->findings[i];
        if (finding->severity == ZDM_SEVERITY_ERROR && finding->hazard == ZDM_HAZARD_UNKNOWN)
            unknown = true;
        else if (finding->severity == ZDM_SEVERITY_ERROR)
            verdict = ZDM_VERDICT_UNSAFE;
        else if (finding->severity == ZDM_SEVERITY_WARNING && verdict == ZDM_VERDICT_SAFE)
            verdict = ZDM_VERDICT_CAUTION;
    }
    return unknown && verdict != ZDM_VERDICT_UNSAFE ? ZDM_VERDICT_UNKNOWN : verdict;
}

struct driver {
    struct zdm_sequence sequence;
    struct zdm_sql_context *context;
    struct zdm_sql_context *own; /* when nobody gave one */
    struct zdm_parsed *parsed;
    size_t first; /* the number of its first statement: those before it were handed on */
    size_t room; /* of its array: with AddressSanitizer every realloc() copies, so not zdm_grow() */
    const struct zdm_script_listener *listener; /* NULL: all is one result */
    bool script;
};

static struct zdm_parsed *
new_parsed(void)
{
    struct zdm_parsed *parsed = zdm_alloc(sizeof *parsed);

    parsed->arena = zdm_arena_new();
    return parsed;
}

/* outlook: of a script; NULL: the text is none. */
static void
open_driver(struct driver *driver, struct zdm_sql_context *context, enum zdm_wrap wrap,
    bool several, const struct zdm_outlook *outlook)
{
    *driver = (struct driver){.context = context, .script = outlook != NULL};
    if (!context)
        driver->context = driver->own = zdm_sql_context_new();
    driver->parsed = new_parsed();
    zdm_sequence_open(&driver->sequence, driver->context, outlook, wrap, several);
}

/* Statements of which all is said. */
static void
hand_on(struct driver *driver)
{
    struct zdm_parsed *parsed = driver->parsed;

    driver->first += parsed->count;
    driver->room = 0;
    driver->parsed = new_parsed();
    driver->listener->found(driver->listener->self, parsed);
}

/* The next statement, all zero but its text. */
static struct zdm_statement *
add(struct driver *driver, const char *text, size_t start, size_t end)
{
    if (driver->listener && driver->parsed->count >= driver->listener->at_once &&
        !zdm_sequence_holds(&driver->sequence))
        hand_on(driver);
    struct zdm_parsed *parsed = driver->parsed;
    if (parsed->count == driver->room) {
        driver->room = driver->room ? 2 * driver->room : 1;
        parsed->statements =
            zdm_realloc(parsed->statements, driver->room * sizeof *parsed->statements);
    }
    struct zdm_statement *st = &parsed->statements[parsed->count++];
    *st = (struct zdm_statement){.offset = start};
    st->sql = zdm_arena_strndup(parsed->arena, text + start, end - start);
    st->evidence = zdm_sql_context_catalog(driver->context)->complete ? ZDM_EVIDENCE_CATALOG
                                                                      : ZDM_EVIDENCE_ASSUMED;
    return st;
}

static struct zdm_draft
draft_of(struct driver *driver, struct zdm_statement *st)
{
    return (struct zdm_draft){.st = st,
        .arena = driver->parsed->arena,
        .context = driver->context,
        .catalog = zdm_sql_context_catalog(driver->context),
        .pg_version = zdm_sql_context_version(driver->context),
        .location = -1,
        .in_transaction = zdm_sequence_in_transaction(&driver->sequence),
        .script = driver->script};
}

/* By a catalog that may not be true any more the statement fails: once more, on one that knows
 * nothing. */
static void
classify_anew(
    struct zdm_draft *draft, const struct zdm_draft *before, const struct zdm_statement *statement)
{
    struct zdm_catalog *catalog = draft->catalog, *empty = zdm_catalog_new();

    zdm_lookup_release(&draft->locks);
    *draft->st = *statement;
    *draft = *before;
    empty->server_version = catalog->server_version;
    draft->catalog = empty;
    zdm_classify_node(draft);
    draft->catalog = catalog;
    zdm_catalog_free(empty);
}

/* Statement i of the tree, whose text is part of `text`, from tree->base on. has_data: the rows of
 * its COPY stand in the text. */
static void
classify_statement(
    struct driver *driver, const char *text, const struct zdm_tree *tree, size_t i, bool has_data)
{
    size_t start, end;

    zdm_tree_extent(tree, i, &start, &end);
    struct zdm_statement *st = add(driver, text, tree->base + start, tree->base + end);
    struct zdm_draft draft = draft_of(driver, st);
    st->parsed = true;
    draft.tree = tree;
    draft.node = tree->parsed->stmts[i]->stmt;
    draft.has_data = has_data;
    struct zdm_statement blank = *st;
    struct zdm_draft before = draft;
    size_t mark = zdm_catalog_mark(draft.catalog);
    zdm_classify_node(&draft);
    if (draft.stopped && !st->fails_with) {
        zdm_catalog_rollback(draft.catalog, mark);
        classify_anew(&draft, &before, &blank);
        mark = zdm_catalog_mark(draft.catalog);
    }
    draft.location = -1;
    if (zdm_sql_context_is_styled(driver->context))
        zdm_style_rules(&draft);
    zdm_sequence_judge(&driver->sequence, &draft);
    if (st->fails_with)
        zdm_catalog_rollback(draft.catalog, mark);
    else
        zdm_catalog_release(draft.catalog, mark);
    zdm_lookup_release(&draft.locks);
    zdm_sequence_follow(&driver->sequence, &draft, driver->first + driver->parsed->count - 1);
    st->verdict = zdm_statement_judge(st);
}

static void
tell_grants_lost(struct driver *driver)
{
    const char *lost, *table;
    size_t statement;

    for (size_t i = 0; (lost = zdm_grants_lost(&driver->sequence, i, &statement, &table)); i++) {
        if (!lost[0])
            continue;
        struct zdm_statement *st = &driver->parsed->statements[statement - driver->first];
        struct zdm_draft draft = draft_of(driver, st);
        ZDM_FIND(&draft, GRANTS_LOST, .table = table, .name = lost);
        st->verdict = zdm_statement_judge(st);
    }
}

static struct zdm_parsed *
close_driver(struct driver *driver)
{
    tell_grants_lost(driver);
    zdm_sequence_close(&driver->sequence);
    zdm_sql_context_free(driver->own);
    return driver->parsed;
}

int
zdm_sql_classify_in(const char *text, enum zdm_wrap wrap, struct zdm_sql_context *context,
    struct zdm_parsed **out, struct zdm_err *err)
{
    struct driver driver;
    struct zdm_tree tree;

    if (zdm_tree_parse(text, &tree, err) < 0)
        return -1;
    open_driver(&driver, context, wrap, tree.parsed->n_stmts > 1, NULL);
    for (size_t i = 0; i < tree.parsed->n_stmts; i++)
        classify_statement(&driver, text, &tree, i, false);
    *out = close_driver(&driver);
    zdm_tree_release(&tree);
    return 0;
}

int
zdm_sql_classify(
    const char *text, bool in_transaction, struct zdm_parsed **out, struct zdm_err *err)
{
    return zdm_sql_classify_in(
        text, in_transaction ? ZDM_WRAP_ALWAYS : ZDM_WRAP_NEVER, NULL, out, err);
}

/* --- Scripts --- */

/* The byte of the n-th character, from 1, or n_bytes. */
static size_t
byte_of(const char *text, size_t n_bytes, int position)
{
    size_t i = 0;

    for (int seen = 1; i < n_bytes && seen < position;) {
        i++;
        seen += ((unsigned char)text[i] & 0xC0) != 0x80;
    }
    return i;
}

/* What nobody can read is shown as question marks: the report is UTF-8. */
static void
clean(char *text)
{
    for (size_t bad = zdm_invalid_utf8(text); text[bad]; bad += zdm_invalid_utf8(text + bad))
        text[bad] = '?';
}

/* A finding about what is no statement to zdm, at byte `at` of the text. */
static void
add_unknown(struct driver *driver, const char *text, const struct zdm_piece *piece,
    const char *kind, size_t at, const char *message, const char *hint)
{
    struct zdm_statement *st = add(driver, text, piece->start, piece->end);
    struct zdm_draft draft = draft_of(driver, st);
    struct zdm_finding *finding;

    clean(st->sql);
    st->kind = kind;
    st->evidence = ZDM_EVIDENCE_ASSUMED;
    if (piece->command)
        finding = ZDM_FIND(&draft, UNKNOWN_STATEMENT, .kind = message);
    else
        finding = ZDM_FIND(&draft, UNPARSED, .name = message);
    if (finding) {
        finding->offset = at;
        finding->hint = hint ? zdm_arena_strdup(draft.arena, hint) : finding->hint;
    }
    zdm_draft_uncertain(&draft);
    st->verdict = ZDM_VERDICT_UNKNOWN;
    if (!piece->command && zdm_enum_drops_value(st->sql) &&
        ZDM_FIND(&draft, ENUM_DROP_VALUE, .name = "")) {
        st->fails_with = draft.pg_version >= 17 ? "0A000" : "42601";
        st->verdict = ZDM_VERDICT_UNSAFE;
    }
}

/* Where the grammar stumbles over what a template engine replaces: {{ }}, {% %}, <% %>, #{ }, %(name)s. */
static bool
is_template(const char *text)
{
    static const char *const marks[] = {"{{", "{%", "<%", "#{", "%("};

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strncmp(text, marks[i], strlen(marks[i])) == 0)
            return true;
    return false;
}

static void
add_unparsed(struct driver *driver, const char *text, const struct zdm_piece *piece,
    const struct zdm_err *err)
{
    size_t n = piece->end - piece->start;
    size_t at = piece->start + byte_of(text + piece->start, n, err->position);

    if (piece->variable < piece->end) {
        char *name = zdm_strndup(text + piece->variable, piece->variable_end - piece->variable);
        char *message = zdm_strf("%s puts a value for %s in here, which zdm does not know",
            *name == '$' ? "the tool that runs it" : "psql", name);
        add_unknown(driver, text, piece, "statement", piece->variable, message,
            "check the text with the values in it");
        free(message);
        free(name);
        return;
    }
    add_unknown(driver, text, piece, "statement", at, err->message,
        err->hint                ? err->hint
        : is_template(text + at) ? "is this a template? check the text with the values in it"
                                 : NULL);
}

static void
classify_command(struct driver *driver, const char *text, const struct zdm_piece *piece)
{
    size_t n = strcspn(text + piece->start, " \t\r\n");
    char *name = zdm_strndup(text + piece->start, n);
    char *message = zdm_strf("%s of psql", name);

    add_unknown(driver, text, piece, "psql command", piece->start, message, NULL);
    free(message);
    free(name);
}

static void
classify_portion(struct driver *driver, const char *text, const struct zdm_portion *portion)
{
    if (portion->piece.command)
        classify_command(driver, text, &portion->piece);
    else if (!portion->parsed)
        add_unparsed(driver, text, &portion->piece, &portion->err);
    for (size_t i = 0; portion->parsed && i < portion->tree.parsed->n_stmts; i++)
        classify_statement(driver, text, &portion->tree, i, portion->piece.data);
}

static struct zdm_parsed *
classify_fed(const struct zdm_opened *opened, const struct zdm_feed *feed,
    struct zdm_sql_context *context, const struct zdm_script_listener *listener)
{
    const struct zdm_portion *portion;
    struct driver driver;

    open_driver(&driver, context, opened->wrap, opened->several, &opened->outlook);
    driver.listener = listener;
    while ((portion = feed->next(feed->self)))
        classify_portion(&driver, opened->text, portion);
    return close_driver(&driver);
}

/* Parses as it goes. */
struct reading {
    struct zdm_parser parser;
    struct zdm_portion portion;
};

static const struct zdm_portion *
next_portion(void *self)
{
    struct reading *reading = self;

    zdm_portion_release(&reading->portion);
    return zdm_parser_next(&reading->parser, &reading->portion) ? &reading->portion : NULL;
}

/* ahead, listener: or NULL. */
static struct zdm_parsed *
classify_script(const struct zdm_sql_text *text, struct zdm_ahead *ahead,
    struct zdm_sql_context *context, const struct zdm_script_listener *listener)
{
    struct reading reading = {.portion.bytes = 0};
    struct zdm_feed feed = {&reading, next_portion};
    struct zdm_opened *opened =
        ahead ? zdm_ahead_open(ahead, text, &feed) : zdm_parser_open(&reading.parser, text);
    struct zdm_parsed *parsed = classify_fed(opened, &feed, context, listener);

    zdm_parser_close(&reading.parser);
    zdm_opened_free(opened);
    return parsed;
}

static struct zdm_sql_text
whole(const char *text, enum zdm_wrap wrap)
{
    return (struct zdm_sql_text){.text = text, .end = strlen(text), .wrap = wrap};
}

void
zdm_sql_classify_script(
    const char *text, enum zdm_wrap wrap, struct zdm_sql_context *context, struct zdm_parsed **out)
{
    const struct zdm_sql_text all = whole(text, wrap);

    *out = classify_script(&all, NULL, context, NULL);
}

void
zdm_sql_classify_pieces(const char *text, enum zdm_wrap wrap, struct zdm_sql_context *context,
    const struct zdm_script_listener *listener)
{
    const struct zdm_sql_text all = whole(text, wrap);

    zdm_sql_classify_text(&all, NULL, context, listener);
}

void
zdm_sql_classify_text(const struct zdm_sql_text *text, struct zdm_ahead *ahead,
    struct zdm_sql_context *context, const struct zdm_script_listener *listener)
{
    listener->found(listener->self, classify_script(text, ahead, context, listener));
}
