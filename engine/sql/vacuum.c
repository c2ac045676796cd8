#include <string.h>

#include "sql/families.h"
#include "sql/object.h"
#include "sql/result_columns.h"

/* A relation that a VACUUM or an ANALYZE works on, with how it is locked. */
struct work {
    struct zdm_draft *draft;
    bool full, vacuum;
};

static void
work_on(const struct work *work, struct zdm_relation *relation)
{
    struct zdm_draft *draft = work->draft;

    if (work->full && relation->kind == ZDM_RELATION_PARTITIONED) {
        /* Its partitions are rewritten; it has no file. */
        zdm_draft_lock_on(draft, relation, ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_BRIEF);
        return;
    }
    zdm_draft_lock_on(draft, relation,
        work->full ? ZDM_LOCK_ACCESS_EXCLUSIVE : ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE,
        work->full ? ZDM_HELD_REWRITE : ZDM_HELD_SCAN);
    if (work->full)
        zdm_draft_rewrite_of(draft, relation);
}

/* What is skipped with a warning: views, sequences, and for VACUUM foreign tables. */
static bool
is_worked_on(const struct zdm_relation *relation, bool vacuum)
{
    return relation->kind == ZDM_RELATION_ANY ||
           strchr(vacuum ? "rpm" : "rpmf", (int)relation->kind);
}

static void
one(const struct work *work, const PgQuery__VacuumRelation *item)
{
    struct zdm_draft *draft = work->draft;
    const char *table = zdm_range_text(draft->arena, item->relation);
    struct zdm_relation *relation = zdm_draft_relation(draft, item->relation);
    size_t n;

    if (relation->missing || !is_worked_on(relation, work->vacuum))
        return;
    for (size_t i = 0; i < item->n_va_cols && relation->known; i++) {
        const char *column = zdm_node_string(item->va_cols[i]);
        if (zdm_relation_column(relation, column))
            continue;
        zdm_draft_fails(
            draft, "42703", "%s has no column %s", table, zdm_ident_text(draft->arena, column));
        return;
    }
    draft->fresh = relation->fresh;
    struct zdm_relation **family = zdm_draft_family(draft, relation, &n);
    draft->st->one_by_one |= work->full && relation->kind == ZDM_RELATION_PARTITIONED;
    for (size_t i = 0; i < n; i++) {
        /* Before 18 children of plain inheritance are only read, for the statistics of the whole. */
        if (i && !family[i]->is_partition && draft->pg_version < 18)
            zdm_draft_lock_on(draft, family[i], ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_SCAN);
        else
            work_on(work, family[i]);
    }
    if (work->full)
        ZDM_FIND(draft, REWRITE_VACUUM_FULL, .table = table);
    draft->fresh = false;
}

static bool
see_any(void *self, struct zdm_relation *relation)
{
    const struct work *work = self;

    if (!relation->index && relation->kind != ZDM_RELATION_ANY &&
        strchr("rpm", (int)relation->kind))
        work_on(work, relation);
    return true;
}

void
zdm_family_vacuum(struct zdm_draft *draft)
{
    const PgQuery__VacuumStmt *stmt = draft->node->vacuum_stmt;
    struct work work = {.draft = draft,
        .full = zdm_option_is_on(stmt->n_options, stmt->options, "full"),
        .vacuum = stmt->is_vacuumcmd};

    draft->st->kind = stmt->is_vacuumcmd ? "VACUUM" : "ANALYZE";
    draft->st->one_by_one = work.full && stmt->n_rels != 1;
    for (size_t i = 0; i < stmt->n_rels; i++)
        one(&work, stmt->rels[i]->vacuum_relation);
    if (!stmt->n_rels)
        zdm_catalog_each_relation(draft->catalog, see_any, &work);
    if (work.full && !stmt->n_rels)
        ZDM_FIND(draft, REWRITE_VACUUM_FULL, .table = "every table");
    if (stmt->is_vacuumcmd) {
        draft->st->probe = ZDM_PROBE_REPEAT;
        zdm_draft_forbid_transaction(draft, false);
    }
}

static const struct zdm_index *
index_named(const struct zdm_relation *relation, const char *name)
{
    for (size_t i = 0; i < relation->indexes.n; i++)
        if (strcmp(relation->indexes.items[i]->self->name, name) == 0)
            return relation->indexes.items[i];
    return NULL;
}

static const struct zdm_index *
clustered_index(const struct zdm_relation *relation)
{
    for (size_t i = 0; i < relation->indexes.n; i++)
        if (relation->indexes.items[i]->clustered)
            return relation->indexes.items[i];
    return NULL;
}

