#include <string.h>

#include "sql/families.h"
#include "sql/index_make.h"
#include "sql/object.h"

struct reindex {
    struct zdm_draft *draft;
    const PgQuery__ReindexStmt *stmt;
    const char *name; /* as the author wrote it; NULL: of the database that it runs in */
    bool concurrently;
    const char *schema; /* of REINDEX SCHEMA; NULL: any */
};

static void
build(struct reindex *reindex, struct zdm_index *index)
{
    struct zdm_draft *draft = reindex->draft;

    zdm_draft_lock_on(draft, index->table,
        reindex->concurrently ? ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE : ZDM_LOCK_SHARE, ZDM_HELD_BUILD);
    if (!reindex->concurrently)
        zdm_draft_lock_on(draft, index->self, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BUILD);
    zdm_draft_build_of(draft, index);
    zdm_catalog_touch(draft->catalog, index, sizeof *index);
    index->valid = index->ready = true;
}

/* Exclusion constraints cannot be rebuilt beside writers: TABLE leaves them out, with a warning. */
static bool
is_left_out(const struct reindex *reindex, const struct zdm_index *index)
{
    return reindex->concurrently &&
           (!index->valid ||
               (index->constraint && index->constraint->kind == ZDM_CONSTRAINT_EXCLUDE));
}

static void
table(struct reindex *reindex, struct zdm_relation *relation)
{
    struct zdm_draft *draft = reindex->draft;

    zdm_draft_lock_on(draft, relation,
        reindex->concurrently ? ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE : ZDM_LOCK_SHARE, ZDM_HELD_BUILD);
    for (size_t i = 0; i < relation->indexes.n; i++)
        if (!is_left_out(reindex, relation->indexes.items[i]))
            build(reindex, relation->indexes.items[i]);
}

static void
lock_parent(struct reindex *reindex, const struct zdm_relation *relation)
{
    zdm_draft_lock_on(reindex->draft, relation,
        reindex->concurrently ? ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE : ZDM_LOCK_SHARE, ZDM_HELD_BRIEF);
}

static void
partitioned_table(struct reindex *reindex, struct zdm_relation *relation)
{
    size_t n;
    struct zdm_relation **family = zdm_draft_family(reindex->draft, relation, &n);

    zdm_draft_forbid_transaction(reindex->draft, reindex->concurrently);
    reindex->draft->st->one_by_one = !reindex->concurrently;
    lock_parent(reindex, relation);
    for (size_t i = 0; i < n; i++) {
        /* All are locked SHARE for a moment to list them, even CONCURRENTLY. */
        if (i > 0)
            zdm_draft_lock_on(reindex->draft, family[i], ZDM_LOCK_SHARE, ZDM_HELD_BRIEF);
        if (family[i]->kind == ZDM_RELATION_TABLE)
            table(reindex, family[i]);
    }
}

static void
partitioned_index(struct reindex *reindex, struct zdm_index *index)
{
    for (size_t i = 0; i < index->children.n; i++) {
        struct zdm_index *child = index->children.items[i];
        if (child->self->kind == ZDM_RELATION_PARTITIONED_INDEX)
            partitioned_index(reindex, child);
        else
            build(reindex, child);
    }
}

static void
one_index(struct reindex *reindex)
{
    struct zdm_draft *draft = reindex->draft;
    struct zdm_relation *relation = zdm_draft_relation(draft, reindex->stmt->relation);
    struct zdm_index *index = relation->index;

    if (relation->missing ||
        !zdm_object_check_kind(draft, relation, reindex->name, "iI", "an index"))
        return;
    draft->fresh = relation->fresh;
    if (relation->kind == ZDM_RELATION_PARTITIONED_INDEX && index) {
        zdm_draft_forbid_transaction(draft, reindex->concurrently);
        draft->st->one_by_one = !reindex->concurrently;
        lock_parent(reindex, index->table);
        partitioned_index(reindex, index);
    } else if (index && reindex->concurrently && index->constraint &&
               index->constraint->kind == ZDM_CONSTRAINT_EXCLUDE) {
        zdm_draft_fails(draft, "0A000", "%s belongs to an exclusion constraint", reindex->name);
    } else if (index) {
        build(reindex, index);
    } else {
        zdm_draft_lock_on(draft, relation,
            reindex->concurrently ? ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE : ZDM_LOCK_ACCESS_EXCLUSIVE,
            ZDM_HELD_BUILD);
        zdm_draft_build(draft, NULL, zdm_ident_text(draft->arena, relation->name));
    }
}

