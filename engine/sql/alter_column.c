#include <string.h>

#include "sql/alter_column.h"
#include "sql/expression.h"
#include "sql/object.h"
#include "sql/proof.h"
#include "sql/volatility.h"

#define AT(name) PG_QUERY__ALTER_TABLE_TYPE__AT_##name

bool
zdm_alter_find_column(struct zdm_alter *alter, struct zdm_column **column)
{
    struct zdm_draft *draft = alter->draft;

    if (zdm_is_system_column(alter->cmd->name))
        zdm_draft_fails(draft, "0A000", "%s is a column that every table has", alter->cmd->name);
    else
        *column = zdm_alter_column(alter, alter->cmd->name);
    return !zdm_draft_failed(draft);
}

const char *
zdm_alter_quoted_column(const struct zdm_alter *alter)
{
    return zdm_ident_text(alter->draft->arena, alter->cmd->name);
}

/* The column of the target and, unless ONLY, of all below. */
static struct zdm_column **
columns_of_family(struct zdm_alter *alter, size_t *n)
{
    size_t count;
    struct zdm_relation **family = zdm_alter_family(alter, &count);
    struct zdm_column **columns =
        zdm_arena_alloc(alter->draft->arena, (count + 1) * sizeof(struct zdm_column *));

    *n = 0;
    for (size_t i = 0; i < count; i++) {
        struct zdm_column *column = zdm_relation_column(family[i], alter->cmd->name);
        if (column)
            columns[(*n)++] = column;
    }
    return columns;
}

static bool
default_is_right(struct zdm_alter *alter, const struct zdm_column *column)
{
    struct zdm_draft *draft = alter->draft;
    const PgQuery__Node *value = alter->cmd->def;

    if (!value || !zdm_expr_is_plain(draft, value, "a DEFAULT"))
        return !zdm_draft_failed(draft);
    if (zdm_expr_has_columns(value)) {
        zdm_draft_fails(draft, "0A000", "the DEFAULT of %s cannot name a column",
            zdm_alter_quoted_column(alter));
        return false;
    }
    struct zdm_judged judged = zdm_expr_judge(draft, value, NULL);
    if (column && column->type && !judged.literal && draft->catalog->complete &&
        !zdm_type_casts(draft->catalog, judged.typed.type, column->type, 'a'))
        zdm_draft_fails(draft, "42804", "the DEFAULT of %s is %s", zdm_alter_quoted_column(alter),
            zdm_typed_text(draft, judged.typed));
    return !zdm_draft_failed(draft);
}

void
zdm_alter_column_default(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_column *column = NULL;
    size_t n;

    if (!zdm_alter_find_column(alter, &column))
        return;
    if (column && column->identity)
        zdm_draft_fails(draft, "42601", "%s is an identity column", zdm_alter_quoted_column(alter));
    else if (column && column->generated)
        zdm_draft_fails(draft, "42601", "%s is a generated column", zdm_alter_quoted_column(alter));
    else
        default_is_right(alter, column);
    if (zdm_draft_failed(draft))
        return;
    zdm_alter_lock_family(alter, ZDM_HELD_BRIEF);
    if (alter->cmd->def) {
        ZDM_FIND(
            draft, SET_DEFAULT, .table = alter->table, .column = zdm_alter_quoted_column(alter));
    } else if ((!column || (column->not_null && column->default_sql)) &&
               ZDM_FIND(draft, BREAK_DROP_DEFAULT, .table = alter->table,
                   .column = zdm_alter_quoted_column(alter),
                   .other = column ? "" : ", if it is NOT NULL")) {
        draft->st->breaks_writers = true;
    }
    bool none = !alter->cmd->def || zdm_expr_is_null(alter->cmd->def);
    const char *text = none ? NULL : zdm_deparse_expr(draft->arena, alter->cmd->def);
    struct zdm_column **columns = columns_of_family(alter, &n);
    for (size_t i = 0; i < n; i++) {
        zdm_catalog_touch(draft->catalog, columns[i], sizeof *columns[i]);
        columns[i]->default_sql =
            none ? NULL : zdm_catalog_string(draft->catalog, text ? text : "?");
    }
}

