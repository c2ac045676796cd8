#include "sql/ahead.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/queue.h"
#include "sql/feed.h"

enum {
    LIMIT = 64 * 1024,   /* bytes of text that are parsed and not judged yet */
    LITTLE = 16 * 1024,  /* bytes that are parsed before a thread has begun */
    STEP = 256,          /* bytes that the shortest statement is taken for */
    STACK = 16384 * 1024 /* bytes; the parser recurses */
};

/* A script begins with what was opened, then come its portions, then one with neither. */
struct step {
    struct zdm_queue_item item;
    struct zdm_opened *opened;
    bool has_portion;
    struct zdm_portion portion;
};

struct zdm_ahead {
    pthread_t thread;
    struct zdm_queue *queue;
    struct zdm_sql_texts texts;
    struct step *taken; /* what the taker looks at */
};

static void
put(struct zdm_ahead *ahead, struct step *step, size_t weight)
{
    step->item.weight = weight;
    zdm_queue_put(ahead->queue, &step->item);
}

static bool
parse_text(struct zdm_ahead *ahead, const struct zdm_sql_text *text)
{
    struct zdm_parser parser;
    struct zdm_portion portion;
    struct step *step = zdm_alloc(sizeof *step);
    bool wanted = true;
    size_t bytes;

    step->opened = zdm_parser_open(&parser, text);
    put(ahead, step, 0); /* it is there as long as the script: portions must not wait for it */
    while (wanted && zdm_parser_cut(&parser, &bytes)) {
        wanted = zdm_queue_wait(ahead->queue, bytes + STEP);
        if (!wanted || !zdm_parser_parse(&parser, &portion))
            continue;
        step = zdm_alloc(sizeof *step);
        step->has_portion = true;
        step->portion = portion;
        put(ahead, step, bytes + STEP);
    }
    zdm_parser_close(&parser);
    wanted = wanted && zdm_queue_wait(ahead->queue, STEP);
    put(ahead, zdm_alloc(sizeof *step), STEP);
    return wanted;
}

static void *
parse_all(void *self)
{
    struct zdm_ahead *ahead = self;
    struct zdm_sql_text text;

    while (ahead->texts.next(ahead->texts.self, &text) && parse_text(ahead, &text))
        ;
    zdm_queue_end(ahead->queue);
    return NULL;
}

bool
zdm_ahead_pays(size_t bytes)
{
    cpu_set_t set;

    return bytes > LITTLE && sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 1;
}

static int
start(struct zdm_ahead *ahead)
{
    sigset_t all, before;
    pthread_attr_t attributes;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&ahead->thread, &attributes, parse_all, ahead);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return failed ? -1 : 0;
}

struct zdm_ahead *
zdm_ahead_start(const struct zdm_sql_texts *texts)
{
    struct zdm_ahead *ahead = zdm_alloc(sizeof *ahead);

    ahead->queue = zdm_queue_new(LIMIT);
    ahead->texts = *texts;
    if (start(ahead) == 0)
        return ahead;
    zdm_queue_free(ahead->queue);
    free(ahead);
    return NULL;
}

/* Lets go of what was looked at, and takes what follows; NULL at the end. */
static struct step *
take(struct zdm_ahead *ahead)
{
    struct step *step = ahead->taken;

    if (step) {
        size_t weight = step->item.weight;
        zdm_portion_release(&step->portion);
        free(step);
        zdm_queue_done(ahead->queue, weight);
    }
    return ahead->taken = (struct step *)zdm_queue_take(ahead->queue);
}

void
zdm_ahead_stop(struct zdm_ahead *ahead)
{
    struct step *step;

    if (!ahead)
        return;
    zdm_queue_close(ahead->queue);
    while ((step = take(ahead)))
        zdm_opened_free(step->opened);
    pthread_join(ahead->thread, NULL);
    zdm_queue_free(ahead->queue);
    free(ahead);
}

static const struct zdm_portion *
next_portion(void *self)
{
    const struct step *step = take(self);

    if (!step || step->opened)
        zdm_die("a script that was parsed ahead has no end");
    return step->has_portion ? &step->portion : NULL;
}

struct zdm_opened *
zdm_ahead_open(struct zdm_ahead *ahead, const struct zdm_sql_text *text, struct zdm_feed *feed)
{
    const struct step *step = take(ahead);

    if (!step || !step->opened || step->opened->from != text->text + text->start)
        zdm_die("another script was parsed ahead");
    *feed = (struct zdm_feed){ahead, next_portion};
    return step->opened;
}
