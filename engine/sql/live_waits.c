/* Whom a statement has to wait for: transactions that are open now, and likely to stay so. */
#include <stdlib.h>

#include "sql/live_rules.h"
#include "sql/syntax.h"

enum {
    OLD_MS = 10 * 1000
}; /* most are over when the statement comes; those beyond this mostly not */

/* The manual's table "Conflicting Lock Modes": a bit for each mode. */
static bool
conflict(enum zdm_lock_mode a, enum zdm_lock_mode b)
{
#define M(mode) (1u << ZDM_LOCK_##mode)
    enum { ALL = (1u << (ZDM_LOCK_ACCESS_EXCLUSIVE + 1)) - 2 };
    static const unsigned with[] = {
        [ZDM_LOCK_ACCESS_SHARE] = M(ACCESS_EXCLUSIVE),
        [ZDM_LOCK_ROW_SHARE] = M(EXCLUSIVE) | M(ACCESS_EXCLUSIVE),
        [ZDM_LOCK_ROW_EXCLUSIVE] =
            M(SHARE) | M(SHARE_ROW_EXCLUSIVE) | M(EXCLUSIVE) | M(ACCESS_EXCLUSIVE),
        [ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE] =
            ALL & ~(M(ACCESS_SHARE) | M(ROW_SHARE) | M(ROW_EXCLUSIVE)),
        [ZDM_LOCK_SHARE] = ALL & ~(M(ACCESS_SHARE) | M(ROW_SHARE) | M(SHARE)),
        [ZDM_LOCK_SHARE_ROW_EXCLUSIVE] = ALL & ~(M(ACCESS_SHARE) | M(ROW_SHARE)),
        [ZDM_LOCK_EXCLUSIVE] = ALL & ~M(ACCESS_SHARE),
        [ZDM_LOCK_ACCESS_EXCLUSIVE] = ALL,
    };
#undef M
    return with[a] >> b & 1;
}

/* The others will be gone, or give way. */
static bool
stays(const struct zdm_live_transaction *by)
{
    switch (by->kind) {
    case ZDM_LIVE_PREPARED:
        return true;
    case ZDM_LIVE_AUTOVACUUM:
        return by->prevents_wraparound;
    case ZDM_LIVE_SESSION:
        return by->age_ms >= OLD_MS;
    }
    return false;
}

struct waiting {
    const struct zdm_live_transaction *oldest;
    const char *relation; /* that it has locked; NULL: it has a snapshot */
    enum zdm_lock_mode mode;
};

static void
wait_for(struct waiting *waiting, const struct zdm_live_transaction *by, const char *relation,
    enum zdm_lock_mode mode)
{
    if (!waiting->oldest || by->age_ms > waiting->oldest->age_ms) {
        waiting->oldest = by;
        waiting->relation = relation;
        waiting->mode = mode;
    }
}

/* The mode that the statement waits to be free: CONCURRENTLY takes a weak lock, and then waits for
 * everybody who has a stronger one, or any, without taking it. */
static enum zdm_lock_mode
awaited(const struct zdm_draft *draft, const struct zdm_lock *lock, bool concurrent)
{
    if (!concurrent || lock->mode != ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE)
        return lock->mode;
    /* A new index waits for those who write; an old one, or a partition, for those who use it. */
    return draft->node->node_case == PG_QUERY__NODE__NODE_INDEX_STMT ? ZDM_LOCK_SHARE
                                                                     : ZDM_LOCK_ACCESS_EXCLUSIVE;
}

static void
locks(struct zdm_sequence *sequence, struct zdm_draft *draft, bool concurrent,
    struct waiting *waiting)
{
    const struct zdm_statement *st = draft->st;

    for (size_t i = 0; i < st->n_locks; i++) {
        const struct zdm_live_relation *seen = draft->targets[i]->live;
        if (!seen || !seen->locks.n || zdm_live_has_lock(sequence, draft, i))
            continue;
        enum zdm_lock_mode mode = awaited(draft, &st->locks[i], concurrent);
        for (size_t k = 0; k < seen->locks.n; k++) {
            const struct zdm_live_lock *lock = seen->locks.items[k];
            if (conflict(mode, lock->mode) && stays(lock->by))
                wait_for(waiting, lock->by, st->locks[i].relation, lock->mode);
        }
    }
}

/* A build must not miss rows that an old snapshot still sees, in any table. */
static void
snapshots(struct zdm_draft *draft, struct waiting *waiting)
{
    const struct zdm_live *live = draft->catalog->live;

    if (draft->node->node_case != PG_QUERY__NODE__NODE_INDEX_STMT &&
        draft->node->node_case != PG_QUERY__NODE__NODE_REINDEX_STMT)
        return;
    for (size_t i = 0; i < live->transactions.n; i++) {
        const struct zdm_live_transaction *by = live->transactions.items[i];
        if (by->kind == ZDM_LIVE_SESSION && by->snapshot && stays(by))
            wait_for(waiting, by, NULL, ZDM_LOCK_NONE);
    }
}

static const char *
who(struct zdm_arena *arena, const struct zdm_live_transaction *by)
{
    const char *age = by->age_ms < 0 ? "some time" : zdm_live_age(arena, by->age_ms);

    if (by->kind == ZDM_LIVE_PREPARED)
        return zdm_arena_strf(
            arena, "the prepared transaction %s of user %s, %s old", by->name, by->user, age);
    if (by->kind == ZDM_LIVE_AUTOVACUUM)
        return zdm_arena_strf(
            arena, "autovacuum (pid %d, to prevent wraparound, for %s)", by->pid, age);
    return zdm_arena_strf(arena, "pid %d (%s%s%suser %s, %s, in its transaction for %s)", by->pid,
        by->name && *by->name ? "app " : "", by->name ? by->name : "",
        by->name && *by->name ? ", " : "", by->user ? by->user : "unknown",
        by->state ? by->state : "state unknown", age);
}

/* What it takes to end it, behind "let it end first". */
static const char *
remedy(struct zdm_arena *arena, const struct zdm_live_transaction *by)
{
    switch (by->kind) {
    case ZDM_LIVE_PREPARED: {
        char *name = zdm_sql_quote_literal(by->name);
        const char *text =
            zdm_arena_strf(arena, ": COMMIT PREPARED %s, or ROLLBACK PREPARED %s", name, name);
        free(name);
        return text;
    }
    case ZDM_LIVE_AUTOVACUUM:
        return ": cancelled it begins anew";
    case ZDM_LIVE_SESSION:
        break;
    }
    return zdm_arena_strf(
        arena, ", or end it when nobody misses it: SELECT pg_terminate_backend(%d)", by->pid);
}

void
zdm_live_waits(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    bool concurrent = draft->st->transaction == ZDM_TX_FORBIDDEN && zdm_is_concurrent(draft->node);
    struct waiting waiting = {.oldest = NULL};
    struct zdm_arena *arena = draft->arena;

    locks(sequence, draft, concurrent, &waiting);
    if (concurrent)
        snapshots(draft, &waiting);
    if (!waiting.oldest)
        return;
    const char *what = waiting.relation ? zdm_arena_strf(arena, "holds %s on %s",
                                              zdm_lock_mode_name(waiting.mode), waiting.relation)
                                        : "reads with an old snapshot";
    ZDM_FIND(draft, OLD_TRANSACTION, .kind = draft->st->kind, .name = who(arena, waiting.oldest),
        .other = what, .type = remedy(arena, waiting.oldest));
}
