/* The list of what statements made: what later ones take back of it. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sql/made_private.h"

const char *
zdm_made_kind_name(enum zdm_made_kind kind)
{
    static const char *const names[] = {"relation", "column", "NOT NULL", "index", "constraint",
        "trigger", "policy", "partition", "value", "type", "function", "schema", "extension"};
    return names[kind];
}

static struct zdm_made
item_of(struct zdm_made_list *list, const char *schema, const char *relation, const char *name)
{
    return (struct zdm_made){
        .schema = schema && schema[0] ? zdm_strdup(schema) : NULL,
        .relation = zdm_strdup(relation ? relation : ""),
        .name = zdm_strdup(name ? name : ""),
        .order = list->order++,
    };
}

void
zdm_made_put(struct zdm_made_list *list, enum zdm_made_kind kind, enum zdm_made_state state,
    const char *schema, const char *relation, const char *name)
{
    list->items = zdm_grow(list->items, list->count + 1, sizeof *list->items);
    struct zdm_made *item = &list->items[list->count++];
    *item = item_of(list, schema, relation, name);
    item->kind = kind;
    item->state = state;
}

void
zdm_made_forget(
    struct zdm_made_list *list, const char *schema, const char *relation, const char *column)
{
    list->forgotten = zdm_grow(list->forgotten, list->n_forgotten + 1, sizeof *list->forgotten);
    list->forgotten[list->n_forgotten++] = item_of(list, schema, relation, column);
}

static bool
may_be_same_schema(const struct zdm_made *a, const struct zdm_made *b)
{
    return !a->schema || !b->schema || strcmp(a->schema, b->schema) == 0;
}

static int
by_relation(const void *a, const void *b)
{
    const struct zdm_made *x = a, *y = b;
    int order = strcmp(x->relation, y->relation);

    return order ? order : (x->order > y->order) - (x->order < y->order);
}

/* An index is known by its own name, whether or not the statement names its table. */
static int
compare_what(const struct zdm_made *x, const struct zdm_made *y)
{
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    int order = x->kind == ZDM_MADE_INDEX ? 0 : strcmp(x->relation, y->relation);
    return order ? order : strcmp(x->name, y->name);
}

static int
by_what(const void *a, const void *b)
{
    const struct zdm_made *x = a, *y = b;
    int order = compare_what(x, y);

    return order ? order : (x->order > y->order) - (x->order < y->order);
}

static bool
is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

static bool
mentions(const char *text, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = text; n && (at = strcasestr(at, word)); at++)
        if ((at == text || !is_word_byte(at[-1])) && !is_word_byte(at[n]))
            return true;
    return false;
}

/* Was the relation dropped or renamed since, or a column that the statement names? */
static bool
is_forgotten(const struct zdm_made_list *list, const struct zdm_made *item)
{
    size_t low = 0, high = list->n_forgotten;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(list->forgotten[middle].relation, item->relation) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < list->n_forgotten; low++) {
        const struct zdm_made *gone = &list->forgotten[low];
        if (strcmp(gone->relation, item->relation) != 0)
            return false;
        if (gone->order < item->order || !may_be_same_schema(gone, item))
            continue;
        if (!gone->name[0] || strcmp(gone->name, item->name) == 0 ||
            (item->kind != ZDM_MADE_COLUMN && item->kind != ZDM_MADE_NOT_NULL &&
                mentions(item->text, gone->name)))
            return true;
    }
    return false;
}

static void
release_item(struct zdm_made *item)
{
    free(item->schema);
    free(item->relation);
    free(item->name);
    free(item->child);
    free(item->text);
}

/* Was the partition dropped or renamed since, in whatever schema? */
static bool
is_child_forgotten(const struct zdm_made_list *list, const struct zdm_made *item)
{
    struct zdm_made child = *item;

    child.relation = item->child;
    child.schema = NULL;
    return item->child && is_forgotten(list, &child);
}

/* Is items[i] followed, among those of the same name, by one that may be of the same schema? */
static bool
is_superseded(const struct zdm_made_list *list, size_t i)
{
    for (size_t k = i + 1; k < list->count && compare_what(&list->items[i], &list->items[k]) == 0;
         k++)
        if (may_be_same_schema(&list->items[i], &list->items[k]))
            return true;
    return false;
}

/* Was it a NOT NULL, by whichever statement that told of it (the one that validates it names no column), of a column
 * that may be NULL since? */
static bool
is_nullable_since(const struct zdm_made_list *list, size_t i)
{
    const struct zdm_made *item = &list->items[i];

    if (item->kind != ZDM_MADE_CONSTRAINT || item->state == ZDM_MADE_GONE)
        return false;
    for (size_t k = 0; k < i; k++) {
        const struct zdm_made *open = &list->items[k];
        if (open->kind != ZDM_MADE_NOT_NULL || open->state != ZDM_MADE_UNKNOWN ||
            open->order < item->order || strcmp(open->relation, item->relation) != 0)
            continue;
        for (size_t j = i + 1; j-- > 0 && compare_what(&list->items[j], item) == 0;)
            if (mentions(list->items[j].text, "NULL") && mentions(list->items[j].text, open->name))
                return true;
    }
    return false;
}

void
zdm_made_settle(struct zdm_made_list *list)
{
    size_t kept = 0;
    bool *keep = zdm_alloc((list->count + 1) * sizeof *keep);

    if (list->n_forgotten)
        qsort(list->forgotten, list->n_forgotten, sizeof *list->forgotten, by_relation);
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, by_what);
    for (size_t i = 0; i < list->count; i++) {
        const struct zdm_made *item = &list->items[i];
        bool maybe_owned = item->owned || (item->kind == ZDM_MADE_INDEX && !item->relation[0]);
        bool maybe_part = item->kind == ZDM_MADE_INDEX && item->order < list->last_whole;
        bool went_along = item->state != ZDM_MADE_GONE &&
                          (maybe_part || (maybe_owned && item->order < list->last_drop));
        keep[i] = item->state != ZDM_MADE_UNKNOWN && item->order >= list->nothing_before &&
                  !went_along && !is_superseded(list, i) && !is_forgotten(list, item) &&
                  !is_child_forgotten(list, item) && !is_nullable_since(list, i);
    }
    for (size_t i = 0; i < list->count; i++) {
        if (keep[i])
            list->items[kept++] = list->items[i];
        else
            release_item(&list->items[i]);
    }
    list->count = kept;
    free(keep);
}

void
zdm_made_release(struct zdm_made_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        release_item(&list->items[i]);
    for (size_t i = 0; i < list->n_forgotten; i++)
        release_item(&list->forgotten[i]);
    free(list->items);
    free(list->forgotten);
    *list = (struct zdm_made_list)ZDM_MADE_INIT;
}