/* Primary keys and the replica identity need it. */
static const char *
needed_by(const struct zdm_relation *relation, const char *column)
{
    for (size_t i = 0; i < relation->indexes.n; i++) {
        const struct zdm_index *index = relation->indexes.items[i];
        if (!index->primary && !index->replica_identity)
            continue;
        for (size_t k = 0; k < index->n_columns; k++)
            if (index->columns[k].name && strcmp(index->columns[k].name, column) == 0)
                return index->primary ? "the primary key" : "the replica identity";
    }
    return NULL;
}

static bool
may_be_null(struct zdm_alter *alter, struct zdm_relation *relation)
{
    struct zdm_draft *draft = alter->draft;
    const struct zdm_column *column = zdm_relation_column(relation, alter->cmd->name);
    const char *table = zdm_draft_name(draft, relation);
    const char *needed = needed_by(relation, alter->cmd->name);
    const struct zdm_column *above =
        relation->is_partition && relation->parents.n && relation == alter->relation
            ? zdm_relation_column(relation->parents.items[0], alter->cmd->name)
            : NULL;

    const struct zdm_constraint *constraint = zdm_not_null_of(relation, alter->cmd->name);

    if (column && column->identity)
        zdm_draft_fails(draft, "42601", "%s is an identity column", zdm_alter_quoted_column(alter));
    else if (constraint && constraint->inherited && relation == alter->relation)
        zdm_draft_fails(draft, "42P16", "constraint %s of %s is inherited",
            zdm_ident_text(draft->arena, constraint->name), table);
    else if (needed)
        zdm_draft_fails(draft, "42P16", "column %s is in %s of %s", zdm_alter_quoted_column(alter),
            needed, table);
    else if (above && above->not_null)
        zdm_draft_fails(draft, "42P16", "column %s is NOT NULL in the table that %s is part of",
            zdm_alter_quoted_column(alter), table);
    return !zdm_draft_failed(draft);
}

/* Since 18 NOT NULL is a constraint, and with ONLY it becomes the children's own. */
static void
leave_to_children(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;

    for (size_t i = 0; i < alter->relation->children.n; i++) {
        struct zdm_relation *child = alter->relation->children.items[i];
        struct zdm_constraint *constraint = zdm_not_null_of(child, alter->cmd->name);
        zdm_draft_lock_on(draft, child, alter->mode, ZDM_HELD_BRIEF);
        if (!constraint)
            continue;
        zdm_catalog_touch(draft->catalog, constraint, sizeof *constraint);
        constraint->inherited = false;
    }
}

void
zdm_alter_drop_not_null(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_column *column = NULL;
    size_t n;
    struct zdm_relation **family = zdm_alter_family(alter, &n);

    if (!zdm_alter_find_column(alter, &column))
        return;
    if (!alter->recurse && alter->relation->kind == ZDM_RELATION_PARTITIONED &&
        alter->relation->children.n && draft->pg_version < 18)
        zdm_draft_fails(draft, "42P16", "the partitions of %s are NOT NULL too", alter->table);
    for (size_t i = 0; i < n; i++)
        if (zdm_draft_failed(draft) || !may_be_null(alter, family[i]))
            return;
    zdm_alter_lock_family(alter, ZDM_HELD_BRIEF);
    if (!alter->recurse && draft->pg_version >= 18 && column && column->not_null)
        leave_to_children(alter);
    if ((!column || column->not_null) && ZDM_FIND(draft, BREAK_DROP_NOT_NULL, .table = alter->table,
                                             .column = zdm_alter_quoted_column(alter)))
        draft->st->breaks_readers = true;
    for (size_t i = 0; i < n; i++) {
        struct zdm_constraint *constraint = zdm_not_null_of(family[i], alter->cmd->name);
        if (constraint)
            zdm_relation_drop_constraint(draft->catalog, constraint);
    }
    struct zdm_column **columns = columns_of_family(alter, &n);
    for (size_t i = 0; i < n; i++) {
        zdm_catalog_touch(draft->catalog, columns[i], sizeof *columns[i]);
        columns[i]->not_null = false;
        columns[i]->not_null_valid = true;
    }
}

