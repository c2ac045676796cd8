#include <string.h>

#include "sql/families.h"
#include "sql/object.h"
#include "sql/query.h"
#include "sql/table_parts.h"

struct zdm_relation *
zdm_sequence_of_default(struct zdm_draft *draft, const char *default_sql)
{
    const char *at = strstr(default_sql, "nextval('");

    if (!at)
        return NULL;
    at += strlen("nextval('");
    const char *end = strchr(at, '\'');
    return end ? zdm_sequence_of_text(
                     draft, zdm_arena_strndup(draft->arena, at, (size_t)(end - at)))
               : NULL;
}

/* SEQUENCE NAME of an identity, as pg_dump writes it. */
static const PgQuery__List *
sequence_name(size_t n, PgQuery__Node *const *options)
{
    for (size_t i = 0; i < n; i++) {
        const PgQuery__DefElem *option = options[i]->def_elem;
        if (strcmp(option->defname, "sequence_name") == 0 && option->arg &&
            option->arg->node_case == PG_QUERY__NODE__NODE_LIST)
            return option->arg->list;
    }
    return NULL;
}

const PgQuery__Constraint *
zdm_identity_of(const PgQuery__ColumnDef *def)
{
    for (size_t i = 0; i < def->n_constraints; i++)
        if (def->constraints[i]->constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_IDENTITY)
            return def->constraints[i]->constraint;
    return NULL;
}

void
zdm_object_make_sequence(struct zdm_draft *draft, struct zdm_relation *relation, const char *column,
    size_t n_options, PgQuery__Node *const *options)
{
    const PgQuery__List *named = sequence_name(n_options, options);
    const char *schema = named ? zdm_object_schema(named->n_items, named->items) : NULL;
    const char *name = named ? zdm_object_name(named->n_items, named->items)
                             : zdm_object_free_name(draft, relation, relation->name, column, "seq");
    struct zdm_relation *sequence = zdm_catalog_add_relation(
        draft->catalog, schema ? schema : relation->schema, name, ZDM_RELATION_SEQUENCE);

    sequence->known = sequence->fresh = sequence->empty = true;
    sequence->owner = relation->owner;
    sequence->acl_known = draft->catalog->complete && draft->catalog->defaults_known;
    sequence->temporary = relation->temporary;
    sequence->unlogged = relation->unlogged && draft->pg_version >= 15;
    zdm_catalog_own_sequence(draft->catalog, sequence, relation, column);
    zdm_catalog_append(draft->catalog, &draft->catalog->fresh, sequence);
}

/* OWNED BY of a list of options: the names of a column, or of NONE; NULL: it is not there. */
static const PgQuery__List *
owned_by(size_t n, PgQuery__Node *const *options)
{
    for (size_t i = 0; i < n; i++) {
        const PgQuery__DefElem *option = options[i]->def_elem;
        if (strcmp(option->defname, "owned_by") == 0 && option->arg &&
            option->arg->node_case == PG_QUERY__NODE__NODE_LIST)
            return option->arg->list;
    }
    return NULL;
}

/* The table that it belonged to takes it along no more. */
static void
disown(struct zdm_catalog *catalog, const struct zdm_relation *sequence)
{
    struct zdm_relation *table = sequence->sequence_of;

    for (size_t i = table ? table->dependents.n : 0; i > 0; i--)
        if (table->dependents.items[i - 1]->dependent == sequence)
            zdm_catalog_remove(catalog, &table->dependents, table->dependents.items[i - 1]);
}

