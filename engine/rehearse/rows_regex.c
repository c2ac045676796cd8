/* SQL expressions for texts that match a pattern of a CHECK: the parts of regular expressions that people use
 * there. What is not known here makes no texts. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "rehearse/rows_private.h"

enum { MAX_TEXT = 16384, MAX_DEPTH = 8 };

struct regex {
    const char *at;
    uint64_t *salt;
    int depth;
    bool broken;
};

/* The characters that a class or an escape stands for; printable ASCII. */
struct characters {
    bool is[128];
};

static void
add_range(struct characters *set, int from, int to)
{
    for (int c = from; c <= to && c < 127; c++)
        set->is[c] = true;
}

/* Letters and digits of what is not in the set, if there are any: they read better than punctuation. */
static void
invert(struct characters *set)
{
    bool plain = false;

    for (int c = 0; c < 128; c++) {
        set->is[c] = c >= ' ' && c < 127 && !set->is[c];
        plain |= set->is[c] && isalnum(c);
    }
    for (int c = 0; plain && c < 128; c++)
        set->is[c] &= isalnum(c) != 0;
}

/* \d, \w, \s, what they leave out, and any other character for itself; false: an assertion, which is empty. */
static bool
add_escape(struct regex *regex, struct characters *set, char c)
{
    struct characters one = {{false}};

    switch (tolower((unsigned char)c)) {
    case 'd':
        add_range(&one, '0', '9');
        break;
    case 'w':
        add_range(&one, '0', '9');
        add_range(&one, 'a', 'z');
        add_range(&one, 'A', 'Z');
        one.is['_'] = true;
        break;
    case 's':
        one.is[' '] = true;
        break;
    default:
        if (c && strchr("mMAZyY", c))
            return false;
        if (isalnum((unsigned char)c) || (unsigned char)c >= 128 || !c)
            regex->broken = true;
        else
            one.is[(unsigned char)c] = true;
        break;
    }
    if (c == 'D' || c == 'W' || c == 'S')
        invert(&one);
    for (int i = 0; i < 128; i++)
        set->is[i] |= one.is[i];
    return true;
}

static void
add_named(struct regex *regex, struct characters *set)
{
    static const struct {
        const char *name;
        const char *ranges;
    } classes[] = {{"alpha:]", "azAZ"}, {"digit:]", "09"}, {"alnum:]", "azAZ09"}, {"lower:]", "az"},
        {"upper:]", "AZ"}, {"xdigit:]", "afAF09"}, {"space:]", "  "}, {"punct:]", "!/:@"}};

    regex->at += 2;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        size_t n = strlen(classes[i].name);
        if (strncmp(regex->at, classes[i].name, n) != 0)
            continue;
        for (const char *range = classes[i].ranges; *range; range += 2)
            add_range(set, range[0], range[1]);
        regex->at += n;
        return;
    }
    regex->broken = true;
}

/* After the bracket. */
static void
read_class(struct regex *regex, struct characters *set)
{
    bool inverted = *regex->at == '^';
    bool first = true;

    regex->at += inverted;
    for (; *regex->at && (*regex->at != ']' || first) && !regex->broken; first = false) {
        char c = *regex->at;
        if (c == '[' && regex->at[1] == ':') {
            add_named(regex, set);
        } else if (c == '\\') {
            add_escape(regex, set, regex->at[1]);
            regex->at += regex->at[1] ? 2 : 1;
        } else if (regex->at[1] == '-' && regex->at[2] && regex->at[2] != ']') {
            add_range(set, (unsigned char)c, (unsigned char)regex->at[2]);
            regex->at += 3;
        } else {
            if ((unsigned char)c < 128)
                set->is[(unsigned char)c] = true;
            regex->at++;
        }
    }
    if (*regex->at == ']')
        regex->at++;
    else
        regex->broken = true;
    if (inverted)
        invert(set);
}

