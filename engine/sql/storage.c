#include <string.h>

#include "sql/acl.h"
#include "sql/alter.h"
#include "sql/object.h"

#define AT(name) PG_QUERY__ALTER_TABLE_TYPE__AT_##name

/* A foreign key may not lead from a logged table to one that a crash empties. */
static const struct zdm_relation *
other_persistence(const struct zdm_relation *relation, bool logged)
{
    for (size_t i = 0; logged && i < relation->constraints.n; i++) {
        const struct zdm_constraint *key = relation->constraints.items[i];
        if (key->references && key->references != relation && key->references->known &&
            key->references->unlogged)
            return key->references;
    }
    for (size_t i = 0; !logged && i < relation->referenced_by.n; i++) {
        const struct zdm_constraint *key = relation->referenced_by.items[i];
        if (key->relation != relation && key->relation->known && !key->relation->unlogged)
            return key->relation;
    }
    return NULL;
}

void
zdm_alter_logged(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_relation *relation = alter->relation;
    bool logged = alter->cmd->subtype == AT(SetLogged);

    if (relation->kind == ZDM_RELATION_PARTITIONED && draft->pg_version >= 18) {
        zdm_draft_fails(draft, "42809", "%s is partitioned", alter->table);
        return;
    }
    if (relation->known && relation->temporary) {
        zdm_draft_fails(draft, "42P16", "%s is temporary", alter->table);
        return;
    }
    if (relation->known && relation->unlogged == !logged)
        return;
    const struct zdm_relation *other = other_persistence(relation, logged);
    if (relation->known && other) {
        zdm_draft_fails(draft, "42P16", "a foreign key between %s and %s does not allow it",
            alter->table, zdm_draft_name(draft, other));
        return;
    }
    if (relation->known && !logged && zdm_publication_names(relation)) {
        zdm_draft_fails(draft, "55000", "%s is part of a publication", alter->table);
        return;
    }
    if (relation->kind == ZDM_RELATION_PARTITIONED) /* nothing is recorded either */
        return;
    zdm_catalog_touch(draft->catalog, relation, sizeof *relation);
    relation->unlogged = !logged;
    if (relation->kind == ZDM_RELATION_SEQUENCE) /* one row */
        return;
    zdm_alter_lock(alter, ZDM_HELD_REWRITE);
    zdm_draft_rewrite_of(draft, relation);
    /* Since PostgreSQL 15 they follow their table. */
    for (size_t i = 0; i < relation->sequences.n && (!draft->pg_version || draft->pg_version >= 15);
         i++) {
        struct zdm_relation *sequence = relation->sequences.items[i];
        zdm_draft_lock_on(draft, sequence, alter->mode, ZDM_HELD_BRIEF);
        zdm_catalog_touch(draft->catalog, sequence, sizeof *sequence);
        sequence->unlogged = relation->unlogged;
    }
    ZDM_FIND(draft, REWRITE_SET_LOGGED, .table = alter->table);
}

static const char *
tablespace_of(const char *name)
{
    return name && strcmp(name, "pg_default") != 0 ? name : "";
}

void
zdm_alter_tablespace(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_relation *relation = alter->relation;
    const char *now = tablespace_of(relation->tablespace), *to = tablespace_of(alter->cmd->name);

    if (strcmp(to, "pg_global") == 0) {
        zdm_draft_fails(draft, "22023", "only shared relations can be in pg_global");
        return;
    }
    if (relation->known && strcmp(now, to) == 0)
        return;
    zdm_catalog_touch(draft->catalog, relation, sizeof *relation);
    relation->tablespace = *to ? zdm_catalog_string(draft->catalog, to) : NULL;
    if (relation->kind == ZDM_RELATION_PARTITIONED ||
        relation->kind == ZDM_RELATION_PARTITIONED_INDEX)
        return;
    zdm_alter_lock(alter, ZDM_HELD_REWRITE);
    if (!relation->fresh)
        zdm_draft_rewrite(draft, zdm_draft_name(draft, relation));
    ZDM_FIND(draft, REWRITE_SET_TABLESPACE, .table = alter->table);
}

