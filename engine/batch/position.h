/*
 * position.h - a place in the order of a key, as text (pure).
 *
 * A key of one column is its own text, as the server wrote it: 7. A key of
 * several is a compact JSON array of their texts: ["7","Ann"]. Such a text is
 * kept in zdm.cursor and compared there byte by byte; what lies before what
 * only the server knows. Keys are never NULL.
 */
#ifndef ZDM_BATCH_POSITION_H
#define ZDM_BATCH_POSITION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "pg/conn.h"

#define ZDM_KEYS_MAX 32 /* columns of an index */

struct zdm_position {
    size_t n;
    char *keys[ZDM_KEYS_MAX]; /* owned */
};

/* n keys as one text, owned. ZDM_ERR_FAILED when several are not all UTF-8. */
int zdm_position_join(const char *const *keys, size_t n, char **out, struct zdm_err *err);
/* The same of the first n columns of a row. */
int zdm_position_of_row(
    const struct zdm_result *r, int row, size_t n, char **out, struct zdm_err *err);
/* UTF-8 texts as a JSON array, however many; owned. */
char *zdm_texts_as_json(const char *const *texts, size_t n);
/* The n keys of a text that zdm_position_join wrote; ZDM_ERR_MISMATCH when it is none. */
int zdm_position_split(const char *text, size_t n, struct zdm_position *out, struct zdm_err *err);
/* For people: "7", "(7, Ann)"; a long one is cut, between characters. Owned. */
char *zdm_position_show(const char *text, size_t n);
/* How many leading keys are the same text in both. */
size_t zdm_position_common(const struct zdm_position *a, const struct zdm_position *b);
void zdm_position_release(struct zdm_position *position);

/* Parameters of a statement: texts, and positions key by key. */
struct zdm_parameters {
    size_t n;
    const char *values[24 + 2 * ZDM_KEYS_MAX]; /* borrowed */
};
void zdm_parameters_add(struct zdm_parameters *p, const char *value);
/* Its keys from number `from` on. */
void zdm_parameters_add_position(
    struct zdm_parameters *p, const struct zdm_position *position, size_t from);

#endif
