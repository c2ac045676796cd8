/*
 * predict.c - what zdm plan shows of each step, beside what was observed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rehearse/private.h"

static const struct {
    const char *mode, *name;
} locks[] = {
#define LOCK(mode, name) {mode, name},
    ZDM_REHEARSE_LOCKS(LOCK)
#undef LOCK
};
enum { N_LOCKS = sizeof locks / sizeof *locks };

const char *
zdm_rehearse_lock_name(int strength)
{
    return strength > 0 && strength <= N_LOCKS ? locks[strength - 1].name : NULL;
}

int
zdm_lock_strength(const char *name)
{
    for (int i = 0; i < N_LOCKS; i++)
        if (strcmp(locks[i].mode, name) == 0 || strcmp(locks[i].name, name) == 0)
            return i + 1;
    return 0;
}

const char *
zdm_rehearse_work_name(enum zdm_rehearse_work_kind kind)
{
    static const char *const names[] = {
        [ZDM_WORK_REWRITE] = "rewrite", [ZDM_WORK_SCAN] = "scan", [ZDM_WORK_BUILD] = "build"};

    return names[kind];
}

/* The server names relations without their schema in its messages. */
static const char *
last_part(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot && dot[1] ? dot + 1 : name;
}

struct zdm_rehearse_lock *
zdm_step_lock(struct zdm_rehearse_step *step, const char *relation)
{
    for (size_t i = 0; i < step->n_locks; i++)
        if (strcmp(step->locks[i].relation, relation) == 0)
            return &step->locks[i];
    step->locks = zdm_grow(step->locks, step->n_locks, sizeof *step->locks);
    step->locks[step->n_locks] = (struct zdm_rehearse_lock){.relation = zdm_strdup(relation)};
    return &step->locks[step->n_locks++];
}

struct zdm_rehearse_work *
zdm_step_work(
    struct zdm_rehearse_step *step, enum zdm_rehearse_work_kind kind, const char *relation)
{
    for (size_t i = 0; i < step->n_work; i++)
        if (step->work[i].kind == kind &&
            strcmp(last_part(step->work[i].relation), last_part(relation)) == 0)
            return &step->work[i];
    step->work = zdm_grow(step->work, step->n_work, sizeof *step->work);
    step->work[step->n_work] =
        (struct zdm_rehearse_work){.kind = kind, .relation = zdm_strdup(relation)};
    return &step->work[step->n_work++];
}

static void
take_locks(json_t *list, struct zdm_rehearse_step *step)
{
    json_t *item;
    size_t i;

    json_array_foreach(list, i, item)
    {
        const char *relation = json_string_value(json_object_get(item, "relation"));
        const char *mode = json_string_value(json_object_get(item, "mode"));
        if (!relation || !mode)
            continue;
        struct zdm_rehearse_lock *lock = zdm_step_lock(step, relation);
        int strength = zdm_lock_strength(mode);
        if (strength > lock->predicted)
            lock->predicted = strength;
    }
}

static void
take_work(json_t *statement, const char *key, enum zdm_rehearse_work_kind kind,
    struct zdm_rehearse_step *step)
{
    json_t *item;
    size_t i;

    json_array_foreach(json_object_get(statement, key), i, item) if (json_is_string(item))
        zdm_step_work(step, kind, json_string_value(item))
            ->predicted = true;
}

int
zdm_rehearse_predict(struct zdm_round *round, struct zdm_err *err)
{
    json_t *plan = NULL, *step, *statement;
    size_t i, s;

    if (zdm_child_document(round, "plan", &plan, err) < 0)
        return -1;
    json_array_foreach(json_object_get(plan, "steps"), i, step)
    {
        if (i >= round->out->n_steps)
            break;
        const char *mode = json_string_value(json_object_get(step, "mode"));
        round->out->steps[i].alone = mode && strcmp(mode, "alone") == 0;
        json_array_foreach(json_object_get(step, "statements"), s, statement)
        {
            take_locks(json_object_get(statement, "locks"), &round->out->steps[i]);
            take_work(statement, "rewrites", ZDM_WORK_REWRITE, &round->out->steps[i]);
            take_work(statement, "scans", ZDM_WORK_SCAN, &round->out->steps[i]);
            take_work(statement, "builds", ZDM_WORK_BUILD, &round->out->steps[i]);
        }
    }
    json_decref(plan);
    return 0;
}
