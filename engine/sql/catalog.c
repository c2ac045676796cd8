#include "sql/catalog.h"

#include <stdlib.h>
#include <string.h>

struct any_list { /* the shape of every ZDM_LIST */
    void **items;
    size_t n, room;
};

struct kept { /* bytes of an object before they were changed */
    void *object;
    size_t size;
    void *bytes; /* owned */
};

struct table { /* chains of things with a name */
    void **buckets;
    size_t n_buckets, count;
};

struct zdm_catalog_private {
    struct kept *kept;
    size_t n_kept, room;
    size_t marks;
    struct table relations, types, functions, schemas;
};

struct zdm_catalog *
zdm_catalog_new(void)
{
    struct zdm_arena *arena = zdm_arena_new();
    struct zdm_catalog *catalog = zdm_arena_alloc(arena, sizeof *catalog);

    catalog->arena = arena;
    catalog->lock_timeout_ms = catalog->statement_timeout_ms = -1;
    catalog->private = zdm_arena_alloc(arena, sizeof *catalog->private);
    return catalog;
}

static void
forget(struct zdm_catalog_private *private)
{
    for (size_t i = 0; i < private->n_kept; i++)
        free(private->kept[i].bytes);
    private->n_kept = 0;
}

void
zdm_catalog_free(struct zdm_catalog *catalog)
{
    if (!catalog)
        return;
    struct zdm_catalog_private *private = catalog->private;
    forget(private);
    free(private->kept);
    free(private->relations.buckets);
    free(private->types.buckets);
    free(private->functions.buckets);
    free(private->schemas.buckets);
    zdm_arena_free(catalog->arena);
}

char *
zdm_catalog_string(struct zdm_catalog *catalog, const char *s)
{
    return zdm_arena_strdup(catalog->arena, s);
}

void *
zdm_catalog_alloc(struct zdm_catalog *catalog, size_t size)
{
    return zdm_arena_alloc(catalog->arena, size);
}

void
zdm_catalog_touch(struct zdm_catalog *catalog, void *object, size_t size)
{
    struct zdm_catalog_private *private = catalog->private;

    if (!private->marks)
        return;
    if (private->n_kept == private->room) {
        private->room = private->room ? 2 * private->room : 64;
        private->kept = zdm_realloc(private->kept, private->room * sizeof *private->kept);
    }
    struct kept *kept = &private->kept[private->n_kept++];
    *kept = (struct kept){.object = object, .size = size, .bytes = zdm_alloc(size)};
    memcpy(kept->bytes, object, size);
}

size_t
zdm_catalog_mark(struct zdm_catalog *catalog)
{
    catalog->private->marks++;
    return catalog->private->n_kept;
}

void
zdm_catalog_rollback(struct zdm_catalog *catalog, size_t mark)
{
    struct zdm_catalog_private *private = catalog->private;

    while (private->n_kept > mark) {
        struct kept *kept = &private->kept[--private->n_kept];
        memcpy(kept->object, kept->bytes, kept->size);
        free(kept->bytes);
    }
    zdm_catalog_release(catalog, mark);
}

void
zdm_catalog_release(struct zdm_catalog *catalog, size_t mark)
{
    (void)mark;
    if (--catalog->private->marks == 0)
        forget(catalog->private);
}

void
zdm_catalog_append_(struct zdm_catalog *catalog, void *list, const void *item)
{
    struct any_list now;

    zdm_catalog_touch(catalog, list, sizeof now);
    memcpy(&now, list, sizeof now);
    if (now.n == now.room) {
        now.room = now.room ? 2 * now.room : 4;
        void **grown = zdm_arena_alloc(catalog->arena, now.room * sizeof *grown);
        if (now.n)
            memcpy(grown, now.items, now.n * sizeof *grown);
        now.items = grown;
    }
    memcpy(&now.items[now.n++], &item, sizeof item);
    memcpy(list, &now, sizeof now);
}

