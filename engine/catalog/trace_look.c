#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "catalog/trace_private.h"

extern const struct zdm_embedded zdm_catalog_sql[];

static int
by_oid(const void *a, const void *b)
{
    uint32_t x = ((const struct zdm_seen *)a)->oid, y = ((const struct zdm_seen *)b)->oid;

    return (x > y) - (x < y);
}

static void
sort(struct zdm_sight *sight)
{
    if (sight->n)
        qsort(sight->items, sight->n, sizeof *sight->items, by_oid);
}

struct zdm_seen *
zdm_sight_find(const struct zdm_sight *sight, uint32_t oid)
{
    const struct zdm_seen key = {.oid = oid};

    return sight->n ? bsearch(&key, sight->items, sight->n, sizeof key, by_oid) : NULL;
}

/* The columns of trace_locked.sql. */
static struct zdm_sight
read_sight(const struct zdm_result *r, struct zdm_arena *arena)
{
    struct zdm_sight sight = {.n = (size_t)zdm_result_rows(r)};

    sight.items = zdm_arena_alloc(arena, (sight.n + 1) * sizeof *sight.items);
    for (int row = 0; row < (int)sight.n; row++) {
        const char *kind = zdm_result_get(r, row, 3);
        sight.items[row] = (struct zdm_seen){.oid = (uint32_t)zdm_result_i64(r, row, 0),
            .mode = (enum zdm_lock_mode)zdm_result_i64(r, row, 1),
            .name = zdm_arena_strdup(arena, zdm_result_get(r, row, 2)),
            .kind = kind ? *kind : 0,
            .file = zdm_result_i64(r, row, 4),
            .scans = zdm_result_i64(r, row, 5),
            .ours = zdm_result_bool(r, row, 6),
            .display = zdm_arena_strdup(arena, zdm_result_get(r, row, 7)),
            .table = (uint32_t)zdm_result_i64(r, row, 8)};
    }
    sort(&sight);
    return sight;
}

int
zdm_trace_locked(
    struct zdm_trace *trace, struct zdm_arena *arena, struct zdm_sight *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (zdm_conn_query(trace->conn, zdm_embedded_text(zdm_catalog_sql, "sql/trace_locked.sql"), 0,
            NULL, &r, err) < 0)
        return -1;
    *out = read_sight(r, arena);
    zdm_result_free(r);
    return 0;
}

void
zdm_trace_scans(const struct zdm_result *r, struct zdm_arena *arena, struct zdm_sight *out)
{
    struct zdm_sight sight = {.n = (size_t)zdm_result_rows(r)};

    sight.items = zdm_arena_alloc(arena, (sight.n + 1) * sizeof *sight.items);
    for (int row = 0; row < (int)sight.n; row++)
        sight.items[row] = (struct zdm_seen){
            .oid = (uint32_t)zdm_result_i64(r, row, 0), .scans = zdm_result_i64(r, row, 1)};
    sort(&sight);
    *out = sight;
}

/* One observation in the making. */
struct look {
    struct zdm_trace *trace;
    struct zdm_arena *arena;
    struct zdm_sight now, before; /* before: whatever was there, of those in `now` */
    struct zdm_sight held;        /* locks that the transaction had already */
    struct zdm_sight scans;
    bool *scanned, *rewritten, *built; /* of each in `now` */
    struct zdm_observed *out;
};

static char *
oids_of(const struct zdm_sight *sight)
{
    struct zdm_buf buf = ZDM_BUF_INIT;

    zdm_buf_addc(&buf, '{');
    for (size_t i = 0; i < sight->n; i++)
        zdm_buf_addf(&buf, "%s%u", i ? "," : "", sight->items[i].oid);
    zdm_buf_addc(&buf, '}');
    return zdm_buf_take(&buf);
}

/* What the transaction knew before the statement, and what was committed of the rest. */
static int
look_back(struct look *look, struct zdm_err *err)
{
    struct zdm_sight unknown = {.n = 0}, all;
    struct zdm_result *r = NULL;

    unknown.items = zdm_arena_alloc(look->arena, (look->now.n + 1) * sizeof *unknown.items);
    for (size_t i = 0; i < look->now.n; i++)
        if (!zdm_sight_find(&look->held, look->now.items[i].oid))
            unknown.items[unknown.n++] = look->now.items[i];
    char *oids = oids_of(&unknown);
    int rc = zdm_conn_run(look->trace->observer, "trace_before",
        zdm_embedded_text(zdm_catalog_sql, "sql/trace_before.sql"), 1, (const char *[]){oids}, &r,
        err);
    free(oids);
    if (rc < 0)
        return -1;
    struct zdm_sight committed = read_sight(r, look->arena);
    zdm_result_free(r);
    all.n = committed.n + look->held.n;
    all.items = zdm_arena_alloc(look->arena, (all.n + 1) * sizeof *all.items);
    if (committed.n)
        memcpy(all.items, committed.items, committed.n * sizeof *all.items);
    if (look->held.n)
        memcpy(all.items + committed.n, look->held.items, look->held.n * sizeof *all.items);
    sort(&all);
    look->before = all;
    return 0;
}

