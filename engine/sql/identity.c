#include <string.h>

#include "sql/alter_column.h"
#include "sql/object.h"
#include "sql/types.h"

#define AT(name) PG_QUERY__ALTER_TABLE_TYPE__AT_##name

static bool
is_integer(const struct zdm_type *type)
{
    return !type || zdm_type_is(type, "int2") || zdm_type_is(type, "int4") ||
           zdm_type_is(type, "int8");
}

/* As Constraint of ADD GENERATED says: 'a' or 'd'. */
static char
generated_when(const struct zdm_alter *alter)
{
    const PgQuery__Node *def = alter->cmd->def;

    if (def && def->node_case == PG_QUERY__NODE__NODE_CONSTRAINT)
        return def->constraint->generated_when[0];
    return 0;
}

static bool
may_become_identity(struct zdm_alter *alter, const struct zdm_column *column)
{
    struct zdm_draft *draft = alter->draft;
    const char *name = zdm_alter_quoted_column(alter);

    if (alter->relation->of_type)
        zdm_draft_fails(draft, "0A000", "%s is a typed table", alter->table);
    else if (alter->relation->is_partition)
        zdm_draft_fails(draft, "0A000", "%s is a partition", alter->table);
    else if (column && !is_integer(column->type))
        zdm_draft_fails(
            draft, "22023", "identity column %s must be smallint, integer or bigint", name);
    else if (column && !column->not_null)
        zdm_draft_fails(draft, "55000", "column %s must be NOT NULL first", name);
    else if (column && column->identity)
        zdm_draft_fails(draft, "55000", "%s is an identity column already", name);
    else if (column && column->default_sql)
        zdm_draft_fails(draft, "55000", "column %s has a default", name);
    return !zdm_draft_failed(draft);
}

static void
set_identity(struct zdm_alter *alter, struct zdm_column *column, char identity)
{
    struct zdm_catalog *catalog = alter->draft->catalog;

    if (!column)
        return;
    zdm_catalog_touch(catalog, column, sizeof *column);
    column->identity = identity;
}

static void
add_identity(struct zdm_alter *alter, struct zdm_column *column)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_relation *relation = alter->relation;
    char when = generated_when(alter);

    if (!may_become_identity(alter, column))
        return;
    if (ZDM_FIND(
            draft, ADD_IDENTITY, .table = alter->table, .column = zdm_alter_quoted_column(alter)))
        draft->st->breaks_writers |= when == 'a';
    set_identity(alter, column, when);
    const PgQuery__Constraint *made = alter->cmd->def->constraint;
    zdm_object_make_sequence(draft, relation, alter->cmd->name, made->n_options, made->options);
}

/* SET GENERATED, and options of the sequence. */
static void
change_identity(struct zdm_alter *alter, struct zdm_column *column)
{
    struct zdm_draft *draft = alter->draft;
    const PgQuery__Node *def = alter->cmd->def;
    char when = 0;

    if (column && !column->identity) {
        zdm_draft_fails(draft, "55000", "%s is no identity column", zdm_alter_quoted_column(alter));
        return;
    }
    for (size_t i = 0; def && def->node_case == PG_QUERY__NODE__NODE_LIST && i < def->list->n_items;
         i++) {
        const PgQuery__DefElem *option = def->list->items[i]->def_elem;
        if (strcmp(option->defname, "generated") == 0)
            when = (char)option->arg->integer->ival;
    }
    struct zdm_relation *sequence = zdm_catalog_sequence_of(alter->relation, alter->cmd->name);
    if (sequence)
        zdm_draft_lock_on(draft, sequence, ZDM_LOCK_SHARE_ROW_EXCLUSIVE, ZDM_HELD_BRIEF);
    ZDM_FIND(draft, ADD_IDENTITY, .table = alter->table, .column = zdm_alter_quoted_column(alter));
    draft->st->breaks_writers |= when == 'a' && (!column || column->identity == 'd');
    if (when)
        set_identity(alter, column, when);
}

static void
drop_identity(struct zdm_alter *alter, struct zdm_column *column)
{
    struct zdm_draft *draft = alter->draft;

    if (column && !column->identity) {
        if (!alter->cmd->missing_ok)
            zdm_draft_fails(
                draft, "55000", "%s is no identity column", zdm_alter_quoted_column(alter));
        return;
    }
    if (ZDM_FIND(draft, BREAK_DROP_DEFAULT, .table = alter->table,
            .column = zdm_alter_quoted_column(alter), .other = ""))
        draft->st->breaks_writers = true;
    struct zdm_relation *sequence = zdm_catalog_sequence_of(alter->relation, alter->cmd->name);
    if (sequence) {
        zdm_draft_lock_on(draft, sequence, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
        zdm_catalog_drop_sequences(draft->catalog, alter->relation, alter->cmd->name);
    }
    set_identity(alter, column, 0);
}

void
zdm_alter_identity(struct zdm_alter *alter)
{
    struct zdm_column *column = NULL;

    if (!zdm_alter_find_column(alter, &column))
        return;
    /* The partitions of a table have it too since 17. */
    if (alter->relation->kind == ZDM_RELATION_PARTITIONED && alter->draft->pg_version >= 17)
        zdm_alter_lock_family(alter, ZDM_HELD_BRIEF);
    if (alter->cmd->subtype == AT(AddIdentity))
        add_identity(alter, column);
    else if (alter->cmd->subtype == AT(SetIdentity))
        change_identity(alter, column);
    else
        drop_identity(alter, column);
}
