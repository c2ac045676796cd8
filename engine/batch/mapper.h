/*
 * mapper.h - an author's function from a row to new values of its columns.
 *
 * The engine knows no Lua: whoever hosts the function makes a mapper for each
 * worker, which calls it from its own thread. The function has no connection and
 * no clock; its work on a row is bounded.
 *
 *     struct zdm_mapped out = ZDM_MAPPED_INIT;
 *     mapper.row(mapper.self, &columns, result, 3, &out, &err)
 *     -> out.changed, out.values[i]: what column i of columns.write becomes
 */
#ifndef ZDM_BATCH_MAPPER_H
#define ZDM_BATCH_MAPPER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "pg/conn.h"

struct zdm_map_columns { /* names as the catalog has them, not quoted; views */
    const char *const *read;
    size_t n_read;
    size_t first; /* column of the result in which the first of `read` stands */
    const char *const *write;
    size_t n_write;
};

enum zdm_mapped_kind { ZDM_MAPPED_KEPT, ZDM_MAPPED_NULL, ZDM_MAPPED_TEXT };

struct zdm_mapped_value {
    enum zdm_mapped_kind kind;
    size_t start, len; /* in the text of zdm_mapped; without NUL bytes */
};

/* What became of a row; used for one after the other. */
struct zdm_mapped {
    bool changed;                    /* false: the row stays as it is */
    struct zdm_mapped_value *values; /* owned by who calls: n_write */
    struct zdm_buf text;
};

struct zdm_mapper {
    void *self; /* NULL: there is none */
    /* ZDM_ERR_FAILED: the function failed on this row, with its place; ZDM_ERR_INTERRUPTED. */
    int (*row)(void *self, const struct zdm_map_columns *columns, const struct zdm_result *rows,
        int row, struct zdm_mapped *out, struct zdm_err *err);
    void (*free)(void *self);
};

/* SQLSTATE of an error of the function: a data error, of its row. */
#define ZDM_MAP_FAILED "ZDM01"

#endif