static bool
is_fresh(const struct look *look, uint32_t oid)
{
    return look->trace->fresh_from && oid >= look->trace->fresh_from;
}

/* Of a relation of `now`: as it was before, when it is one that anybody could wait for. */
static const struct zdm_seen *
before_of(const struct look *look, size_t i)
{
    const struct zdm_seen *seen = zdm_sight_find(&look->before, look->now.items[i].oid);

    return seen && seen->ours && seen->name && !is_fresh(look, seen->oid) ? seen : NULL;
}

static bool
has_files(const struct zdm_seen *seen)
{
    return seen->kind == 'r' || seen->kind == 'm';
}

static int64_t
scans_of(const struct look *look, size_t i)
{
    const struct zdm_seen *old = zdm_sight_find(&look->scans, look->now.items[i].oid);

    return look->now.items[i].scans - (old ? old->scans : 0);
}

static bool
called(const struct look *look, size_t i, const char *name)
{
    const struct zdm_seen *now = &look->now.items[i], *old = before_of(look, i);

    return (now->name && strcmp(now->name, name) == 0) || (old && strcmp(old->name, name) == 0);
}

/* The server gives the bare name: of several the one that was read, else all. */
static void
verified(struct look *look, const char *name)
{
    bool read = false;

    for (size_t i = 0; i < look->now.n; i++)
        read |= called(look, i, name) && scans_of(look, i) > 0;
    for (size_t i = 0; i < look->now.n; i++)
        if (called(look, i, name) && (!read || scans_of(look, i) > 0))
            look->scanned[i] = true;
}

/* Of the keys of one name (those of a partitioned table and its partitions) the tables that were read,
 * else all; the tables they refer to are read in any case. */
static int
validated(struct look *look, const char *name, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char *oids = oids_of(&look->now);
    int rc = ZDM_QUERY(look->trace->conn, zdm_embedded_text(zdm_catalog_sql, "sql/trace_keys.sql"),
        &r, err, name, oids);
    bool read = false;

    free(oids);
    if (rc < 0)
        return -1;
    for (int pass = 0; pass < 2; pass++)
        for (int row = 0; row < zdm_result_rows(r); row++) {
            const struct zdm_seen *seen =
                zdm_sight_find(&look->now, (uint32_t)zdm_result_i64(r, row, 0));
            bool referenced = zdm_result_bool(r, row, 1);
            if (!seen)
                continue;
            size_t i = (size_t)(seen - look->now.items);
            if (pass == 0)
                read |= !referenced && scans_of(look, i) > 0;
            else if (referenced || !read || scans_of(look, i) > 0)
                look->scanned[i] = true;
        }
    zdm_result_free(r);
    return 0;
}

static void
add_name(struct look *look, char ***list, size_t *n, const char *name)
{
    for (size_t i = 0; i < *n; i++)
        if (strcmp((*list)[i], name) == 0)
            return;
    char **grown = zdm_arena_alloc(look->arena, (*n + 1) * sizeof *grown);
    if (*n)
        memcpy(grown, *list, *n * sizeof *grown);
    grown[(*n)++] = zdm_arena_strdup(look->arena, name);
    *list = grown;
}

static int
built(struct look *look, const struct zdm_news *news, struct zdm_err *err)
{
    static const char suffix[] = "_ccnew";
    struct zdm_result *r = NULL;
    char *plain = zdm_strdup(news->name);
    size_t len = strlen(plain), cut = sizeof suffix - 1;
    bool concurrent = !look->out->locks_seen && len > cut && !strcmp(plain + len - cut, suffix);

    plain[concurrent ? len - cut : 0] = '\0';
    int rc = ZDM_QUERY(look->trace->conn, zdm_embedded_text(zdm_catalog_sql, "sql/trace_built.sql"),
        &r, err, news->name, news->table, plain);
    free(plain);
    if (rc < 0)
        return -1;
    for (int row = 0; row < zdm_result_rows(r); row++) {
        uint32_t table = (uint32_t)zdm_result_i64(r, row, 0);
        const struct zdm_seen *seen = zdm_sight_find(&look->now, table);
        if (is_fresh(look, table))
            continue;
        if (look->out->locks_seen && (!seen || !before_of(look, (size_t)(seen - look->now.items))))
            continue;
        add_name(look, &look->out->builds, &look->out->n_builds, zdm_result_get(r, row, 1));
        if (seen)
            look->built[seen - look->now.items] = true;
    }
    zdm_result_free(r);
    return 0;
}

