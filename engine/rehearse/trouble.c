/*
 * trouble.c - what broke, once each, with the step that is to blame.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "rehearse/private.h"

const char *
zdm_rehearse_trouble_name(enum zdm_rehearse_trouble_kind kind)
{
    static const char *const names[] = {
#define TROUBLE(symbol, name) [ZDM_TROUBLE_##symbol] = (name),
        ZDM_REHEARSE_TROUBLES(TROUBLE)
#undef TROUBLE
    };

    return names[kind];
}

/* What is broken stays so in later steps and rounds: it is told once. Messages may hold values (of a key
 * that is there already), so errors are the same by their SQLSTATE. */
static bool
is_same(const struct zdm_rehearse_trouble *a, const struct zdm_rehearse_trouble *b)
{
    if (a->side < 0 || a->kind != b->kind || a->side != b->side || a->query != b->query)
        return false;
    return a->kind != ZDM_TROUBLE_ERROR || strcmp(a->sqlstate, b->sqlstate) == 0;
}

void
zdm_rehearsal_trouble(struct zdm_rehearsal *out, struct zdm_rehearse_trouble trouble)
{
    for (size_t i = 0; i < out->n_troubles; i++) {
        struct zdm_rehearse_trouble *known = &out->troubles[i];
        if (!is_same(known, &trouble))
            continue;
        /* Clients are looked at one behind the other: the step that is to blame is that of the first. */
        trouble.count += known->count;
        if (trouble.at_us < known->at_us) {
            struct zdm_rehearse_trouble later = *known;
            *known = trouble;
            trouble = later;
        } else {
            known->count = trouble.count;
        }
        free(trouble.message);
        free(trouble.detail);
        return;
    }
    out->troubles = zdm_grow(out->troubles, out->n_troubles, sizeof *out->troubles);
    out->troubles[out->n_troubles++] = trouble;
}

void
zdm_round_trouble(struct zdm_round *round, enum zdm_rehearse_trouble_kind kind,
    const struct zdm_step *step, char *message, char *detail)
{
    zdm_rehearsal_trouble(round->out, (struct zdm_rehearse_trouble){
                                          .kind = kind,
                                          .round = round->out->rounds[round->number].name,
                                          .step = step,
                                          .side = -1,
                                          .message = message,
                                          .detail = detail,
                                          .count = 1,
                                      });
}

/* The step that ran when a query ended, or had ended last; NULL: before the first one. */
static struct zdm_rehearse_step *
step_at(struct zdm_round *round, int64_t us)
{
    struct zdm_rehearse_step *found = NULL;

    for (size_t i = 0; i < round->out->n_steps; i++) {
        struct zdm_rehearse_step *step = &round->steps[i];
        if (step->begin_us && step->begin_us <= us && (!found || step->begin_us >= found->begin_us))
            found = step;
    }
    return found;
}

static struct zdm_rehearse_trouble
of_client(const struct zdm_round *round, enum zdm_compat_side side, size_t query,
    const struct zdm_rehearse_step *step)
{
    return (struct zdm_rehearse_trouble){
        .round = round->out->rounds[round->number].name,
        .step = step ? step->step : NULL,
        .side = (int)side,
        .query = query,
        .sql = round->options->load->queries[side][query].statements[0],
        .count = 1,
    };
}

/* See "An error of the server itself" in docs/reference/locks.md. */
static bool
is_of_server(const struct zdm_fault *fault)
{
    static const char stale[] = "cache lookup failed for type ";

    return strcmp(fault->sqlstate, "XX000") == 0 &&
           strncmp(fault->message, stale, sizeof stale - 1) == 0;
}

/* What there is to say of a query that failed; owned. */
static char *
detail_of(const struct zdm_round *round, enum zdm_compat_side side, const struct zdm_fault *fault)
{
    char *given = zdm_query_given(&round->queries[side][fault->query], fault->row);

    if (!is_of_server(fault))
        return given;
    char *detail = zdm_strf("%s%sof PostgreSQL itself: an INSERT may meet it at the very end of "
                            "VALIDATE CONSTRAINT, and succeeds when it is repeated",
        given ? given : "", given ? "\n" : "");
    free(given);
    return detail;
}

static void
judge_fault(struct zdm_round *round, enum zdm_compat_side side, const struct zdm_fault *fault)
{
    struct zdm_rehearse_step *step = step_at(round, fault->end_us);
    struct zdm_rehearse_trouble trouble = of_client(round, side, fault->query, step);

    trouble.at_us = fault->end_us;
    if (step)
        step->faults++;
    switch (fault->kind) {
    case ZDM_FAULT_ERROR:
        trouble.kind = ZDM_TROUBLE_ERROR;
        memcpy(trouble.sqlstate, fault->sqlstate, sizeof trouble.sqlstate);
        trouble.message = zdm_strdup(fault->message);
        trouble.detail = detail_of(round, side, fault);
        break;
    case ZDM_FAULT_SHAPE:
        trouble.kind = ZDM_TROUBLE_SHAPE;
        trouble.message = zdm_strdup("the answer has other columns than before");
        trouble.detail = zdm_strf("before: %s\nnow: %s", fault->message, fault->now);
        break;
    case ZDM_FAULT_VALUES:
        trouble.kind = ZDM_TROUBLE_VALUES;
        trouble.message = zdm_strdup("the answer has other values than before, and no client "
                                     "writes to what it reads");
        trouble.detail = zdm_query_given(&round->queries[side][fault->query], fault->row);
        break;
    }
    zdm_rehearsal_trouble(round->out, trouble);
}

/* The longest one counts; shorter ones behind it waited for it. */
static void
judge_stall(struct zdm_round *round, const struct zdm_rehearse_step *step, int64_t us)
{
    char waited[32], most[32];

    if (us <= round->options->max_stall_us)
        return;
    zdm_round_trouble(round, ZDM_TROUBLE_STALL, step->step,
        zdm_strf("a client waited %s for an answer, more than %s",
            zdm_show_duration(us / 1000, waited),
            zdm_show_duration(round->options->max_stall_us / 1000, most)),
        NULL);
}

void
zdm_round_judge(struct zdm_round *round, enum zdm_compat_side side)
{
    struct zdm_clients *clients = round->clients[side];
    struct zdm_rehearse_round *all = &round->out->rounds[round->number];
    int64_t *longest = zdm_alloc((round->out->n_steps + 1) * sizeof *longest);

    for (size_t c = 0; c < zdm_clients_count(clients); c++) {
        size_t n_asked, n_faults;
        const struct zdm_asked *asked = zdm_clients_asked(clients, c, &n_asked);
        const struct zdm_fault *faults = zdm_clients_faults(clients, c, &n_faults);
        for (size_t i = 0; i < n_asked; i++) {
            int64_t us = asked[i].end_us - asked[i].due_us;
            struct zdm_rehearse_step *step = step_at(round, asked[i].end_us);
            if (!step)
                continue; /* warming up */
            all->asked++;
            zdm_latency_add(&all->seen, us);
            zdm_latency_add(&step->seen, us);
            if (us > longest[step - round->steps])
                longest[step - round->steps] = us;
        }
        for (size_t i = 0; i < n_faults; i++)
            judge_fault(round, side, &faults[i]);
    }
    for (size_t i = 0; i < round->out->n_steps; i++)
        judge_stall(round, &round->steps[i], longest[i]);
    free(longest);
}
