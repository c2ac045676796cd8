#include "sql/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "sql/catalog_names.h"

struct any_list { /* the shape of every ZDM_LIST */
    void **items;
    size_t n, room;
};

struct kept { /* bytes of an object before they were changed */
    void *object;
    size_t size, at; /* in the bytes that are kept */
};

struct table { /* chains of things with a name */
    void **buckets;
    size_t n_buckets, count;
};

struct zdm_catalog_private {
    struct kept *kept;
    size_t n_kept, room;
    char *bytes; /* of all that is kept, one behind the other; n_bytes, room for bytes_room */
    size_t n_bytes, bytes_room;
    size_t marks;
    struct table relations, types, functions, schemas;
    ZDM_LIST(struct zdm_relation) sequences; /* all that ever were */
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
    private->n_kept = private->n_bytes = 0;
}

void
zdm_catalog_free(struct zdm_catalog *catalog)
{
    if (!catalog)
        return;
    struct zdm_catalog_private *private = catalog->private;
    forget(private);
    free(private->kept);
    free(private->bytes);
    zdm_catalog_names_release(catalog);
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
    *kept = (struct kept){.object = object, .size = size, .at = private->n_bytes};
    while (private->bytes_room - private->n_bytes < size) {
        private->bytes_room = private->bytes_room ? 2 * private->bytes_room : 4096;
        private->bytes = zdm_realloc(private->bytes, private->bytes_room);
    }
    memcpy(private->bytes + private->n_bytes, object, size);
    private->n_bytes += size;
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
        memcpy(kept->object, private->bytes + kept->at, kept->size);
        private->n_bytes = kept->at;
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
    } else {
        /* Behind the end may stand what a rollback puts back into the list. */
        zdm_catalog_touch(catalog, &now.items[now.n], sizeof *now.items);
    }
    memcpy(&now.items[now.n++], &item, sizeof item);
    memcpy(list, &now, sizeof now);
}

/* Where the item is; list.n when it is not there. */
static size_t
position(const struct any_list *list, const void *item)
{
    size_t at = 0;

    while (at < list->n && list->items[at] != item)
        at++;
    return at;
}

void
zdm_catalog_remove(struct zdm_catalog *catalog, void *list, const void *item)
{
    struct any_list now;

    memcpy(&now, list, sizeof now);
    size_t at = position(&now, item);
    if (at == now.n)
        return;
    zdm_catalog_touch(catalog, list, sizeof now);
    zdm_catalog_touch(catalog, &now.items[at], (now.n - at) * sizeof *now.items);
    now.n--;
    memmove(&now.items[at], &now.items[at + 1], (now.n - at) * sizeof *now.items);
    memcpy(list, &now, sizeof now);
}

/* Out of a long list whose order says nothing: only two places change, and are remembered. */
static void
remove_fresh(struct zdm_catalog *catalog, const struct zdm_relation *relation)
{
    struct any_list now;

    memcpy(&now, &catalog->fresh, sizeof now);
    size_t at = position(&now, relation);
    if (at == now.n)
        return;
    zdm_catalog_touch(catalog, &catalog->fresh, sizeof now);
    zdm_catalog_touch(catalog, &now.items[at], sizeof *now.items);
    now.items[at] = now.items[--now.n];
    memcpy(&catalog->fresh, &now, sizeof now);
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
    size_t n = table->n_buckets ? 4 * table->n_buckets : 1024;
    void **buckets = zdm_arena_alloc(catalog->arena, n * sizeof *buckets);

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
    /* A rollback goes back to the old ones. */
    zdm_catalog_touch(catalog, table, sizeof *table);
    table->buckets = buckets;
    table->n_buckets = n;
}

static void *
bucket(const struct table *table, const char *name)
{
    return table->n_buckets ? table->buckets[hash(name) % table->n_buckets] : NULL;
}

