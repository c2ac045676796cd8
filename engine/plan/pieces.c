#include "plan/pieces.h"

#include <stdlib.h>
#include <string.h>

#include "sql/syntax.h"

char *
zdm_pieces_left(const char *text, const struct zdm_sql_pieces *pieces, const bool *gone)
{
    char *left = zdm_strdup(text);

    for (size_t i = 0; i < pieces->count; i++)
        for (size_t k = 0; gone[i] && k < pieces->items[i].length; k++)
            if (left[pieces->items[i].at + k] != '\n')
                left[pieces->items[i].at + k] = ' ';
    return left;
}

bool
zdm_pieces_none(const char *text)
{
    return text[strspn(text, " \t\r\n;")] == '\0';
}

/* NULL: it is not there. */
static const struct zdm_relation *
find(const struct zdm_catalog *catalog, const char *written)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *schema = NULL, *name = NULL;
    const struct zdm_relation *found = NULL;

    if (zdm_sql_split_name(written, &schema, &name, &err) == 0)
        found = zdm_catalog_relation(catalog, schema, name);
    zdm_err_release(&err);
    free(schema);
    free(name);
    return found && !found->missing && !found->dropped ? found : NULL;
}

static bool
is_part_of(const struct zdm_relation *relation, const struct zdm_relation *whole)
{
    if (relation->index)
        return relation->index->table == whole;
    for (size_t i = 0; i < relation->parents.n; i++)
        if (relation->parents.items[i] == whole)
            return relation->is_partition && !relation->detach_pending;
    return false;
}

static bool
is_part(const struct zdm_relation *relation)
{
    return relation->is_partition || (relation->index && relation->index->parent);
}

enum { KEPT = 8 };

/* Of the piece before, most of whose tables are the same: a name is parsed to be found. */
struct found {
    const char *names[KEPT];
    const struct zdm_relation *relations[KEPT];
};

static const struct zdm_relation *
find_again(
    const struct zdm_catalog *catalog, struct found *found, size_t depth, const char *written)
{
    if (depth >= KEPT)
        return find(catalog, written);
    if (!found->names[depth] || strcmp(found->names[depth], written) != 0) {
        found->names[depth] = written;
        found->relations[depth] = find(catalog, written);
    }
    return found->relations[depth];
}

static bool
is_there(const struct zdm_catalog *catalog, const struct zdm_sql_piece *piece, struct found *found)
{
    const struct zdm_relation *above = NULL;

    for (size_t i = 0; i < piece->n_of; i++) {
        if (!*piece->of[i])
            continue;
        const struct zdm_relation *relation = find_again(catalog, found, i, piece->of[i]);
        if (!relation || (i > 0 && (above ? !is_part_of(relation, above) : is_part(relation))))
            return false;
        above = relation;
    }
    return true;
}

char *
zdm_pieces_known(
    const char *text, const struct zdm_sql_pieces *pieces, const struct zdm_catalog *catalog)
{
    bool *gone = zdm_alloc((pieces->count + 1) * sizeof *gone);
    struct found found = {{NULL}, {NULL}};

    for (size_t i = 0; i < pieces->count; i++)
        gone[i] = catalog->complete && !catalog->uncertain &&
                  !is_there(catalog, &pieces->items[i], &found);
    char *left = zdm_pieces_left(text, pieces, gone);
    free(gone);
    return left;
}