static int
read_news(struct look *look, bool truncates, struct zdm_err *err)
{
    for (size_t i = 0; i < look->trace->n_news; i++) {
        const struct zdm_news *news = &look->trace->news[i];
        if (news->kind == ZDM_NEWS_VERIFYING)
            verified(look, news->name);
        else if (news->kind == ZDM_NEWS_KEY && validated(look, news->name, err) < 0)
            return -1;
        else if (news->kind == ZDM_NEWS_BUILDING && !truncates && built(look, news, err) < 0)
            return -1;
    }
    return 0;
}

/* The lock that the table of an index has, now. */
static enum zdm_lock_mode
table_mode(const struct look *look, const struct zdm_seen *index)
{
    const struct zdm_seen *table = zdm_sight_find(&look->now, index->table);

    return table ? table->mode : ZDM_LOCK_NONE;
}

static struct zdm_lock *
new_lock(struct look *look, struct zdm_lock **list, size_t *n)
{
    if (!*list)
        *list = zdm_arena_alloc(look->arena, (look->now.n + 1) * sizeof **list);
    return &(*list)[(*n)++];
}

static void
collect(struct look *look, bool truncates)
{
    struct zdm_observed *out = look->out;

    for (size_t i = 0; i < look->now.n; i++) {
        const struct zdm_seen *now = &look->now.items[i], *old = before_of(look, i);
        const struct zdm_seen *held = zdm_sight_find(&look->held, now->oid);
        if (!old)
            continue;
        bool index = old->kind == 'i' || old->kind == 'I';
        enum zdm_lock_mode had = held ? held->mode : ZDM_LOCK_NONE;
        struct zdm_lock lock = {
            .relation = zdm_arena_strdup(look->arena, old->display), .mode = now->mode};
        bool says_more = !index || (now->mode >= ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE &&
                                       table_mode(look, old) < now->mode);
        if (says_more && now->mode > had)
            *new_lock(look, &out->locks, &out->n_locks) = lock;
        lock.mode = had;
        if (says_more && had)
            *new_lock(look, &out->before, &out->n_before) = lock;

        bool new_file = now->name && old->file && now->file != old->file && !truncates;
        if (new_file && (has_files(old) || old->kind == 'i'))
            look->rewritten[i] = true;
    }
}

/* An index with a new file was built, and then said so, or moved. */
static bool
was_built(const struct look *look, const struct zdm_seen *index)
{
    const struct zdm_seen *table = zdm_sight_find(&look->now, index->table);

    return table && look->built[table - look->now.items];
}

static void
collect_work(struct look *look, bool truncates)
{
    struct zdm_observed *out = look->out;

    for (size_t i = 0; i < look->now.n; i++) {
        const struct zdm_seen *now = &look->now.items[i], *old = before_of(look, i);
        const struct zdm_seen *held = zdm_sight_find(&look->held, now->oid);
        if (!old)
            continue;
        if (look->rewritten[i] && (has_files(old) || !was_built(look, old)))
            add_name(look, &out->rewrites, &out->n_rewrites, old->display);
        /* Not everything that reads a whole table says so: ALTER DOMAIN does not. */
        bool quiet = !truncates && old->kind == 'r' && now->mode >= ZDM_LOCK_SHARE &&
                     (!held || now->mode > held->mode) && scans_of(look, i) > 0 &&
                     !look->rewritten[i] && !look->built[i];
        if (quiet || (look->scanned[i] && !look->rewritten[i]))
            add_name(look, &out->scans, &out->n_scans, old->display);
    }
}

int
zdm_trace_look(struct zdm_trace *trace, const struct zdm_sight *held, const struct zdm_sight *scans,
    bool truncates, struct zdm_arena *arena, struct zdm_observed *out, struct zdm_err *err)
{
    struct look look = {.trace = trace, .arena = arena, .held = *held, .scans = *scans, .out = out};

    if (zdm_trace_locked(trace, arena, &look.now, err) < 0 || look_back(&look, err) < 0)
        return -1;
    look.scanned = zdm_arena_alloc(arena, look.now.n + 1);
    look.rewritten = zdm_arena_alloc(arena, look.now.n + 1);
    look.built = zdm_arena_alloc(arena, look.now.n + 1);
    out->locks_seen = true;
    if (read_news(&look, truncates, err) < 0)
        return -1;
    collect(&look, truncates);
    collect_work(&look, truncates);
    return 0;
}

int
zdm_trace_look_alone(
    struct zdm_trace *trace, struct zdm_arena *arena, struct zdm_observed *out, struct zdm_err *err)
{
    struct look look = {.trace = trace, .arena = arena, .out = out};

    for (size_t i = 0; i < trace->n_news; i++)
        if (trace->news[i].kind == ZDM_NEWS_BUILDING && built(&look, &trace->news[i], err) < 0)
            return -1;
    return 0;
}
