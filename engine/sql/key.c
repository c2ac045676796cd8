#include <string.h>

#include "base/buf.h"
#include "sql/condition.h"
#include "sql/constraint.h"
#include "sql/grammar.h"
#include "sql/index_make.h"
#include "sql/types.h"

static bool
proven_not_null(struct zdm_draft *draft, const struct zdm_relation *relation, const char *column)
{
    return zdm_condition_implies(draft->catalog, relation,
               zdm_condition_of_relation(draft->arena, relation),
               zdm_condition_null(draft->arena, column, false)) == ZDM_YES;
}

void
zdm_constraint_key_not_null(
    struct zdm_alter *alter, size_t n, const char *const *columns, bool *scans)
{
    struct zdm_draft *draft = alter->draft;
    size_t n_family;
    bool partitioned = alter->relation->kind == ZDM_RELATION_PARTITIONED;
    /* With ONLY it is still checked that all partitions have them. */
    struct zdm_relation **family = partitioned ? zdm_draft_family(draft, alter->relation, &n_family)
                                               : zdm_alter_family(alter, &n_family);
    bool *had = zdm_arena_alloc(draft->arena, (n + 1) * sizeof *had);

    for (size_t i = 0; i < n; i++) {
        const struct zdm_column *column = zdm_relation_column(alter->relation, columns[i]);
        had[i] = column && column->not_null;
    }
    for (size_t f = 0; f < n_family; f++)
        for (size_t i = 0; i < n; i++) {
            struct zdm_column *column = zdm_relation_column(family[f], columns[i]);
            /* Partitions have what their parent has; other children need not, and are looked at. */
            if (!partitioned || !had[i] || !column || !column->not_null)
                zdm_draft_lock_on(draft, family[f], alter->mode, ZDM_HELD_BRIEF);
            if (column && column->not_null)
                continue;
            if (!proven_not_null(draft, family[f], columns[i]) &&
                zdm_relation_has_rows(family[f])) {
                zdm_draft_lock_on(draft, family[f], alter->mode, ZDM_HELD_SCAN);
                zdm_draft_scan_of(draft, family[f]);
                *scans = true;
            }
            if (!column)
                continue;
            zdm_catalog_touch(draft->catalog, column, sizeof *column);
            column->not_null = column->not_null_valid = true;
        }
}

static const char **
key_names(struct zdm_draft *draft, const struct zdm_index *index)
{
    const char **names = zdm_arena_alloc(draft->arena, (index->n_columns + 1) * sizeof *names);

    for (size_t i = 0; i < index->n_columns; i++)
        names[i] = index->columns[i].name ? index->columns[i].name : "";
    return names;
}

static bool
may_be_primary(struct zdm_alter *alter)
{
    if (!zdm_relation_primary_key(alter->relation))
        return true;
    zdm_draft_fails(alter->draft, "42P16", "%s has a primary key already", alter->table);
    return false;
}

/* Why an index cannot become a constraint: the SQLSTATE, or NULL. */
static const char *
unfit(const struct zdm_alter *alter, const PgQuery__Constraint *constraint,
    const struct zdm_index *index, const char **why)
{
    *why = index->constraint                 ? "backs another constraint"
           : index->table != alter->relation ? "is on another table"
           : !index->valid                   ? "is not valid"
                                             : NULL;
    if (*why)
        return "55000";
    *why = !index->unique                                 ? "is not unique"
           : index->expressions_sql                       ? "is on an expression"
           : index->predicate_sql                         ? "is partial"
           : !index->immediate && !constraint->deferrable ? "is deferrable"
           : strcmp(index->method, "btree") != 0          ? "is no btree"
                                                          : NULL;
    for (size_t i = 0; i < index->n_columns && !*why; i++)
        if (!index->columns[i].default_opclass || !index->columns[i].plain_order ||
            index->columns[i].collation)
            *why = "does not sort by default";
    return *why ? "42809" : NULL;
}

