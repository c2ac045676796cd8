#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"

static void
must(bool holds, const char *what, const char *text)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n%s\n", what, text);
    abort();
}

const char *const *
zdm_fuzz_seeds(size_t *n)
{
    static struct truth_corpus corpus;
    static const char **seeds;
    struct zdm_err err = ZDM_ERR_INIT;

    if (!seeds) {
        if (truth_corpus_read(&corpus, ZDM_TRUTH_FOLDER "/corpus", &err) < 0)
            zdm_die(err.message);
        seeds = zdm_alloc((corpus.n + 1) * sizeof *seeds);
        for (size_t i = 0; i < corpus.n; i++)
            seeds[i] = corpus.cases[i].sql;
    }
    *n = corpus.n;
    return seeds;
}

static void
check_names(char *const *names, size_t n, const char *what, const char *text)
{
    for (size_t i = 0; i < n; i++)
        must(names[i] && *names[i], what, text);
}

static void
check_statement(const struct zdm_statement *st, const char *text, size_t size)
{
    size_t len = strlen(st->sql);

    must(st->kind != NULL, "a statement has a kind", text);
    /* What is no UTF-8 is shown in another way. */
    must(st->offset <= size && (!st->parsed || (st->offset + len <= size &&
                                                   memcmp(text + st->offset, st->sql, len) == 0)),
        "a statement is where it says", text);
    must(st->parsed || st->verdict != ZDM_VERDICT_SAFE, "what was not parsed is not safe", text);
    must(!st->fails_with || strlen(st->fails_with) == 5, "an SQLSTATE has five characters", text);
    must(!st->fails_with || st->verdict != ZDM_VERDICT_SAFE, "what fails is not safe", text);
    must(st->verdict == zdm_statement_judge(st), "the verdict is that of the findings", text);
    for (size_t i = 0; i < st->n_locks; i++)
        must(st->locks[i].relation && *st->locks[i].relation && st->locks[i].mode,
            "a lock names a relation and a mode", text);
    check_names(st->rewrites, st->n_rewrites, "a rewrite has a name", text);
    check_names(st->scans, st->n_scans, "a scan has a name", text);
    check_names(st->builds, st->n_builds, "a build has a name", text);
    for (size_t i = 0; i < st->n_findings; i++) {
        const struct zdm_finding *finding = &st->findings[i];
        must(zdm_sql_rule(finding->rule) != NULL, "a finding has a rule", text);
        must(finding->message && *finding->message, "a finding has a message", text);
        must(!strchr(finding->message, '{') || strchr(text, '{'), "no word is missing", text);
        must(finding->offset <= size, "a finding is inside the text", text);
        check_names(finding->safer, finding->n_safer, "safer SQL is not empty", text);
    }
}

struct seen {
    const char *text;
    size_t size;
};

static void
see(void *self, struct zdm_parsed *parsed)
{
    const struct seen *seen = self;

    for (size_t i = 0; i < parsed->count; i++)
        check_statement(&parsed->statements[i], seen->text, seen->size);
    zdm_parsed_free(parsed);
}

void
zdm_fuzz_text(const char *text, enum zdm_wrap wrap, struct zdm_sql_context *context)
{
    struct seen seen = {text, strlen(text)};
    /* Half of them are let go of statement by statement: nothing may point to what is gone. */
    const struct zdm_script_listener listener = {&seen, seen.size % 2 ? 1 : SIZE_MAX, see};

    /* An input of fuzz_words means something only beside the corpus that it was found with. */
    if (getenv("ZDM_FUZZ_SHOW"))
        fprintf(stderr, "-- wrap %d\n%s\n", (int)wrap, text);
    zdm_sql_classify_pieces(text, wrap, context, &listener);
}