/* False when there is no index to go by. */
static bool
may_cluster(struct zdm_draft *draft, const PgQuery__ClusterStmt *stmt,
    const struct zdm_relation *relation, const char *table)
{
    const struct zdm_index *index =
        stmt->indexname[0] ? index_named(relation, stmt->indexname) : clustered_index(relation);
    const char *name = zdm_ident_text(draft->arena, stmt->indexname);

    if (!zdm_object_check_kind(draft, relation, table, "rpm", "a table"))
        return false;
    if (!relation->known)
        return true;
    if (!index && stmt->indexname[0])
        zdm_draft_fails(draft,
            zdm_catalog_relation(draft->catalog, relation->schema, stmt->indexname) ? "42809"
                                                                                    : "42704",
            "%s has no index %s", table, name);
    else if (!index && relation->kind != ZDM_RELATION_PARTITIONED)
        zdm_draft_fails(draft, "42704", "%s was never clustered: name an index", table);
    else if (index && index->predicate_sql)
        zdm_draft_fails(draft, "0A000", "index %s is partial: it does not know all rows", name);
    else if (index && !index->valid)
        zdm_draft_fails(draft, "0A000", "index %s is not valid", name);
    else if (index && strcmp(index->method, "btree") != 0 && strcmp(index->method, "gist") != 0)
        zdm_draft_fails(draft, "0A000", "index %s has no order", name);
    return !zdm_draft_failed(draft);
}

static void
rewrite(struct zdm_draft *draft, struct zdm_relation *relation)
{
    zdm_draft_lock_on(draft, relation, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_REWRITE);
    zdm_draft_rewrite_of(draft, relation);
}

static bool
see_clustered(void *self, struct zdm_relation *relation)
{
    if (clustered_index(relation) && strchr("rm", (int)relation->kind))
        rewrite(self, relation);
    return true;
}

static void
mark_clustered(
    struct zdm_draft *draft, const struct zdm_relation *relation, const struct zdm_index *by)
{
    for (size_t i = 0; i < relation->indexes.n; i++) {
        struct zdm_index *index = relation->indexes.items[i];
        const struct zdm_index *at = index;
        while (at && at != by)
            at = at->parent;
        if (index->clustered == (at != NULL))
            continue;
        zdm_catalog_touch(draft->catalog, index, sizeof *index);
        index->clustered = at != NULL;
    }
}

