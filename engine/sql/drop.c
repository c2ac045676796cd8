#include <string.h>

#include "sql/dropping.h"
#include "sql/families.h"
#include "sql/object.h"

static const struct drop {
    PgQuery__ObjectType type;
    const char *kind;
    enum zdm_rule_id rule;
    const char *kinds;  /* of relations that may be dropped so; NULL: it is no relation */
    const char *wanted; /* as a message says it */
    bool data;          /* has rows */
} drops[] = {
#define DROP(type, kind, rule, kinds, wanted, data)                                                \
    {                                                                                              \
        PG_QUERY__OBJECT_TYPE__OBJECT_##type, "DROP " kind, ZDM_RULE_##rule, kinds, wanted, data   \
    }
    DROP(TABLE, "TABLE", BREAK_DROP_TABLE, "rp", "a table", true),
    DROP(FOREIGN_TABLE, "FOREIGN TABLE", BREAK_DROP_TABLE, "f", "a foreign table", false),
    DROP(MATVIEW, "MATERIALIZED VIEW", BREAK_DROP_VIEW, "m", "a materialized view", false),
    DROP(VIEW, "VIEW", BREAK_DROP_VIEW, "v", "a view", false),
    DROP(SEQUENCE, "SEQUENCE", BREAK_DROP_SEQUENCE, "S", "a sequence", false),
    DROP(FUNCTION, "FUNCTION", BREAK_DROP_FUNCTION, NULL, "a function", false),
    DROP(PROCEDURE, "PROCEDURE", BREAK_DROP_FUNCTION, NULL, "a procedure", false),
    DROP(ROUTINE, "ROUTINE", BREAK_DROP_FUNCTION, NULL, "a routine", false),
    DROP(AGGREGATE, "AGGREGATE", BREAK_DROP_FUNCTION, NULL, "an aggregate", false),
    DROP(TYPE, "TYPE", BREAK_DROP_TYPE, NULL, "a type", false),
    DROP(DOMAIN, "DOMAIN", BREAK_DROP_TYPE, NULL, "a domain", false),
    DROP(SCHEMA, "SCHEMA", BREAK_DROP_SCHEMA, NULL, "a schema", true),
    DROP(EXTENSION, "EXTENSION", BREAK_DROP_EXTENSION, NULL, "an extension", true),
#undef DROP
};

/* A DROP while it is classified. */
struct dropped {
    struct zdm_draft *draft;
    const PgQuery__DropStmt *stmt;
    const struct drop *row;
    struct zdm_dropping dropping;
    const char **told; /* the texts of what is dropped, n_told */
    size_t n_told;
    const char *all; /* of all of them */
    bool *fresh;
    bool partial; /* a partition of a table that stays */
    bool blind;   /* what goes with it is not in the catalog */
};

static const char *
text_of(struct dropped *dropped, const PgQuery__Node *object)
{
    const char *text = zdm_object_text(dropped->draft, object, 0);

    return text[0] ? text : "an object";
}

static void
tell(struct dropped *dropped, const char *text, bool fresh)
{
    dropped->told[dropped->n_told] = text;
    dropped->fresh[dropped->n_told++] = fresh;
    dropped->all =
        dropped->all ? zdm_arena_strf(dropped->draft->arena, "%s, %s", dropped->all, text) : text;
}

static void
missing(struct dropped *dropped, const char *sqlstate, const char *text)
{
    if (!dropped->stmt->missing_ok)
        zdm_draft_fails(dropped->draft, sqlstate, "%s does not exist", text);
}

static void
target_relation(struct dropped *dropped, const PgQuery__Node *object)
{
    struct zdm_draft *draft = dropped->draft;
    const char *text = text_of(dropped, object);
    size_t n = object->list->n_items;
    const char *schema = zdm_object_schema(n, object->list->items);
    struct zdm_relation *relation = zdm_object_find_relation(draft, n, object->list->items);

    if (!relation && strncmp(zdm_object_name(n, object->list->items), "pg_", 3) == 0 &&
        (!schema || strcmp(schema, "pg_catalog") == 0)) {
        zdm_draft_fails(draft, "42501", "%s belongs to the system", text);
        return;
    }
    if (!relation) {
        bool known = !schema || zdm_catalog_schema(draft->catalog, schema) != NULL;
        missing(dropped, known ? "42P01" : "3F000", text);
        return;
    }
    if (relation->schema && strcmp(relation->schema, "pg_catalog") == 0) {
        zdm_draft_fails(draft, "42501", "%s belongs to the system", text);
        return;
    }
    if (!zdm_object_check_kind(draft, relation, text, dropped->row->kinds, dropped->row->wanted))
        return;
    const struct zdm_column *column =
        relation->sequence_of
            ? zdm_relation_column(relation->sequence_of, relation->sequence_column)
            : NULL;
    if (column && column->identity)
        dropped->dropping.needed = zdm_arena_strf(draft->arena, "identity column %s of %s",
            zdm_ident_text(draft->arena, column->name),
            zdm_draft_name(draft, relation->sequence_of));
    dropped->partial |= relation->is_partition && !relation->fresh;
    bool fresh = relation->fresh;
    for (size_t i = 0; i < relation->children.n; i++)
        fresh &= relation->children.items[i]->fresh;
    tell(dropped, text, fresh);
    zdm_dropping_relation(&dropped->dropping, relation);
}

