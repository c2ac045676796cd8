#include "batch/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
zdm_map_arrays_init(struct zdm_map_arrays *a, size_t n_keys, size_t n_set)
{
    *a = (struct zdm_map_arrays){.n_keys = n_keys, .n_set = n_set, .kept = ZDM_BUF_INIT};
    a->arrays = zdm_alloc((n_keys + n_set + 1) * sizeof *a->arrays);
    for (size_t i = 0; i <= n_keys + n_set; i++)
        a->arrays[i] = (struct zdm_buf)ZDM_BUF_INIT;
}

void
zdm_map_arrays_clear(struct zdm_map_arrays *a)
{
    for (size_t i = 0; i <= a->n_keys + a->n_set; i++)
        zdm_buf_clear(&a->arrays[i]);
    a->rows = 0;
    a->keeps = false;
}

void
zdm_map_arrays_release(struct zdm_map_arrays *a)
{
    for (size_t i = 0; a->arrays && i <= a->n_keys + a->n_set; i++)
        zdm_buf_release(&a->arrays[i]);
    free(a->arrays);
    zdm_buf_release(&a->kept);
    *a = (struct zdm_map_arrays){.n_keys = 0, .kept = ZDM_BUF_INIT};
}

/* PostgreSQL manual, "Array Input and Output Syntax": in quotes only these two mean something. */
static void
add_item(struct zdm_buf *array, const char *text, size_t n)
{
    zdm_buf_addc(array, array->len > 0 ? ',' : '{');
    if (!text) {
        zdm_buf_add(array, "NULL");
        return;
    }
    zdm_buf_addc(array, '"');
    while (n > 0) {
        size_t plain = 0;
        while (plain < n && text[plain] != '"' && text[plain] != '\\')
            plain++;
        zdm_buf_addn(array, text, plain);
        if (plain < n) {
            zdm_buf_addc(array, '\\');
            zdm_buf_addc(array, text[plain++]);
        }
        text += plain;
        n -= plain;
    }
    zdm_buf_addc(array, '"');
}

void
zdm_map_arrays_add(
    struct zdm_map_arrays *a, const char *const *keys, const struct zdm_mapped *mapped)
{
    bool kept = false;

    for (size_t i = 0; i < a->n_keys; i++)
        add_item(&a->arrays[i], keys[i], strlen(keys[i]));
    zdm_buf_clear(&a->kept);
    for (size_t i = 0; i < a->n_set; i++) {
        const struct zdm_mapped_value *v = &mapped->values[i];
        bool text = v->kind == ZDM_MAPPED_TEXT;
        add_item(&a->arrays[a->n_keys + i], text ? mapped->text.s + v->start : NULL, v->len);
        zdm_buf_addc(&a->kept, v->kind == ZDM_MAPPED_KEPT ? '1' : '0');
        kept = kept || v->kind == ZDM_MAPPED_KEPT;
    }
    add_item(&a->arrays[a->n_keys + a->n_set], kept ? a->kept.s : NULL, a->kept.len);
    a->keeps = a->keeps || kept;
    a->rows++;
}

void
zdm_map_arrays_end(struct zdm_map_arrays *a, const char **out)
{
    for (size_t i = 0; i <= a->n_keys + a->n_set; i++) {
        zdm_buf_add(&a->arrays[i], a->rows > 0 ? "}" : "{}");
        out[i] = a->arrays[i].s;
    }
    /* ROWS FROM gives NULLs behind the end of an array. */
    if (!a->keeps)
        out[a->n_keys + a->n_set] = "{}";
}
