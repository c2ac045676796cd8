#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
zdm_parse_i64(const char *s, int64_t *value)
{
    char *end;

    if (!isdigit((unsigned char)s[0]) && s[0] != '-')
        return false;
    errno = 0;
    long long n = strtoll(s, &end, 10);
    if (errno || end == s || *end)
        return false;
    *value = n;
    return true;
}

static const struct unit {
    const char *name;
    int64_t ms;
} units[] = {
    {"ms", 1},
    {"s", 1000},
    {"m", 60 * 1000},
    {"min", 60 * 1000},
    {"h", 3600 * 1000},
    {"d", 24 * 3600 * 1000},
    {"w", 7 * 24 * 3600 * 1000},
};

bool
zdm_parse_duration_ms(const char *s, int64_t *ms)
{
    const double limit = 100.0 * 366 * 24 * 3600 * 1000;
    size_t digits = strspn(s, "0123456789.");

    if (!isdigit((unsigned char)s[0]) || digits > 20)
        return false;

    char number[32], *end;
    snprintf(number, sizeof number, "%.*s", (int)digits, s);
    double value = strtod(number, &end);
    if (*end)
        return false;

    const char *unit = s + digits;
    unit += strspn(unit, " ");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(unit, units[i].name) == 0) {
            value *= (double)units[i].ms;
            if (value > limit)
                return false;
            *ms = (int64_t)llround(value);
            return true;
        }
    }
    return false;
}

const char *
zdm_show_duration(int64_t ms, char out[32])
{
    long long s = (long long)((ms + 500) / 1000);

    if (ms < 1000)
        snprintf(out, 32, "%lld ms", (long long)ms);
    else if (ms < 10 * 1000)
        snprintf(out, 32, "%.1f s", (double)ms / 1000);
    else if (s < 60)
        snprintf(out, 32, "%lld s", s);
    else if (s < 3600)
        snprintf(out, 32, s % 60 ? "%lld min %lld s" : "%lld min", s / 60, s % 60);
    else if (s < 48 * 3600)
        snprintf(out, 32, s / 60 % 60 ? "%lld h %lld min" : "%lld h", s / 3600, s / 60 % 60);
    else
        snprintf(out, 32, s / 3600 % 24 ? "%lld d %lld h" : "%lld d", s / 86400, s / 3600 % 24);
    return out;
}

size_t
zdm_utf8_length(const char *text, size_t n)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t len = s[0] < 0x80 ? 1 : s[0] < 0xC2 ? 0 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;

    if (len == 0 || s[0] > 0xF4 || len > n)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F) ||
        (s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F))
        return 0;
    return len;
}

size_t
zdm_character_offset(const char *text, int position)
{
    size_t i = 0;

    for (int seen = 1; text[i] && seen < position;) {
        i++;
        seen += ((unsigned char)text[i] & 0xC0) != 0x80;
    }
    return i;
}

int
zdm_whole_characters(const char *text, size_t max)
{
    size_t n = strlen(text);

    if (n <= max)
        return (int)n;
    while (max > 0 && ((unsigned char)text[max] & 0xC0) == 0x80)
        max--;
    return (int)max;
}

const char *
zdm_show_count(int64_t n, char out[32])
{
    char digits[32];
    size_t len = (size_t)snprintf(digits, sizeof digits, "%lld", (long long)n);
    size_t sign = digits[0] == '-', w = 0;

    for (size_t i = 0; i < len; i++) {
        if (i > sign && (len - i) % 3 == 0)
            out[w++] = ',';
        out[w++] = digits[i];
    }
    out[w] = '\0';
    return out;
}

const char *
zdm_show_bytes(double bytes, char out[32])
{
    static const char *const sizes[] = {"B", "kB", "MB", "GB", "TB"};
    size_t unit = 0;

    for (; bytes >= 1000 && unit + 1 < sizeof sizes / sizeof *sizes; unit++)
        bytes /= 1024;
    snprintf(out, 32, bytes < 9.95 && unit > 0 ? "%.1f %s" : "%.0f %s", bytes, sizes[unit]);
    return out;
}

/* Optimal string alignment distance; names longer than 63 are not compared. */
static unsigned
distance(const char *a, size_t n, const char *b, size_t m)
{
    unsigned d[65][65];

    for (size_t i = 0; i <= n; i++)
        d[i][0] = (unsigned)i;
    for (size_t j = 0; j <= m; j++)
        d[0][j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        for (size_t j = 1; j <= m; j++) {
            int x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[j - 1]);
            unsigned best = d[i - 1][j - 1] + (x != y);
            if (d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
                y == tolower((unsigned char)a[i - 2]) && d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    }
    return d[n][m];
}

const char *
zdm_nearest(const char *name, const char *const *candidates, size_t n)
{
    size_t len = strlen(name);
    unsigned limit = len < 3 ? 1 : len / 3 < 3 ? (unsigned)(len + 2) / 3 : 3;
    const char *best = NULL;

    if (len == 0 || len > 64)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        size_t other = strlen(candidates[i]);
        if (other > 64 || other == 0)
            continue;
        unsigned d = distance(name, len, candidates[i], other);
        if (d <= limit && d < other) {
            limit = d ? d - 1 : 0;
            best = candidates[i];
            if (d == 0)
                break;
        }
    }
    return best;
}

void
zdm_line_column(const char *text, size_t offset, int *line, int *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < offset && text[i]; i++) {
        if (text[i] == '\n') {
            ++*line;
            *column = 1;
        } else if (((unsigned char)text[i + 1] & 0xC0) != 0x80) {
            ++*column; /* the next byte starts a character */
        }
    }
}

void
zdm_sha256_hex(const void *data, size_t n, char out[65])
{
    SHA256Data(data, n, out);
}
