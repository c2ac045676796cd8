#include "lua/source.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static bool
is_word(const struct zdm_source *source, size_t i, const char *word)
{
    const struct zdm_token *token = &source->tokens[i];

    return token->kind == ZDM_TOKEN_NAME && token->len == strlen(word) &&
           memcmp(source->text + token->start, word, token->len) == 0;
}

/* How a token changes the depth of blocks: `while` and `for` are counted by their `do`. */
static int
depth_of(const struct zdm_source *source, size_t i)
{
    static const char *const open[] = {"function", "do", "if", "repeat"};
    static const char *const close[] = {"end", "until"};

    for (size_t k = 0; k < sizeof open / sizeof *open; k++)
        if (is_word(source, i, open[k]))
            return 1;
    for (size_t k = 0; k < sizeof close / sizeof *close; k++)
        if (is_word(source, i, close[k]))
            return -1;
    return 0;
}

/* The token that ends the block which token i begins; n_tokens when none does. */
static size_t
block_end(const struct zdm_source *source, size_t i)
{
    int depth = 0;

    for (; i < source->n_tokens; i++) {
        depth += depth_of(source, i);
        if (depth == 0)
            break;
    }
    return i;
}

/* n bytes without space at the ends of lines; returns owned. */
static char *
tidy(const char *text, size_t n)
{
    struct zdm_buf out = ZDM_BUF_INIT;

    while (n > 0) {
        const char *newline = memchr(text, '\n', n);
        size_t line = newline ? (size_t)(newline - text) : n, keep = line;
        while (keep > 0 && (text[keep - 1] == ' ' || text[keep - 1] == '\t'))
            keep--;
        zdm_buf_addn(&out, text, keep);
        zdm_buf_addc(&out, '\n');
        line += newline != NULL;
        text += line;
        n -= line;
    }
    return zdm_buf_take(&out);
}

static const char *
line_start(const struct zdm_source *source, int line)
{
    const char *s = source->text;

    while (--line > 0 && (s = strchr(s, '\n')))
        s++;
    return s ? s : source->text + source->len;
}

char *
zdm_source_function(const struct zdm_source *source, int first, int last)
{
    size_t from = 0, to = 0, found = 0;

    for (size_t i = 0; i < source->n_tokens && source->tokens[i].line <= first; i++) {
        if (source->tokens[i].line < first || !is_word(source, i, "function"))
            continue;
        size_t end = block_end(source, i);
        if (end < source->n_tokens && source->tokens[end].line == last) {
            from = source->tokens[i].start;
            to = source->tokens[end].start + source->tokens[end].len;
            found++;
        }
    }
    if (found == 1)
        return tidy(source->text + from, to - from);

    const char *start = line_start(source, first);
    return tidy(start, (size_t)(line_start(source, last + 1) - start));
}
