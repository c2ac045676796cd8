/*
 * dense.h - integer keys that leave hardly a number out: those of a stripe can be named (pure).
 *
 * A batch of a stripe reads all rows of its range to find those of its own, the eighth part, and behind the
 * first stripe most of them are on pages with dead rows, which takes longer. Where nearly every number is a
 * key, the numbers of the stripe are its keys, and each of them is looked up in the index instead. When all
 * numbers are keys that takes 5 % less (a whole batch; 10 % more in the first stripe); when half of them are,
 * 7 % more.
 *
 * Which rows a batch changes is the same either way.
 */
#ifndef ZDM_BATCH_DENSE_H
#define ZDM_BATCH_DENSE_H

#include <stdbool.h>
#include <stdint.h>

/* The first number of stripe `stripe` of `stripes` behind `after`, when `keys` keys lie behind `after` up to
 * `upto` and that is dense; further ones follow at every `stripes`. False: it is not, or the texts are no
 * integers. *first may be above upto: no number of the stripe lies between them. */
bool zdm_dense_first(const char *after, const char *upto, int64_t keys, int64_t stripe,
    int64_t stripes, int64_t *first);

#endif
