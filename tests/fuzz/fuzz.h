/*
 * fuzz.h - what the fuzz targets share: a catalog to classify on, and what must hold of every answer.
 *
 * A target is one file with zdm_fuzz_one(). With clang (-DZDM_FUZZ=ON) libFuzzer calls it, otherwise
 * driver.c does, over seeds that are the same in every run.
 */
#ifndef ZDM_FUZZ_FUZZ_H
#define ZDM_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "sql/catalog.h"
#include "sql/classify.h"

/* Classifies `size` bytes. Anything that does not hold aborts. */
void zdm_fuzz_one(const uint8_t *data, size_t size);

/* The corpus of tests/truth: the statements, one by one. */
const char *const *zdm_fuzz_seeds(size_t *n);

/* Classifies text (NUL-terminated), checks the answer, frees it. context as in classify.h. */
void zdm_fuzz_text(const char *text, enum zdm_wrap wrap, struct zdm_sql_context *context);
/* The same on the catalog that tests/truth/schema.sql makes, which is as it was afterwards. */
void zdm_fuzz_on_schema(const char *text, enum zdm_wrap wrap);

#endif
