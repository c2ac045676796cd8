/* How much a statement reads and writes by the sizes on the server, and how long that takes (speed.h). */
#include <string.h>

#include "base/text.h"
#include "sql/live_rules.h"

enum {
    INDEX_ROW = 12,   /* bytes of an entry beside its columns: header and line pointer */
    PLAIN_COLUMN = 8, /* of a fixed size, mostly */
    LONG_COLUMN = 32, /* what the planner takes a text for before ANALYZE */
    INDEX_FILL = 90,  /* percent of a page that a new b-tree uses */
};

/* The table without its indexes. */
static int64_t
heap_bytes(const struct zdm_relation *table)
{
    int64_t bytes = table->bytes;

    for (size_t i = 0; i < table->indexes.n; i++)
        bytes -= table->indexes.items[i]->self->bytes;
    return bytes > 0 ? bytes : 0;
}

/* The size that it has, or that of a b-tree with all rows, which a partial one is smaller than. */
static int64_t
index_bytes(const struct zdm_index *index)
{
    int64_t width = INDEX_ROW;

    if (index->self->bytes > 0)
        return index->self->bytes;
    if (index->table->rows <= 0 || (index->method && strcmp(index->method, "brin") == 0))
        return 0;
    for (size_t i = 0; i < index->n_columns; i++) {
        const char *name = index->columns[i].name;
        const struct zdm_column *column = name ? zdm_relation_column(index->table, name) : NULL;
        width += column && column->storage == 'p' ? PLAIN_COLUMN : LONG_COLUMN;
    }
    return index->table->rows * width / INDEX_FILL * 100;
}

static bool
is_logged(const struct zdm_relation *relation)
{
    return !relation->unlogged && !relation->temporary;
}

static void
add_table(struct zdm_live_work *work, const struct zdm_relation *table)
{
    work->n_tables++;
    if (!work->table || table->bytes > work->table->bytes)
        work->table = table;
}

static void
add_file(struct zdm_live_work *work, const struct zdm_relation *table, int64_t bytes)
{
    work->files += bytes;
    if (is_logged(table))
        work->wal += bytes;
}

/* UPDATE and DELETE of all rows: each is written to WAL. */
static void
measure_rows(const struct zdm_draft *draft, struct zdm_live_work *work)
{
    const struct zdm_statement *st = draft->st;
    bool all = false;

    for (size_t i = 0; i < st->n_findings; i++)
        all |= strcmp(st->findings[i].rule, "dml-unbatched") == 0 ||
               strcmp(st->findings[i].rule, "dml-delete-all") == 0;
    for (size_t i = 0; all && i < st->n_locks; i++)
        if (st->locks[i].mode == ZDM_LOCK_ROW_EXCLUSIVE && is_logged(draft->targets[i]))
            work->wal += heap_bytes(draft->targets[i]);
}

void
zdm_live_measure(struct zdm_draft *draft, struct zdm_live_work *out)
{
    const struct zdm_statement *st = draft->st;
    struct zdm_live_work work = {.table = NULL};
    const struct zdm_relation *table;

    for (size_t i = 0; i < st->n_rewrites; i++)
        if ((table = zdm_draft_locked(draft, st->rewrites[i]))) {
            work.rewritten += heap_bytes(table);
            add_file(&work, table, heap_bytes(table));
            add_table(&work, table);
        }
    for (size_t i = 0; i < st->n_scans; i++)
        if ((table = zdm_draft_locked(draft, st->scans[i]))) {
            work.scanned += heap_bytes(table);
            add_table(&work, table);
        }
    for (size_t i = 0; i < draft->n_built; i++) {
        const struct zdm_index *index = draft->built[i];
        int64_t bytes = index_bytes(index);
        work.indexed += heap_bytes(index->table);
        add_file(&work, index->table, bytes);
        if (bytes > work.largest_index)
            work.largest_index = bytes;
        if (!work.rewritten && (i == 0 || draft->built[i - 1]->table != index->table))
            add_table(&work, index->table);
    }
    measure_rows(draft, &work);
    *out = work;
}

