#include <stdio.h>
#include <string.h>

#include "catalog/trace_private.h"

struct lines {
    struct zdm_arena *arena;
    char **items;
    size_t n;
};

static void
say(struct lines *lines, char *line)
{
    char **grown = zdm_arena_alloc(lines->arena, (lines->n + 1) * sizeof *grown);

    if (lines->n)
        memcpy(grown, lines->items, lines->n * sizeof *grown);
    grown[lines->n++] = line;
    lines->items = grown;
}

static enum zdm_lock_mode
mode_on(const struct zdm_lock *locks, size_t n, const char *relation)
{
    enum zdm_lock_mode mode = ZDM_LOCK_NONE;

    for (size_t i = 0; i < n; i++)
        if (strcmp(locks[i].relation, relation) == 0 && locks[i].mode > mode)
            mode = locks[i].mode;
    return mode;
}

/* Weak locks depend on rows and plans: predicting more of them is no error. */
static bool
same_mode(enum zdm_lock_mode said, enum zdm_lock_mode seen)
{
    if (said < ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE && seen < ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE)
        return said >= seen;
    return said == seen;
}

static void
compare_locks(
    struct lines *lines, const struct zdm_statement *st, const struct zdm_observed *observed)
{
    for (size_t i = 0; i < st->n_locks; i++) {
        const struct zdm_lock *lock = &st->locks[i];
        enum zdm_lock_mode seen = mode_on(observed->locks, observed->n_locks, lock->relation);
        /* What the transaction had already need not be taken again. */
        if (lock->mode <= mode_on(observed->before, observed->n_before, lock->relation))
            continue;
        if (!same_mode(lock->mode, seen))
            say(lines, zdm_arena_strf(lines->arena, "lock on %s: said %s, seen %s", lock->relation,
                           zdm_lock_mode_name(lock->mode), zdm_lock_mode_name(seen)));
    }
    for (size_t i = 0; i < observed->n_locks; i++) {
        const struct zdm_lock *lock = &observed->locks[i];
        if (mode_on(st->locks, st->n_locks, lock->relation) == ZDM_LOCK_NONE)
            say(lines, zdm_arena_strf(lines->arena, "lock on %s: not said, seen %s", lock->relation,
                           zdm_lock_mode_name(lock->mode)));
    }
}

static bool
has(char *const *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], name) == 0)
            return true;
    return false;
}

static void
compare_lists(struct lines *lines, const char *what, char *const *said, size_t n_said,
    char *const *seen, size_t n_seen)
{
    for (size_t i = 0; i < n_said; i++)
        if (!has(seen, n_seen, said[i]))
            say(lines, zdm_arena_strf(lines->arena, "%s %s: said, not seen", what, said[i]));
    for (size_t i = 0; i < n_seen; i++)
        if (!has(said, n_said, seen[i]))
            say(lines, zdm_arena_strf(lines->arena, "%s %s: not said, seen", what, seen[i]));
}

char **
zdm_trace_differences(const struct zdm_statement *st, const struct zdm_observed *observed,
    struct zdm_arena *arena, size_t *n)
{
    struct lines lines = {.arena = arena};
    const char *said = st->fails_with, *seen = observed->sqlstate;

    if (said && !seen)
        say(&lines, zdm_arena_strf(arena, "error: said %s, none seen", said));
    else if (seen && *seen && (!said || strcmp(said, seen) != 0))
        say(&lines, zdm_arena_strf(arena, "error: said %s, seen %s (%s)", said ? said : "none",
                        seen, observed->message));
    if (!said && !seen) {
        if (observed->locks_seen)
            compare_locks(&lines, st, observed);
        compare_lists(&lines, "rewrite of", st->rewrites, st->n_rewrites, observed->rewrites,
            observed->n_rewrites);
        if (observed->locks_seen)
            compare_lists(
                &lines, "scan of", st->scans, st->n_scans, observed->scans, observed->n_scans);
        compare_lists(
            &lines, "build of", st->builds, st->n_builds, observed->builds, observed->n_builds);
    }
    *n = lines.n;
    return lines.items;
}
