/*
 * answer.h - whether clients are still answered as before.
 *
 * Names and types of the columns must stay as they were in the first answer of a query, always. Values are
 * compared where that cannot be a false alarm: the query's text is steady (query.h); while the book was
 * learning, before the plan began, each answer was the same as the one before for the same row; and nobody
 * told zdm_answers_let() that the values may change, because a client writes to what the query reads. The
 * order of rows does not count. Safe for several threads.
 */
#ifndef ZDM_REHEARSE_ANSWER_H
#define ZDM_REHEARSE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pg/conn.h"

/* One answer, or those of a transaction. ZDM_BUF_INIT-like: all zero is empty. */
struct zdm_answer {
    char *shape;      /* "id bigint, ..."; owned */
    uint64_t content; /* equal for equal rows in any order */
    bool rounded;     /* holds floating point numbers, whose sums depend on the order */
};
void zdm_answer_add(struct zdm_answer *answer, const struct zdm_result *result);
void zdm_answer_release(struct zdm_answer *answer);
/* A row's part of the content: cells of n columns, NULL pointers are SQL NULL. */
uint64_t zdm_answer_row(const char *const *cells, size_t n);

enum zdm_answer_verdict { ZDM_ANSWER_SAME, ZDM_ANSWER_SHAPE, ZDM_ANSWER_VALUES };

struct zdm_answers;
/* For n queries and rows 0 to n_rows; steady[n]: those whose values may be compared at all. */
struct zdm_answers *zdm_answers_new(size_t n, int64_t n_rows, const bool *steady);
void zdm_answers_free(struct zdm_answers *answers); /* NULL is fine */
/* row: the number that the query was asked with, 0 for none. With ZDM_ANSWER_SHAPE *was, which may be NULL,
 * becomes the shape before; owned. */
enum zdm_answer_verdict zdm_answers_see(struct zdm_answers *answers, size_t query, int64_t row,
    const struct zdm_answer *answer, char **was);
/* The plan begins: what was learnt holds from here on. */
void zdm_answers_learnt(struct zdm_answers *answers);
/* Its values may change from here on. */
void zdm_answers_let(struct zdm_answers *answers, size_t query);
/* How many queries have values that are compared. */
size_t zdm_answers_compared(struct zdm_answers *answers);

#endif
