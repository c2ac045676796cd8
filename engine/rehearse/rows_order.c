/* The order of tables: parents first. In a circle those that can be NULL at first begin; whose references
 * cannot be done without get values that are made good later (rows_circles.c). Linear in the references. */
#include <stdlib.h>
#include <string.h>

#include "rehearse/rows_private.h"

static int
compare_oids(const void *a, const void *b)
{
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

    return x < y ? -1 : x > y;
}

static void
make_roots(struct rows_schema *schema)
{
    unsigned *oids = zdm_alloc((schema->n_tables + 1) * sizeof *oids);
    size_t n = 0;

    for (size_t i = 0; i < schema->n_tables; i++)
        oids[i] = schema->tables[i].root_oid;
    qsort(oids, schema->n_tables, sizeof *oids, compare_oids);
    for (size_t i = 0; i < schema->n_tables; i++)
        if (i == 0 || oids[i] != oids[i - 1])
            oids[n++] = oids[i];
    schema->n_roots = n;
    schema->roots = zdm_arena_alloc(schema->arena, (n + 1) * sizeof *schema->roots);
    for (size_t i = 0; i < n; i++)
        schema->roots[i] = (struct rows_root){.oid = oids[i], .next = 1};
    free(oids);
    for (int fill = 0; fill < 2; fill++) {
        for (size_t i = 0; i < schema->n_tables; i++) {
            struct rows_root *root = zdm_rows_root(schema, schema->tables[i].root_oid);
            schema->tables[i].root = root;
            if (fill)
                root->tables[root->n_tables] = &schema->tables[i];
            root->n_tables++;
        }
        for (size_t i = 0; !fill && i < n; i++) {
            struct rows_root *root = &schema->roots[i];
            root->tables = zdm_arena_alloc(schema->arena, root->n_tables * sizeof *root->tables);
            root->n_tables = 0;
        }
    }
}

bool
zdm_rows_shared(const struct rows_table *table, const struct rows_reference *reference, int attnum)
{
    for (size_t i = 0; i < table->n_references; i++) {
        const struct rows_reference *other = &table->references[i];
        if (other != reference && zdm_rows_in(other->attnums, other->n, attnum))
            return true;
    }
    return false;
}

/* NULL can be had without touching columns of other references. */
static bool
is_soft(const struct rows_table *table, const struct rows_reference *reference)
{
    size_t free_columns = 0;

    for (size_t i = 0; i < reference->n; i++)
        if (!zdm_rows_column(table, reference->attnums[i])->not_null &&
            !zdm_rows_shared(table, reference, reference->attnums[i]))
            free_columns++;
    return reference->full ? free_columns == reference->n : free_columns > 0;
}

/* References by roots: of a partitioned table those of its first partition, which all have. */
static void
link_roots(struct rows_schema *schema, bool count)
{
    for (size_t i = 0; i < schema->n_tables; i++) {
        struct rows_table *table = &schema->tables[i];
        for (size_t k = 0; k < table->n_references; k++) {
            struct rows_reference *reference = &table->references[k];
            struct rows_root *parent = zdm_rows_root(schema, reference->parent_root);
            reference->soft = is_soft(table, reference);
            reference->parent = parent;
            if (!parent || table->root->tables[0] != table)
                continue;
            if (!count) {
                parent->children[parent->n_children] = table->root;
                parent->children_soft[parent->n_children] = reference->soft;
                table->root->waits++;
                table->root->waits_hard += !reference->soft;
            }
            parent->n_children++;
        }
    }
}

struct queue {
    struct rows_root **items;
    size_t head, tail;
};

/* root is filled now: who may go next. Whoever waits for nothing goes before who can do without. */
static void
release_children(struct rows_root *root, struct queue *ready, struct queue *able)
{
    for (size_t i = 0; i < root->n_children; i++) {
        struct rows_root *child = root->children[i];
        child->waits--;
        child->waits_hard -= !root->children_soft[i];
        if (child->placed)
            continue;
        if (child->waits == 0)
            ready->items[ready->tail++] = child;
        else if (child->waits_hard == 0 && !root->children_soft[i])
            able->items[able->tail++] = child;
    }
}

