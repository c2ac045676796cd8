#include <string.h>

#include "sql/acl.h"
#include "sql/constraint.h"
#include "sql/grammar.h"
#include "sql/named.h"
#include "sql/object.h"

struct key { /* a foreign key that is being added */
    struct zdm_alter *alter;
    const PgQuery__Constraint *given;
    const char *name, *other; /* unquoted; as the author wrote the referenced table */
    struct zdm_relation *references;
    const char **columns, **referenced; /* in the arena of the catalog; referenced NULL: its key */
    size_t n;
    struct zdm_index *index; /* of references */
    bool later;
    char *not_valid, *validate; /* the gentle steps, made before the catalog has the key */
};

static const char *
persistence(const struct zdm_relation *relation)
{
    return relation->temporary ? "temporary" : relation->unlogged ? "unlogged" : "permanent";
}

static bool
kinds_fit(struct key *key)
{
    struct zdm_alter *alter = key->alter;
    struct zdm_draft *draft = alter->draft;
    const struct zdm_relation *from = alter->relation, *to = key->references;
    bool before_18 = draft->pg_version < 18;

    if (from->kind == ZDM_RELATION_PARTITIONED && !alter->recurse) {
        zdm_draft_fails(draft, "42809",
            "a foreign key of partitioned table %s cannot be ONLY its own", alter->table);
    } else if (from->kind == ZDM_RELATION_PARTITIONED && key->later &&
               !key->given->initially_valid && before_18) {
        zdm_draft_fails(draft, "42809",
            "a foreign key of partitioned table %s cannot be NOT VALID before PostgreSQL 18",
            alter->table);
    } else if (from->kind == ZDM_RELATION_FOREIGN) {
        zdm_draft_fails(draft, "42809", "%s is a foreign table", alter->table);
    } else if (to->kind != ZDM_RELATION_TABLE && to->kind != ZDM_RELATION_PARTITIONED &&
               to->kind != ZDM_RELATION_ANY) {
        zdm_draft_fails(
            draft, "42809", "%s is no table that a foreign key can point to", key->other);
    } else if (from->known && to->known &&
               (from->temporary ? !to->temporary
                                : to->temporary || (to->unlogged && !from->unlogged))) {
        zdm_draft_fails(draft, "42P16", "a %s table cannot point to a %s one", persistence(from),
            persistence(to));
    }
    return !zdm_draft_failed(draft);
}

static const char **
names_of(struct zdm_draft *draft, size_t n, PgQuery__Node *const *nodes)
{
    const char **names = zdm_catalog_alloc(draft->catalog, (n + 1) * sizeof *names);

    for (size_t i = 0; i < n; i++)
        names[i] = zdm_catalog_string(draft->catalog, zdm_node_string(nodes[i]));
    return names;
}

static bool
columns_exist(
    struct key *key, const struct zdm_relation *relation, const char *const *names, size_t n)
{
    struct zdm_draft *draft = key->alter->draft;

    for (size_t i = 0; i < n; i++)
        if (relation->known && !zdm_relation_column(relation, names[i])) {
            zdm_draft_fails(draft, "42703", "column %s of %s does not exist",
                zdm_ident_text(draft->arena, names[i]), zdm_draft_name(draft, relation));
            return false;
        }
    return true;
}

/* A unique index on just these columns, in any order. */
static bool
is_key_of(const struct zdm_index *index, const char *const *names, size_t n)
{
    if (!index->unique || index->predicate_sql || !index->valid || index->n_columns != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!index->columns[i].name || !zdm_names_have(names, n, index->columns[i].name))
            return false;
    for (size_t i = 0; i < n; i++) {
        bool found = false;
        for (size_t k = 0; k < n; k++)
            found |= strcmp(index->columns[k].name, names[i]) == 0;
        if (!found)
            return false;
    }
    return true;
}