/* Into a new array: a rollback wants the old one as it was. */
void
zdm_catalog_remove(struct zdm_catalog *catalog, void *list, const void *item)
{
    struct any_list now;
    size_t at = 0;

    memcpy(&now, list, sizeof now);
    while (at < now.n && now.items[at] != item)
        at++;
    if (at == now.n)
        return;
    zdm_catalog_touch(catalog, list, sizeof now);
    void **rest = zdm_arena_alloc(catalog->arena, now.room * sizeof *rest);
    memcpy(rest, now.items, at * sizeof *rest);
    memcpy(rest + at, now.items + at + 1, (now.n - at - 1) * sizeof *rest);
    now.items = rest;
    now.n--;
    memcpy(list, &now, sizeof now);
}

static size_t
hash(const char *name)
{
    size_t h = 14695981039346656037u; /* FNV-1a */

    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 1099511628211u;
    return h;
}

/* Things in a table begin anywhere; `next_at` and `name_at` are the offsets of these members. */
static void *
member(void *thing, size_t at)
{
    void *value;

    memcpy(&value, (char *)thing + at, sizeof value);
    return value;
}

static void
grow(struct zdm_catalog *catalog, struct table *table, size_t next_at, size_t name_at)
{
    size_t n = table->n_buckets ? 4 * table->n_buckets : 64;
    void **buckets = zdm_alloc(n * sizeof *buckets);

    for (size_t i = 0; i < table->n_buckets; i++) {
        void *thing = table->buckets[i];
        while (thing) {
            void *next = member(thing, next_at);
            size_t to = hash(member(thing, name_at)) % n;
            zdm_catalog_touch(catalog, (char *)thing + next_at, sizeof next);
            memcpy((char *)thing + next_at, &buckets[to], sizeof next);
            buckets[to] = thing;
            thing = next;
        }
    }
    free(table->buckets);
    table->buckets = buckets;
    table->n_buckets = n;
}

static void *
bucket(const struct table *table, const char *name)
{
    return table->n_buckets ? table->buckets[hash(name) % table->n_buckets] : NULL;
}

/* Buckets move only while no mark is set: what was remembered points into them. */
static void
link_in(struct zdm_catalog *catalog, struct table *table, void *thing, const char *name,
    size_t next_at, size_t name_at)
{
    if (!table->n_buckets || (table->count > table->n_buckets && !catalog->private->marks))
        grow(catalog, table, next_at, name_at);
    void **head = &table->buckets[hash(name) % table->n_buckets];
    zdm_catalog_touch(catalog, head, sizeof *head);
    zdm_catalog_touch(catalog, (char *)thing + next_at, sizeof *head);
    memcpy((char *)thing + next_at, head, sizeof *head);
    *head = thing;
    table->count++;
}

static void
link_out(
    struct zdm_catalog *catalog, struct table *table, void *thing, const char *name, size_t next_at)
{
    void *before = NULL, *next = member(thing, next_at);
    void **head = &table->buckets[hash(name) % table->n_buckets];

    for (void *at = *head; at && at != thing; at = member(at, next_at))
        before = at;
    if (!before) {
        zdm_catalog_touch(catalog, head, sizeof *head);
        *head = next;
    } else {
        zdm_catalog_touch(catalog, (char *)before + next_at, sizeof next);
        memcpy((char *)before + next_at, &next, sizeof next);
    }
}

#define LINK_IN(catalog, table, thing, type)                                                       \
    link_in((catalog), &(catalog)->private->table, (thing), (thing)->name, offsetof(type, next),   \
        offsetof(type, name))
#define LINK_OUT(catalog, table, thing, type)                                                      \
    link_out((catalog), &(catalog)->private->table, (thing), (thing)->name, offsetof(type, next))

static bool
same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static struct zdm_relation *
relation_in(const struct zdm_catalog *catalog, const char *schema, const char *name)
{
    struct zdm_relation *relation = bucket(&catalog->private->relations, name);

    for (; relation; relation = relation->next)
        if (strcmp(relation->name, name) == 0 && same(relation->schema, schema))
            return relation;
    return NULL;
}

static struct zdm_relation *
temporary(const struct zdm_catalog *catalog, const char *name)
{
    struct zdm_relation *relation = bucket(&catalog->private->relations, name);

    for (; relation; relation = relation->next)
        if (relation->temporary && strcmp(relation->name, name) == 0)
            return relation;
    return NULL;
}

