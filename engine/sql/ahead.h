/*
 * ahead.h - cuts and parses scripts in a thread of its own, ahead of who classifies them.
 *
 * Cutting and parsing need the text alone; judging needs what the statements before have done, and
 * stays in order with whoever calls zdm_sql_classify_text() (classify.h). libpg_query keeps its state
 * for each thread by itself. The thread is ahead by a bounded amount of text, so memory does not grow
 * with the number of scripts. It takes no signals: those are for who waits for them.
 *
 *     struct zdm_ahead *ahead = zdm_ahead_start(&texts);
 *     for (each text) zdm_sql_classify_text(&text, ahead, context, &listener);
 *     zdm_ahead_stop(ahead);
 */
#ifndef ZDM_SQL_AHEAD_H
#define ZDM_SQL_AHEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "sql/classify.h"

/* A script: bytes start .. end of a text that ends with a NUL byte. */
struct zdm_sql_text {
    const char *text;
    size_t start, end;
    enum zdm_wrap wrap;
};

/* The scripts in the order in which they will be classified. Called by the thread, until it says false;
 * what it gives must stay until it was classified, and what it looks at, too. */
struct zdm_sql_texts {
    void *self;
    bool (*next)(void *self, struct zdm_sql_text *out);
};

struct zdm_ahead;
/* Does a thread pay for so many bytes of SQL? Not with one processor, and not for a few statements. */
bool zdm_ahead_pays(size_t bytes);
/* Borrows what texts->self is. Returns owned; NULL: the system gives no thread. */
struct zdm_ahead *zdm_ahead_start(const struct zdm_sql_texts *texts);
/* At any time: the rest is not parsed any more. NULL is fine. */
void zdm_ahead_stop(struct zdm_ahead *ahead);

#endif
