#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "plan/canon.h"

enum { LINES_MAX = 400 }; /* beyond, a text is shown as one block removed and one added */

struct lines {
    const char **start;
    size_t *length;
    size_t n;
};

static struct lines
split(const char *text)
{
    struct lines lines = {NULL, NULL, 0};

    while (*text) {
        size_t length = strcspn(text, "\n");
        lines.start = zdm_grow(lines.start, lines.n, sizeof *lines.start);
        lines.length = zdm_grow(lines.length, lines.n, sizeof *lines.length);
        lines.start[lines.n] = text;
        lines.length[lines.n++] = length;
        text += length + (text[length] == '\n');
    }
    return lines;
}

static void
lines_release(struct lines *lines)
{
    free(lines->start);
    free(lines->length);
}

static bool
same_line(const struct lines *a, size_t i, const struct lines *b, size_t k)
{
    return a->length[i] == b->length[k] && memcmp(a->start[i], b->start[k], a->length[i]) == 0;
}

static void
add_line(struct zdm_buf *out, char sign, const struct lines *lines, size_t i)
{
    zdm_buf_addf(out, "  %c     %.*s\n", sign, (int)lines->length[i], lines->start[i]);
}

/* The longest common subsequence; common[i * (m + 1) + k] is its length from line i and line k on. */
static void
add_lines(struct zdm_buf *out, const char *old_text, const char *new_text)
{
    struct lines a = split(old_text), b = split(new_text);
    size_t n = a.n, m = b.n, i = 0, k = 0;
    unsigned *common = NULL;

    if (n <= LINES_MAX && m <= LINES_MAX) {
        common = zdm_alloc((n + 1) * (m + 1) * sizeof *common);
        for (size_t x = n; x-- > 0;)
            for (size_t y = m; y-- > 0;) {
                unsigned down = common[(x + 1) * (m + 1) + y], right = common[x * (m + 1) + y + 1];
                common[x * (m + 1) + y] = same_line(&a, x, &b, y)
                                              ? common[(x + 1) * (m + 1) + y + 1] + 1
                                          : down > right ? down
                                                         : right;
            }
    }
    while (i < n || k < m) {
        if (common && i < n && k < m && same_line(&a, i, &b, k)) {
            add_line(out, ' ', &a, i++);
            k++;
        } else if (i < n && (k == m || !common ||
                                common[(i + 1) * (m + 1) + k] >= common[i * (m + 1) + k + 1])) {
            add_line(out, '-', &a, i++);
        } else {
            add_line(out, '+', &b, k++);
        }
    }
    free(common);
    lines_release(&a);
    lines_release(&b);
}

static void
add_value(struct zdm_buf *out, char sign, const char *key, const json_t *value)
{
    char *shown;

    if (!value)
        return;
    shown = json_dumps(value, JSON_SORT_KEYS | JSON_ENCODE_ANY);
    if (!shown)
        zdm_die("out of memory");
    zdm_buf_addf(out, "  %c %s: %s\n", sign, key, shown);
    free(shown);
}

static bool
has_lines(const json_t *value)
{
    return json_is_string(value) && strchr(json_string_value(value), '\n');
}

/* One field; objects (the set of a backfill) go in field by field. */
static void diff_value(struct zdm_buf *out, const char *key, const json_t *was, const json_t *is);

static void
diff_object(struct zdm_buf *out, const char *prefix, const json_t *was, const json_t *is)
{
    json_t *keys = json_object();
    const char *key;
    json_t *value;

    /* Old and new keys together, in order. */
    json_object_foreach((json_t *)was, key, value) json_object_set(keys, key, value);
    json_object_foreach((json_t *)is, key, value) json_object_set(keys, key, value);
    size_t n = json_object_size(keys), i = 0;
    const char **sorted = zdm_alloc(n * sizeof *sorted);
    json_object_foreach(keys, key, value) sorted[i++] = key;
    for (size_t x = 1; x < n; x++)
        for (size_t y = x; y > 0 && strcmp(sorted[y - 1], sorted[y]) > 0; y--) {
            const char *swap = sorted[y];
            sorted[y] = sorted[y - 1];
            sorted[y - 1] = swap;
        }
    for (size_t x = 0; x < n; x++) {
        char *path = zdm_strf("%s%s%s", prefix, prefix[0] ? "." : "", sorted[x]);
        diff_value(out, path, json_object_get(was, sorted[x]), json_object_get(is, sorted[x]));
        free(path);
    }
    free(sorted);
    json_decref(keys);
}

static void
diff_value(struct zdm_buf *out, const char *key, const json_t *was, const json_t *is)
{
    if (was && is && json_equal(was, is))
        return;
    if (json_is_object(was) && json_is_object(is)) {
        diff_object(out, key, was, is);
    } else if (json_is_string(was) && json_is_string(is) && (has_lines(was) || has_lines(is))) {
        zdm_buf_addf(out, "    %s:\n", key);
        add_lines(out, json_string_value(was), json_string_value(is));
    } else {
        add_value(out, '-', key, was);
        add_value(out, '+', key, is);
    }
}

/* Without what says how the step is taken back. */
static json_t *
forward_of(const char *definition)
{
    json_t *object = json_loads(definition, 0, NULL);
    const char *source = json_string_value(json_object_get(object, "source"));

    /* The functions of a hook stand in one text, undo last: canon.c, lua/reader.c. */
    if (source && json_is_true(json_object_get(object, "undo"))) {
        const char *undo = NULL;
        for (const char *at = source; (at = strstr(at, "undo:\n")); at++)
            if (at == source || at[-1] == '\n')
                undo = at;
        if (undo)
            json_object_set_new(object, "source", json_stringn(source, (size_t)(undo - source)));
    }
    json_object_del(object, "undo");
    return object;
}

bool
zdm_definition_does_same(const char *old_json, const char *new_json)
{
    json_t *was = forward_of(old_json), *is = forward_of(new_json);
    bool same = json_is_object(was) && json_equal(was, is);

    json_decref(was);
    json_decref(is);
    return same;
}

char *
zdm_definition_diff(const char *old_json, const char *new_json)
{
    struct zdm_buf out = ZDM_BUF_INIT;
    json_t *was = json_loads(old_json, 0, NULL), *is = json_loads(new_json, 0, NULL);

    if (json_is_object(was) && json_is_object(is))
        diff_object(&out, "", was, is);
    else if (strcmp(old_json, new_json) != 0)
        zdm_buf_addf(&out, "  - %s\n  + %s\n", old_json, new_json);
    json_decref(was);
    json_decref(is);
    return zdm_buf_take(&out);
}
