#include "sql/tree.h"

#include <pg_query.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sql/nesting.h"
#include "sql/not_null_text.h"

enum { LONGEST_MESSAGE = 160 }; /* in bytes */

/* Trees are made and thrown away whole: their many small parts lie side by side in large blocks. */
struct block {
    struct block *next;
    size_t used, size;
    _Alignas(max_align_t) char data[];
};

struct zdm_tree_memory {
    ProtobufCAllocator allocator;
    struct block *blocks; /* newest first */
};

static void *
memory_alloc(void *self, size_t size)
{
    struct zdm_tree_memory *memory = self;
    struct block *block = memory->blocks;

    size = (size + sizeof(void *) - 1) / sizeof(void *) * sizeof(void *);
    if (!block || block->size - block->used < size) {
        size_t room = size > 65536 ? size : 65536;
        block = zdm_realloc(NULL, sizeof *block + room);
        *block = (struct block){.next = memory->blocks, .size = room};
        memory->blocks = block;
    }
    void *ptr = block->data + block->used;
    block->used += size;
    return ptr;
}

static void
memory_free(void *self, void *ptr)
{
    (void)self;
    (void)ptr;
}

static struct zdm_tree_memory *
memory_new(void)
{
    struct zdm_tree_memory *memory = zdm_alloc(sizeof *memory);

    memory->allocator =
        (ProtobufCAllocator){.alloc = memory_alloc, .free = memory_free, .allocator_data = memory};
    return memory;
}

/* libpg_query keeps bytes that are no UTF-8; the server and JSON would not. */
size_t
zdm_invalid_utf8(const char *text)
{
    size_t at = 0;

    for (size_t n = strlen(text), len; at < n && (len = zdm_utf8_length(text + at, n - at));)
        at += len;
    return at;
}

static int
position_of(const char *text, size_t offset)
{
    int characters = 1;

    for (size_t i = 0; i < offset; i++)
        characters += ((unsigned char)text[i] & 0xC0) != 0x80;
    return characters;
}

static int
fail_at(struct zdm_err *err, int position, const char *message)
{
    zdm_fail(err, ZDM_ERR_PLAN, "%s", message);
    err->position = position > 0 ? position : 0;
    return -1;
}

/* A quote that nobody closes makes a token of the whole rest of the text, which the message holds. */
static int
fail_with(struct zdm_err *err, const PgQueryError *error)
{
    size_t n = LONGEST_MESSAGE;

    if (strlen(error->message) > n) {
        while (((unsigned char)error->message[n] & 0xC0) == 0x80)
            n--;
        char *message = zdm_strf("%.*s...\"", (int)n, error->message);
        fail_at(err, error->cursorpos, message);
        free(message);
    } else {
        fail_at(err, error->cursorpos, error->message);
    }
    if (strncmp(error->message, "memory exhausted", 16) == 0)
        zdm_err_hint(err, "it is nested too deeply for the parser: write it in smaller pieces");
    return -1;
}

int
zdm_tree_scan(const char *text, struct zdm_tree *out, struct zdm_err *err)
{
    size_t bad = zdm_invalid_utf8(text);

    if (text[bad])
        return fail_at(err, position_of(text, bad), "the SQL text is not valid UTF-8");

    PgQueryScanResult scan = pg_query_scan(text);
    if (scan.error) {
        fail_with(err, scan.error);
        pg_query_free_scan_result(scan);
        return -1;
    }
    *out = (struct zdm_tree){.text = text, .memory = memory_new()};
    out->tokens = pg_query__scan_result__unpack(
        &out->memory->allocator, scan.pbuf.len, (const uint8_t *)scan.pbuf.data);
    pg_query_free_scan_result(scan);
    if (!out->tokens)
        zdm_die("libpg_query wrote tokens that do not unpack");
    return 0;
}

static void
unpack(struct zdm_tree *tree, const PgQueryProtobufParseResult *parse)
{
    tree->parsed = pg_query__parse_result__unpack(
        &tree->memory->allocator, parse->parse_tree.len, (const uint8_t *)parse->parse_tree.data);
    if (!tree->parsed)
        zdm_die("libpg_query wrote a tree that does not unpack");
}

/* The one newer form that an older grammar is helped with. */
static bool
parse_not_null(struct zdm_tree *tree, const char *text)
{
    struct zdm_not_null_text other;

    if (!tree->tokens || !zdm_not_null_text(text, tree->tokens, &other))
        return false;
    PgQueryProtobufParseResult parse = pg_query_parse_protobuf(other.text);
    bool fine = !parse.error;
    if (fine) {
        unpack(tree, &parse);
        zdm_not_null_put_back(&other, tree->parsed);
    }
    pg_query_free_protobuf_parse_result(parse);
    zdm_not_null_text_release(&other);
    return fine;
}