void
zdm_alter_access_method(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_relation *relation = alter->relation;
    const char *now = relation->access_method ? relation->access_method : "heap";

    if (draft->pg_version && draft->pg_version < 15) {
        zdm_draft_fails(draft, "42601", "SET ACCESS METHOD needs PostgreSQL 15");
        return;
    }
    if (relation->kind == ZDM_RELATION_PARTITIONED && draft->pg_version < 17) {
        zdm_draft_fails(draft, "42809", "%s is partitioned: each partition has its access method",
            alter->table);
        return;
    }
    if (relation->known && strcmp(now, alter->cmd->name) == 0)
        return;
    if (!draft->catalog->names_known)
        zdm_draft_assume(draft);
    zdm_catalog_touch(draft->catalog, relation, sizeof *relation);
    relation->access_method = zdm_catalog_string(draft->catalog, alter->cmd->name);
    if (relation->kind == ZDM_RELATION_PARTITIONED)
        return;
    zdm_alter_lock(alter, ZDM_HELD_REWRITE);
    zdm_draft_rewrite_of(draft, relation);
    ZDM_FIND(draft, REWRITE_SET_ACCESS_METHOD, .table = alter->table);
}

/* An index of the target by its name; a certain error when there is none. */
static struct zdm_index *
own_index(struct zdm_alter *alter, const char *name)
{
    for (size_t i = 0; i < alter->relation->indexes.n; i++)
        if (strcmp(alter->relation->indexes.items[i]->self->name, name) == 0)
            return alter->relation->indexes.items[i];
    if (alter->relation->known) {
        const struct zdm_relation *other =
            zdm_catalog_relation(alter->draft->catalog, alter->relation->schema, name);
        zdm_draft_fails(alter->draft, other ? "42809" : "42704", "%s has no index %s", alter->table,
            zdm_ident_text(alter->draft->arena, name));
    }
    return NULL;
}

void
zdm_alter_cluster_on(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_relation *relation = alter->relation;
    struct zdm_index *chosen = NULL;

    if (alter->cmd->subtype == AT(ClusterOn)) {
        chosen = own_index(alter, alter->cmd->name);
        if (zdm_draft_failed(draft))
            return;
    }
    if (relation->kind == ZDM_RELATION_PARTITIONED) {
        zdm_draft_fails(draft, "0A000", "%s is partitioned: no index can be marked", alter->table);
        return;
    }
    if (chosen &&
        (chosen->predicate_sql || !chosen->valid ||
            (strcmp(chosen->method, "btree") != 0 && strcmp(chosen->method, "gist") != 0))) {
        zdm_draft_fails(draft, "0A000", "index %s cannot order a table",
            zdm_ident_text(draft->arena, alter->cmd->name));
        return;
    }
    for (size_t i = 0; i < relation->indexes.n; i++) {
        struct zdm_index *index = relation->indexes.items[i];
        if (index->clustered == (index == chosen))
            continue;
        zdm_catalog_touch(draft->catalog, index, sizeof *index);
        index->clustered = index == chosen;
    }
    ZDM_FIND(draft, SET_STORAGE_OPTIONS, .table = alter->table);
}

/* Why an index cannot tell rows apart for a subscriber; NULL when it can. */
static const char *
unfit_identity(
    const struct zdm_relation *relation, const struct zdm_index *index, const char **state)
{
    *state = "42809";
    if (!index->unique)
        return "is not unique";
    *state = "0A000";
    if (!index->immediate)
        return "is deferrable";
    if (index->predicate_sql)
        return "is partial";
    if (index->expressions_sql)
        return "is on an expression";
    *state = "42809";
    for (size_t i = 0; i < index->n_columns; i++) {
        const struct zdm_column *column =
            index->columns[i].name ? zdm_relation_column(relation, index->columns[i].name) : NULL;
        if (column && !column->not_null)
            return "has a nullable column";
    }
    return NULL;
}

