#include "sql/outlook.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sql/families.h"
#include "sql/script.h"

/* A table is found by its name alone, by schema and name, and by its name where no schema was given. */
static const char *
key_of(struct zdm_arena *arena, char kind, const char *schema, const char *name)
{
    return zdm_arena_strf(arena, "%c%s.%s", kind, schema, name);
}

enum { ANY = 'a', FULL = 'f', BARE = 'b' };

static void
put(struct zdm_outlook *outlook, char kind, const char *schema, const char *name, size_t place)
{
    *zdm_lookup_put(&outlook->tables, key_of(outlook->names, kind, schema, name), 0) = place;
}

static void
see_vacuum(struct zdm_outlook *outlook, const PgQuery__VacuumStmt *stmt, size_t place)
{
    if (stmt->is_vacuumcmd && !zdm_option_is_on(stmt->n_options, stmt->options, "analyze"))
        return;
    if (stmt->n_rels == 0)
        outlook->analyzes = place;
    for (size_t i = 0; i < stmt->n_rels; i++) {
        const PgQuery__RangeVar *range = stmt->rels[i]->vacuum_relation->relation;
        if (!range)
            continue;
        put(outlook, ANY, "", range->relname, place);
        put(outlook, range->schemaname[0] ? FULL : BARE, range->schemaname, range->relname, place);
    }
}

static void
see(struct zdm_outlook *outlook, const PgQuery__Node *node, size_t place)
{
    if (node->node_case == PG_QUERY__NODE__NODE_VACUUM_STMT)
        see_vacuum(outlook, node->vacuum_stmt, place);
    if (node->node_case != PG_QUERY__NODE__NODE_TRANSACTION_STMT)
        return;
    switch (node->transaction_stmt->kind) {
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE:
        outlook->ends = place;
        break;
    default: /* ROLLBACK TO, COMMIT PREPARED */
        break;
    }
}

static bool
is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (c & 0x80);
}

static bool
is_among(const char *s, size_t n, const char *const *words, size_t n_words)
{
    for (size_t i = 0; i < n_words; i++)
        if (strlen(words[i]) == n && strncasecmp(s, words[i], n) == 0)
            return true;
    return false;
}

#define IS_AMONG(s, n, words) is_among((s), (n), (words), sizeof(words) / sizeof *(words))

static void look_at(struct zdm_outlook *outlook, const char *text, const struct zdm_piece *piece);

/* As the driver does with what cannot be read: a bracket may have taken other statements along. */
static void
look_inside(struct zdm_outlook *outlook, const char *text, const struct zdm_piece *piece)
{
    struct zdm_script script = {.text = text, .at = piece->start, .end = piece->end, .flat = true};
    struct zdm_piece part;

    while (zdm_script_next(&script, &part))
        look_at(outlook, text, &part);
}

static void
look_at(struct zdm_outlook *outlook, const char *text, const struct zdm_piece *piece)
{
    static const char *const ends[] = {"commit", "end", "rollback", "abort"};
    static const char *const others[] = {"prepare", "vacuum", "analyze", "analyse"};
    const char *s = text + piece->start;
    size_t n = piece->end - piece->start, word = 0;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_tree tree;

    while (word < n && is_name_byte(s[word]))
        word++;
    bool may_end = IS_AMONG(s, word, ends);
    if (piece->command || (!piece->inner && !may_end && !IS_AMONG(s, word, others)))
        return;
    if (may_end && word == n) { /* there may be many, and each call of the parser takes its time */
        outlook->ends = piece->start + 1;
        return;
    }
    char *copy = zdm_strndup(s, n);
    if (piece->words)
        zdm_script_blank(copy, piece);
    if (zdm_tree_parse(copy, &tree, &err) == 0) {
        for (size_t i = 0; i < tree.parsed->n_stmts; i++)
            see(outlook, tree.parsed->stmts[i]->stmt, piece->start + 1);
        zdm_tree_release(&tree);
    } else if (piece->inner) {
        look_inside(outlook, text, piece);
    }
    zdm_err_release(&err);
    free(copy);
}

void
zdm_outlook_open(struct zdm_outlook *outlook, const char *text)
{
    struct zdm_script script;
    struct zdm_piece piece;

    *outlook = (struct zdm_outlook){.names = zdm_arena_new()};
    zdm_script_open(&script, text);
    while (zdm_script_next(&script, &piece))
        look_at(outlook, text, &piece);
}

bool
zdm_outlook_ends(const struct zdm_outlook *outlook, size_t place)
{
    return outlook->ends > place + 1;
}

static bool
has(const struct zdm_outlook *outlook, struct zdm_arena *arena, size_t place, char kind,
    const PgQuery__RangeVar *table)
{
    const size_t *at = zdm_lookup_get(&outlook->tables,
        key_of(arena, kind, kind == FULL ? table->schemaname : "", table->relname));

    return at && *at > place + 1;
}

bool
zdm_outlook_analyzes(const struct zdm_outlook *outlook, struct zdm_arena *arena, size_t place,
    const PgQuery__RangeVar *table)
{
    if (outlook->analyzes > place + 1)
        return true;
    if (!outlook->tables.n)
        return false;
    if (!table->schemaname[0])
        return has(outlook, arena, place, ANY, table);
    return has(outlook, arena, place, FULL, table) || has(outlook, arena, place, BARE, table);
}

void
zdm_outlook_close(struct zdm_outlook *outlook)
{
    zdm_lookup_release(&outlook->tables);
    zdm_arena_free(outlook->names);
}
