/* Which role has the rights of which, what was granted to whom, and policies. */
#include "catalog/load_private.h"

#include <stdint.h>
#include <string.h>

#include "sql/acl.h"

static const char *
role_name(const struct zdm_load *load, int64_t oid)
{
    return oid ? zdm_oid_map_get(&load->roles, (uint32_t)oid) : NULL;
}

void
zdm_load_members(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        const char *name = role_name(load, zdm_load_oid(rows, i, 0));
        const char *other = role_name(load, zdm_load_oid(rows, i, 1));
        struct zdm_named *role =
            name ? zdm_catalog_named(load->catalog, ZDM_NAMED_ROLE, NULL, name) : NULL;
        if (role && other)
            zdm_catalog_append(load->catalog, &role->has, other);
    }
    load->catalog->roles_known = true;
}

/* The next word of "0 10 SELECT f", without the blank behind it; *n 0 at the end. */
static const char *
next_word(const char **at, size_t *n)
{
    const char *word = *at;

    *n = strcspn(word, " ");
    *at = word + *n + (word[*n] == ' ');
    return word;
}

static unsigned
right_of(const char *word, size_t n)
{
    char name[16];

    if (n >= sizeof name)
        return 0;
    memcpy(name, word, n);
    name[n] = '\0';
    return zdm_right_of_word(name);
}

static struct zdm_grant *
grant_of(struct zdm_grant *grants, size_t *n, const char *role)
{
    for (size_t i = *n; i > 0; i--)
        if (zdm_same_text(grants[i - 1].role, role))
            return &grants[i - 1];
    grants[*n] = (struct zdm_grant){.role = role};
    return &grants[(*n)++];
}

struct zdm_acl *
zdm_load_acl(struct zdm_load *load, const char *items)
{
    struct zdm_acl *acl = zdm_catalog_alloc(load->catalog, sizeof *acl);
    /* Two numbers each. */
    struct zdm_grant *grants =
        zdm_catalog_alloc(load->catalog, (zdm_load_count_numbers(items) / 2 + 1) * sizeof *grants);
    int64_t role, grantor, first = -1;

    for (const char *at = items;
         zdm_load_next_number(&at, &role) && zdm_load_next_number(&at, &grantor);) {
        size_t n, one;
        at += *at == ' ';
        const char *word = next_word(&at, &n), *option = next_word(&at, &one);
        unsigned right = right_of(word, n);
        const char *name = role_name(load, role);
        first = first < 0 ? grantor : first;
        acl->mixed |= grantor != first;
        if ((role && !name) || !right) /* dropped meanwhile; not of relations */
            continue;
        struct zdm_grant *grant = grant_of(grants, &acl->n, name);
        grant->rights |= right;
        grant->options |= option[0] == 't' ? right : 0;
    }
    acl->grants = grants;
    return acl;
}

void
zdm_load_grants(struct zdm_load *load, const struct zdm_result *rows)
{
    load->catalog->defaults_known = true;
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        const char *at = zdm_result_get(rows, i, 0);
        int64_t oid;
        if (!at) {
            load->catalog->defaults_known = false;
            continue;
        }
        const struct zdm_acl *acl = zdm_load_acl(load, zdm_result_get(rows, i, 1));
        while (zdm_load_next_number(&at, &oid)) {
            struct zdm_relation *relation = zdm_load_relation_by(load, (uint32_t)oid);
            if (relation)
                relation->acl = acl;
        }
    }
}

static void
read_roles(struct zdm_load *load, struct zdm_policy *policy, const struct zdm_result *rows, int row)
{
    const char *list = zdm_result_get(rows, row, 5);
    int64_t oid;

    policy->roles = zdm_catalog_alloc(
        load->catalog, (zdm_load_count_numbers(list) + 1) * sizeof *policy->roles);
    for (const char *at = list; zdm_load_next_number(&at, &oid);) {
        const char *name = role_name(load, oid);
        if (name || !oid)
            policy->roles[policy->n_roles++] = name;
    }
}

void
zdm_load_policies(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        struct zdm_relation *relation = zdm_load_relation_by(load, zdm_load_oid(rows, i, 1));
        if (!relation)
            continue;
        struct zdm_policy *policy = zdm_catalog_alloc(load->catalog, sizeof *policy);
        policy->name = zdm_load_text(load, rows, i, 2);
        policy->restrictive = zdm_result_get(rows, i, 3) != NULL;
        policy->command = zdm_load_char(rows, i, 4);
        read_roles(load, policy, rows, i);
        zdm_catalog_append(load->catalog, &relation->policies, policy);
        zdm_oid_map_put(&load->policies, zdm_load_oid(rows, i, 0), policy);
    }
}
