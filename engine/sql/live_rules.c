/* Rules about tables and servers as they are now: busy, large, nearly full, behind. */
#include <string.h>

#include "base/text.h"
#include "sql/live_rules.h"

enum {
    /* As many as PostgreSQL has connections by default: what queues for one second takes them all. */
    HOT_PER_SECOND = 100,
    SCANS_SECONDS = 60, /* a rate over less is chance */
    CHANGES_SECONDS =
        24 * 60 * 60, /* a load of millions of rows is no traffic: let it average out */
    /* What an application's users notice, and the least that a lock_timeout is set to. */
    LONG_MS = 1000,
    CROWDED_PERCENT = 80,
    /* The default max_lag of a backfill, and what a standby replays meanwhile at 100 MB/s. */
    BEHIND_MS = 5000,
    BEHIND_BYTES = 500 * 1000 * 1000,
};
static const int64_t much = 1 << 30; /* bytes: what a server may lack */

/* Somebody who uses the relation queues behind the lock. */
static bool
is_strong(const struct zdm_lock *lock)
{
    return lock->mode >= ZDM_LOCK_SHARE;
}

/* Of the strongest mode among those that are held for long; n_locks: there is none. */
static size_t
long_lock(const struct zdm_statement *st)
{
    size_t found = st->n_locks;

    for (size_t i = 0; i < st->n_locks; i++)
        if (is_strong(&st->locks[i]) && st->locks[i].held != ZDM_HELD_BRIEF &&
            (found == st->n_locks || st->locks[i].mode > st->locks[found].mode))
            found = i;
    return found;
}

static const char *
who_waits(const struct zdm_lock *lock)
{
    return lock->mode == ZDM_LOCK_ACCESS_EXCLUSIVE ? "readers and writers" : "writers";
}

static void
duration(struct zdm_draft *draft, const struct zdm_live *live, const struct zdm_live_work *work)
{
    const struct zdm_statement *st = draft->st;
    size_t i = long_lock(st);
    int64_t least, most;

    zdm_live_time(live, work, &least, &most);
    if (!work->table || most < LONG_MS)
        return;
    const char *range = zdm_live_range(draft->arena, least, most);
    const char *text = zdm_live_work_text(draft, work);
    if (i < st->n_locks)
        ZDM_FIND(draft, LARGE_TABLE, .kind = st->kind, .name = text, .other = range,
            .type = who_waits(&st->locks[i]), .table = st->locks[i].relation);
    else if (work->indexed)
        ZDM_FIND(draft, INDEX_BUILD_TIME, .kind = st->kind, .name = text, .other = range);
}

/* What those do who would have to wait for a lock of this mode, times a second; 0 for what is not
 * judged. */
struct pace {
    int64_t scans, changes;
};

static struct pace
pace_behind(const struct zdm_live *live, const struct zdm_draft *draft, size_t i)
{
    const struct zdm_lock *lock = &draft->st->locks[i];
    const struct zdm_live_relation *seen = draft->targets[i]->live;
    struct pace pace = {.scans = 0};

    if (!seen || !is_strong(lock))
        return pace;
    if (lock->mode == ZDM_LOCK_ACCESS_EXCLUSIVE && live->seconds >= SCANS_SECONDS)
        pace.scans = seen->scans / live->seconds;
    if (live->seconds >= CHANGES_SECONDS)
        pace.changes = seen->changes / live->seconds;
    return pace;
}

static const char *
pace_text(struct zdm_arena *arena, struct pace pace)
{
    char scans[32], changes[32];

    zdm_show_count(pace.scans, scans);
    zdm_show_count(pace.changes, changes);
    if (!pace.changes)
        return zdm_arena_strf(arena, "%s scans", scans);
    if (!pace.scans)
        return zdm_arena_strf(arena, "%s changed rows", changes);
    return zdm_arena_strf(arena, "%s scans and %s changed rows", scans, changes);
}

static void
heat(struct zdm_sequence *sequence, struct zdm_draft *draft, const struct zdm_live *live)
{
    const struct zdm_statement *st = draft->st;
    struct pace most = {.scans = 0};
    size_t hottest = st->n_locks;

    for (size_t i = 0; i < st->n_locks; i++) {
        struct pace here = pace_behind(live, draft, i);
        int64_t rate = here.scans + here.changes;
        if (rate < HOT_PER_SECOND || rate <= most.scans + most.changes ||
            zdm_live_has_lock(sequence, draft, i))
            continue;
        hottest = i;
        most = here;
    }
    if (hottest < st->n_locks)
        ZDM_FIND(draft, HOT_TABLE, .table = st->locks[hottest].relation,
            .name = pace_text(draft->arena, most), .other = live->since,
            .type = who_waits(&st->locks[hottest]), .kind = st->kind);
}

/* Once a text: the next statement meets the same server. */
static void
crowd(struct zdm_sequence *sequence, struct zdm_draft *draft, const struct zdm_live *live)
{
    const struct zdm_statement *st = draft->st;

    if (sequence->connections_told || live->available <= 0 ||
        live->connections * 100 < live->available * CROWDED_PERCENT)
        return;
    for (size_t i = 0; i < st->n_locks; i++) {
        if (st->locks[i].mode != ZDM_LOCK_ACCESS_EXCLUSIVE || draft->targets[i]->index ||
            zdm_live_has_lock(sequence, draft, i))
            continue;
        ZDM_FIND(draft, MANY_CONNECTIONS, .kind = st->kind, .table = st->locks[i].relation,
            .name = zdm_arena_strf(draft->arena, "%lld", (long long)live->connections),
            .other = zdm_arena_strf(draft->arena, "%lld", (long long)live->available));
        sequence->connections_told = true;
        return;
    }
}