static void
one_table(struct reindex *reindex)
{
    struct zdm_draft *draft = reindex->draft;
    struct zdm_relation *relation = zdm_draft_relation(draft, reindex->stmt->relation);

    if (relation->missing || !zdm_object_check_kind(draft, relation, reindex->name, "rpm",
                                 "a table or materialized view"))
        return;
    draft->fresh = relation->fresh;
    if (relation->kind == ZDM_RELATION_PARTITIONED)
        partitioned_table(reindex, relation);
    else
        table(reindex, relation);
}

static bool
each(void *self, struct zdm_relation *relation)
{
    struct reindex *reindex = self;

    if ((relation->kind == ZDM_RELATION_TABLE || relation->kind == ZDM_RELATION_MATVIEW) &&
        relation->known && !relation->temporary &&
        (!reindex->schema || (relation->schema && strcmp(relation->schema, reindex->schema) == 0)))
        table(reindex, relation);
    return true;
}

static void
many(struct reindex *reindex)
{
    struct zdm_draft *draft = reindex->draft;
    const struct zdm_catalog *catalog = draft->catalog;
    const char *name = reindex->stmt->name;

    draft->st->transaction = ZDM_TX_FORBIDDEN;
    draft->st->one_by_one = !reindex->concurrently;
    switch (reindex->stmt->kind) {
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SCHEMA:
        if (!zdm_object_check_schema(draft, name))
            return;
        reindex->schema = name;
        break;
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SYSTEM:
        if (reindex->concurrently)
            zdm_draft_fails(draft, "0A000", "system catalogs cannot be rebuilt CONCURRENTLY");
        return;
    default:
        if (catalog->database && name[0] && strcmp(name, catalog->database) != 0) {
            zdm_draft_fails(draft, "0A000", "%s is not the database of this connection",
                zdm_ident_text(draft->arena, name));
            return;
        }
    }
    zdm_catalog_each_relation(catalog, each, reindex);
}

/* An index that is rebuilt twice is only rebuilt twice. */
static void
probe(struct zdm_draft *draft, const PgQuery__ReindexStmt *stmt, bool concurrently)
{
    struct zdm_statement *st = draft->st;
    const char *name = stmt->relation ? stmt->relation->relname : stmt->name;

    st->probe = concurrently ? ZDM_PROBE_REINDEX : ZDM_PROBE_REPEAT;
    st->probe_object = name[0] ? zdm_arena_strdup(draft->arena, name) : NULL;
    if (stmt->relation && stmt->relation->schemaname[0])
        st->probe_schema = zdm_arena_strdup(draft->arena, stmt->relation->schemaname);
    switch (stmt->kind) {
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_INDEX:
        st->probe_what = "index";
        break;
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_TABLE:
        st->probe_what = "table";
        break;
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SCHEMA:
        st->probe_what = "schema";
        break;
    default:
        st->probe_what = "database";
    }
}

void
zdm_family_reindex(struct zdm_draft *draft)
{
    const PgQuery__ReindexStmt *stmt = draft->node->reindex_stmt;
    struct reindex reindex = {.draft = draft,
        .stmt = stmt,
        .concurrently = zdm_option_is_on(stmt->n_params, stmt->params, "concurrently"),
        .name = stmt->relation  ? zdm_range_text(draft->arena, stmt->relation)
                : stmt->name[0] ? zdm_ident_text(draft->arena, stmt->name)
                                : NULL};

    probe(draft, stmt, reindex.concurrently);
    switch (stmt->kind) {
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_INDEX:
        draft->st->kind = "REINDEX INDEX";
        break;
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_TABLE:
        draft->st->kind = "REINDEX TABLE";
        break;
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SCHEMA:
        draft->st->kind = "REINDEX SCHEMA";
        break;
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SYSTEM:
        draft->st->kind = "REINDEX SYSTEM";
        break;
    default:
        draft->st->kind = "REINDEX DATABASE";
    }
    if (stmt->kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_INDEX)
        one_index(&reindex);
    else if (stmt->relation)
        one_table(&reindex);
    else
        many(&reindex);
    if (!stmt->relation || reindex.concurrently)
        zdm_draft_forbid_transaction(draft, reindex.concurrently);
    if (reindex.concurrently)
        zdm_index_tell_corruption(draft, reindex.name);
    if (reindex.concurrently || (zdm_draft_failed(draft) && draft->st->transaction == ZDM_TX_OK))
        return;

    struct zdm_finding *finding = ZDM_FIND(draft, REINDEX_BLOCKING, .kind = draft->st->kind,
        .name = reindex.name ? reindex.name : "without a name");
    if (stmt->kind != PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SYSTEM)
        zdm_draft_safer(draft, finding,
            zdm_arena_strf(draft->arena, "%s CONCURRENTLY%s%s", draft->st->kind,
                reindex.name ? " " : "", reindex.name ? reindex.name : ""));
}