static void
adopt(struct zdm_alter *alter, const PgQuery__Constraint *constraint, struct zdm_index *index)
{
    struct zdm_draft *draft = alter->draft;
    bool primary = constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY;
    const char *name = constraint->conname[0] ? constraint->conname : constraint->indexname;
    struct zdm_constraint *made = zdm_relation_add_constraint(draft->catalog, alter->relation,
        primary ? ZDM_CONSTRAINT_PRIMARY : ZDM_CONSTRAINT_UNIQUE, name, NULL);
    const char **names = key_names(draft, index);

    made->index = index;
    made->n_columns = index->n_columns;
    made->columns =
        zdm_catalog_alloc(draft->catalog, (index->n_columns + 1) * sizeof *made->columns);
    for (size_t i = 0; i < index->n_columns; i++)
        made->columns[i] = zdm_catalog_string(draft->catalog, names[i]);
    made->no_inherit = true;
    made->deferrable = constraint->deferrable;
    made->initially_deferred = constraint->initdeferred;
    made->fresh = draft->in_transaction;
    zdm_catalog_touch(draft->catalog, index, sizeof *index);
    index->constraint = made;
    index->primary = primary;
    index->immediate = !constraint->deferrable;
    if (strcmp(index->self->name, name) != 0)
        zdm_catalog_move_relation(draft->catalog, index->self, index->self->schema, name);
}

static struct zdm_index *
named_index(struct zdm_alter *alter, const char *name)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_relation *self = zdm_catalog_relation(draft->catalog, alter->relation->schema, name);

    if (self && self->index)
        return self->index;
    if (alter->relation->known && draft->catalog->complete)
        zdm_draft_fails(draft, "42704", "there is no index %s", zdm_ident_text(draft->arena, name));
    return NULL;
}

static void
using_index(struct zdm_alter *alter, const PgQuery__Constraint *constraint, bool primary)
{
    struct zdm_draft *draft = alter->draft;
    const char *quoted = zdm_ident_text(draft->arena, constraint->indexname), *why;
    struct zdm_index *index = named_index(alter, constraint->indexname);
    bool scans = !index;

    if (zdm_draft_failed(draft))
        return;
    const char *state = index ? unfit(alter, constraint, index, &why) : NULL;
    if (state) {
        zdm_draft_fails(draft, state, "index %s %s", quoted, why);
        ZDM_FIND(draft, FAIL_USING_INDEX_UNFIT, .other = quoted);
        return;
    }
    if (alter->relation->kind == ZDM_RELATION_PARTITIONED) {
        zdm_draft_fails(
            draft, "0A000", "USING INDEX does not work on partitioned table %s", alter->table);
        ZDM_FIND(draft, FAIL_USING_INDEX_UNFIT, .other = quoted);
        return;
    }
    if (primary && !may_be_primary(alter))
        return;
    if (constraint->conname[0] && strcmp(constraint->conname, constraint->indexname) != 0) {
        const struct zdm_relation *taken =
            zdm_catalog_relation(draft->catalog, alter->relation->schema, constraint->conname);
        if (index && taken)
            zdm_draft_fails(draft, "42P07", "the name %s is taken",
                zdm_ident_text(draft->arena, constraint->conname));
        ZDM_FIND(draft, ADD_CONSTRAINT_USING_INDEX, .other = quoted);
    } else if (!index) {
        ZDM_FIND(draft, ADD_CONSTRAINT_USING_INDEX, .other = quoted);
    }
    if (zdm_draft_failed(draft))
        return;
    if (primary && index) {
        zdm_constraint_key_not_null(alter, index->n_columns, key_names(draft, index), &scans);
        if (scans)
            zdm_alter_lock(alter, ZDM_HELD_SCAN);
    }
    if (primary && scans) {
        struct zdm_finding *finding = ZDM_FIND(draft, SCAN_PK_USING_INDEX, .table = alter->table);
        for (size_t i = 0; index && i < index->n_columns; i++)
            zdm_alter_not_null_steps(alter, finding, index->columns[i].name);
    }
    if (index)
        adopt(alter, constraint, index);
}

static char *
column_list(struct zdm_draft *draft, size_t n, PgQuery__Node *const *keys)
{
    struct zdm_buf buf = ZDM_BUF_INIT;

    for (size_t i = 0; i < n; i++)
        zdm_buf_addf(
            &buf, "%s%s", i ? ", " : "", zdm_ident_text(draft->arena, zdm_node_string(keys[i])));
    char *text = zdm_arena_strndup(draft->arena, buf.len ? buf.s : "", buf.len);
    zdm_buf_release(&buf);
    return text;
}

const char *
zdm_constraint_timing(const PgQuery__Constraint *constraint)
{
    return constraint->initdeferred ? " DEFERRABLE INITIALLY DEFERRED"
           : constraint->deferrable ? " DEFERRABLE"
                                    : "";
}

static bool
nullable(const struct zdm_relation *relation, const char *name)
{
    const struct zdm_column *column = zdm_relation_column(relation, name);

    return !column || !column->not_null;
}

/* Of a plain table: make NOT NULL what must be, build the index beside the writers, adopt it. */
static void
gentle_steps(struct zdm_alter *alter, const PgQuery__Constraint *constraint,
    struct zdm_finding *finding, const char *name, bool primary)
{
    struct zdm_draft *draft = alter->draft;