void
zdm_alter_drop_expression(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_column *column = NULL;
    size_t n;

    if (!zdm_alter_find_column(alter, &column))
        return;
    if (!alter->recurse && alter->relation->children.n)
        zdm_draft_fails(
            draft, "42P16", "it must be done to those that inherit from %s too", alter->table);
    else if (column && column->inherited)
        zdm_draft_fails(draft, "42P16", "column %s of %s is inherited",
            zdm_alter_quoted_column(alter), alter->table);
    else if (column && !column->generated && !alter->cmd->missing_ok)
        zdm_draft_fails(
            draft, "55000", "%s is no generated column", zdm_alter_quoted_column(alter));
    else if (column && column->generated == 'v')
        zdm_draft_fails(
            draft, "0A000", "%s is a virtual generated column", zdm_alter_quoted_column(alter));
    if (zdm_draft_failed(draft))
        return;
    zdm_alter_lock_family(alter, ZDM_HELD_BRIEF);
    if (column && !column->generated)
        return;
    ZDM_FIND(
        draft, DROP_EXPRESSION, .table = alter->table, .column = zdm_alter_quoted_column(alter));
    struct zdm_column **columns = columns_of_family(alter, &n);
    for (size_t i = 0; i < n; i++) {
        zdm_catalog_touch(draft->catalog, columns[i], sizeof *columns[i]);
        columns[i]->generated = 0;
        columns[i]->default_sql = NULL;
    }
}

/* Types whose values never leave the row. */
static bool
is_plain_only(const struct zdm_type *type)
{
    static const char *const names[] = {"bool", "char", "int2", "int4", "int8", "oid", "float4",
        "float8", "date", "time", "timetz", "timestamp", "timestamptz", "interval", "uuid", "money",
        "name", "point", "line", "lseg", "box", "circle", "macaddr", "macaddr8", "pg_lsn", "tid",
        "xid", "xid8", "cid", "regclass", "regtype", "regproc"};
    const struct zdm_type *base = zdm_type_base(type, NULL);

    if (base && base->kind == ZDM_TYPE_ENUM)
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (zdm_type_is(base, names[i]))
            return true;
    return false;
}

static const char *
setting_text(const struct zdm_alter *alter)
{
    return alter->cmd->def ? zdm_node_string(alter->cmd->def) : "";
}

void
zdm_alter_column_setting(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_column *column = NULL;
    const struct zdm_relation *relation = alter->relation;
    const char *name = alter->cmd->name;

    /* Expressions of an index are told by number. */
    if (relation->kind == ZDM_RELATION_INDEX || relation->kind == ZDM_RELATION_PARTITIONED_INDEX ||
        (!name[0] && relation->kind == ZDM_RELATION_ANY))
        return;
    if (!name[0]) {
        zdm_draft_fails(draft, "0A000", "columns of a table are told by name");
        return;
    }
    if (!zdm_alter_find_column(alter, &column))
        return;
    bool plain = column && is_plain_only(column->type);
    if (alter->cmd->subtype == AT(SetStorage) && plain &&
        strcmp(setting_text(alter), "plain") != 0 && strcmp(setting_text(alter), "default") != 0)
        zdm_draft_fails(
            draft, "0A000", "column %s can only be stored PLAIN", zdm_alter_quoted_column(alter));
    else if (alter->cmd->subtype == AT(SetCompression) && plain &&
             strcmp(setting_text(alter), "default") != 0)
        zdm_draft_fails(
            draft, "0A000", "column %s is never compressed", zdm_alter_quoted_column(alter));
    if (zdm_draft_failed(draft))
        return;
    if (alter->cmd->subtype == AT(SetStatistics) || alter->cmd->subtype == AT(SetStorage))
        zdm_alter_lock_family(alter, ZDM_HELD_BRIEF);
    if (alter->cmd->subtype == AT(SetStorage) || alter->cmd->subtype == AT(SetCompression))
        ZDM_FIND(draft, SET_STORAGE_COLUMN, .table = alter->table,
            .column = zdm_alter_quoted_column(alter));
}