static void
target_function(struct dropped *dropped, const PgQuery__Node *object)
{
    struct zdm_draft *draft = dropped->draft;
    const char *text = text_of(dropped, object);
    bool none;

    if (object->node_case != PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS)
        return;
    struct zdm_function *function = zdm_object_function(draft, object->object_with_args, &none);
    if (none) {
        const char *key = zdm_function_key_of(draft, object->object_with_args);
        missing(dropped, "42883", key ? key : text);
        return;
    }
    PgQuery__ObjectType type = dropped->stmt->remove_type;
    if (function && (type == PG_QUERY__OBJECT_TYPE__OBJECT_AGGREGATE) != (function->kind == 'a') &&
        type != PG_QUERY__OBJECT_TYPE__OBJECT_ROUTINE) {
        zdm_draft_fails(draft, "42809", "%s is not %s", text, dropped->row->wanted);
        return;
    }
    if (function && type != PG_QUERY__OBJECT_TYPE__OBJECT_ROUTINE &&
        (type == PG_QUERY__OBJECT_TYPE__OBJECT_PROCEDURE) != (function->kind == 'p')) {
        zdm_draft_fails(draft, "42809", "%s is not %s", text, dropped->row->wanted);
        return;
    }
    if (function && function->schema && strcmp(function->schema, "pg_catalog") == 0) {
        zdm_draft_fails(draft, "2BP01", "%s belongs to the system", text);
        return;
    }
    tell(dropped, text, function && function->fresh);
    if (function)
        zdm_dropping_function(&dropped->dropping, function);
    else
        zdm_draft_assume(draft);
}

static void
target_type(struct dropped *dropped, const PgQuery__Node *object)
{
    struct zdm_draft *draft = dropped->draft;
    const char *text = text_of(dropped, object);
    const PgQuery__TypeName *name = object->type_name;
    struct zdm_type *type;

    if (object->node_case != PG_QUERY__NODE__NODE_TYPE_NAME)
        return;
    type = zdm_object_type(draft, name);
    if (!type) {
        if (draft->catalog->complete)
            missing(dropped, "42704", text);
        else
            tell(dropped, text, false);
        return;
    }
    if (dropped->stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN &&
        type->kind != ZDM_TYPE_DOMAIN) {
        zdm_draft_fails(draft, "42809", "%s is not a domain", text);
        return;
    }
    if (type->element)
        dropped->dropping.needed = "the type that it is an array of";
    else if (type->relation && type->relation->kind != ZDM_RELATION_COMPOSITE)
        dropped->dropping.needed = zdm_draft_name(draft, type->relation);
    else if (type->schema && strcmp(type->schema, "pg_catalog") == 0)
        dropped->dropping.needed = "the system";
    tell(dropped, text, type->fresh);
    zdm_dropping_type(&dropped->dropping, type);
}

static void
target_schema(struct dropped *dropped, const PgQuery__Node *object)
{
    struct zdm_draft *draft = dropped->draft;
    const char *text = text_of(dropped, object);
    struct zdm_schema *schema = zdm_catalog_schema(draft->catalog, zdm_node_string(object));

    if (!schema) {
        if (draft->catalog->complete)
            missing(dropped, "3F000", text);
        else
            tell(dropped, text, false);
        return;
    }
    if (strcmp(schema->name, "pg_catalog") == 0)
        dropped->dropping.needed = "the system";
    tell(dropped, text, schema->fresh);
    zdm_dropping_schema(&dropped->dropping, schema);
    zdm_catalog_touch(draft->catalog, schema, sizeof *schema);
    schema->dropped = true;
}

struct members {
    struct dropped *dropped;
    const char *extension;
};

