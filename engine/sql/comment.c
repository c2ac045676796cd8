#include <string.h>

#include "sql/families.h"
#include "sql/object.h"

/* Where the name of the relation ends in the list, what it must be, and how it is locked: what hangs
 * on a table is found through it, and only the object itself is locked. */
static const struct place {
    PgQuery__ObjectType type;
    size_t parts; /* names behind that of the relation */
    enum zdm_lock_mode mode;
    const char *kinds, *wanted;
} places[] = {
    {PG_QUERY__OBJECT_TYPE__OBJECT_TABLE, 0, ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, "rp", "a table"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_VIEW, 0, ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, "v", "a view"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW, 0, ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, "m",
        "a materialized view"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE, 0, ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, "f",
        "a foreign table"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_INDEX, 0, ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, "iI", "an index"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE, 0, ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, "S", "a sequence"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN, 1, ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, "rpvmfc", "a table"},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT, 1, ZDM_LOCK_ACCESS_SHARE, NULL, NULL},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER, 1, ZDM_LOCK_ACCESS_SHARE, NULL, NULL},
    {PG_QUERY__OBJECT_TYPE__OBJECT_RULE, 1, ZDM_LOCK_ACCESS_SHARE, NULL, NULL},
    {PG_QUERY__OBJECT_TYPE__OBJECT_POLICY, 1, ZDM_LOCK_ACCESS_SHARE, NULL, NULL},
};

/* A certain error when a known relation has no such part. */
static bool
part_exists(struct zdm_draft *draft, PgQuery__ObjectType type, const struct zdm_relation *relation,
    const char *table, const char *name)
{
    const char *sqlstate = "42704";
    const void *found = NULL;

    if (!relation->known)
        return true;
    switch (type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN:
        sqlstate = "42703";
        found = zdm_relation_column(relation, name);
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT:
        found = zdm_relation_constraint(relation, name);
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER:
        found = zdm_relation_trigger(relation, name);
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_RULE:
        found = relation->kind == ZDM_RELATION_VIEW && strcmp(name, "_RETURN") == 0
                    ? name
                    : zdm_relation_rule(relation, name);
        break;
    default:
        found = zdm_relation_policy(relation, name);
    }
    if (!found)
        zdm_draft_fails(draft, sqlstate, "%s has no %s", table, zdm_ident_text(draft->arena, name));
    return found;
}

static void
on_relation(struct zdm_draft *draft, const struct place *place, const PgQuery__List *list)
{
    if (list->n_items <= place->parts)
        return;
    size_t n = list->n_items - place->parts;
    const char *text = zdm_list_text(draft->arena, n, list->items);
    const struct zdm_relation *relation = zdm_object_relation(draft, n, list->items);

    if (relation->missing || (place->kinds && !zdm_object_check_kind(draft, relation, text,
                                                  place->kinds, place->wanted)))
        return;
    if (place->parts && !part_exists(draft, place->type, relation, text,
                            zdm_last_string(list->n_items, list->items)))
        return;
    zdm_draft_lock_on(draft, relation, place->mode, ZDM_HELD_BRIEF);
}

/* Of an object that is no relation: is it there? */
static void
on_object(struct zdm_draft *draft, PgQuery__ObjectType type, const PgQuery__Node *object)
{
    const char *text = zdm_object_text(draft, object, 0);
    bool missing = false;

    switch (type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA:
        zdm_object_check_schema(draft, zdm_node_string(object));
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_TYPE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN:
        if (object->node_case == PG_QUERY__NODE__NODE_TYPE_NAME && draft->catalog->complete &&
            !zdm_object_type_named(draft, object->type_name->n_names, object->type_name->names))
            zdm_draft_fails(draft, "42704", "type %s does not exist", text);
        break;
    case PG_QUERY__OBJECT_TYPE__OBJECT_FUNCTION:
    case PG_QUERY__OBJECT_TYPE__OBJECT_PROCEDURE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_AGGREGATE:
        if (object->node_case == PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS)
            zdm_object_function(draft, object->object_with_args, &missing);
        if (missing)
            zdm_draft_fails(draft, "42883", "function %s does not exist", text);
        break;
    default:
        break;
    }
}

void
zdm_object_comment(struct zdm_draft *draft, PgQuery__ObjectType type, const PgQuery__Node *object)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (places[i].type == type && object->node_case == PG_QUERY__NODE__NODE_LIST) {
            on_relation(draft, &places[i], object->list);
            return;
        }
    on_object(draft, type, object);
}

void
zdm_family_comment(struct zdm_draft *draft)
{
    zdm_object_comment(
        draft, draft->node->comment_stmt->objtype, draft->node->comment_stmt->object);
}

void
zdm_family_label(struct zdm_draft *draft)
{
    zdm_object_comment(
        draft, draft->node->sec_label_stmt->objtype, draft->node->sec_label_stmt->object);
}