struct zdm_relation *
zdm_catalog_relation(const struct zdm_catalog *catalog, const char *schema, const char *name)
{
    if (schema && strcmp(schema, "pg_temp") == 0)
        return temporary(catalog, name);
    if (schema)
        return relation_in(catalog, schema, name);

    struct zdm_relation *relation = temporary(catalog, name);
    if (!relation && catalog->complete)
        relation = relation_in(catalog, "pg_catalog", name);
    for (size_t i = 0; i < catalog->search_path.n && !relation; i++)
        relation = relation_in(catalog, catalog->search_path.items[i], name);
    if (!relation)
        relation = relation_in(catalog, NULL, name);
    return relation;
}

struct zdm_relation *
zdm_catalog_add_relation(
    struct zdm_catalog *catalog, const char *schema, const char *name, enum zdm_relation_kind kind)
{
    struct zdm_relation *relation = zdm_catalog_alloc(catalog, sizeof *relation);

    relation->schema = zdm_catalog_string(catalog, schema);
    relation->name = zdm_catalog_string(catalog, name);
    relation->kind = kind;
    relation->rows = -1;
    relation->replica_identity = 'd';
    LINK_IN(catalog, relations, relation, struct zdm_relation);
    return relation;
}

void
zdm_catalog_move_relation(struct zdm_catalog *catalog, struct zdm_relation *relation,
    const char *schema, const char *name)
{
    LINK_OUT(catalog, relations, relation, struct zdm_relation);
    zdm_catalog_touch(catalog, relation, sizeof *relation);
    relation->schema = zdm_catalog_string(catalog, schema);
    relation->name = zdm_catalog_string(catalog, name);
    LINK_IN(catalog, relations, relation, struct zdm_relation);
}

static void
unlink_relation(struct zdm_catalog *catalog, struct zdm_relation *relation)
{
    LINK_OUT(catalog, relations, relation, struct zdm_relation);
    zdm_catalog_touch(catalog, relation, sizeof *relation);
    relation->dropped = true;
    zdm_catalog_remove(catalog, &catalog->fresh, relation);
}

static void
drop_index(struct zdm_catalog *catalog, struct zdm_index *index)
{
    if (index->parent)
        zdm_catalog_remove(catalog, &index->parent->children, index);
    zdm_catalog_remove(catalog, &index->table->indexes, index);
    if (!index->self->dropped)
        unlink_relation(catalog, index->self);
}

struct owned { /* the sequences of a table, or of one column of it */
    struct zdm_relation *table;
    const char *column; /* NULL: any */
    ZDM_LIST(struct zdm_relation) found;
    struct zdm_catalog *catalog;
};

static bool
collect_owned(void *self, struct zdm_relation *relation)
{
    struct owned *owned = self;

    if (relation->kind == ZDM_RELATION_SEQUENCE && relation->sequence_of == owned->table &&
        (!owned->column || same(owned->column, relation->sequence_column)))
        zdm_catalog_append(owned->catalog, &owned->found, relation);
    return true;
}

void
zdm_catalog_drop_sequences(
    struct zdm_catalog *catalog, struct zdm_relation *table, const char *column)
{
    struct owned owned = {.table = table, .column = column, .catalog = catalog};

    /* In a scratch list: nothing of it may be remembered behind the end of this function. */
    size_t marks = catalog->private->marks;
    catalog->private->marks = 0;
    zdm_catalog_each_relation(catalog, collect_owned, &owned);
    catalog->private->marks = marks;
    for (size_t i = 0; i < owned.found.n; i++)
        unlink_relation(catalog, owned.found.items[i]);
}

void
zdm_catalog_drop_relation(struct zdm_catalog *catalog, struct zdm_relation *relation)
{
    if (relation->dropped)
        return;
    if (relation->index) {
        drop_index(catalog, relation->index);
        return;
    }
    while (relation->constraints.n)
        zdm_relation_drop_constraint(catalog, relation->constraints.items[0]);
    while (relation->referenced_by.n)
        zdm_relation_drop_constraint(catalog, relation->referenced_by.items[0]);
    while (relation->indexes.n)
        drop_index(catalog, relation->indexes.items[0]);
    for (size_t i = 0; i < relation->parents.n; i++) {
        struct zdm_relation *parent = relation->parents.items[i];
        zdm_catalog_remove(catalog, &parent->children, relation);
        if (parent->default_partition == relation) {
            zdm_catalog_touch(catalog, parent, sizeof *parent);
            parent->default_partition = NULL;
        }
    }
    zdm_catalog_drop_sequences(catalog, relation, NULL);
    unlink_relation(catalog, relation);
}

