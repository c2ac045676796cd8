/*
 * source.h - the text of a plan file, and where things stand in it.
 *
 * The text is what Lua gets: UTF-8 without a byte order mark, line ends \n. Its
 * tokens are found by a small lexer, so that a place is never inside a comment
 * and a name never inside a string.
 */
#ifndef ZDM_LUA_SOURCE_H
#define ZDM_LUA_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum zdm_token_kind {
    ZDM_TOKEN_NAME,   /* names and reserved words */
    ZDM_TOKEN_STRING, /* start and len are of the text inside the quotes */
    ZDM_TOKEN_OTHER,  /* numbers and symbols */
};

struct zdm_token {
    enum zdm_token_kind kind;
    size_t start, len; /* bytes */
    int line;
};

struct zdm_source {
    char *path; /* as the user named it */
    char *text;
    size_t len;
    struct zdm_token *tokens;
    size_t n_tokens;
    /* What makes a place of many found in the time of one. */
    const struct zdm_token **strings; /* by what they say, then by where they stand; n_strings */
    size_t n_strings;
    size_t *lines; /* where each begins; n_lines */
    size_t n_lines;
};

/* Reads a file. Missing, unreadable, not a regular file, too big: ZDM_ERR_USAGE; not a text:
 * ZDM_ERR_PLAN with its place. *out owned. */
int zdm_source_read(const char *path, struct zdm_source **out, struct zdm_err *err);
/* The same for another file than a plan: `what` it is, such as "configuration". */
int zdm_source_read_as(
    const char *path, const char *what, struct zdm_source **out, struct zdm_err *err);
void zdm_source_free(struct zdm_source *source); /* NULL is fine */

/* Splits text into tokens; ends quietly where text stops being Lua. */
void zdm_source_lex(struct zdm_source *source);

/* Where the string `text` stands verbatim: behind `key =` (when key is not NULL) or at all, on or
 * below line, else above it. */
bool zdm_source_find_text(const struct zdm_source *source, const char *text, const char *key,
    int line, struct zdm_place *at);
/* The place of a character (from 1) of that string. */
bool zdm_source_locate(const struct zdm_source *source, const char *text, const char *key, int line,
    int position, struct zdm_place *at);
/* The first `name` on or below line; with `key`, only one before an equals sign. */
bool zdm_source_find_name(
    const struct zdm_source *source, const char *name, bool key, int line, struct zdm_place *at);
/* The text of the function that Lua says stands in lines first..last. Where several functions do,
 * their lines: Lua tells no columns. Without space at the ends of lines; returns owned. */
char *zdm_source_function(const struct zdm_source *source, int first, int last);

#endif
