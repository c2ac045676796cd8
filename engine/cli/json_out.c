#include "cli/json_out.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/layout.h"

enum { INDENT = 2 };

static void
new_line(struct zdm_json_out *json)
{
    static const char blanks[] = "\n                                ";
    size_t left = (size_t)json->depth * INDENT;

    for (zdm_buf_addc(json->out, '\n'); left > 0;) {
        size_t n = left < sizeof blanks - 2 ? left : sizeof blanks - 2;
        zdm_buf_addn(json->out, blanks + 1, n);
        left -= n;
    }
}

static bool
is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

static void
add_ascii(struct zdm_buf *out, char c)
{
    static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* a character, what is behind its \ */

    for (const char *s = shorts; *s; s += 2)
        if (*s == c) {
            zdm_buf_addc(out, '\\');
            zdm_buf_addc(out, s[1]);
            return;
        }
    zdm_buf_addf(out, "\\u%04X", (unsigned)c);
}

/* zdm_utf8_next() found n bytes of the form of a character: surrogates, numbers that are spelt too
 * long and those above U+10FFFF are none. */
static bool
is_character(const char *s, size_t n)
{
    unsigned char first = (unsigned char)s[0], second = (unsigned char)s[1];

    return n > 1 && !(first == 0xe0 && second < 0xa0) && !(first == 0xed && second >= 0xa0) &&
           !(first == 0xf0 && second < 0x90) && !(first == 0xf4 && second >= 0x90);
}

static void
add_string(struct zdm_buf *out, const char *s)
{
    zdm_buf_addc(out, '"');
    while (*s) {
        size_t n = 0;
        int width;
        while (is_plain((unsigned char)s[n]))
            n++;
        zdm_buf_addn(out, s, n);
        s += n;
        if ((unsigned char)*s < 0x80) {
            if (*s)
                add_ascii(out, *s++);
            continue;
        }
        n = zdm_utf8_next(s, &width);
        if (is_character(s, n))
            zdm_buf_addn(out, s, n);
        else
            zdm_buf_add(out, "\xef\xbf\xbd");
        s += n;
    }
    zdm_buf_addc(out, '"');
}

/* What stands before a value: the comma of the one before it, its place, its name. */
static void
begin(struct zdm_json_out *json, const char *key)
{
    if (json->any)
        zdm_buf_addc(json->out, ',');
    if (json->depth)
        new_line(json);
    json->any = true;
    if (key) {
        add_string(json->out, key);
        zdm_buf_addn(json->out, ": ", 2);
    }
}

void
zdm_json_open(struct zdm_json_out *json, const char *key, char bracket)
{
    begin(json, key);
    zdm_buf_addc(json->out, bracket);
    json->depth++;
    json->any = false;
}

void
zdm_json_close(struct zdm_json_out *json, char bracket)
{
    json->depth--;
    if (json->any)
        new_line(json);
    zdm_buf_addc(json->out, bracket);
    json->any = true;
    if (!json->depth)
        zdm_buf_addc(json->out, '\n');
}

void
zdm_json_put_text(struct zdm_json_out *json, const char *key, const char *s)
{
    begin(json, key);
    if (s)
        add_string(json->out, s);
    else
        zdm_buf_add(json->out, "null");
}

void
zdm_json_put_texts(struct zdm_json_out *json, const char *key, const char *const *texts, size_t n)
{
    zdm_json_open(json, key, '[');
    for (size_t i = 0; i < n; i++)
        zdm_json_put_text(json, NULL, texts[i]);
    zdm_json_close(json, ']');
}

void
zdm_json_put_number(struct zdm_json_out *json, const char *key, int64_t n)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRId64, n);

    begin(json, key);
    zdm_buf_addn(json->out, digits, (size_t)length);
}

void
zdm_json_put_place(struct zdm_json_out *json, const char *key, int64_t n)
{
    if (n)
        zdm_json_put_number(json, key, n);
    else
        zdm_json_put_text(json, key, NULL);
}

void
zdm_json_put_bool(struct zdm_json_out *json, const char *key, bool yes)
{
    begin(json, key);
    zdm_buf_add(json->out, yes ? "true" : "false");
}

/* Strings have no line ends in them: each is one of the layout. */
void
zdm_json_put(struct zdm_json_out *json, const char *key, json_t *value)
{
    char *text = json_dumps(value, JSON_REAL_PRECISION(15) | JSON_INDENT(INDENT) | JSON_ENCODE_ANY);

    if (!text)
        zdm_die("cannot write JSON");
    begin(json, key);
    for (const char *line = text;;) {
        size_t n = strcspn(line, "\n");
        zdm_buf_addn(json->out, line, n);
        if (!line[n])
            break;
        new_line(json);
        line += n + 1;
    }
    free(text);
    json_decref(value);
}
