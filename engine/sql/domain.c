#include <string.h>

#include "sql/families.h"
#include "sql/object.h"

static struct zdm_constraint *
find_check(const struct zdm_type *domain, const char *name)
{
    for (size_t i = 0; i < domain->domain_checks.n; i++)
        if (domain->domain_checks.items[i]->name &&
            strcmp(domain->domain_checks.items[i]->name, name) == 0)
            return domain->domain_checks.items[i];
    return NULL;
}

static const char *
check_name(struct zdm_draft *draft, const struct zdm_type *domain)
{
    const char *name = zdm_default_name(draft->arena, domain->name, "", "check");

    for (unsigned i = 1; find_check(domain, name); i++)
        name = zdm_default_name(
            draft->arena, domain->name, "", zdm_arena_strf(draft->arena, "check%u", i));
    return name;
}

void
zdm_domain_add_check(
    struct zdm_draft *draft, struct zdm_type *domain, const PgQuery__Constraint *constraint)
{
    struct zdm_constraint *check = zdm_catalog_alloc(draft->catalog, sizeof *check);
    const char *name = constraint->conname[0] ? constraint->conname : check_name(draft, domain);

    check->name = zdm_catalog_string(draft->catalog, name);
    check->kind = ZDM_CONSTRAINT_CHECK;
    check->check_sql =
        zdm_catalog_string(draft->catalog, zdm_deparse_expr(draft->arena, constraint->raw_expr));
    check->validated = !constraint->skip_validation;
    check->enforced = true;
    zdm_catalog_append(draft->catalog, &domain->domain_checks, check);
}

/* A column is of the domain itself, or of one over it; or has it inside: an array, a row. */
enum use { UNUSED, DIRECT, INSIDE };

static enum use
use_of(const struct zdm_type *type, const struct zdm_type *domain, unsigned depth)
{
    if (!type || depth > 32)
        return UNUSED;
    for (; type->kind == ZDM_TYPE_DOMAIN && type != domain && type->base; type = type->base)
        ;
    if (type == domain)
        return DIRECT;
    if (type->element)
        return use_of(type->element, domain, depth + 1) ? INSIDE : UNUSED;
    if (type->kind != ZDM_TYPE_COMPOSITE || !type->relation)
        return UNUSED;
    for (size_t i = 0; i < type->relation->columns.n; i++)
        if (use_of(type->relation->columns.items[i]->type, domain, depth + 1))
            return INSIDE;
    return UNUSED;
}

/* Every table with a column of the domain is locked against writes and read. */
static void
check_rows(struct zdm_draft *draft, const struct zdm_type *domain, const char *name)
{
    bool any = false;

    if (domain && draft->catalog->complete)
        for (size_t i = 0; i < domain->used_by.n; i++) {
            const struct zdm_relation *relation = domain->used_by.items[i];
            bool direct = false;
            for (size_t k = 0; k < relation->columns.n; k++) {
                enum use use = use_of(relation->columns.items[k]->type, domain, 0);
                direct |= use == DIRECT;
                if (use == INSIDE && relation->kind != ZDM_RELATION_COMPOSITE && !relation->dropped)
                    zdm_draft_fails(draft, "0A000",
                        "column %s of %s holds %s in an array or a row, where it cannot be checked",
                        zdm_ident_text(draft->arena, relation->columns.items[k]->name),
                        zdm_draft_name(draft, relation), name);
            }
            if (!direct || relation->dropped || !strchr("rm", (int)relation->kind))
                continue;
            zdm_draft_lock_on(draft, relation, ZDM_LOCK_SHARE, ZDM_HELD_SCAN);
            zdm_draft_scan_of(draft, relation);
            any |= !relation->fresh;
        }
    if (any || !draft->catalog->complete)
        ZDM_FIND(draft, SCAN_DOMAIN_CONSTRAINT, .name = name);
}

static void
add_constraint(struct zdm_draft *draft, struct zdm_type *domain, const char *name,
    const PgQuery__AlterDomainStmt *stmt)
{
    if (!stmt->def || stmt->def->node_case != PG_QUERY__NODE__NODE_CONSTRAINT)
        return;
    const PgQuery__Constraint *constraint = stmt->def->constraint;
    if (domain && constraint->conname[0] && find_check(domain, constraint->conname)) {
        zdm_draft_fails(draft, "42710", "%s has a constraint %s already", name,
            zdm_ident_text(draft->arena, constraint->conname));
        return;
    }
    if (!constraint->skip_validation)
        check_rows(draft, domain, name);
    if (domain)
        zdm_domain_add_check(draft, domain, constraint);
}

/* The constraint that is named, when the domain is known; a certain error when it is not there. */
static struct zdm_constraint *
named_constraint(struct zdm_draft *draft, const struct zdm_type *domain, const char *name,
    const PgQuery__AlterDomainStmt *stmt)
{
    struct zdm_constraint *check = domain ? find_check(domain, stmt->name) : NULL;

    if (!check && domain && draft->catalog->complete && !stmt->missing_ok)
        zdm_draft_fails(draft, "42704", "%s has no constraint %s", name,
            zdm_ident_text(draft->arena, stmt->name));
    return check;
}

static void
validate(struct zdm_draft *draft, struct zdm_type *domain, const char *name,
    const PgQuery__AlterDomainStmt *stmt)
{
    struct zdm_constraint *check = named_constraint(draft, domain, name, stmt);

    if (zdm_draft_failed(draft))
        return;
    check_rows(draft, domain, name);
    if (!check)
        return;
    zdm_catalog_touch(draft->catalog, check, sizeof *check);
    check->validated = true;
}

static void
set_not_null(struct zdm_draft *draft, struct zdm_type *domain, const char *name, bool not_null)
{
    if (domain && domain->domain_not_null == not_null && draft->catalog->complete)
        return;
    if (not_null)
        check_rows(draft, domain, name);
    if (!domain)
        return;
    zdm_catalog_touch(draft->catalog, domain, sizeof *domain);
    domain->domain_not_null = not_null;
}

void
zdm_family_domain(struct zdm_draft *draft)
{
    const PgQuery__AlterDomainStmt *stmt = draft->node->alter_domain_stmt;
    const char *name = zdm_list_text(draft->arena, stmt->n_type_name, stmt->type_name);
    struct zdm_type *domain = zdm_object_type_named(draft, stmt->n_type_name, stmt->type_name);

    if (!domain && draft->catalog->complete) {
        zdm_draft_fails(draft, "42704", "type %s does not exist", name);
        return;
    }
    if (domain && domain->kind != ZDM_TYPE_DOMAIN) {
        zdm_draft_fails(draft, "42809", "%s is no domain", name);
        return;
    }
    draft->fresh = domain && domain->fresh;
    switch (stmt->subtype[0]) {
    case 'C':
        add_constraint(draft, domain, name, stmt);
        break;
    case 'V':
        validate(draft, domain, name, stmt);
        break;
    case 'O':
        set_not_null(draft, domain, name, true);
        break;
    case 'N':
        set_not_null(draft, domain, name, false);
        break;
    case 'X': {
        struct zdm_constraint *check = named_constraint(draft, domain, name, stmt);
        if (check)
            zdm_catalog_remove(draft->catalog, &domain->domain_checks, check);
        break;
    }
    default: /* a default of rows to come */
        if (!domain)
            break;
        zdm_catalog_touch(draft->catalog, domain, sizeof *domain);
        domain->domain_default = stmt->def ? zdm_catalog_string(draft->catalog,
                                                 zdm_deparse_expr(draft->arena, stmt->def))
                                           : NULL;
    }
}