static void
bytes_of(const struct zdm_live_work *work, int64_t bytes[ZDM_SPEED_KINDS])
{
    bytes[ZDM_SPEED_SCAN] = work->scanned;
    bytes[ZDM_SPEED_REWRITE] = work->rewritten;
    bytes[ZDM_SPEED_BUILD] = work->indexed;
}

void
zdm_live_time(
    const struct zdm_live *live, const struct zdm_live_work *work, int64_t *least, int64_t *most)
{
    int64_t bytes[ZDM_SPEED_KINDS];

    bytes_of(work, bytes);
    zdm_speeds_time(&live->speeds, bytes, least, most);
}

const char *
zdm_live_basis(
    struct zdm_arena *arena, const struct zdm_live *live, const struct zdm_live_work *work)
{
    int64_t bytes[ZDM_SPEED_KINDS];
    struct zdm_buf text = ZDM_BUF_INIT;

    bytes_of(work, bytes);
    zdm_speeds_add_basis(&text, &live->speeds, bytes);
    const char *basis = zdm_arena_strdup(arena, text.len ? text.s : "");
    zdm_buf_release(&text);
    return basis;
}

const char *
zdm_live_age(struct zdm_arena *arena, int64_t ms)
{
    const struct {
        int64_t ms;
        const char *unit;
    } units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "min"}};

    /* Two of the smaller unit are told better than one and a half of the larger. */
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (ms >= 2 * units[i].ms)
            return zdm_arena_strf(
                arena, "%lld %s", (long long)((ms + units[i].ms / 2) / units[i].ms), units[i].unit);
    return zdm_arena_strf(arena, "%lld s", (long long)((ms + 500) / 1000));
}

const char *
zdm_live_range(struct zdm_arena *arena, int64_t least_ms, int64_t most_ms)
{
    const char *least = zdm_live_age(arena, least_ms), *most = zdm_live_age(arena, most_ms);
    size_t number = strcspn(least, " ");

    if (least_ms < 1000)
        return zdm_arena_strf(arena, "%s or less", most);
    if (strcmp(least + number, strchr(most, ' ')) != 0)
        return zdm_arena_strf(arena, "%s to %s", least, most);
    return zdm_arena_strf(arena, "%.*s to %s", (int)number, least, most);
}

const char *
zdm_live_bytes(struct zdm_arena *arena, int64_t bytes)
{
    char text[32];

    return zdm_arena_strdup(arena, zdm_show_bytes((double)bytes, text));
}

const char *
zdm_live_work_text(struct zdm_draft *draft, const struct zdm_live_work *work)
{
    int64_t bytes = work->rewritten ? work->rewritten
                    : work->indexed ? work->indexed
                                    : work->scanned;
    const char *verb = work->rewritten ? "writes" : "reads";
    const char *end = work->rewritten ? " anew" : work->indexed ? " for an index" : "";
    const char *name = zdm_draft_name(draft, work->table);
    const char *size = zdm_live_bytes(draft->arena, bytes);
    char rows[32];

    if (work->n_tables > 1)
        return zdm_arena_strf(
            draft->arena, "%s %s of %s and %zu more%s", verb, size, name, work->n_tables - 1, end);
    if (work->table->rows <= 0)
        return zdm_arena_strf(draft->arena, "%s %s of %s%s", verb, size, name, end);
    return zdm_arena_strf(draft->arena, "%s %s of %s (about %s rows)%s", verb, size, name,
        zdm_show_count(work->table->rows, rows), end);
}

bool
zdm_live_has_lock(struct zdm_sequence *sequence, const struct zdm_draft *draft, size_t i)
{
    const struct zdm_lock *lock = &draft->st->locks[i];

    return zdm_tx_recall(sequence, ZDM_TX_LOCK, lock->relation) >= (int)lock->mode;
}