void
zdm_catalog_each_relation(const struct zdm_catalog *catalog,
    bool (*fn)(void *self, struct zdm_relation *relation), void *self)
{
    const struct table *table = &catalog->private->relations;

    for (size_t i = 0; i < table->n_buckets; i++) {
        struct zdm_relation *relation = table->buckets[i];
        while (relation) {
            struct zdm_relation *next = relation->next;
            if (!fn(self, relation))
                return;
            relation = next;
        }
    }
}

const char *
zdm_catalog_creation_schema(const struct zdm_catalog *catalog)
{
    return catalog->search_path_known && catalog->search_path.n ? catalog->search_path.items[0]
                                                                : NULL;
}

static struct zdm_type *
type_in(const struct zdm_catalog *catalog, const char *schema, const char *name)
{
    struct zdm_type *type = bucket(&catalog->private->types, name);

    for (; type; type = type->next)
        if (strcmp(type->name, name) == 0 && same(type->schema, schema))
            return type;
    return NULL;
}

struct zdm_type *
zdm_catalog_type(const struct zdm_catalog *catalog, const char *schema, const char *name)
{
    if (schema)
        return type_in(catalog, schema, name);

    struct zdm_type *type = type_in(catalog, "pg_catalog", name);
    for (size_t i = 0; i < catalog->search_path.n && !type; i++)
        type = type_in(catalog, catalog->search_path.items[i], name);
    return type ? type : type_in(catalog, NULL, name);
}

struct zdm_type *
zdm_catalog_add_type(
    struct zdm_catalog *catalog, const char *schema, const char *name, enum zdm_type_kind kind)
{
    struct zdm_type *type = zdm_catalog_alloc(catalog, sizeof *type);

    type->schema = zdm_catalog_string(catalog, schema);
    type->name = zdm_catalog_string(catalog, name);
    type->kind = kind;
    type->base_typmod = -1;
    LINK_IN(catalog, types, type, struct zdm_type);
    return type;
}

void
zdm_catalog_drop_type(struct zdm_catalog *catalog, struct zdm_type *type)
{
    if (type->dropped)
        return;
    LINK_OUT(catalog, types, type, struct zdm_type);
    zdm_catalog_touch(catalog, type, sizeof *type);
    type->dropped = true;
}

void
zdm_catalog_move_type(
    struct zdm_catalog *catalog, struct zdm_type *type, const char *schema, const char *name)
{
    LINK_OUT(catalog, types, type, struct zdm_type);
    zdm_catalog_touch(catalog, type, sizeof *type);
    type->schema = zdm_catalog_string(catalog, schema);
    type->name = zdm_catalog_string(catalog, name);
    LINK_IN(catalog, types, type, struct zdm_type);
}

struct zdm_function *
zdm_catalog_functions(const struct zdm_catalog *catalog, const char *name)
{
    return bucket(&catalog->private->functions, name);
}

struct zdm_function *
zdm_catalog_add_function(struct zdm_catalog *catalog, const char *schema, const char *name)
{
    struct zdm_function *function = zdm_catalog_alloc(catalog, sizeof *function);

    function->schema = zdm_catalog_string(catalog, schema);
    function->name = zdm_catalog_string(catalog, name);
    function->kind = 'f';
    function->volatility = 'v';
    LINK_IN(catalog, functions, function, struct zdm_function);
    return function;
}

struct zdm_schema *
zdm_catalog_schema(const struct zdm_catalog *catalog, const char *name)
{
    struct zdm_schema *schema = bucket(&catalog->private->schemas, name);

    for (; schema; schema = schema->next)
        if (!schema->dropped && strcmp(schema->name, name) == 0)
            return schema;
    return NULL;
}

struct zdm_schema *
zdm_catalog_add_schema(struct zdm_catalog *catalog, const char *name)
{
    struct zdm_schema *schema = zdm_catalog_alloc(catalog, sizeof *schema);

    schema->name = zdm_catalog_string(catalog, name);
    LINK_IN(catalog, schemas, schema, struct zdm_schema);
    return schema;
}

bool
zdm_names_have(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (names[i] && strcmp(names[i], name) == 0)
            return true;
    return false;
}