/* A key WITHOUT OVERLAPS is one of periods, and the only one of those. */
static bool
fits_period(const struct key *key, const struct zdm_index *index)
{
    return (strcmp(index->method, "gist") == 0) == zdm_grammar_has_period(key->given);
}

static void
use_primary_key(struct key *key)
{
    struct zdm_draft *draft = key->alter->draft;
    const struct zdm_constraint *primary = zdm_relation_primary_key(key->references);

    if (!primary || !primary->index) {
        if (key->references->known)
            zdm_draft_fails(draft, "42704", "%s has no primary key", key->other);
        return;
    }
    if (!primary->index->immediate) {
        zdm_draft_fails(draft, "55000", "the primary key of %s is deferrable", key->other);
        return;
    }
    if (!fits_period(key, primary->index)) {
        zdm_draft_fails(
            draft, "42830", "either both sides of the foreign key have a PERIOD or none");
        return;
    }
    key->index = primary->index;
    key->referenced = primary->columns;
    if (primary->n_columns != key->n)
        zdm_draft_fails(draft, "42830", "the foreign key has %zu columns, the key of %s %zu",
            key->n, key->other, primary->n_columns);
}

static void
find_index(struct key *key)
{
    struct zdm_draft *draft = key->alter->draft;
    struct zdm_relation *references = key->references;
    bool deferrable = false;

    for (size_t i = 0; i < references->indexes.n && !key->index; i++) {
        struct zdm_index *index = references->indexes.items[i];
        if (!is_key_of(index, key->referenced, key->n) || !fits_period(key, index))
            continue;
        if (index->immediate)
            key->index = index;
        else
            deferrable = true;
    }
    if (key->index || !references->known)
        return;
    if (deferrable)
        zdm_draft_fails(draft, "55000", "the unique constraint of %s is deferrable", key->other);
    else
        zdm_draft_fails(
            draft, "42830", "no unique index of %s is on just these columns", key->other);
}

static const struct zdm_type *
base_of(const struct zdm_type *type)
{
    while (type && type->kind == ZDM_TYPE_DOMAIN)
        type = type->base;
    return type;
}

/* Types whose operators live in one family, so that they can be compared without a cast. */
static bool
one_family(const struct zdm_type *a, const struct zdm_type *b)
{
    static const char *const families[][4] = {{"int2", "int4", "int8"}, {"float4", "float8"},
        {"date", "timestamp", "timestamptz"}, {"text", "varchar", "name"}};

    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        bool x = false, y = false;
        for (size_t k = 0; k < 4 && families[i][k]; k++) {
            x |= strcmp(families[i][k], a->name) == 0;
            y |= strcmp(families[i][k], b->name) == 0;
        }
        if (x && y)
            return true;
    }
    return false;
}

bool
zdm_foreign_types_fit(
    struct zdm_draft *draft, const struct zdm_type *referenced, const struct zdm_type *referencing)
{
    const struct zdm_catalog *catalog = draft->catalog;
    const struct zdm_type *to = base_of(referenced), *from = base_of(referencing);

    if (!to || !from || to == from || !catalog->complete || one_family(to, from))
        return true;
    for (size_t i = 0; i < catalog->casts.n; i++)
        if (catalog->casts.items[i]->source == from && catalog->casts.items[i]->target == to)
            return catalog->casts.items[i]->context == 'i';
    /* A varchar passes for a text. */
    if (strcmp(from->name, "varchar") == 0)
        return strcmp(to->name, "bpchar") == 0;
    if (strcmp(to->name, "varchar") == 0)
        return strcmp(from->name, "bpchar") == 0;
    return false;
}