    if (primary)
        for (size_t i = 0; i < constraint->n_keys; i++)
            if (nullable(alter->relation, zdm_node_string(constraint->keys[i])))
                zdm_alter_not_null_steps(alter, finding, zdm_node_string(constraint->keys[i]));
    if (constraint->n_options || zdm_grammar_without_overlaps(constraint) ||
        alter->relation->kind == ZDM_RELATION_PARTITIONED)
        return;
    const char *included = column_list(draft, constraint->n_including, constraint->including);
    const char *space = constraint->indexspace;
    zdm_draft_safer(draft, finding,
        zdm_arena_strf(draft->arena, "CREATE UNIQUE INDEX CONCURRENTLY %s ON %s (%s)%s%s%s%s%s%s",
            name, alter->table, column_list(draft, constraint->n_keys, constraint->keys),
            included[0] ? " INCLUDE (" : "", included, included[0] ? ")" : "",
            constraint->nulls_not_distinct ? " NULLS NOT DISTINCT" : "",
            space[0] ? " TABLESPACE " : "", space[0] ? zdm_ident_text(draft->arena, space) : ""));
    zdm_draft_safer(draft, finding,
        zdm_arena_strf(draft->arena, "ALTER TABLE %s ADD CONSTRAINT %s %s USING INDEX %s%s",
            alter->table, name, primary ? "PRIMARY KEY" : "UNIQUE", name,
            zdm_constraint_timing(constraint)));
}

static bool
name_is_free(struct zdm_alter *alter, const char *name)
{
    struct zdm_draft *draft = alter->draft;
    const struct zdm_relation *taken =
        zdm_catalog_relation(draft->catalog, alter->relation->schema, name);

    if (!taken || !alter->relation->known)
        return true;
    zdm_draft_fails(draft, "42P07", "the name %s is taken", zdm_ident_text(draft->arena, name));
    return false;
}

static void
exclusion_columns(
    struct zdm_alter *alter, struct zdm_index_plan *plan, const PgQuery__Constraint *constraint)
{
    struct zdm_draft *draft = alter->draft;
    PgQuery__Node **keys =
        zdm_arena_alloc(draft->arena, (constraint->n_exclusions + 1) * sizeof(PgQuery__Node *));

    /* Each is a pair of an index element and its operator. */
    for (size_t i = 0; i < constraint->n_exclusions; i++)
        keys[i] = constraint->exclusions[i]->list->items[0];
    zdm_index_plan_columns(draft, plan, alter->relation, constraint->n_exclusions, keys,
        constraint->n_including, constraint->including, constraint->where_clause);
}

static enum zdm_constraint_kind
kind_of(const PgQuery__Constraint *constraint)
{
    switch (constraint->contype) {
    case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
        return ZDM_CONSTRAINT_PRIMARY;
    case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE:
        return ZDM_CONSTRAINT_UNIQUE;
    default:
        return ZDM_CONSTRAINT_EXCLUDE;
    }
}

static struct zdm_index_plan
plan_of(struct zdm_alter *alter, const PgQuery__Constraint *constraint)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_index_plan plan = {.constraint = kind_of(constraint),
        .deferrable = constraint->deferrable,
        .initially_deferred = constraint->initdeferred,
        .partition_mode = draft->pg_version >= 18  ? ZDM_LOCK_ACCESS_EXCLUSIVE
                          : constraint->deferrable ? ZDM_LOCK_SHARE_ROW_EXCLUSIVE /* a trigger */
                                                   : ZDM_LOCK_SHARE};
    bool exclude = plan.constraint == ZDM_CONSTRAINT_EXCLUDE;

    plan.like.method = exclude && constraint->access_method[0]
                           ? zdm_catalog_string(draft->catalog, constraint->access_method)
                       : zdm_grammar_without_overlaps(constraint) ? "gist"
                                                                  : "btree";
    plan.like.unique = !exclude;
    plan.like.primary = plan.constraint == ZDM_CONSTRAINT_PRIMARY;
    plan.like.nulls_not_distinct = constraint->nulls_not_distinct;
    if (exclude)
        exclusion_columns(alter, &plan, constraint);
    else
        zdm_index_plan_columns(draft, &plan, alter->relation, constraint->n_keys, constraint->keys,
            constraint->n_including, constraint->including, NULL);
    return plan;
}

