#include <string.h>

#include "base/buf.h"
#include "sql/families.h"
#include "sql/index_make.h"
#include "sql/object.h"

static void
probe_create(struct zdm_draft *draft, const PgQuery__IndexStmt *stmt)
{
    struct zdm_statement *st = draft->st;
    const char *schema = stmt->relation->schemaname;

    /* An index lives in the schema of its table. */
    st->probe_table = zdm_arena_strdup(draft->arena, stmt->relation->relname);
    st->probe_table_schema = schema[0] ? zdm_arena_strdup(draft->arena, schema) : NULL;
    st->probe_schema = st->probe_table_schema;
    if (stmt->idxname[0]) {
        st->probe = ZDM_PROBE_INDEX_VALID;
        st->probe_object = zdm_arena_strdup(draft->arena, stmt->idxname);
    }
}

/* What the access methods of PostgreSQL itself can do; NULL for others. */
static const struct method {
    const char *name;
    bool unique, several, included;
} methods[] = {
    {"btree", true, true, true},
    {"hash", false, false, false},
    {"gist", false, true, true},
    {"gin", false, true, false},
    {"spgist", false, false, true},
    {"brin", false, true, false},
};

static void
check_method(struct zdm_draft *draft, const PgQuery__IndexStmt *stmt)
{
    const struct method *method = NULL;

    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(methods[i].name, stmt->access_method) == 0)
            method = &methods[i];
    if (!method) {
        zdm_draft_assume(draft);
        /* Others come with an extension. */
        if (draft->catalog->complete && draft->catalog->extensions.n <= 1)
            zdm_draft_fails(draft, "42704", "there is no access method %s",
                zdm_ident_text(draft->arena, stmt->access_method));
        return;
    }
    if ((stmt->unique && !method->unique) || (stmt->n_index_params > 1 && !method->several) ||
        (stmt->n_index_including_params && !method->included))
        zdm_draft_fails(draft, "0A000", "%s cannot build such an index", method->name);
}

static bool
check_table(struct zdm_draft *draft, const PgQuery__IndexStmt *stmt,
    const struct zdm_relation *relation, const char *table)
{
    if (!zdm_object_check_kind(draft, relation, table, "rpm", "a table or materialized view"))
        return false;
    if (relation->kind == ZDM_RELATION_PARTITIONED && stmt->concurrent) {
        zdm_draft_fails(
            draft, "0A000", "%s is partitioned: its index cannot be built CONCURRENTLY", table);
        ZDM_FIND(draft, FAIL_CONCURRENTLY_PARTITIONED, .table = table);
        return false;
    }
    return true;
}

/* A failed CONCURRENTLY left it behind: writers keep it up, readers never use it. */
static void
tell_leftovers(struct zdm_draft *draft, const struct zdm_relation *relation, const char *table)
{
    for (size_t i = 0; i < relation->indexes.n; i++) {
        const struct zdm_index *index = relation->indexes.items[i];
        if (index->valid || index->children.n ||
            index->self->kind == ZDM_RELATION_PARTITIONED_INDEX)
            continue;
        const char *name = zdm_draft_name(draft, index->self);
        zdm_draft_safer(draft,
            ZDM_FIND(draft, INDEX_INVALID_LEFTOVER, .table = table, .name = name),
            zdm_arena_strf(draft->arena, "DROP INDEX CONCURRENTLY %s", name));
    }
}

/* Queries went by an index that began with the same column until the text dropped it. */
static void
tell_replaced(struct zdm_draft *draft, const struct zdm_index_plan *plan,
    const struct zdm_relation *relation, const char *table)
{
    const char *first = plan->like.n_columns ? plan->like.columns[0].name : NULL;

    for (size_t i = 0; first && i < relation->gone.n; i++) {
        const struct zdm_index *old = relation->gone.items[i];
        if (!old->n_columns || !old->columns[0].name || strcmp(old->columns[0].name, first) != 0)
            continue;
        ZDM_FIND(draft, REPLACE_INDEX, .table = table,
            .other = zdm_ident_text(draft->arena, old->self->name));
        return;
    }
}

/* Of a class that is not the default, and of an order that is not plain, the catalog does not say more. */
static bool
is_plain(const struct zdm_index *index)
{
    for (size_t i = 0; i < index->n_columns; i++)
        if (!index->columns[i].default_opclass || !index->columns[i].plain_order)
            return false;
    return true;
}

/* The same index under another name. */
static void
tell_duplicate(struct zdm_draft *draft, const struct zdm_index_plan *plan,
    const struct zdm_relation *relation, const char *table)
{
    for (size_t i = 0; is_plain(&plan->like) && i < relation->indexes.n; i++) {
        const struct zdm_index *index = relation->indexes.items[i];
        if (!index->valid || !is_plain(index) || !zdm_index_is_like(draft, index, &plan->like))
            continue;
        ZDM_FIND(
            draft, INDEX_DUPLICATE, .table = table, .name = zdm_draft_name(draft, index->self));
        return;
    }
}

void
zdm_index_tell_corruption(struct zdm_draft *draft, const char *table)
{
    int version = draft->catalog->server_version;

    if (version >= 140000 && version < 140004)
        ZDM_FIND(draft, INDEX_CORRUPTION_14, .table = table);
}

