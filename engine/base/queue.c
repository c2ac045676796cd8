#include "base/queue.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"

struct zdm_queue {
    pthread_mutex_t mutex;
    pthread_cond_t filled, emptied;
    size_t limit;
    /* Guarded by the mutex. */
    struct zdm_queue_item *first, **last;
    size_t out; /* the weight of all that is in the queue or with the taker */
    bool ended, closed;
};

struct zdm_queue *
zdm_queue_new(size_t limit)
{
    struct zdm_queue *queue = zdm_alloc(sizeof *queue);

    if (pthread_mutex_init(&queue->mutex, NULL) != 0 ||
        pthread_cond_init(&queue->filled, NULL) != 0 ||
        pthread_cond_init(&queue->emptied, NULL) != 0)
        zdm_die("cannot make a mutex");
    queue->limit = limit;
    queue->last = &queue->first;
    return queue;
}

void
zdm_queue_free(struct zdm_queue *queue)
{
    pthread_cond_destroy(&queue->emptied);
    pthread_cond_destroy(&queue->filled);
    pthread_mutex_destroy(&queue->mutex);
    free(queue);
}

static bool
fits(const struct zdm_queue *queue, size_t weight)
{
    return queue->out == 0 || queue->out + weight <= queue->limit;
}

bool
zdm_queue_wait(struct zdm_queue *queue, size_t weight)
{
    pthread_mutex_lock(&queue->mutex);
    while (!queue->closed && !fits(queue, weight))
        pthread_cond_wait(&queue->emptied, &queue->mutex);
    bool wanted = !queue->closed;
    pthread_mutex_unlock(&queue->mutex);
    return wanted;
}

void
zdm_queue_put(struct zdm_queue *queue, struct zdm_queue_item *item)
{
    item->next = NULL;
    pthread_mutex_lock(&queue->mutex);
    bool was_empty = !queue->first;
    *queue->last = item;
    queue->last = &item->next;
    queue->out += item->weight;
    if (was_empty)
        pthread_cond_signal(&queue->filled);
    pthread_mutex_unlock(&queue->mutex);
}

void
zdm_queue_end(struct zdm_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->ended = true;
    pthread_cond_signal(&queue->filled);
    pthread_mutex_unlock(&queue->mutex);
}

struct zdm_queue_item *
zdm_queue_take(struct zdm_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    while (!queue->first && !queue->ended)
        pthread_cond_wait(&queue->filled, &queue->mutex);
    struct zdm_queue_item *item = queue->first;
    if (item) {
        queue->first = item->next;
        if (!queue->first)
            queue->last = &queue->first;
    }
    pthread_mutex_unlock(&queue->mutex);
    return item;
}

/* A maker that is woken for each item makes one and sleeps again: it waits for half of the room. */
void
zdm_queue_done(struct zdm_queue *queue, size_t weight)
{
    pthread_mutex_lock(&queue->mutex);
    queue->out -= weight;
    if (queue->out <= queue->limit / 2)
        pthread_cond_signal(&queue->emptied);
    pthread_mutex_unlock(&queue->mutex);
}

void
zdm_queue_close(struct zdm_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->closed = true;
    pthread_cond_signal(&queue->emptied);
    pthread_mutex_unlock(&queue->mutex);
}