/* Of a primary key that is only the parent's every partition must be NOT NULL already. */
static bool
children_have_not_null(struct zdm_alter *alter, const PgQuery__Constraint *constraint)
{
    const struct zdm_relation *relation = alter->relation;

    if (alter->recurse || relation->kind != ZDM_RELATION_PARTITIONED)
        return true;
    for (size_t k = 0; k < constraint->n_keys; k++) {
        const char *name = zdm_node_string(constraint->keys[k]);
        const struct zdm_column *own = zdm_relation_column(relation, name);
        if (own && own->not_null)
            continue;
        for (size_t i = 0; i < relation->children.n; i++)
            if (nullable(relation->children.items[i], name)) {
                zdm_draft_fails(alter->draft, alter->draft->pg_version >= 18 ? "XX000" : "42P16",
                    "column %s must be made NOT NULL in the partitions of %s too",
                    zdm_ident_text(alter->draft->arena, name), alter->table);
                return false;
            }
    }
    return true;
}

/* Of WITHOUT OVERLAPS: the last column is a range, and something stands before it. */
static bool
overlaps_can_be_told(struct zdm_alter *alter, const PgQuery__Constraint *constraint)
{
    struct zdm_draft *draft = alter->draft;

    if (!zdm_grammar_without_overlaps(constraint))
        return true;
    const char *name = zdm_node_string(constraint->keys[constraint->n_keys - 1]);
    const struct zdm_column *column = zdm_relation_column(alter->relation, name);
    const struct zdm_type *type = column ? zdm_type_base(column->type, NULL) : NULL;
    if (constraint->n_keys < 2)
        zdm_draft_fails(draft, "42601", "WITHOUT OVERLAPS needs a column before %s",
            zdm_ident_text(draft->arena, name));
    else if (type && draft->catalog->complete && type->kind != ZDM_TYPE_RANGE &&
             type->kind != ZDM_TYPE_MULTIRANGE)
        zdm_draft_fails(draft, "42804", "column %s in WITHOUT OVERLAPS is no range",
            zdm_ident_text(draft->arena, name));
    return !zdm_draft_failed(draft);
}

void
zdm_constraint_add_key(struct zdm_alter *alter, const PgQuery__Constraint *constraint)
{
    struct zdm_draft *draft = alter->draft;
    bool primary = constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY;
    bool partitioned = alter->relation->kind == ZDM_RELATION_PARTITIONED, scans = false;
    struct zdm_finding *finding;

    if (constraint->indexname[0]) {
        using_index(alter, constraint, primary);
        return;
    }
    if (alter->relation->kind == ZDM_RELATION_FOREIGN) {
        zdm_draft_fails(draft, "42809", "%s is a foreign table", alter->table);
        return;
    }
    if ((primary && !may_be_primary(alter)) || !overlaps_can_be_told(alter, constraint))
        return;
    struct zdm_index_plan plan = plan_of(alter, constraint);
    const char *name = constraint->conname[0] ? constraint->conname
                                              : zdm_index_plan_name(draft, &plan, alter->relation);
    if (zdm_draft_failed(draft) || (primary && !children_have_not_null(alter, constraint)))
        return;
    if (plan.constraint == ZDM_CONSTRAINT_EXCLUDE && partitioned && draft->pg_version < 17) {
        zdm_draft_fails(draft, "0A000",
            "%s is partitioned: exclusion constraints need PostgreSQL 17", alter->table);
        return;
    }
    zdm_index_check_partition_key(draft, &plan, alter->relation, alter->table, !alter->recurse);
    if (zdm_draft_failed(draft)) {
        ZDM_FIND(draft, FAIL_UNIQUE_PARTITION_KEY, .table = alter->table);
        return;
    }
    if (!name_is_free(alter, name) || !zdm_constraint_name_is_free(alter, constraint))
        return;
    zdm_alter_lock(alter, ZDM_HELD_BUILD);
    if (primary)
        zdm_constraint_key_not_null(
            alter, plan.like.n_columns, key_names(draft, &plan.like), &scans);
    const char *quoted = zdm_ident_text(draft->arena, name);
    if (plan.constraint == ZDM_CONSTRAINT_EXCLUDE) {
        ZDM_FIND(draft, SCAN_ADD_EXCLUDE, .table = alter->table);
    } else {
        finding = primary ? ZDM_FIND(draft, INDEX_ADD_PK, .table = alter->table)
                          : ZDM_FIND(draft, INDEX_ADD_UNIQUE, .table = alter->table);
        gentle_steps(alter, constraint, finding, quoted, primary);
    }
    zdm_index_make(draft, &plan, alter->relation, name, !alter->recurse, NULL);
}