/* The steps on a partitioned table: an empty parent, then each partition beside its writers. */
static void
partition_steps(struct zdm_draft *draft, struct zdm_finding *finding, const char *name)
{
    char *only = zdm_draft_with_word(draft, PG_QUERY__TOKEN__ON, "ONLY");

    zdm_draft_safer(draft, finding, only);
    if (finding && only)
        finding->hint = zdm_arena_strf(draft->arena,
            "make the parent's index with ON ONLY, build one on each partition CONCURRENTLY, and "
            "attach each with ALTER INDEX %s ATTACH PARTITION",
            name);
}

static void
tell_blocking(struct zdm_draft *draft, const PgQuery__IndexStmt *stmt,
    const struct zdm_relation *relation, const char *table, const char *name)
{
    const char *quoted = zdm_ident_text(draft->arena, name);

    if (!stmt->relation->inh && relation->kind != ZDM_RELATION_TABLE) {
        ZDM_FIND(draft, INDEX_CREATE_ONLY, .table = table);
        return;
    }
    struct zdm_finding *finding = ZDM_FIND(draft, INDEX_CREATE_BLOCKING, .table = table);
    if (relation->kind == ZDM_RELATION_PARTITIONED) {
        partition_steps(draft, finding, quoted);
        return;
    }
    /* Without a name nobody could tell afterwards whether it was built. */
    zdm_draft_safer(draft, finding,
        zdm_draft_with_word(draft, PG_QUERY__TOKEN__INDEX,
            stmt->idxname[0] ? "CONCURRENTLY"
                             : zdm_arena_strf(draft->arena, "CONCURRENTLY %s", quoted)));
}

static struct zdm_index_plan
plan_of(struct zdm_draft *draft, const PgQuery__IndexStmt *stmt, struct zdm_relation *relation)
{
    struct zdm_index_plan plan = {.partition_mode = ZDM_LOCK_SHARE};

    plan.like.method = zdm_catalog_string(draft->catalog, stmt->access_method);
    plan.like.unique = stmt->unique;
    plan.like.nulls_not_distinct = stmt->nulls_not_distinct;
    zdm_index_plan_columns(draft, &plan, relation, stmt->n_index_params, stmt->index_params,
        stmt->n_index_including_params, stmt->index_including_params, stmt->where_clause);
    return plan;
}

/* IF NOT EXISTS and it is there, whatever it looks like; or an error. */
static bool
name_taken(struct zdm_draft *draft, const PgQuery__IndexStmt *stmt, const char *schema)
{
    if (!stmt->idxname[0] || !zdm_catalog_relation(draft->catalog, schema, stmt->idxname))
        return false;
    if (!stmt->if_not_exists)
        zdm_draft_fails(
            draft, "42P07", "the name %s is taken", zdm_ident_text(draft->arena, stmt->idxname));
    return true;
}

static void
create(struct zdm_draft *draft, const PgQuery__IndexStmt *stmt)
{
    const char *table = zdm_range_text(draft->arena, stmt->relation);
    struct zdm_relation *relation = zdm_draft_relation(draft, stmt->relation);
    enum zdm_lock_mode mode = stmt->concurrent ? ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE : ZDM_LOCK_SHARE;

    if (relation->missing || !check_table(draft, stmt, relation, table))
        return;
    draft->fresh = relation->fresh;
    check_method(draft, stmt);
    struct zdm_index_plan plan = plan_of(draft, stmt, relation);
    if (draft->st->fails_with && strcmp(draft->st->fails_with, "42P17") == 0)
        ZDM_FIND(draft, INDEX_NON_IMMUTABLE, .table = table);
    bool taken = !zdm_draft_failed(draft) && name_taken(draft, stmt, relation->schema);
    if (stmt->concurrent && stmt->if_not_exists)
        ZDM_FIND(draft, CIC_IF_NOT_EXISTS, .table = table);
    if (taken && !zdm_draft_failed(draft))
        zdm_draft_lock_on(draft, relation, mode, ZDM_HELD_BRIEF);
    if (taken || zdm_draft_failed(draft))
        return;
    zdm_index_check_partition_key(draft, &plan, relation, table, !stmt->relation->inh);
    if (zdm_draft_failed(draft)) {
        ZDM_FIND(draft, FAIL_UNIQUE_PARTITION_KEY, .table = table);
        return;
    }
    const char *name =
        stmt->idxname[0] ? stmt->idxname : zdm_index_plan_name(draft, &plan, relation);
    bool only = !stmt->relation->inh && relation->kind == ZDM_RELATION_PARTITIONED;
    size_t n;
    if (stmt->relation->inh) /* the partitions are locked one by one, with their parts of it */
        zdm_draft_partitions(draft, relation, &n);
    zdm_draft_lock_on(draft, relation, mode, only ? ZDM_HELD_BRIEF : ZDM_HELD_BUILD);
    tell_replaced(draft, &plan, relation, table);
    if (stmt->concurrent) {
        zdm_index_tell_corruption(draft, table);
        probe_create(draft, stmt);
        tell_leftovers(draft, relation, table);
    } else {
        tell_blocking(draft, stmt, relation, table, name);
    }
    tell_duplicate(draft, &plan, relation, table);
    zdm_index_make(draft, &plan, relation, name, !stmt->relation->inh, NULL);
}

void
zdm_family_index(struct zdm_draft *draft)
{
    const PgQuery__IndexStmt *stmt = draft->node->index_stmt;

    create(draft, stmt);
    if (stmt->concurrent) /* the server looks at that before anything else */
        zdm_draft_forbid_transaction(draft, true);
}