static void
link_in(struct zdm_catalog *catalog, struct table *table, void *thing, const char *name,
    size_t next_at, size_t name_at)
{
    if (table->count >= table->n_buckets)
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
    if (kind == ZDM_RELATION_SEQUENCE)
        zdm_catalog_append(catalog, &catalog->private->sequences, relation);
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
    remove_fresh(catalog, relation);
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

void
zdm_catalog_drop_sequences(
    struct zdm_catalog *catalog, struct zdm_relation *table, const char *column)
{
    for (size_t i = 0; i < catalog->private->sequences.n; i++) {
        struct zdm_relation *sequence = catalog->private->sequences.items[i];
        if (!sequence->dropped && sequence->sequence_of == table &&
            (!column || same(column, sequence->sequence_column)))
            unlink_relation(catalog, sequence);
    }
}

struct zdm_relation *
zdm_catalog_sequence_of(
    const struct zdm_catalog *catalog, const struct zdm_relation *table, const char *column)
{
    for (size_t i = 0; i < catalog->private->sequences.n; i++) {
        struct zdm_relation *sequence = catalog->private->sequences.items[i];
        if (!sequence->dropped && sequence->sequence_of == table &&
            same(column, sequence->sequence_column))
            return sequence;
    }
    return NULL;
}

/* What a view reads knows of it. */
static void
forget_reader(struct zdm_catalog *catalog, struct zdm_relation *view)
{
    for (size_t i = 0; i < view->reads.n; i++) {
        struct zdm_relation *read = view->reads.items[i];
        for (size_t k = read->dependents.n; k > 0; k--)
            if (read->dependents.items[k - 1]->dependent == view)
                zdm_catalog_remove(catalog, &read->dependents, read->dependents.items[k - 1]);
    }
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
    forget_reader(catalog, relation);
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

/* The objects of one table that the text made are in use from now on. */
#define SETTLE(catalog, table, type)                                                               \
    for (size_t i_ = 0; i_ < (catalog)->private->table.n_buckets; i_++) {                          \
        for (type *item_ = (catalog)->private->table.buckets[i_]; item_; item_ = item_->next) {    \
            if (!item_->fresh)                                                                     \
                continue;                                                                          \
            zdm_catalog_touch((catalog), item_, sizeof *item_);                                    \
            item_->fresh = false;                                                                  \
        }                                                                                          \
    }

static void
settle_relation(struct zdm_catalog *catalog, struct zdm_relation *relation)
{
    zdm_catalog_touch(catalog, relation, sizeof *relation);
    relation->fresh = relation->empty = false;
}

void
zdm_catalog_settle(struct zdm_catalog *catalog)
{
    for (size_t i = 0; i < catalog->fresh.n; i++) {
        struct zdm_relation *relation = catalog->fresh.items[i];
        settle_relation(catalog, relation);
        for (size_t j = 0; j < relation->indexes.n; j++)
            settle_relation(catalog, relation->indexes.items[j]->self);
    }
    zdm_catalog_touch(catalog, &catalog->fresh, sizeof catalog->fresh);
    catalog->fresh.n = 0;
    SETTLE(catalog, types, struct zdm_type)
    SETTLE(catalog, functions, struct zdm_function)
    SETTLE(catalog, schemas, struct zdm_schema)
}

static bool
forget_unqualified(void *self, struct zdm_relation *relation)
{
    if (!relation->schema && !relation->dropped)
        unlink_relation(self, relation);
    return true;
}

void
zdm_catalog_forget_unqualified(struct zdm_catalog *catalog)
{
    zdm_catalog_each_relation(catalog, forget_unqualified, catalog);
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

void
zdm_catalog_each_type(
    const struct zdm_catalog *catalog, void (*fn)(void *self, struct zdm_type *type), void *self)
{
    const struct table *table = &catalog->private->types;

    for (size_t i = 0; i < table->n_buckets; i++)
        for (struct zdm_type *type = table->buckets[i]; type; type = type->next)
            fn(self, type);
}

void
zdm_catalog_each_function(const struct zdm_catalog *catalog,
    void (*fn)(void *self, struct zdm_function *function), void *self)
{
    const struct table *table = &catalog->private->functions;

    for (size_t i = 0; i < table->n_buckets; i++)
        for (struct zdm_function *function = table->buckets[i]; function; function = function->next)
            fn(self, function);
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