static bool
see_member(void *self, struct zdm_relation *relation)
{
    struct members *members = self;

    if (relation->extension && strcmp(relation->extension, members->extension) == 0)
        zdm_dropping_relation(&members->dropped->dropping, relation);
    return true;
}

static void
target_extension(struct dropped *dropped, const PgQuery__Node *object)
{
    struct zdm_catalog *catalog = dropped->draft->catalog;
    const char *name = zdm_node_string(object);
    const char *found = NULL;

    for (size_t i = 0; i < catalog->extensions.n; i++)
        if (strcmp(catalog->extensions.items[i], name) == 0)
            found = catalog->extensions.items[i];
    if (!found && catalog->complete) {
        missing(dropped, "42704", text_of(dropped, object));
        return;
    }
    tell(dropped, text_of(dropped, object), false);
    dropped->blind = true;
    if (!found)
        return;
    struct members members = {.dropped = dropped, .extension = found};
    zdm_catalog_each_relation(catalog, see_member, &members);
    zdm_catalog_remove(catalog, &catalog->extensions, found);
}

/* Objects that the catalog does not have: they are there, or not. */
static void
target_other(struct dropped *dropped, const PgQuery__Node *object)
{
    struct zdm_draft *draft = dropped->draft;
    const char *text = text_of(dropped, object);

    zdm_draft_assume(draft);
    if (dropped->stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_PUBLICATION)
        zdm_publication_dropped(draft, zdm_node_string(object));
    ZDM_FIND(draft, BREAK_DROP_OBJECT, .kind = "DROP of", .name = text);
    if (dropped->dropping.cascade)
        ZDM_FIND(draft, DROP_CASCADE, .name = text);
}

static void
findings(struct dropped *dropped)
{
    struct zdm_draft *draft = dropped->draft;
    const struct drop *row = dropped->row;
    bool cascade = dropped->dropping.cascade;
    const char *also = draft->catalog->complete ? zdm_dropping_also(&dropped->dropping) : NULL;
    bool unseen = cascade && (!draft->catalog->complete || dropped->blind);

    for (size_t i = 0; i < dropped->n_told; i++) {
        const char *text = dropped->told[i];
        draft->fresh = dropped->fresh[i];
        if (zdm_draft_find(
                draft, row->rule, &(const struct zdm_words){.table = text, .name = text})) {
            draft->st->breaks_plans |= row->kinds != NULL;
            /* What holds other things can only be dropped with them by CASCADE. */
            draft->st->data_loss |= row->data && (row->kinds || cascade);
        }
        if (unseen)
            ZDM_FIND(draft, DROP_CASCADE, .name = text);
    }
    draft->fresh = false;
    if (also && !unseen) {
        struct zdm_finding *finding = ZDM_FIND(draft, DROP_CASCADE, .name = dropped->all);
        if (finding)
            finding->message = zdm_arena_strf(draft->arena, "CASCADE also drops %s", also);
    }
    if (dropped->partial)
        ZDM_FIND(draft, LOCK_DROP_PARTITION, .table = dropped->all);
}

void
zdm_drop_objects(struct zdm_draft *draft, const PgQuery__DropStmt *stmt)
{
    struct dropped dropped = {.draft = draft,
        .stmt = stmt,
        .told = zdm_arena_alloc(draft->arena, (stmt->n_objects + 1) * sizeof *dropped.told),
        .fresh = zdm_arena_alloc(draft->arena, (stmt->n_objects + 1) * sizeof *dropped.fresh)};

    zdm_dropping_begin(
        &dropped.dropping, draft, stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE);
    for (size_t i = 0; i < sizeof drops / sizeof *drops; i++)
        if (drops[i].type == stmt->remove_type)
            dropped.row = &drops[i];
    if (dropped.row)
        draft->st->kind = dropped.row->kind;
    for (size_t i = 0; i < stmt->n_objects && !zdm_draft_failed(draft); i++) {
        const PgQuery__Node *object = stmt->objects[i];
        if (!dropped.row)
            target_other(&dropped, object);
        else if (dropped.row->kinds)
            target_relation(&dropped, object);
        else if (stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA)
            target_schema(&dropped, object);
        else if (stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_EXTENSION)
            target_extension(&dropped, object);
        else if (stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_TYPE ||
                 stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN)
            target_type(&dropped, object);
        else
            target_function(&dropped, object);
    }
    if (!dropped.n_told || zdm_draft_failed(draft))
        return;
    if (dropped.blind)
        zdm_draft_assume(draft);
    zdm_dropping_finish(&dropped.dropping, dropped.all);
    if (!zdm_draft_failed(draft))
        findings(&dropped);
}