static void
compare_types(struct key *key)
{
    struct zdm_draft *draft = key->alter->draft;

    for (size_t i = 0; i < key->n && key->referenced; i++) {
        const struct zdm_column *from = zdm_relation_column(key->alter->relation, key->columns[i]);
        const struct zdm_column *to = zdm_relation_column(key->references, key->referenced[i]);
        if (!from || !to)
            continue;
        if (!zdm_foreign_types_fit(draft, to->type, from->type)) {
            zdm_draft_fails(draft, "42804", "column %s of %s cannot be compared with %s of %s",
                zdm_ident_text(draft->arena, from->name), key->alter->table,
                zdm_ident_text(draft->arena, to->name), key->other);
            return;
        }
        if (from->type && to->type && base_of(from->type) != base_of(to->type))
            ZDM_FIND(draft, FK_TYPE_MISMATCH, .column = zdm_ident_text(draft->arena, from->name),
                .other = zdm_ident_text(draft->arena, to->name));
    }
}

/* Is there an index of the referencing table that finds the rows of one key? */
static bool
is_indexed(const struct zdm_relation *relation, const char *const *columns, size_t n)
{
    for (size_t i = 0; i < relation->indexes.n; i++) {
        const struct zdm_index *index = relation->indexes.items[i];
        size_t found = 0;
        for (size_t k = 0; k < index->n_columns && k < n && !index->predicate_sql; k++)
            found += index->columns[k].name && zdm_names_have(columns, n, index->columns[k].name);
        if (found == n)
            return true;
    }
    return false;
}

static struct zdm_constraint *
put(struct key *key)
{
    struct zdm_draft *draft = key->alter->draft;
    struct zdm_constraint *constraint = zdm_relation_add_constraint(
        draft->catalog, key->alter->relation, ZDM_CONSTRAINT_FOREIGN, key->name, key->references);

    constraint->columns = key->columns;
    constraint->n_columns = key->n;
    constraint->referenced = key->referenced;
    constraint->index = key->index;
    constraint->validated = !key->later || key->given->initially_valid;
    constraint->enforced = zdm_grammar_is_enforced(key->given);
    constraint->no_inherit = key->alter->relation->kind != ZDM_RELATION_PARTITIONED;
    constraint->on_delete = key->given->fk_del_action[0] ? key->given->fk_del_action[0] : 'a';
    constraint->on_update = key->given->fk_upd_action[0] ? key->given->fk_upd_action[0] : 'a';
    constraint->match = key->given->fk_matchtype[0] ? key->given->fk_matchtype[0] : 's';
    constraint->deferrable = key->given->deferrable;
    constraint->initially_deferred = key->given->initdeferred;
    constraint->fresh = draft->in_transaction;
    return constraint;
}

/* Reads every row of the table, and looks up each in the other. Partitions may have one that says
 * the same, and then nothing of theirs is read. */
static bool
spread(struct key *key, struct zdm_constraint *made)
{
    struct zdm_draft *draft = key->alter->draft;
    struct zdm_relation *relation = key->alter->relation;
    bool scans = false;

    zdm_foreign_spread(draft, made);
    if (relation->kind == ZDM_RELATION_PARTITIONED) {
        size_t told = draft->st->n_scans;
        for (size_t i = 0; i < relation->children.n; i++)
            scans |= zdm_foreign_extend(draft, made, relation->children.items[i]);
        if (key->later) /* a new column that holds only NULLs */
            draft->st->n_scans = told;
        return scans && !key->later;
    }
    if (key->later)
        return false;
    zdm_draft_scan_of(draft, relation);
    if (!draft->fresh)
        zdm_foreign_scan_referenced(draft, key->references);
    return true;
}