void
zdm_alter_replica_identity(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_relation *relation = alter->relation;
    const PgQuery__ReplicaIdentityStmt *stmt = alter->cmd->def->replica_identity_stmt;
    struct zdm_index *chosen = NULL;
    const char *why, *state;

    if (stmt->identity_type[0] == 'i') {
        chosen = own_index(alter, stmt->name);
        if (zdm_draft_failed(draft))
            return;
    }
    if (chosen && (why = unfit_identity(relation, chosen, &state))) {
        zdm_draft_fails(draft, state, "index %s %s", zdm_ident_text(draft->arena, stmt->name), why);
        return;
    }
    zdm_catalog_touch(draft->catalog, relation, sizeof *relation);
    relation->replica_identity = stmt->identity_type[0];
    for (size_t i = 0; i < relation->indexes.n; i++) {
        struct zdm_index *index = relation->indexes.items[i];
        if (index->replica_identity == (index == chosen))
            continue;
        zdm_catalog_touch(draft->catalog, index, sizeof *index);
        index->replica_identity = index == chosen;
    }
    ZDM_FIND(draft, REPLICA_IDENTITY, .table = alter->table);
}

/* To the new owner goes what the old one granted to itself. */
static void
move_grants(struct zdm_draft *draft, struct zdm_relation *relation, const char *owner)
{
    struct zdm_catalog *catalog = draft->catalog;

    zdm_catalog_touch(catalog, relation, sizeof *relation);
    if (relation->acl && relation->owner && owner)
        relation->acl = zdm_acl_moved(catalog, relation->acl, relation->owner, owner);
    else if (relation->acl)
        relation->acl_known = false;
    for (size_t i = 0; i < relation->columns.n; i++) {
        struct zdm_column *column = relation->columns.items[i];
        if (!column->acl || !relation->owner || !owner)
            continue;
        zdm_catalog_touch(catalog, column, sizeof *column);
        column->acl = zdm_acl_moved(catalog, column->acl, relation->owner, owner);
    }
    relation->owner = zdm_catalog_string(catalog, owner);
}

/* The old owner keeps what it has as a member of the new one, or by grants to others. */
static const char *
lost_by(struct zdm_draft *draft, const struct zdm_relation *relation, const char *old)
{
    if (!old || !zdm_acl_is_certain(draft->catalog, relation) ||
        zdm_role_has(draft->catalog, old, relation->owner))
        return "";
    unsigned left = zdm_role_rights(draft->catalog, relation, old, true);
    return zdm_arena_strf(draft->arena, ": %s keeps %s%s", zdm_ident_text(draft->arena, old),
        left ? "only " : "nothing", left ? zdm_rights_text(draft->arena, left) : "");
}

void
zdm_alter_owner(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_relation *relation = alter->relation;
    const PgQuery__RoleSpec *role = alter->cmd->newowner;
    const char *owner = role && role->rolename[0] ? role->rolename : draft->catalog->user;

    if (relation->known && relation->owner && owner && strcmp(relation->owner, owner) == 0)
        return;
    if (relation->kind == ZDM_RELATION_SEQUENCE && relation->sequence_of) {
        zdm_draft_fails(draft, "0A000", "%s belongs to %s and has its owner", alter->table,
            zdm_draft_name(draft, relation->sequence_of));
        return;
    }
    const char *loss = "";
    if (relation->kind != ZDM_RELATION_INDEX && relation->kind != ZDM_RELATION_PARTITIONED_INDEX) {
        const char *old = relation->owner;
        move_grants(draft, relation, owner);
        loss = lost_by(draft, relation, old);
        for (size_t i = 0; i < relation->sequences.n; i++) {
            struct zdm_relation *sequence = relation->sequences.items[i];
            zdm_draft_lock_on(draft, sequence, alter->mode, ZDM_HELD_BRIEF);
            move_grants(draft, sequence, owner);
        }
    }
    ZDM_FIND(draft, OWNER_CHANGE, .name = alter->table, .other = loss);
}
