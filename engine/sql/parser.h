/*
 * parser.h - a script, cut into statements and parsed portion by portion. Private to engine/sql.
 *
 *     struct zdm_opened *opened = zdm_parser_open(&parser, &text);
 *     while (zdm_parser_next(&parser, &portion)) {
 *         ...
 *         zdm_portion_release(&portion);
 *     }
 *     zdm_parser_close(&parser);
 *     zdm_opened_free(opened);
 *
 * It asks the text alone, and no catalog: another thread may be ahead of who judges the statements
 * (ahead.h). Statements side by side are parsed in one go, since a call of libpg_query costs more than
 * a statement; when there is something wrong in one of them, each by itself.
 */
#ifndef ZDM_SQL_PARSER_H
#define ZDM_SQL_PARSER_H

#include "sql/ahead.h"
#include "sql/outlook.h"
#include "sql/script.h"
#include "sql/tree.h"

/* What is known of a script before its first statement. */
struct zdm_opened {
    const char *from; /* where it begins in the text that it is of: borrowed */
    const char *text; /* this script alone: a view of that text, or of own */
    char *own;
    enum zdm_wrap wrap;
    bool several; /* it holds more than one statement; only looked at when `wrap` asks for it */
    struct zdm_outlook outlook;
};
void zdm_opened_free(struct zdm_opened *opened); /* NULL is fine */

struct zdm_portion {
    struct zdm_piece piece; /* the only one, or the first of several that are parsed together */
    size_t bytes;           /* of all of them */
    bool parsed;            /* there is a tree; else it is a command of psql, or err says why not */
    struct zdm_tree tree;
    char *copy; /* owned: what was parsed */
    struct zdm_err err;
};
void zdm_portion_release(struct zdm_portion *portion);

struct zdm_parser {
    struct zdm_script script;
    struct zdm_piece *pieces; /* the portion that is cut */
    size_t n, at;             /* how many; the first of those that are parsed by themselves */
    bool apart;               /* they are: together they could not be */
    struct zdm_piece next;    /* cut, and not of this portion */
    bool has_next;
    struct zdm_script inside; /* a piece that is no statement and may hold some */
    bool is_inside;
    struct zdm_piece piece; /* the one that is cut, when it stands alone */
    const char *text;
};

/* Borrows the text, and what it returns; returns owned. */
struct zdm_opened *zdm_parser_open(struct zdm_parser *parser, const struct zdm_sql_text *text);
/* Cuts the next portion, of so many bytes; false at the end. */
bool zdm_parser_cut(struct zdm_parser *parser, size_t *bytes);
/* Parses it. False: it has to be cut into smaller ones. */
bool zdm_parser_parse(struct zdm_parser *parser, struct zdm_portion *out);
/* Both; false at the end. */
bool zdm_parser_next(struct zdm_parser *parser, struct zdm_portion *out);
void zdm_parser_close(struct zdm_parser *parser);

#endif
