#include "sql/row_security.h"

#include <string.h>

static bool
speaks_for(const struct zdm_catalog *catalog, const struct zdm_policy *policy, const char *role)
{
    for (size_t i = 0; i < policy->n_roles; i++)
        if (!policy->roles[i] || !role || zdm_role_has(catalog, role, policy->roles[i]) ||
            zdm_role_has(catalog, policy->roles[i], role))
            return true;
    return false;
}

static unsigned
rights_of_command(char command)
{
    switch (command) {
    case 'r':
        return ZDM_RIGHT_SELECT;
    case 'a':
        return ZDM_RIGHT_INSERT;
    case 'w':
        return ZDM_RIGHT_UPDATE;
    case 'd':
        return ZDM_RIGHT_DELETE;
    default:
        return ZDM_RIGHTS_OF_ROWS;
    }
}

/* Row level security does not hold for it. */
static bool
passes_by(const struct zdm_catalog *catalog, const struct zdm_relation *relation, const char *role)
{
    const struct zdm_named *named =
        role ? zdm_catalog_named(catalog, ZDM_NAMED_ROLE, NULL, role) : NULL;

    return named && (named->superuser || named->bypass_rls ||
                        (!relation->force_row_security && relation->owner &&
                            zdm_role_has(catalog, role, relation->owner)));
}

/* Rights of a role for which no policy speaks. */
static unsigned
uncovered(const struct zdm_catalog *catalog, const struct zdm_relation *relation, const char *role,
    unsigned rights)
{
    rights &= ZDM_RIGHTS_OF_ROWS;
    for (size_t i = 0; i < relation->policies.n && rights; i++) {
        const struct zdm_policy *policy = relation->policies.items[i];
        if (!policy->restrictive && speaks_for(catalog, policy, role))
            rights &= ~rights_of_command(policy->command);
    }
    return rights;
}

/* What the grants on the table and on its columns give to the role itself. */
static unsigned
granted(const struct zdm_relation *relation, const struct zdm_acl *acl, const char *role)
{
    unsigned rights = zdm_acl_rights(acl, role);

    for (size_t i = 0; i < relation->columns.n; i++)
        if (relation->columns.items[i]->acl)
            rights |= zdm_acl_rights(relation->columns.items[i]->acl, role);
    return rights;
}

/* Everybody with a grant on the relation or one of its columns, once: fn gets the role. */
static void
each_grantee(struct zdm_draft *draft, const struct zdm_relation *relation,
    void (*fn)(void *self, const char *role, unsigned rights), void *self)
{
    struct zdm_acl *acl = zdm_acl_of(draft->catalog, relation), *all = acl;

    for (size_t i = 0; i < relation->columns.n; i++) {
        const struct zdm_acl *more = relation->columns.items[i]->acl;
        for (size_t k = 0; more && k < more->n; k++)
            all =
                zdm_acl_with(draft->catalog, all, more->grants[k].role, more->grants[k].rights, 0);
    }
    for (size_t i = 0; i < all->n; i++)
        fn(self, all->grants[i].role, granted(relation, acl, all->grants[i].role));
}

struct look {
    struct zdm_draft *draft;
    const struct zdm_relation *relation;
    const char *text;
    bool concerned;
};

static void
see(void *self, const char *role, unsigned rights)
{
    struct look *look = self;
    const struct zdm_catalog *catalog = look->draft->catalog;
    struct zdm_arena *arena = look->draft->arena;

    if (!(rights & ZDM_RIGHTS_OF_ROWS) || passes_by(catalog, look->relation, role))
        return;
    look->concerned = true;
    rights = uncovered(catalog, look->relation, role, rights);
    if (rights)
        look->text = zdm_arena_strf(arena, "%s%s%s (%s)", look->text, look->text[0] ? ", " : "",
            role ? zdm_ident_text(arena, role) : "PUBLIC", zdm_rights_text(arena, rights));
}

const char *
zdm_row_security_shuts_out(struct zdm_draft *draft, const struct zdm_relation *relation)
{
    struct look look = {.draft = draft, .relation = relation, .text = ""};

    if (!relation->row_security || !zdm_acl_is_certain(draft->catalog, relation))
        return NULL;
    each_grantee(draft, relation, see, &look);
    return look.text;
}

bool
zdm_row_security_concerns(struct zdm_draft *draft, const struct zdm_relation *relation)
{
    struct look look = {.draft = draft, .relation = relation, .text = ""};

    if (!zdm_acl_is_certain(draft->catalog, relation))
        return true;
    each_grantee(draft, relation, see, &look);
    return look.concerned;
}

void
zdm_row_security_tell(struct zdm_draft *draft, const struct zdm_relation *relation,
    const char *table, const char *before)
{
    const char *now = zdm_row_security_shuts_out(draft, relation);

    if (before && now && now[0] && strcmp(before, now) != 0)
        ZDM_FIND(draft, POLICY_MISSING, .table = table, .name = now);
    else
        ZDM_FIND(draft, POLICY_CHANGE, .table = table);
}
