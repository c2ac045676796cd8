#include "sql/acl.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *word;
    unsigned right;
} words[] = {
    {"SELECT", ZDM_RIGHT_SELECT},
    {"INSERT", ZDM_RIGHT_INSERT},
    {"UPDATE", ZDM_RIGHT_UPDATE},
    {"DELETE", ZDM_RIGHT_DELETE},
    {"TRUNCATE", ZDM_RIGHT_TRUNCATE},
    {"REFERENCES", ZDM_RIGHT_REFERENCES},
    {"TRIGGER", ZDM_RIGHT_TRIGGER},
    {"USAGE", ZDM_RIGHT_USAGE},
    {"MAINTAIN", ZDM_RIGHT_MAINTAIN},
};
enum { N_WORDS = sizeof words / sizeof *words };

unsigned
zdm_rights_of_kind(const struct zdm_catalog *catalog, enum zdm_relation_kind kind)
{
    if (kind == ZDM_RELATION_SEQUENCE)
        return ZDM_RIGHT_SELECT | ZDM_RIGHT_UPDATE | ZDM_RIGHT_USAGE;
    return ZDM_RIGHTS_OF_ROWS | ZDM_RIGHT_TRUNCATE | ZDM_RIGHT_REFERENCES | ZDM_RIGHT_TRIGGER |
           (catalog->server_version >= 170000 ? ZDM_RIGHT_MAINTAIN : 0);
}

unsigned
zdm_right_of_word(const char *word)
{
    for (size_t i = 0; i < N_WORDS; i++)
        if (strcasecmp(words[i].word, word) == 0)
            return words[i].right;
    return 0;
}

const char *
zdm_rights_text(struct zdm_arena *arena, unsigned rights)
{
    const char *text = "";

    for (size_t i = 0; i < N_WORDS; i++)
        if (rights & words[i].right)
            text = zdm_arena_strf(arena, "%s%s%s", text, text[0] ? ", " : "", words[i].word);
    return text;
}

static struct zdm_acl *
copy(struct zdm_catalog *catalog, const struct zdm_acl *acl, size_t more)
{
    struct zdm_acl *made = zdm_catalog_alloc(catalog, sizeof *made);
    struct zdm_grant *grants = zdm_catalog_alloc(catalog, (acl->n + more + 1) * sizeof *grants);

    if (acl->n)
        memcpy(grants, acl->grants, acl->n * sizeof *grants);
    made->grants = grants;
    made->n = acl->n;
    made->mixed = acl->mixed;
    return made;
}

struct zdm_acl *
zdm_acl_of(struct zdm_catalog *catalog, const struct zdm_relation *relation)
{
    unsigned all = zdm_rights_of_kind(catalog, relation->kind);
    const struct zdm_grant own = {.role = relation->owner, .rights = all};
    const struct zdm_acl usual = {.grants = &own, .n = 1};

    return copy(catalog, relation->acl ? relation->acl : &usual, 0);
}

/* n: there is none. */
static size_t
place_of(const struct zdm_acl *acl, const char *role)
{
    size_t i = 0;

    while (i < acl->n && !zdm_same_text(acl->grants[i].role, role))
        i++;
    return i;
}

unsigned
zdm_acl_rights(const struct zdm_acl *acl, const char *role)
{
    size_t at = place_of(acl, role);

    return at < acl->n ? acl->grants[at].rights : 0;
}

/* Mutable: it was copied for us. */
static struct zdm_grant *
grants_of(struct zdm_acl *acl)
{
    return (struct zdm_grant *)(uintptr_t)acl->grants;
}

struct zdm_acl *
zdm_acl_with(struct zdm_catalog *catalog, const struct zdm_acl *acl, const char *role,
    unsigned rights, unsigned options)
{
    struct zdm_acl *made = copy(catalog, acl, 1);
    size_t at = place_of(made, role);

    if (!rights)
        return made;
    if (at == made->n)
        grants_of(made)[made->n++] = (struct zdm_grant){.role = zdm_catalog_string(catalog, role)};
    grants_of(made)[at].rights |= rights;
    grants_of(made)[at].options |= options;
    return made;
}

static void
drop(struct zdm_acl *acl, size_t at)
{
    struct zdm_grant *grants = grants_of(acl);

    acl->n--;
    memmove(grants + at, grants + at + 1, (acl->n - at) * sizeof *grants);
}

struct zdm_acl *
zdm_acl_without(struct zdm_catalog *catalog, const struct zdm_acl *acl, const char *role,
    unsigned rights, unsigned options)
{
    struct zdm_acl *made = copy(catalog, acl, 0);
    size_t at = place_of(made, role);

    if (at == made->n)
        return made;
    grants_of(made)[at].rights &= ~rights;
    grants_of(made)[at].options &= ~(rights | options);
    if (!made->grants[at].rights)
        drop(made, at);
    return made;
}

struct zdm_acl *
zdm_acl_moved(
    struct zdm_catalog *catalog, const struct zdm_acl *acl, const char *from, const char *to)
{
    size_t at = place_of(acl, from);

    if (at == acl->n)
        return copy(catalog, acl, 0);
    const struct zdm_grant old = acl->grants[at];
    struct zdm_acl *made = copy(catalog, acl, 0);
    drop(made, at);
    return zdm_acl_with(catalog, made, to, old.rights, old.options);
}

bool
zdm_role_has(const struct zdm_catalog *catalog, const char *role, const char *other)
{
    if (!role || !other)
        return false;
    if (strcmp(role, other) == 0)
        return true;
    const struct zdm_named *named = zdm_catalog_named(catalog, ZDM_NAMED_ROLE, NULL, role);
    if (!named)
        return false;
    for (size_t i = 0; i < named->has.n; i++)
        if (strcmp(named->has.items[i], other) == 0)
            return true;
    return named->superuser;
}

unsigned
zdm_acl_gives(const struct zdm_catalog *catalog, const struct zdm_acl *acl, const char *role)
{
    unsigned rights = 0;

    for (size_t i = 0; acl && i < acl->n; i++)
        if (!acl->grants[i].role || zdm_role_has(catalog, role, acl->grants[i].role))
            rights |= acl->grants[i].rights;
    return rights;
}

unsigned
zdm_role_rights(const struct zdm_catalog *catalog, const struct zdm_relation *relation,
    const char *role, bool any_column)
{
    unsigned rights = zdm_acl_gives(catalog, relation->acl, role);

    if (relation->owner && zdm_role_has(catalog, role, relation->owner) && !relation->acl)
        rights |= zdm_rights_of_kind(catalog, relation->kind);
    for (size_t i = 0; any_column && i < relation->columns.n; i++)
        rights |= zdm_acl_gives(catalog, relation->columns.items[i]->acl, role);
    if (zdm_role_has(catalog, role, "pg_read_all_data"))
        rights |= ZDM_RIGHT_SELECT;
    if (zdm_role_has(catalog, role, "pg_write_all_data"))
        rights |= ZDM_RIGHT_INSERT | ZDM_RIGHT_UPDATE | ZDM_RIGHT_DELETE;
    if (zdm_role_has(catalog, role, "pg_maintain"))
        rights |= ZDM_RIGHT_MAINTAIN;
    return rights;
}

bool
zdm_acl_is_certain(const struct zdm_catalog *catalog, const struct zdm_relation *relation)
{
    return catalog->roles_known && !catalog->uncertain && relation->known && !relation->missing &&
           relation->acl_known;
}
