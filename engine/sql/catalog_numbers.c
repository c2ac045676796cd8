/* Where counting for a made-up name begins. */
#include <ctype.h>
#include <string.h>

#include "sql/catalog_private.h"

struct number { /* of one name and one relation */
    const char *name;
    const struct zdm_relation *relation;
    unsigned below; /* all of them are taken */
    struct number *next;
};

static struct number *
find(const struct zdm_catalog *catalog, const struct zdm_relation *relation, const char *name)
{
    struct number *number = zdm_catalog_chain(&catalog->private->numbers, name);

    while (number && (number->relation != relation || strcmp(number->name, name) != 0))
        number = number->next;
    return number;
}

/* That of a relation that is gone, which nobody asks for any more; NULL: there is none. */
static struct number *
find_unused(const struct zdm_catalog *catalog, const char *name)
{
    struct number *number = zdm_catalog_chain(&catalog->private->numbers, name);

    while (number &&
           (!number->relation || !number->relation->dropped || strcmp(number->name, name) != 0))
        number = number->next;
    return number;
}

/* A long name is cut differently for each number of digits: nobody could tell it from another. */
static bool
may_be_cut(const char *name)
{
    return strlen(name) > 50;
}

unsigned
zdm_catalog_first_number(
    const struct zdm_catalog *catalog, const struct zdm_relation *relation, const char *name)
{
    const struct number *number = find(catalog, relation, name);

    return number ? number->below : 0;
}

void
zdm_catalog_numbers_taken(struct zdm_catalog *catalog, const struct zdm_relation *relation,
    const char *name, unsigned below)
{
    struct number *number = find(catalog, relation, name);

    if (may_be_cut(name))
        return;
    if (!number && (number = find_unused(catalog, name)) != NULL) {
        zdm_catalog_touch(catalog, number, sizeof *number);
        number->relation = relation;
    } else if (!number) {
        number = zdm_catalog_alloc(catalog, sizeof *number);
        number->name = zdm_catalog_string(catalog, name);
        number->relation = relation;
        ZDM_LINK(catalog, numbers, number, struct number);
    }
    zdm_catalog_touch(catalog, &number->below, sizeof number->below);
    number->below = below;
}

void
zdm_catalog_name_freed(struct zdm_catalog *catalog, const char *name)
{
    char base[64];
    size_t n = strlen(name);
    unsigned freed = 0;

    while (n > 0 && isdigit((unsigned char)name[n - 1]))
        n--;
    if (n >= sizeof base || !catalog->private->numbers.count)
        return;
    for (const char *digit = name + n; *digit && freed < 100000000; digit++)
        freed = 10 * freed + (unsigned)(*digit - '0');
    memcpy(base, name, n);
    base[n] = '\0';
    for (struct number *at = zdm_catalog_chain(&catalog->private->numbers, base); at; at = at->next)
        if (at->below > freed && strcmp(at->name, base) == 0) {
            zdm_catalog_touch(catalog, &at->below, sizeof at->below);
            at->below = freed;
        }
}
