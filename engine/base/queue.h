/*
 * queue.h - from one thread to another, in order and never too far ahead.
 *
 * One thread makes items and puts them in, another one takes them out. Each item has a weight, in bytes
 * for instance, which counts from when it is put in until the taker is done with it. Before the maker
 * makes another one it waits until that one fits below the limit, or until nothing at all is out: an
 * item may be heavier than the limit, and then it is the only one.
 *
 *     maker:  while (there is more && zdm_queue_wait(queue, weight)) zdm_queue_put(queue, &x->item);
 *             zdm_queue_end(queue);
 *     taker:  while ((item = zdm_queue_take(queue))) { ...; zdm_queue_done(queue, weight); }
 */
#ifndef ZDM_BASE_QUEUE_H
#define ZDM_BASE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct zdm_queue;

struct zdm_queue_item { /* a part of what is passed on */
    struct zdm_queue_item *next;
    size_t weight;
};

struct zdm_queue *zdm_queue_new(size_t limit); /* returns owned */
/* When the maker is gone. What was not taken is the caller's: take it first. */
void zdm_queue_free(struct zdm_queue *queue);

/* The maker's. False: nobody wants more. */
bool zdm_queue_wait(struct zdm_queue *queue, size_t weight);
/* Takes the item, its weight set. Never waits. */
void zdm_queue_put(struct zdm_queue *queue, struct zdm_queue_item *item);
/* Nothing comes any more. */
void zdm_queue_end(struct zdm_queue *queue);

/* The taker's. Waits; returns owned, NULL once the end was reached. */
struct zdm_queue_item *zdm_queue_take(struct zdm_queue *queue);
/* An item of that weight is done with. */
void zdm_queue_done(struct zdm_queue *queue, size_t weight);
/* Wants no more: the maker comes to its end, what is in the queue can still be taken. */
void zdm_queue_close(struct zdm_queue *queue);

#endif