/* Into a tree that has its memory. */
static int
parse_into(struct zdm_tree *tree, const char *text, struct zdm_err *err)
{
    PgQueryProtobufParseResult parse = pg_query_parse_protobuf(text);
    int rc = 0;

    if (!parse.error)
        unpack(tree, &parse);
    else if (!parse_not_null(tree, text))
        rc = fail_with(err, parse.error);
    pg_query_free_protobuf_parse_result(parse);
    return rc;
}

int
zdm_tree_parse(const char *text, struct zdm_tree *out, struct zdm_err *err)
{
    struct zdm_tree tree;
    size_t deep;

    if (zdm_tree_scan(text, &tree, err) < 0)
        return -1;
    if (zdm_nested_too_deeply(tree.tokens, &deep)) {
        fail_at(err, position_of(text, deep), "the statement is nested too deeply");
        zdm_err_hint(err, "write it in smaller pieces");
        goto fail;
    }
    if (parse_into(&tree, text, err) < 0)
        goto fail;
    *out = tree;
    return 0;

fail:
    zdm_tree_release(&tree);
    return -1;
}

int
zdm_tree_parse_alone(const char *text, struct zdm_tree *out, struct zdm_err *err)
{
    struct zdm_tree tree = {.text = text, .memory = memory_new()};

    if (parse_into(&tree, text, err) < 0) {
        zdm_tree_release(&tree);
        return -1;
    }
    *out = tree;
    return 0;
}

void
zdm_text_statements(const char *text, zdm_see_statement see, void *self)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_tree tree;

    if (zdm_tree_parse(text, &tree, &err) < 0) {
        zdm_err_release(&err);
        return;
    }
    for (size_t i = 0; i < tree.parsed->n_stmts; i++)
        see(self, tree.parsed->stmts[i]->stmt);
    zdm_tree_release(&tree);
}

void
zdm_tree_release(struct zdm_tree *tree)
{
    struct block *block = tree->memory ? tree->memory->blocks : NULL;

    while (block) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
    free(tree->memory);
    *tree = (struct zdm_tree){.text = tree->text};
}

bool
zdm_tree_is_comment(const PgQuery__ScanToken *token)
{
    return token->token == PG_QUERY__TOKEN__SQL_COMMENT ||
           token->token == PG_QUERY__TOKEN__C_COMMENT;
}

size_t
zdm_tree_token_at(const struct zdm_tree *tree, size_t from)
{
    const PgQuery__ScanResult *tokens = tree->tokens;
    size_t low = 0, high = tokens->n_tokens;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((size_t)tokens->tokens[middle]->start < from)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void
zdm_tree_extent(const struct zdm_tree *tree, size_t i, size_t *start, size_t *end)
{
    const PgQuery__RawStmt *raw = tree->parsed->stmts[i];
    size_t from = (size_t)raw->stmt_location;
    /* A length of 0 means up to the end of the text. */
    size_t to = raw->stmt_len ? from + (size_t)raw->stmt_len : strlen(tree->text);
    bool found = false;
    size_t next = to; /* where the next comment or semicolon begins */

    *start = *end = from;
    for (size_t k = zdm_tree_token_at(tree, from); k < tree->tokens->n_tokens; k++) {
        const PgQuery__ScanToken *token = tree->tokens->tokens[k];
        size_t at = (size_t)token->start;
        if (at >= to)
            break;
        if (zdm_tree_is_comment(token) || token->token == PG_QUERY__TOKEN__ASCII_59) {
            next = next < to ? next : at;
            continue;
        }
        if (!found)
            *start = at;
        found = true;
        next = to;
    }
    /* Not the end of the last token: libpg_query 15 has it wrong for U&'...'. */
    if (found)
        for (*end = next; *end > *start && strchr(" \t\r\n\f\v", tree->text[*end - 1]);)
            --*end;
}

void
zdm_tree_walk(const ProtobufCMessage *message, zdm_visit visit, void *self)
{
    if (visit(self, message))
        zdm_tree_children(message, visit, self);
}

void
zdm_tree_children(const ProtobufCMessage *message, zdm_visit visit, void *self)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;

    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        const char *base = (const char *)message;
        if (field->type != PROTOBUF_C_TYPE_MESSAGE)
            continue;
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            size_t n = *(const size_t *)(base + field->quantifier_offset);
            ProtobufCMessage *const *items =
                *(ProtobufCMessage *const *const *)(base + field->offset);
            for (size_t k = 0; k < n; k++)
                zdm_tree_walk(items[k], visit, self);
            continue;
        }
        if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
            *(const uint32_t *)(base + field->quantifier_offset) != field->id)
            continue;
        const ProtobufCMessage *child = *(ProtobufCMessage *const *)(base + field->offset);
        if (child)
            zdm_tree_walk(child, visit, self);
    }
}

void
zdm_node_walk(const PgQuery__Node *node, zdm_visit visit, void *self)
{
    if (node)
        zdm_tree_walk(&node->base, visit, self);
}