/* How often the atom before stands: ?, *, +, {n}, {n,}, {n,m}; non-greedy is the same. */
static void
read_times(struct regex *regex, int *least, int *most)
{
    char *end;

    *least = *most = 1;
    switch (*regex->at) {
    case '?':
        *least = 0;
        break;
    case '*':
        *least = 0;
        *most = 6;
        break;
    case '+':
        *most = 8;
        break;
    case '{':
        *least = (int)strtol(regex->at + 1, &end, 10);
        *most = *least;
        if (*end == ',')
            *most = isdigit((unsigned char)end[1]) ? (int)strtol(end + 1, &end, 10)
                                                   : (end++, *least + 6);
        if (*end != '}' || *least < 0 || *most < *least || *least > 1000)
            regex->broken = true;
        else
            regex->at = end;
        break;
    default:
        return;
    }
    regex->at++;
    if (*regex->at == '?')
        regex->at++;
}

/* `least` to `most` characters out of `all`. A few are drawn one by one; of more the digits of an MD5 are
 * replaced, by 16 that lie evenly in `all`: a hundred times as fast as a function for each text. */
static void
add_characters(struct zdm_buf *out, const char *all, int least, int most, uint64_t *salt)
{
    size_t n = strlen(all);
    int drawn = 0;

    zdm_buf_add(out, "pg_catalog.left(");
    if (most <= 4) {
        for (; drawn < most; drawn++) {
            zdm_buf_add(out, drawn ? " || pg_catalog.substr(" : "pg_catalog.substr(");
            zdm_rows_literal(out, all);
            zdm_buf_add(out, ", (1 + ");
            zdm_rows_hash(out, salt);
            zdm_buf_addf(out, " %% %zu)::int, 1)", n);
        }
        if (most == 0)
            zdm_buf_add(out, "''");
    } else {
        char sixteen[17];
        for (size_t i = 0; i < 16; i++)
            sixteen[i] = all[i * n / 16];
        sixteen[16] = '\0';
        zdm_buf_add(out, "pg_catalog.translate(");
        for (; drawn < most; drawn += 32) {
            zdm_buf_add(out, drawn ? " || pg_catalog.md5((" : "pg_catalog.md5((");
            zdm_rows_hash(out, salt);
            zdm_buf_add(out, ")::text)");
        }
        zdm_buf_add(out, ", '0123456789abcdef', ");
        zdm_rows_literal(out, sixteen);
        zdm_buf_add(out, ")");
    }
    zdm_buf_addf(out, ", %d", least);
    if (most > least) {
        zdm_buf_add(out, " + (");
        zdm_rows_hash(out, salt);
        zdm_buf_addf(out, " %% %d)::int", most - least + 1);
    }
    zdm_buf_add(out, ")");
}

static void
write_characters(
    struct zdm_buf *out, struct regex *regex, const struct characters *set, int least, int most)
{
    char all[129];
    size_t n = 0;

    for (int c = 0; c < 128; c++)
        if (set->is[c])
            all[n++] = (char)c;
    all[n] = '\0';
    if (n == 0) {
        regex->broken = true;
        return;
    }
    if (n == 1 && least == 1 && most == 1) {
        zdm_rows_literal(out, all);
        return;
    }
    add_characters(out, all, least, most, regex->salt);
}

static void write_alternatives(struct zdm_buf *out, struct regex *regex);

/* A group, written once for each time it stands there, so that each has characters of its own. */
static void
write_group(struct zdm_buf *out, struct regex *regex)
{
    const char *begin = regex->at, *end;
    struct zdm_buf once = ZDM_BUF_INIT;
    int least, most;

    write_alternatives(&once, regex);
    if (*regex->at != ')')
        regex->broken = true;
    else
        regex->at++;
    read_times(regex, &least, &most);
    end = regex->at;
    if (most > least + 2)
        most = least + 2;
    zdm_buf_add(out, "(CASE ");
    zdm_rows_hash(out, regex->salt);
    zdm_buf_addf(out, " %% %d", most - least + 1);
    for (int times = least; times <= most && !regex->broken; times++) {
        zdm_buf_addf(out, " WHEN %d THEN ''", times - least);
        for (int i = 0; i < times && !regex->broken; i++) {
            zdm_buf_add(out, " || ");
            regex->at = begin;
            write_alternatives(out, regex);
            if (out->len > MAX_TEXT)
                regex->broken = true;
        }
    }
    regex->at = end;
    zdm_buf_add(out, " END)");
    zdm_buf_release(&once);
}

