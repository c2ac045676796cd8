#include "cli/markdown.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/render_source.h"

void
zdm_markdown_add(struct zdm_buf *out, const char *s)
{
    struct zdm_buf clean = ZDM_BUF_INIT;

    zdm_add_clean(&clean, s, strlen(s), false);
    const char *c = clean.s;
    size_t digits = strspn(c, "0123456789");
    if (*c == '-' || (digits && c[digits] == '.')) /* at the start of a line it would make a list */
        zdm_buf_addf(out, "&#%d;", *c++);
    for (; *c; c++) {
        if (strchr("\\`*_{}[]()<>#+!|~$:", *c))
            zdm_buf_addf(out, "&#%d;", *c);
        else if (*c == '&')
            zdm_buf_add(out, "&amp;");
        else if (*c == '.' && c - clean.s >= 3 && strncasecmp(c - 3, "www", 3) == 0)
            zdm_buf_add(out, "&#46;");
        else if (*c == '@')
            zdm_buf_add(out, "@<!-- -->");
        else
            zdm_buf_addc(out, *c);
    }
    zdm_buf_release(&clean);
}

/* The longest run of ` in s. */
static size_t
longest_ticks(const char *s)
{
    size_t longest = 0;

    for (; *s; s++) {
        size_t n = strspn(s, "`");
        if (n > longest)
            longest = n;
        s += n;
        if (!*s)
            break;
    }
    return longest;
}

static void
add_ticks(struct zdm_buf *out, size_t n)
{
    while (n-- > 0)
        zdm_buf_addc(out, '`');
}

void
zdm_markdown_fence(struct zdm_buf *out, const char *language, const char *text, const char *end)
{
    struct zdm_buf clean = ZDM_BUF_INIT;
    size_t all = strlen(text), ticks = 3;
    size_t shown = (size_t)zdm_whole_characters(text, ZDM_MARKDOWN_FENCE_BYTES);

    zdm_add_clean(&clean, text, shown, true);
    if (shown < all)
        zdm_buf_addf(&clean, "\n... %zu bytes more\n", all - shown);
    else
        zdm_buf_add(&clean, end);
    if (longest_ticks(clean.s) >= ticks)
        ticks = longest_ticks(clean.s) + 1;
    add_ticks(out, ticks);
    zdm_buf_addf(out, "%s\n%s", language, clean.s);
    if (clean.len == 0 || clean.s[clean.len - 1] != '\n')
        zdm_buf_addc(out, '\n');
    add_ticks(out, ticks);
    zdm_buf_add(out, "\n\n");
    zdm_buf_release(&clean);
}

void
zdm_markdown_piece(struct zdm_markdown_pieces *pieces, const struct zdm_buf *piece, size_t room)
{
    pieces->count++;
    if (pieces->text.len + piece->len > room)
        return;
    zdm_buf_addn(&pieces->text, piece->s, piece->len);
    pieces->ends = zdm_grow(pieces->ends, pieces->n, sizeof *pieces->ends);
    pieces->ends[pieces->n++] = pieces->text.len;
}

size_t
zdm_markdown_put(struct zdm_buf *out, const struct zdm_markdown_pieces *pieces, size_t room)
{
    size_t n = pieces->n;

    while (n > 0 && out->len + pieces->ends[n - 1] > room)
        n--;
    if (n > 0)
        zdm_buf_addn(out, pieces->text.s, pieces->ends[n - 1]);
    return pieces->count - n;
}

void
zdm_markdown_release(struct zdm_markdown_pieces *pieces)
{
    zdm_buf_release(&pieces->text);
    free(pieces->ends);
}