void
zdm_family_cluster(struct zdm_draft *draft)
{
    const PgQuery__ClusterStmt *stmt = draft->node->cluster_stmt;

    if (!stmt->relation) {
        draft->st->probe = ZDM_PROBE_REPEAT;
        draft->st->one_by_one = true;
        zdm_draft_forbid_transaction(draft, false);
        zdm_catalog_each_relation(draft->catalog, see_clustered, draft);
        ZDM_FIND(draft, REWRITE_CLUSTER, .table = "every clustered table");
        return;
    }
    const char *table = zdm_range_text(draft->arena, stmt->relation);
    struct zdm_relation *relation = zdm_draft_relation(draft, stmt->relation);
    size_t n = 1;
    if (relation->missing || !may_cluster(draft, stmt, relation, table))
        return;
    struct zdm_relation **family = &relation;
    if (relation->kind == ZDM_RELATION_PARTITIONED) {
        draft->st->probe = ZDM_PROBE_REPEAT;
        draft->st->one_by_one = true;
        zdm_draft_forbid_transaction(draft, false);
        family = zdm_draft_family(draft, relation, &n);
    }
    draft->fresh = relation->fresh;
    /* Of what is partitioned the leaves are rewritten and marked, one after the other. */
    const struct zdm_index *by = index_named(relation, stmt->indexname);
    if (relation->kind == ZDM_RELATION_PARTITIONED)
        zdm_draft_lock_on(draft, relation, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    for (size_t i = 0; i < n; i++) {
        if (family[i]->kind == ZDM_RELATION_PARTITIONED)
            continue;
        rewrite(draft, family[i]);
        if (by)
            mark_clustered(draft, family[i], by);
    }
    ZDM_FIND(draft, REWRITE_CLUSTER, .table = table);
    draft->fresh = false;
}

/* A unique index that knows every row: what a concurrent refresh compares by. */
static bool
has_whole_unique_index(const struct zdm_relation *view)
{
    for (size_t i = 0; i < view->indexes.n; i++) {
        const struct zdm_index *index = view->indexes.items[i];
        bool plain = index->unique && index->valid && index->immediate && !index->predicate_sql;
        for (size_t k = 0; k < index->n_columns; k++)
            plain &= index->columns[k].name != NULL;
        if (plain)
            return true;
    }
    return false;
}

static void
refresh_concurrently(struct zdm_draft *draft, struct zdm_relation *relation, const char *view)
{
    if (relation->known && !relation->populated) {
        zdm_draft_fails(
            draft, "0A000", "%s has no rows yet: fill it once without CONCURRENTLY", view);
        return;
    }
    if (relation->known && !has_whole_unique_index(relation)) {
        zdm_draft_fails(
            draft, "55000", "%s has no unique index on columns, without a condition", view);
        return;
    }
    zdm_draft_lock_on(draft, relation, ZDM_LOCK_EXCLUSIVE, ZDM_HELD_STATEMENT);
    zdm_view_reads(draft, relation);
    ZDM_FIND(draft, REFRESH_CONCURRENTLY, .table = view);
}

void
zdm_family_refresh(struct zdm_draft *draft)
{
    const PgQuery__RefreshMatViewStmt *stmt = draft->node->refresh_mat_view_stmt;
    const char *view = zdm_range_text(draft->arena, stmt->relation);
    struct zdm_relation *relation = zdm_draft_relation(draft, stmt->relation);

    if (relation->kind == ZDM_RELATION_TABLE) {
        zdm_draft_fails(draft, "0A000", "%s is a table, not a materialized view", view);
        return;
    }
    if (relation->missing ||
        !zdm_object_check_kind(draft, relation, view, "m", "a materialized view"))
        return;
    draft->fresh = relation->fresh;
    if (stmt->concurrent && stmt->skip_data) {
        zdm_draft_fails(draft, "42601", "CONCURRENTLY and WITH NO DATA cannot go together");
    } else if (stmt->concurrent) {
        refresh_concurrently(draft, relation, view);
    } else {
        zdm_draft_lock_on(draft, relation, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_REWRITE);
        zdm_draft_rewrite_of(draft, relation);
        if (!stmt->skip_data)
            zdm_view_reads(draft, relation);
        struct zdm_finding *finding = ZDM_FIND(draft, REFRESH_MATVIEW, .table = view);
        if (!relation->known || (relation->populated && has_whole_unique_index(relation)))
            zdm_draft_safer(draft, finding,
                zdm_arena_strf(draft->arena, "REFRESH MATERIALIZED VIEW CONCURRENTLY %s", view));
        zdm_catalog_touch(draft->catalog, relation, sizeof *relation);
        relation->populated = !stmt->skip_data;
    }
    draft->fresh = false;
}

/* LOCK TABLE of a view locks what it reads, in the same mode. */
static void
lock(struct zdm_draft *draft, struct zdm_relation *relation, enum zdm_lock_mode mode, bool recurse,
    unsigned depth)
{
    size_t n = 1;
    struct zdm_relation **family = &relation;

    if (relation->kind == ZDM_RELATION_VIEW) {
        zdm_draft_lock_on(draft, relation, mode, ZDM_HELD_STATEMENT);
        for (size_t i = 0; i < relation->reads.n && depth < 64; i++)
            if (strchr("rpv", (int)relation->reads.items[i]->kind))
                lock(draft, relation->reads.items[i], mode, true, depth + 1);
        return;
    }
    if (recurse)
        family = zdm_draft_family(draft, relation, &n);
    for (size_t i = 0; i < n; i++)
        zdm_draft_lock_on(draft, family[i], mode, ZDM_HELD_STATEMENT);
}

void
zdm_family_lock(struct zdm_draft *draft)
{
    const PgQuery__LockStmt *stmt = draft->node->lock_stmt;
    /* The numbers of the tree are the server's, 1 for ACCESS SHARE to 8. */
    enum zdm_lock_mode mode = stmt->mode >= 1 && stmt->mode <= 8 ? (enum zdm_lock_mode)stmt->mode
                                                                 : ZDM_LOCK_ACCESS_EXCLUSIVE;

    for (size_t i = 0; i < stmt->n_relations && !zdm_draft_failed(draft); i++) {
        const PgQuery__RangeVar *range = stmt->relations[i]->range_var;
        const char *table = zdm_range_text(draft->arena, range);
        struct zdm_relation *relation = zdm_draft_relation(draft, range);
        if (relation->missing ||
            !zdm_object_check_kind(draft, relation, table, "rpv", "a table or a view"))
            return;
        draft->fresh = relation->fresh;
        lock(draft, relation, mode, range->inh, 0);
        if (mode >= ZDM_LOCK_SHARE)
            ZDM_FIND(draft, LOCK_TABLE, .table = table, .name = zdm_lock_mode_name(mode));
        draft->fresh = false;
    }
}