/* One atom with how often it stands; nothing for an anchor. */
static void
write_atom(struct zdm_buf *out, struct regex *regex)
{
    struct characters set = {{false}};
    unsigned char c = (unsigned char)*regex->at++;
    int least, most;

    if (c == '(') {
        if (*regex->at == '?') {
            if (regex->at[1] != ':')
                regex->broken = true;
            regex->at += regex->at[1] ? 2 : 1;
        }
        write_group(out, regex);
        return;
    }
    if (c == '^' || c == '$') {
        zdm_buf_add(out, "''");
        return;
    }
    if (c == '\\') {
        bool stands = add_escape(regex, &set, *regex->at);
        regex->at += *regex->at != '\0';
        if (!stands) {
            zdm_buf_add(out, "''");
            return;
        }
    } else if (c == '[') {
        read_class(regex, &set);
    } else if (c == '.') {
        add_range(&set, 'a', 'z');
        add_range(&set, '0', '9');
    } else if (c < 128 && !strchr("*+?{", c)) {
        set.is[c] = true;
    } else {
        regex->broken = true;
    }
    read_times(regex, &least, &most);
    if (!regex->broken)
        write_characters(out, regex, &set, least, most);
}

static void
write_sequence(struct zdm_buf *out, struct regex *regex)
{
    zdm_buf_add(out, "(''");
    while (*regex->at && *regex->at != '|' && *regex->at != ')' && !regex->broken) {
        zdm_buf_add(out, " || ");
        write_atom(out, regex);
        if (out->len > MAX_TEXT)
            regex->broken = true;
    }
    zdm_buf_add(out, ")");
}

static void
write_alternatives(struct zdm_buf *out, struct regex *regex)
{
    struct zdm_buf branches = ZDM_BUF_INIT;
    int n = 0;

    if (++regex->depth > MAX_DEPTH)
        regex->broken = true;
    while (!regex->broken) {
        zdm_buf_addf(&branches, " WHEN %d THEN ", n++);
        write_sequence(&branches, regex);
        if (*regex->at != '|')
            break;
        regex->at++;
    }
    regex->depth--;
    zdm_buf_add(out, "(CASE ");
    zdm_rows_hash(out, regex->salt);
    zdm_buf_addf(out, " %% %d%s END)", n ? n : 1, branches.s);
    zdm_buf_release(&branches);
}

bool
zdm_rows_regex(struct zdm_buf *out, const char *pattern, uint64_t *salt)
{
    struct regex regex = {.at = pattern, .salt = salt};

    write_alternatives(out, &regex);
    return !regex.broken && !*regex.at && out->len <= MAX_TEXT;
}

bool
zdm_rows_like(struct zdm_buf *out, const char *pattern, uint64_t *salt)
{
    struct zdm_buf plain = ZDM_BUF_INIT;

    zdm_buf_add(out, "(''");
    for (const char *at = pattern;; at++) {
        bool any = *at == '%', one = *at == '_';
        if (!any && !one && *at) {
            at += *at == '\\' && at[1];
            zdm_buf_addc(&plain, *at);
            continue;
        }
        if (plain.len) {
            zdm_buf_add(out, " || ");
            zdm_rows_literal(out, plain.s);
            zdm_buf_clear(&plain);
        }
        if (!*at)
            break;
        zdm_buf_add(out, " || ");
        add_characters(
            out, "abcdefghijklmnopqrstuvwxyz0123456789", any ? 3 : 1, any ? 10 : 1, salt);
    }
    zdm_buf_add(out, ")");
    zdm_buf_release(&plain);
    return out->len <= MAX_TEXT;
}