void
zdm_rows_order(struct rows_schema *schema)
{
    struct queue ready = {0}, able = {0};
    size_t placed = 0, first = 0;

    make_roots(schema);
    link_roots(schema, true);
    for (size_t i = 0; i < schema->n_roots; i++) {
        struct rows_root *root = &schema->roots[i];
        root->children =
            zdm_arena_alloc(schema->arena, (root->n_children + 1) * sizeof *root->children);
        root->children_soft =
            zdm_arena_alloc(schema->arena, (root->n_children + 1) * sizeof *root->children_soft);
        root->n_children = 0;
    }
    link_roots(schema, false);
    schema->order = zdm_arena_alloc(schema->arena, (schema->n_roots + 1) * sizeof *schema->order);
    ready.items = zdm_alloc((schema->n_tables + schema->n_roots + 1) * sizeof *ready.items);
    able.items = zdm_alloc((2 * schema->n_roots + 1) * sizeof *able.items);
    for (size_t i = 0; i < schema->n_tables; i++) {
        struct rows_root *root = schema->tables[i].root;
        if (root->tables[0] != &schema->tables[i])
            continue;
        if (root->waits == 0)
            ready.items[ready.tail++] = root;
        else if (root->waits_hard == 0)
            able.items[able.tail++] = root;
    }
    while (placed < schema->n_roots) {
        struct rows_root *next;
        if (ready.head < ready.tail)
            next = ready.items[ready.head++];
        else if (able.head < able.tail)
            next = able.items[able.head++];
        else {
            while (schema->tables[first].root->placed)
                first++;
            next = schema->tables[first].root;
        }
        if (next->placed)
            continue;
        next->placed = true;
        schema->order[placed++] = next;
        release_children(next, &ready, &able);
    }
    free(ready.items);
    free(able.items);
}

/* Does the type have room for a value a row? */
static bool
is_broad(const struct rows_column *column)
{
    static const char *const narrow[] = {"bool", "int2", "char", "bit", "varbit"};
    const struct rows_type *type = column->base;

    if (type->kind == 'e' || type->category == 'A' || type->kind == 'c')
        return false;
    for (size_t i = 0; i < sizeof narrow / sizeof *narrow; i++)
        if (strcmp(type->bare, narrow[i]) == 0)
            return false;
    return type->category != 'S' || column->base_typmod < 0 || column->base_typmod - 4 >= 8;
}

static bool
in_reference(const struct rows_table *table, int attnum)
{
    return zdm_rows_shared(table, NULL, attnum);
}

static void
spread_key(struct rows_table *table, const struct rows_key *key)
{
    struct rows_column *chosen = NULL;

    for (size_t i = 0; i < key->n; i++) {
        struct rows_column *column = zdm_rows_column(table, key->attnums[i]);
        if (column->distinct)
            return;
        if (column->generated || in_reference(table, column->attnum))
            continue;
        if (!chosen || is_broad(column) || !is_broad(chosen))
            chosen = column;
    }
    if (chosen)
        chosen->distinct = true;
}

/* Of an exclusion constraint the ranges, or the moments that one is made of, lie side by side. */
static void
tile(struct rows_table *table, const struct rows_key *key)
{
    int place = 0;

    for (size_t i = 0; i < key->n; i++) {
        struct rows_column *column = zdm_rows_column(table, key->attnums[i]);
        if (!column->generated && !in_reference(table, column->attnum) &&
            (column->base->kind == 'r' || column->base->kind == 'm' ||
                column->base->category == 'D'))
            column->tile = ++place;
    }
    if (place == 0)
        spread_key(table, key);
}

void
zdm_rows_spread(struct rows_table *table)
{
    for (size_t i = 0; i < table->n_columns; i++)
        if (table->columns[i].numbered && !in_reference(table, table->columns[i].attnum))
            table->columns[i].distinct = true;
    for (size_t i = 0; i < table->n_keys; i++)
        if (table->keys[i].exclusion)
            tile(table, &table->keys[i]);
        else
            spread_key(table, &table->keys[i]);
}