/* False when it fails. */
static bool
own(struct zdm_draft *draft, struct zdm_relation *sequence, const PgQuery__List *owner)
{
    struct zdm_catalog *catalog = draft->catalog;

    if (owner->n_items < 2) { /* NONE */
        disown(catalog, sequence);
        zdm_catalog_own_sequence(catalog, sequence, NULL, NULL);
        return true;
    }
    struct zdm_relation *table = zdm_object_relation(draft, owner->n_items - 1, owner->items);
    const char *column = zdm_last_string(owner->n_items, owner->items);
    const char *text = zdm_list_text(draft->arena, owner->n_items - 1, owner->items);
    if (table->missing || !zdm_object_check_kind(draft, table, text, "rpvf", "a table"))
        return false;
    if (table->known && !zdm_relation_column(table, column)) {
        zdm_draft_fails(draft, "42703", "column %s of %s does not exist",
            zdm_ident_text(draft->arena, column), text);
        return false;
    }
    if (table->known && sequence->known && sequence->schema && table->schema &&
        strcmp(sequence->schema, table->schema) != 0) {
        zdm_draft_fails(draft, "55000",
            "the sequence must be in the schema of %s, that it would belong to", text);
        return false;
    }
    zdm_draft_lock_on(draft, table, ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_BRIEF);
    disown(catalog, sequence);
    zdm_catalog_own_sequence(catalog, sequence, table, column);
    struct zdm_dependent *dependent = zdm_catalog_alloc(catalog, sizeof *dependent);
    dependent->kind = "sequence";
    dependent->name = zdm_catalog_string(catalog, zdm_draft_name(draft, sequence));
    dependent->column = sequence->sequence_column;
    dependent->automatic = true;
    dependent->dependent = sequence;
    zdm_catalog_append(catalog, &table->dependents, dependent);
    return true;
}

void
zdm_family_create_sequence(struct zdm_draft *draft)
{
    const PgQuery__CreateSeqStmt *stmt = draft->node->create_seq_stmt;
    const PgQuery__List *owner = owned_by(stmt->n_options, stmt->options);
    struct zdm_relation *sequence;

    if (zdm_object_make(draft, stmt->sequence, ZDM_RELATION_SEQUENCE, stmt->if_not_exists,
            &sequence) == ZDM_MADE_NEW &&
        owner)
        own(draft, sequence, owner);
}

static bool
is_of_identity(const struct zdm_relation *sequence)
{
    const struct zdm_column *column =
        sequence->sequence_of
            ? zdm_relation_column(sequence->sequence_of, sequence->sequence_column)
            : NULL;

    return column && column->identity;
}

void
zdm_family_sequence(struct zdm_draft *draft)
{
    const PgQuery__AlterSeqStmt *stmt = draft->node->alter_seq_stmt;
    const char *name = zdm_range_text(draft->arena, stmt->sequence);
    const PgQuery__List *owner = owned_by(stmt->n_options, stmt->options);
    struct zdm_relation *sequence =
        stmt->missing_ok ? zdm_draft_find_relation(draft,
                               stmt->sequence->schemaname[0] ? stmt->sequence->schemaname : NULL,
                               stmt->sequence->relname)
                         : zdm_draft_relation(draft, stmt->sequence);

    if (!sequence || sequence->missing ||
        !zdm_object_check_kind(draft, sequence, name, "S", "a sequence"))
        return;
    if (owner && is_of_identity(sequence)) {
        zdm_draft_fails(draft, "0A000", "%s belongs to an identity column for good", name);
        return;
    }
    if (owner && !own(draft, sequence, owner))
        return;
    draft->fresh = sequence->fresh;
    zdm_draft_lock_on(draft, sequence, ZDM_LOCK_SHARE_ROW_EXCLUSIVE, ZDM_HELD_BRIEF);
    ZDM_FIND(draft, ALTER_SEQUENCE, .table = name);
}

/* A name in a text: "A b".c, with doubled quotes. Returns what is behind it. */
static const char *
name_part(struct zdm_arena *arena, const char *s, const char **out)
{
    char *name = zdm_arena_alloc(arena, strlen(s) + 1);
    size_t n = 0;

    if (*s == '"') {
        for (s++; *s && (*s != '"' || s[1] == '"'); s++) {
            s += *s == '"';
            name[n++] = *s;
        }
        s += *s == '"';
    } else {
        while (*s && *s != '.')
            name[n++] = *s++;
    }
    name[n] = '\0';
    *out = name;
    return s;
}

struct zdm_relation *
zdm_sequence_of_text(struct zdm_draft *draft, const char *text)
{
    const char *schema = NULL, *name;

    text = name_part(draft->arena, text, &name);
    if (*text == '.') {
        schema = name;
        name_part(draft->arena, text + 1, &name);
    }
    return *name ? zdm_catalog_relation(draft->catalog, schema, name) : NULL;
}
