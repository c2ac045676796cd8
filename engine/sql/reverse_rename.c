/* The way back of what gives something another name. */
#include "sql/reverse_ask.h"
#include "sql/reverse_inner.h"
#include "sql/syntax.h"

static const char *
object_word(PgQuery__ObjectType type)
{
    switch (type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
        return "TABLE";
    case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
        return "INDEX";
    case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
        return "VIEW";
    case PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW:
        return "MATERIALIZED VIEW";
    case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE:
        return "SEQUENCE";
    default:
        return NULL;
    }
}

/* What is known by a list of names: its new one with the schema of the old. */
static const char *
renamed_in_list(
    struct zdm_reverser *r, const char *word, const PgQuery__RenameStmt *st, const char *now)
{
    const PgQuery__List *name = st->object->list;
    size_t schema = name->n_items - 1;

    return zdm_arena_strf(r->arena, "ALTER %s %s%s%s RENAME TO %s", word,
        schema ? zdm_list_text(r->arena, schema, name->items) : "", schema ? "." : "", now,
        zdm_ident_text(r->arena, zdm_last_string(name->n_items, name->items)));
}

const char *
zdm_undo_of_rename(struct zdm_reverser *r, const PgQuery__RenameStmt *st)
{
    struct zdm_arena *arena = r->arena;
    const char *now = zdm_ident_text(arena, st->newname), *word = object_word(st->rename_type);

    if (st->missing_ok)
        return zdm_no_undo(r, "whether it was there is not in the text");
    if (st->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA)
        return zdm_arena_strf(
            arena, "ALTER SCHEMA %s RENAME TO %s", now, zdm_ident_text(arena, st->subname));
    if (st->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN &&
        st->relation_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE)
        return zdm_arena_strf(arena, "ALTER TABLE %s RENAME COLUMN %s TO %s",
            zdm_range_text(arena, st->relation), now, zdm_ident_text(arena, st->subname));
    if (st->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT)
        return zdm_arena_strf(arena, "ALTER TABLE %s RENAME CONSTRAINT %s TO %s",
            zdm_range_text(arena, st->relation), now, zdm_ident_text(arena, st->subname));
    if (st->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_TYPE ||
        st->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN)
        return renamed_in_list(
            r, st->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_TYPE ? "TYPE" : "DOMAIN", st, now);
    if (st->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER ||
        st->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_POLICY)
        return zdm_arena_strf(arena, "ALTER %s %s ON %s RENAME TO %s",
            st->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER ? "TRIGGER" : "POLICY", now,
            zdm_range_text(arena, st->relation), zdm_ident_text(arena, st->subname));
    if (!word || !st->relation)
        return zdm_no_undo(r, "zdm does not know the way back of this rename");
    const char *schema = st->relation->schemaname;
    return zdm_arena_strf(arena, "ALTER %s %s%s%s RENAME TO %s", word,
        schema && schema[0] ? zdm_ident_text(arena, schema) : "", schema && schema[0] ? "." : "",
        now, zdm_ident_text(arena, st->relation->relname));
}

const char *
zdm_undo_of_enum(struct zdm_reverser *r, const PgQuery__AlterEnumStmt *st)
{
    if (!st->old_val || !st->old_val[0])
        return zdm_no_undo(r, "PostgreSQL cannot take a value out of an enum");
    r->renames = true;
    return zdm_arena_strf(r->arena, "ALTER TYPE %s RENAME VALUE %s TO %s",
        zdm_list_text(r->arena, st->n_type_name, st->type_name),
        zdm_ask_nothing(r->arena, st->new_val), zdm_ask_nothing(r->arena, st->old_val));
}
