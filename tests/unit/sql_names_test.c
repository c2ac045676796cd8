/* How names and types are written: as the server does, and so that they read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <ctype.h>
#include <string.h>

#include <pg_query.h>

#include "sql/keywords.h"
#include "sql/syntax.h"
#include "sql/tree.h"

static PgQuery__KeywordKind
kind_of(const char *word)
{
    PgQueryScanResult scan = pg_query_scan(word);
    PgQuery__KeywordKind kind = PG_QUERY__KEYWORD_KIND__NO_KEYWORD;

    if (!scan.error) {
        PgQuery__ScanResult *tokens =
            pg_query__scan_result__unpack(NULL, scan.pbuf.len, (const uint8_t *)scan.pbuf.data);
        if (tokens->n_tokens == 1)
            kind = tokens->tokens[0]->keyword_kind;
        pg_query__scan_result__free_unpacked(tokens, NULL);
    }
    pg_query_free_scan_result(scan);
    return kind;
}

/* Every token of the grammar that is a word: the table says of each what the scanner says. */
static void
keywords(void **state)
{
    const ProtobufCEnumDescriptor *tokens = &pg_query__token__descriptor;
    size_t n = 0;

    (void)state;
    for (unsigned i = 0; i < tokens->n_values; i++) {
        char word[64];
        size_t len = strlen(tokens->values[i].name);
        assert_true(len < sizeof word);
        for (size_t k = 0; k <= len; k++)
            word[k] = (char)tolower((unsigned char)tokens->values[i].name[k]);
        if (len > 2 && strcmp(word + len - 2, "_p") == 0)
            word[len - 2] = '\0';
        PgQuery__KeywordKind kind = kind_of(word);
        bool quoted = kind != PG_QUERY__KEYWORD_KIND__NO_KEYWORD &&
                      kind != PG_QUERY__KEYWORD_KIND__UNRESERVED_KEYWORD;
        if (quoted != zdm_is_keyword(word))
            fail_msg("%s", word);
        n += quoted;
    }
    assert_true(n > 140);
}

static const struct {
    const char *written, *expected;
} types[] = {{"int", "int"}, {"integer", "int"}, {"int4", "int4"}, {"bigint", "bigint"},
    {"smallint", "smallint"}, {"real", "real"}, {"float", "double precision"}, {"float(3)", "real"},
    {"double precision", "double precision"}, {"boolean", "boolean"}, {"bool", "bool"},
    {"varchar", "varchar"}, {"character varying(10)", "varchar(10)"}, {"char", "char(1)"},
    {"char(5)", "char(5)"}, {"bpchar", "bpchar"}, {"text", "text"},
    {"numeric(10,2)", "numeric(10, 2)"}, {"numeric(3,-2)", "numeric(3, -2)"},
    {"decimal", "numeric"}, {"timestamp", "timestamp"}, {"timestamp(3)", "timestamp(3)"},
    {"timestamptz(3)", "timestamptz(3)"}, {"timestamp with time zone", "timestamp with time zone"},
    {"time(3)", "time(3)"}, {"interval day", "interval day"}, {"interval(3)", "interval(3)"},
    {"bit(3)", "pg_catalog.bit(3)"}, {"int[]", "int[]"}, {"public.mood", "public.mood"},
    {"\"Sales Dept\".\"Stage\"", "\"Sales Dept\".\"Stage\""}, {"\"char\"", "\"char\""},
    {"public.\"int\"", "public.\"int\""}, {"geometry(Point,4326)", "geometry(point, 4326)"},
    {"vector(3)", "vector(3)"}};

static bool
see_type(void *self, const ProtobufCMessage *message)
{
    PgQuery__TypeName **found = self;

    if (message->descriptor == &pg_query__type_name__descriptor)
        *found = (PgQuery__TypeName *)message;
    return !*found;
}

/* Owned by the arena. */
static char *
spelled(struct zdm_arena *arena, const char *type)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_tree tree;
    PgQuery__TypeName *found = NULL;
    char *sql = zdm_strf("SELECT NULL::%s", type);

    assert_int_equal(zdm_tree_parse(sql, &tree, &err), 0);
    zdm_tree_walk(&tree.parsed->base, see_type, &found);
    assert_non_null(found);
    char *text = zdm_deparse_type(arena, found);
    zdm_tree_release(&tree);
    free(sql);
    return text;
}

static void
type_names(void **state)
{
    struct zdm_arena *arena = zdm_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const char *text = spelled(arena, types[i].written);
        assert_non_null(text);
        assert_string_equal(text, types[i].expected);
        assert_string_equal(spelled(arena, text), text); /* it means the same again */
    }
    zdm_arena_free(arena);
}

/* What is written without the deparser, and what it writes. */
static void
expressions(void **state)
{
    static const struct {
        const char *written, *expected;
    } cases[] = {
        {"now()", "now()"},
        {"NOW( )", "now()"},
        {"pg_catalog.now()", "pg_catalog.now()"},
        {"f(1)", "f(1)"},
        {"count(*)", "count(*)"},
        {"current_timestamp", "current_timestamp"},
        {"NULL", "NULL"},
        {"TRUE", "true"},
        {"false", "false"},
        {"1", "1"},
        {"-17", "-17"},
        {"1.50", "1.50"},
        {"'x'", "'x'"},
        {"''", "''"},
        {"'it''s'", "'it''s'"},
        {"E'a\\\\b'", "E'a\\\\b'"},
        {"$$x$$", "'x'"},
        {"a", "a"},
        {"t.a", "t.a"},
        {"t.*", "t.*"},
        {"\"Users\".\"Order By\"", "\"Users\".\"Order By\""},
        {"a IS NULL", "a IS NULL"},
        {"'x'::text", "'x'::text"},
    };
    struct zdm_arena *arena = zdm_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zdm_err err = ZDM_ERR_INIT;
        struct zdm_tree tree;
        char *sql = zdm_strf("SELECT %s", cases[i].written);
        assert_int_equal(zdm_tree_parse(sql, &tree, &err), 0);
        PgQuery__Node *target = tree.parsed->stmts[0]->stmt->select_stmt->target_list[0];
        assert_string_equal(zdm_deparse_expr(arena, target->res_target->val), cases[i].expected);
        char *whole = zdm_deparse(arena, tree.parsed->stmts[0]->stmt);
        assert_string_equal(whole + strlen("SELECT "), cases[i].expected);
        zdm_tree_release(&tree);
        free(sql);
    }
    zdm_arena_free(arena);
}

static void
quoting(void **state)
{
    static const char *const names[][2] = {{"a", "a"}, {"A", "\"A\""}, {"a b", "\"a b\""},
        {"1a", "\"1a\""}, {"a\"b", "\"a\"\"b\""}, {"select", "\"select\""}, {"name", "name"},
        {"between", "\"between\""}, {"left", "\"left\""}, {"a$", "\"a$\""}, {"", "\"\""}};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *quoted = zdm_sql_quote_ident(names[i][0]);
        assert_string_equal(quoted, names[i][1]);
        free(quoted);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(keywords), cmocka_unit_test(type_names),
        cmocka_unit_test(expressions), cmocka_unit_test(quoting)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