/* What every server has, as far as the corpus uses it. */
static void
add_system(struct zdm_catalog *catalog)
{
    static const struct {
        const char *name;
        uint32_t oid, array;
    } types[] = {{"bool", 16, 1000}, {"bytea", 17, 1001}, {"char", 18, 1002}, {"name", 19, 1003},
        {"int8", 20, 1016}, {"int2", 21, 1005}, {"int4", 23, 1007}, {"text", 25, 1009},
        {"oid", 26, 1028}, {"json", 114, 199}, {"xml", 142, 143}, {"cidr", 650, 651},
        {"float4", 700, 1021}, {"float8", 701, 1022}, {"money", 790, 791}, {"inet", 869, 1041},
        {"bpchar", 1042, 1014}, {"varchar", 1043, 1015}, {"date", 1082, 1182}, {"time", 1083, 1183},
        {"timestamp", 1114, 1115}, {"timestamptz", 1184, 1185}, {"interval", 1186, 1187},
        {"bit", 1560, 1561}, {"varbit", 1562, 1563}, {"numeric", 1700, 1231}, {"uuid", 2950, 2951},
        {"tsvector", 3614, 3643}, {"jsonb", 3802, 3807}, {"tsrange", 3908, 3909}};
    static const struct {
        const char *name;
        char volatility;
    } functions[] = {{"now", 's'}, {"random", 'v'}, {"clock_timestamp", 'v'}, {"lower", 'i'},
        {"upper", 'i'}, {"nextval", 'v'}, {"gen_random_uuid", 'v'}, {"count", 'i'}};

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct zdm_type *type =
            zdm_catalog_add_type(catalog, "pg_catalog", types[i].name, ZDM_TYPE_BASE);
        char *array_name = zdm_strf("_%s", types[i].name);
        struct zdm_type *array = zdm_catalog_add_type(
            catalog, "pg_catalog", zdm_catalog_string(catalog, array_name), ZDM_TYPE_BASE);
        free(array_name);
        type->oid = types[i].oid;
        type->array = array;
        array->oid = types[i].array;
        array->element = type;
    }
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        struct zdm_function *function =
            zdm_catalog_add_function(catalog, "pg_catalog", functions[i].name);
        function->volatility = functions[i].volatility;
        function->kind = 'f';
        function->variadic = zdm_catalog_type(catalog, "pg_catalog", "text");
    }
}

/* As if it had been loaded from a server: what is not in there does not exist. */
static struct zdm_catalog *
schema_catalog(void)
{
    struct zdm_catalog *catalog = zdm_catalog_new();
    struct zdm_parsed *parsed = NULL;
    struct zdm_err err = ZDM_ERR_INIT;
    char *text = truth_read_file(ZDM_TRUTH_FOLDER "/schema.sql", &err);

    if (!text)
        zdm_die(err.message);
    zdm_catalog_add_schema(catalog, "pg_catalog");
    zdm_catalog_add_schema(catalog, "public");
    zdm_catalog_append(catalog, &catalog->search_path, zdm_catalog_string(catalog, "public"));
    catalog->search_path_known = true;
    catalog->server_version = 150000;
    catalog->time_zone = "UTC";
    add_system(catalog);
    struct zdm_sql_context *context = zdm_sql_context_on(catalog, 15);
    zdm_sql_classify_script(text, ZDM_WRAP_NEVER, context, &parsed);
    zdm_parsed_free(parsed);
    free(text);
    zdm_sql_context_settle(context);
    catalog = zdm_sql_context_leave(context);
    catalog->complete = true;
    return catalog;
}

void
zdm_fuzz_on_schema(const char *text, enum zdm_wrap wrap)
{
    static struct zdm_catalog *catalog;
    static unsigned uses;

    /* What a rollback leaves behind stays in the arena. */
    if (uses++ % 5000 == 0) {
        zdm_catalog_free(catalog);
        catalog = schema_catalog();
    }
    size_t mark = zdm_catalog_mark(catalog);
    struct zdm_sql_context *context = zdm_sql_context_on(catalog, 15);
    zdm_fuzz_text(text, wrap, context);
    zdm_sql_context_leave(context);
    zdm_catalog_rollback(catalog, mark);
}