/* The limit that the statement is going to pass, told as the end of a sentence; NULL: none. */
static const char *
passed_limit(struct zdm_draft *draft, const struct zdm_live *live, const struct zdm_live_work *work)
{
    struct zdm_arena *arena = draft->arena;

    if (live->temp_file_limit >= 0 && work->largest_index > live->sort_memory &&
        work->largest_index > live->temp_file_limit)
        return zdm_arena_strf(arena,
            ": its sort takes about %s of temporary files, and temp_file_limit is %s",
            zdm_live_bytes(arena, work->largest_index),
            zdm_live_bytes(arena, live->temp_file_limit));
    for (size_t i = 0; i < live->slots.n; i++) {
        const struct zdm_live_slot *slot = live->slots.items[i];
        if (slot->safe_bytes >= 0 && work->wal > slot->safe_bytes)
            return zdm_arena_strf(arena,
                ", and as much WAL: after %s of it replication slot %s is lost",
                zdm_live_bytes(arena, slot->safe_bytes), slot->name);
    }
    return NULL;
}

static const char *
kept_wal(struct zdm_draft *draft, const struct zdm_live *live, const struct zdm_live_work *work)
{
    if (!work->wal)
        return "";
    for (size_t i = 0; i < live->slots.n; i++) {
        const struct zdm_live_slot *slot = live->slots.items[i];
        if (!slot->active && slot->safe_bytes < 0)
            return zdm_arena_strf(draft->arena,
                ", and as much WAL, which replication slot %s keeps: nobody reads it", slot->name);
    }
    return ", and as much WAL";
}

static const char *
tablespace_of(const struct zdm_live *live, const struct zdm_live_work *work)
{
    return work->table && work->table->tablespace ? work->table->tablespace : live->tablespace;
}

static void
headroom(struct zdm_draft *draft, const struct zdm_live *live, const struct zdm_live_work *work)
{
    const char *limit = work->files ? passed_limit(draft, live, work) : NULL;

    if (!limit && work->files < much)
        return;
    struct zdm_finding *finding = ZDM_FIND(draft, DISK_HEADROOM, .kind = draft->st->kind,
        .name = zdm_live_bytes(draft->arena, work->files), .other = tablespace_of(live, work),
        .type = limit ? limit : kept_wal(draft, live, work));
    if (limit && finding && finding->severity == zdm_sql_rule(finding->rule)->severity)
        finding->severity = ZDM_SEVERITY_WARNING;
}

static void
lag(struct zdm_draft *draft, const struct zdm_live *live, const struct zdm_live_work *work)
{
    const struct zdm_live_replica *worst = NULL;

    for (size_t i = 0; i < live->replicas.n; i++) {
        const struct zdm_live_replica *replica = live->replicas.items[i];
        bool behind = replica->behind_ms >= BEHIND_MS || replica->behind_bytes >= BEHIND_BYTES;
        if (behind && (!worst || replica->behind_bytes > worst->behind_bytes))
            worst = replica;
    }
    /* So much is written in no time, and replayed as fast. */
    if (!worst || work->wal < BEHIND_BYTES / 10)
        return;
    const char *how = worst->behind_ms >= BEHIND_MS
                          ? zdm_live_age(draft->arena, worst->behind_ms)
                          : zdm_live_bytes(draft->arena, worst->behind_bytes);
    ZDM_FIND(draft, REPLICA_LAG, .kind = draft->st->kind, .name = worst->name, .other = how,
        .type = zdm_live_bytes(draft->arena, work->wal));
}

static void
note_work(struct zdm_draft *draft, const struct zdm_live *live, const struct zdm_live_work *work)
{
    struct zdm_workload *out = &draft->st->workload;

    if (!work->table)
        return;
    *out = (struct zdm_workload){
        .read_bytes = work->scanned + work->rewritten + work->indexed,
        .disk_bytes = work->files,
        .wal_bytes = work->wal,
        .work = zdm_live_work_text(draft, work),
        .basis = zdm_live_basis(draft->arena, live, work),
    };
    const char *tablespace = tablespace_of(live, work);
    if (tablespace) /* the statement may outlive the catalog */
        out->tablespace = zdm_arena_strdup(draft->arena, tablespace);
    zdm_live_time(live, work, &out->least_ms, &out->most_ms);
}

void
zdm_live_rules(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    const struct zdm_live *live = draft->catalog->live;
    struct zdm_live_work work;

    if (!live || draft->st->fails_with || !draft->st->n_locks)
        return;
    zdm_live_waits(sequence, draft);
    heat(sequence, draft, live);
    crowd(sequence, draft, live);
    zdm_live_measure(draft, &work);
    note_work(draft, live, &work);
    duration(draft, live, &work);
    headroom(draft, live, &work);
    lag(draft, live, &work);
}