static void
tell(struct key *key, bool scans)
{
    struct zdm_alter *alter = key->alter;
    struct zdm_draft *draft = alter->draft;

    if (draft->fresh) { /* nothing to scan, but the other table is locked all the same */
        draft->fresh = key->references->fresh;
        ZDM_FIND(draft, LOCK_CREATE_TABLE_FK, .other = key->other);
        draft->fresh = true;
        return;
    }
    if (key->later || !scans) {
        ZDM_FIND(draft, ADD_FK_NOT_VALID, .table = alter->table, .other = key->other);
    } else if (alter->relation->kind == ZDM_RELATION_PARTITIONED && draft->pg_version < 18) {
        ZDM_FIND(draft, SCAN_ADD_FK_PARTITIONED, .table = alter->table, .other = key->other);
    } else {
        struct zdm_finding *finding = ZDM_FIND(draft, SCAN_ADD_FK, .kind = "ADD FOREIGN KEY",
            .table = alter->table, .other = key->other);
        zdm_draft_safer(draft, finding, key->not_valid);
        zdm_draft_safer(draft, finding, key->validate);
    }
    if (key->later)
        ZDM_FIND(draft, ADD_CONSTRAINT, .name = zdm_ident_text(draft->arena, key->name));
    if (alter->relation->known && !is_indexed(alter->relation, key->columns, key->n))
        ZDM_FIND(draft, FK_MISSING_INDEX, .table = alter->table,
            .name = zdm_ident_text(draft->arena, key->name));
}

/* What happens to a part of a period nobody has defined. */
static bool
period_is_possible(struct zdm_alter *alter, const PgQuery__Constraint *constraint)
{
    const char *on_delete = constraint->fk_del_action, *on_update = constraint->fk_upd_action;

    if (zdm_grammar_has_period(constraint) &&
        ((on_delete[0] && on_delete[0] != 'a') || (on_update[0] && on_update[0] != 'a')))
        zdm_draft_fails(
            alter->draft, "0A000", "a foreign key with PERIOD knows no action but NO ACTION");
    return !zdm_draft_failed(alter->draft);
}

void
zdm_constraint_add_foreign(struct zdm_alter *alter, const PgQuery__Constraint *constraint)
{
    struct zdm_draft *draft = alter->draft;
    struct key key = {.alter = alter,
        .given = constraint,
        .other = zdm_range_text(draft->arena, constraint->pktable),
        .n = constraint->n_fk_attrs,
        .later = constraint->skip_validation};

    if (!zdm_constraint_name_is_free(alter, constraint) || !period_is_possible(alter, constraint))
        return;
    key.name = zdm_constraint_name(alter, constraint, NULL);
    key.references = zdm_draft_relation(draft, constraint->pktable);
    if (key.references->missing || !kinds_fit(&key))
        return;
    key.columns = names_of(draft, key.n, constraint->fk_attrs);
    if (!columns_exist(&key, alter->relation, key.columns, key.n))
        return;
    if (constraint->n_pk_attrs == 0) {
        use_primary_key(&key);
    } else {
        key.referenced = names_of(draft, constraint->n_pk_attrs, constraint->pk_attrs);
        if (!columns_exist(&key, key.references, key.referenced, constraint->n_pk_attrs))
            return;
        if (constraint->n_pk_attrs != key.n) {
            zdm_draft_fails(
                draft, "42830", "the two sides of the foreign key differ in their columns");
            return; /* also where nobody is sure of the catalog: this shows in the text */
        }
        find_index(&key);
    }
    if (zdm_draft_failed(draft) || zdm_rights_lack(draft, key.references, ZDM_RIGHT_REFERENCES))
        return;
    compare_types(&key);
    if (zdm_draft_failed(draft))
        return;

    enum zdm_held held = key.later || draft->fresh ? ZDM_HELD_BRIEF : ZDM_HELD_SCAN;
    zdm_alter_lock_partitions(alter, held);
    zdm_lock_referenced(draft, key.references, ZDM_LOCK_SHARE_ROW_EXCLUSIVE, held);
    char *quoted;
    key.not_valid = zdm_alter_constraint_text(alter, constraint, true, &quoted);
    if (key.not_valid)
        key.validate = zdm_arena_strf(
            draft->arena, "ALTER TABLE %s VALIDATE CONSTRAINT %s", alter->table, quoted);
    bool scans = spread(&key, put(&key));
    tell(&key, scans);
}
