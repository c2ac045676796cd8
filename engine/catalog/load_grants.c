/* Which role has the rights of which, what was granted to whom, and policies. */
#include "catalog/load_private.h"

#include <stdint.h>

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

static struct zdm_acl *
read_acl(struct zdm_load *load, const struct zdm_result *rows, int row)
{
    struct zdm_acl *acl = zdm_catalog_alloc(load->catalog, sizeof *acl);
    const char *list = zdm_result_get(rows, row, 2);
    struct zdm_grant *grants =
        zdm_catalog_alloc(load->catalog, (zdm_load_count_numbers(list) / 3 + 1) * sizeof *grants);
    int64_t role, rights, options;

    for (const char *at = list; zdm_load_next_number(&at, &role) &&
                                zdm_load_next_number(&at, &rights) &&
                                zdm_load_next_number(&at, &options);) {
        const char *name = role_name(load, role);
        if (role && !name) /* dropped meanwhile */
            continue;
        grants[acl->n++] = (struct zdm_grant){
            .role = name, .rights = (unsigned)rights, .options = (unsigned)options};
    }
    acl->grants = grants;
    acl->mixed = zdm_result_bool(rows, row, 3);
    return acl;
}

void
zdm_load_grants(struct zdm_load *load, const struct zdm_result *rows)
{
    load->catalog->defaults_known = true;
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        char what = zdm_load_char(rows, i, 0);
        int64_t oid, number;
        if (what == 'd') {
            load->catalog->defaults_known = false;
            continue;
        }
        const struct zdm_acl *acl = read_acl(load, rows, i);
        for (const char *at = zdm_result_get(rows, i, 1); zdm_load_next_number(&at, &oid);) {
            struct zdm_load_relation *slot = zdm_load_relation_of(load, (uint32_t)oid);
            if (what == 'r') {
                if (slot)
                    slot->relation->acl = acl;
                continue;
            }
            struct zdm_column *column =
                zdm_load_next_number(&at, &number) && slot ? zdm_load_column(slot, number) : NULL;
            if (column)
                column->acl = acl;
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
