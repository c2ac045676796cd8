/*
 * The corpus with its words changed: the bytes say which statements follow each other, and which of
 * their words are left out, said twice, exchanged, or replaced by a word of another statement. So most
 * texts still parse, and reach what is behind the parser.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "fuzz.h"

struct bytes {
    const uint8_t *data;
    size_t size;
};

static unsigned
next(struct bytes *bytes)
{
    if (!bytes->size)
        return 0;
    bytes->size--;
    return *bytes->data++;
}

static unsigned
next_of(struct bytes *bytes, size_t n)
{
    unsigned low = next(bytes);

    return (unsigned)((low | next(bytes) << 8) % n);
}

enum { MAX_WORDS = 400 };

struct words {
    const char *start[MAX_WORDS];
    size_t len[MAX_WORDS];
    size_t n;
};

/* Words are letters and digits together, and any other character alone. White space parts them. */
static void
split(const char *text, struct words *out)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

    out->n = 0;
    while (*(text += strspn(text, " \t\r\n")) && out->n < MAX_WORDS) {
        size_t len = strspn(text, letters);
        len += !len;
        out->start[out->n] = text;
        out->len[out->n++] = len;
        text += len;
    }
}

static void
add_changed(struct zdm_buf *buf, const char *seed, const char *other, struct bytes *bytes)
{
    static struct words words, others;
    unsigned changes = next(bytes) % 4;

    split(seed, &words);
    split(other, &others);
    for (; changes && words.n && others.n; changes--) {
        size_t at = next_of(bytes, words.n), with = next_of(bytes, others.n);
        size_t to = next_of(bytes, words.n);
        switch (next(bytes) % 4) {
        case 0: /* left out */
            words.len[at] = 0;
            break;
        case 1: /* of another statement */
            words.start[at] = others.start[with];
            words.len[at] = others.len[with];
            break;
        case 2: /* another one of its own */
            words.start[at] = words.start[to];
            words.len[at] = words.len[to];
            break;
        default: { /* exchanged */
            const char *start = words.start[at];
            size_t len = words.len[at];
            words.start[at] = words.start[to];
            words.len[at] = words.len[to];
            words.start[to] = start;
            words.len[to] = len;
        }
        }
    }
    for (size_t i = 0; i < words.n; i++) {
        zdm_buf_addn(buf, words.start[i], words.len[i]);
        bool apart = i + 1 == words.n || words.start[i + 1] != words.start[i] + words.len[i];
        if (apart)
            zdm_buf_addc(buf, ' ');
    }
}

void
zdm_fuzz_one(const uint8_t *data, size_t size)
{
    struct bytes bytes = {data, size};
    struct zdm_buf buf = ZDM_BUF_INIT;
    size_t n_seeds;
    const char *const *seeds = zdm_fuzz_seeds(&n_seeds);
    unsigned mode = next(&bytes), statements = 1 + next(&bytes) % 6;

    for (unsigned i = 0; i < statements && n_seeds; i++) {
        const char *seed = seeds[next_of(&bytes, n_seeds)];
        add_changed(&buf, seed, seeds[next_of(&bytes, n_seeds)], &bytes);
        zdm_buf_add(&buf, ";\n");
    }
    if (mode % 4)
        zdm_fuzz_on_schema(buf.s, (enum zdm_wrap)(mode / 4 % 3));
    else
        zdm_fuzz_text(buf.s, (enum zdm_wrap)(mode / 4 % 3), NULL);
    zdm_buf_release(&buf);
}
