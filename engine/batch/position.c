#include "batch/position.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

/* NULL when they are not all UTF-8. */
static char *
json_texts(const char *const *texts, size_t n)
{
    json_t *array = json_array();
    char *text = NULL, *owned = NULL;

    for (size_t i = 0; i < n; i++)
        if (json_array_append_new(array, json_string(texts[i])) < 0)
            goto out;
    text = json_dumps(array, JSON_COMPACT);
    if (!text)
        zdm_die("out of memory");
    owned = zdm_strdup(text);
out:
    free(text);
    json_decref(array);
    return owned;
}

char *
zdm_texts_as_json(const char *const *texts, size_t n)
{
    char *text = json_texts(texts, n);

    if (!text)
        zdm_die("a text that is no UTF-8");
    return text;
}

int
zdm_position_join(const char *const *keys, size_t n, char **out, struct zdm_err *err)
{
    char *text = n == 1 ? zdm_strdup(keys[0]) : json_texts(keys, n);

    if (!text) {
        zdm_fail(err, ZDM_ERR_FAILED, "a key is no UTF-8 text");
        return zdm_err_hint(err, "walk along another key, key = { \"...\" }");
    }
    *out = text;
    return 0;
}

int
zdm_position_of_row(const struct zdm_result *r, int row, size_t n, char **out, struct zdm_err *err)
{
    const char *keys[ZDM_KEYS_MAX];

    for (size_t i = 0; i < n; i++)
        keys[i] = zdm_result_get(r, row, (int)i);
    return zdm_position_join(keys, n, out, err);
}

static bool
split_array(const json_t *array, size_t n, struct zdm_position *out)
{
    if (!json_is_array(array) || json_array_size(array) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!json_is_string(json_array_get(array, i)))
            return false;
    *out = (struct zdm_position){.n = n};
    for (size_t i = 0; i < n; i++)
        out->keys[i] = zdm_strdup(json_string_value(json_array_get(array, i)));
    return true;
}

int
zdm_position_split(const char *text, size_t n, struct zdm_position *out, struct zdm_err *err)
{
    if (n == 1) {
        *out = (struct zdm_position){.n = 1, .keys = {zdm_strdup(text)}};
        return 0;
    }
    /* Without JSON_ALLOW_NUL a text with NUL in it is refused. */
    json_t *array = json_loads(text, 0, NULL);
    bool good = split_array(array, n, out);
    json_decref(array);
    if (good)
        return 0;
    zdm_fail(err, ZDM_ERR_MISMATCH, "the position %s is not one of a key of %zu columns", text, n);
    return zdm_err_hint(
        err, "zdm.cursor was changed by hand, or the key has other columns than before");
}

char *
zdm_position_show(const char *text, size_t n)
{
    struct zdm_position keys = {.n = 0};
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_buf b = ZDM_BUF_INIT;
    size_t most = 80;

    if (n == 1 || zdm_position_split(text, n, &keys, &err) < 0) {
        zdm_buf_add(&b, text);
    } else {
        for (size_t i = 0; i < keys.n; i++)
            zdm_buf_addf(&b, "%s%s", i > 0 ? ", " : "(", keys.keys[i]);
        zdm_buf_add(&b, ")");
    }
    zdm_err_release(&err);
    zdm_position_release(&keys);
    char *shown = zdm_buf_take(&b);
    if (strlen(shown) <= most)
        return shown;
    while (((unsigned char)shown[most] & 0xC0) == 0x80)
        most--;
    char *cut = zdm_strf("%.*s...", (int)most, shown);
    free(shown);
    return cut;
}

size_t
zdm_position_common(const struct zdm_position *a, const struct zdm_position *b)
{
    size_t i = 0;

    while (i < a->n && i < b->n && strcmp(a->keys[i], b->keys[i]) == 0)
        i++;
    return i;
}

void
zdm_position_release(struct zdm_position *position)
{
    for (size_t i = 0; i < position->n; i++)
        free(position->keys[i]);
    position->n = 0;
}

void
zdm_parameters_add(struct zdm_parameters *p, const char *value)
{
    if (p->n == sizeof p->values / sizeof *p->values)
        zdm_die("too many parameters");
    p->values[p->n++] = value;
}

void
zdm_parameters_add_position(
    struct zdm_parameters *p, const struct zdm_position *position, size_t from)
{
    for (size_t i = from; i < position->n; i++)
        zdm_parameters_add(p, position->keys[i]);
}
