#include "lua/source.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"

struct lexer {
    const char *text;
    size_t at;
    int line;
};

static void
advance(struct lexer *lex, size_t to)
{
    for (; lex->at < to; lex->at++)
        lex->line += lex->text[lex->at] == '\n';
}

/* Number of equals signs of the long bracket "[==[" at `at`, or -1. */
static int
long_bracket(const char *text, size_t at)
{
    if (text[at] != '[')
        return -1;
    size_t level = strspn(text + at + 1, "=");
    return text[at + 1 + level] == '[' ? (int)level : -1;
}

/* The offset of the "]==]" that ends a long bracket whose text begins at `at`; 0 when it never ends. */
static size_t
long_end(const char *text, size_t at, int level)
{
    for (const char *s = text + at; (s = strchr(s, ']')); s++) {
        size_t equals = strspn(s + 1, "=");
        if (equals == (size_t)level && s[1 + equals] == ']')
            return (size_t)(s - text);
    }
    return 0;
}

/* The offset of the quote that ends a string; 0 when it never ends. */
static size_t
quote_end(const char *text, size_t at, char quote)
{
    for (; text[at] && text[at] != quote; at++) {
        if (text[at] == '\\' && text[at + 1] == 'z')
            at += 1 + strspn(text + at + 2, " \t\n\v\f\r");
        else if (text[at] == '\\' && text[at + 1])
            at++;
        else if (text[at] == '\n')
            return 0;
    }
    return text[at] == quote ? at : 0;
}

/* Moves behind space and comments; false when a comment never ends. */
static bool
skip_blank(struct lexer *lex)
{
    for (;;) {
        const char *s = lex->text + lex->at;
        if (isspace((unsigned char)*s)) {
            advance(lex, lex->at + 1);
        } else if (s[0] == '-' && s[1] == '-') {
            int level = long_bracket(lex->text, lex->at + 2);
            size_t end = lex->at + strcspn(s, "\n");
            if (level >= 0) {
                end = long_end(lex->text, lex->at + 4 + (size_t)level, level);
                if (!end)
                    return false;
                end += (size_t)level + 2;
            }
            advance(lex, end);
        } else {
            return true;
        }
    }
}

/* Reads one token; false at the end, and where the text stops being Lua. */
static bool
next_token(struct lexer *lex, struct zdm_token *token)
{
    if (!skip_blank(lex))
        return false;

    const char *s = lex->text + lex->at;
    unsigned char c = (unsigned char)*s;
    int level = long_bracket(lex->text, lex->at);
    *token = (struct zdm_token){.kind = ZDM_TOKEN_OTHER, .start = lex->at, .line = lex->line};

    if (c == '\0')
        return false;
    if (level >= 0 || c == '"' || c == '\'') {
        size_t end;
        token->kind = ZDM_TOKEN_STRING;
        token->start += level >= 0 ? (size_t)level + 2 : 1;
        end = level >= 0 ? long_end(lex->text, token->start, level)
                         : quote_end(lex->text, token->start, (char)c);
        if (!end)
            return false;
        /* Lua drops a line end right behind a long bracket. */
        if (level >= 0 && lex->text[token->start] == '\n')
            token->start++;
        token->len = end - token->start;
        advance(lex, end + (level >= 0 ? (size_t)level + 2 : 1));
        return true;
    }
    if (isalpha(c) || c == '_') {
        token->kind = ZDM_TOKEN_NAME;
        for (token->len = 1; isalnum((unsigned char)s[token->len]) || s[token->len] == '_';)
            token->len++;
    } else if (isdigit(c)) {
        for (token->len = 1; isalnum((unsigned char)s[token->len]) || s[token->len] == '.';)
            token->len++;
    } else {
        token->len = s[1] == '=' && strchr("=~<>", c) ? 2 : 1;
    }
    advance(lex, lex->at + token->len);
    return true;
}

void
zdm_source_lex(struct zdm_source *source)
{
    struct lexer lex = {.text = source->text, .line = 1};
    struct zdm_token token;
    size_t room = 0;

    if (source->text[0] == '#') /* a shebang line */
        advance(&lex, strcspn(source->text, "\n"));
    while (next_token(&lex, &token)) {
        if (source->n_tokens == room) {
            room = room ? 2 * room : 256;
            source->tokens = zdm_realloc(source->tokens, room * sizeof token);
        }
        source->tokens[source->n_tokens++] = token;
    }
}
