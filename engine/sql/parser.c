#include "sql/parser.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
    BATCH = 16 * 1024,          /* bytes that are parsed at once */
    LONGEST = 16 * 1024 * 1024, /* a statement's tree takes some fifty times its text */
};

static bool
holds_several(const char *text)
{
    struct zdm_script script;
    struct zdm_piece piece;
    size_t n = 0;

    zdm_script_open(&script, text);
    while (n < 2 && zdm_script_next(&script, &piece))
        n += !piece.command;
    return n > 1;
}

struct zdm_opened *
zdm_parser_open(struct zdm_parser *parser, const struct zdm_sql_text *text)
{
    struct zdm_opened *opened = zdm_alloc(sizeof *opened);
    const char *from = text->text + text->start;

    if (text->text[text->end])
        opened->own = zdm_strndup(from, text->end - text->start);
    opened->from = from;
    opened->text = opened->own ? opened->own : from;
    opened->wrap = text->wrap;
    opened->several = text->wrap == ZDM_WRAP_SEVERAL && holds_several(opened->text);
    zdm_outlook_open(&opened->outlook, opened->text);
    *parser = (struct zdm_parser){.text = opened->text};
    zdm_script_open(&parser->script, opened->text);
    return opened;
}

void
zdm_opened_free(struct zdm_opened *opened)
{
    if (!opened)
        return;
    zdm_outlook_close(&opened->outlook);
    free(opened->own);
    free(opened);
}

/* Pieces with something else between them, or of another kind, stand alone. */
static bool
stands_alone(const struct zdm_piece *piece)
{
    return piece->command || piece->words || piece->data || piece->end - piece->start > BATCH;
}

/* The next piece of the script that is not in a portion yet. */
static bool
look(struct zdm_parser *parser)
{
    if (!parser->has_next)
        parser->has_next = zdm_script_next(&parser->script, &parser->next);
    return parser->has_next;
}

/* Pieces side by side. */
static void
gather(struct zdm_parser *parser)
{
    const struct zdm_piece *next = &parser->next;

    for (parser->n = 0; look(parser); parser->has_next = false) {
        bool alone = stands_alone(next);
        if (parser->n && (alone || next->gap || next->end - parser->pieces[0].start > BATCH))
            return;
        parser->pieces = zdm_grow(parser->pieces, parser->n, sizeof *parser->pieces);
        parser->pieces[parser->n++] = *next;
        if (alone) {
            parser->has_next = false;
            return;
        }
    }
}

bool
zdm_parser_cut(struct zdm_parser *parser, size_t *bytes)
{
    struct zdm_piece *piece = &parser->piece;

    parser->is_inside = parser->is_inside && zdm_script_next(&parser->inside, piece);
    if (!parser->is_inside) {
        if (parser->at == parser->n) {
            gather(parser);
            parser->at = 0;
            parser->apart = parser->n == 1;
        }
        if (parser->n == 0)
            return false;
        *piece = parser->pieces[parser->at];
    }
    size_t end =
        parser->is_inside || parser->apart ? piece->end : parser->pieces[parser->n - 1].end;
    *bytes = end - piece->start;
    return true;
}

/* What was cut is used up. */
static void
advance(struct zdm_parser *parser)
{
    if (!parser->is_inside)
        parser->at += parser->apart ? 1 : parser->n;
}

static bool
parse_together(struct zdm_parser *parser, struct zdm_portion *out)
{
    struct zdm_err err = ZDM_ERR_INIT;
    bool fine = zdm_tree_parse(out->copy, &out->tree, &err) == 0;

    zdm_err_release(&err);
    if (fine)
        advance(parser);
    else
        parser->apart = true;
    return fine;
}

/* A bracket that nobody closes, or a body without an end, may have taken what stands behind it along:
 * then its first statement alone, and what follows is cut anew. */
static bool
parse_alone(struct zdm_parser *parser, struct zdm_portion *out)
{
    const struct zdm_piece *piece = &out->piece;

    advance(parser);
    if (piece->command)
        return true;
    if (piece->words)
        zdm_script_blank(out->copy, piece);
    if (out->bytes > LONGEST) {
        zdm_fail(&out->err, ZDM_ERR_PLAN, "it is longer than %d MB", LONGEST >> 20);
        zdm_err_hint(&out->err, "write it in several statements, or load the rows with COPY");
        return true;
    }
    out->parsed = zdm_tree_parse(out->copy, &out->tree, &out->err) == 0;
    if (out->parsed || !piece->inner)
        return true;
    parser->inside = (struct zdm_script){
        .text = parser->text, .at = piece->start, .end = piece->end, .flat = true};
    parser->is_inside = true;
    return false;
}

bool
zdm_parser_parse(struct zdm_parser *parser, struct zdm_portion *out)
{
    bool alone = parser->is_inside || parser->apart;
    const struct zdm_piece *piece = &parser->piece;
    size_t end = alone ? piece->end : parser->pieces[parser->n - 1].end;

    *out = (struct zdm_portion){.piece = *piece, .bytes = end - piece->start};
    if (!piece->command)
        out->copy = zdm_strndup(parser->text + piece->start, out->bytes);
    bool fine = alone ? parse_alone(parser, out) : (out->parsed = parse_together(parser, out));
    if (out->parsed)
        out->tree.base = piece->start;
    if (!fine)
        zdm_portion_release(out);
    return fine;
}

bool
zdm_parser_next(struct zdm_parser *parser, struct zdm_portion *out)
{
    size_t bytes;

    while (zdm_parser_cut(parser, &bytes))
        if (zdm_parser_parse(parser, out))
            return true;
    return false;
}

void
zdm_parser_close(struct zdm_parser *parser)
{
    free(parser->pieces);
    *parser = (struct zdm_parser){.n = 0};
}

void
zdm_portion_release(struct zdm_portion *portion)
{
    if (portion->parsed)
        zdm_tree_release(&portion->tree);
    zdm_err_release(&portion->err);
    free(portion->copy);
    *portion = (struct zdm_portion){.bytes = 0};
}
