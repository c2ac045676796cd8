#include "sql/granting.h"

#include <string.h>

#include "sql/named.h"

enum { TOLD = 3 }; /* losses that a message names */

struct granting {
    struct zdm_draft *draft;
    const PgQuery__GrantStmt *stmt;
    const char *lost; /* in the words of people, of the first few; n_lost */
    size_t n_lost;
    bool unsure;        /* what is lost is not known of everything */
    const char *schema; /* ALL TABLES IN SCHEMA: the present one */
};

bool
zdm_granting_role(
    const struct zdm_catalog *catalog, const PgQuery__RoleSpec *role, const char **name)
{
    switch (role->roletype) {
    case PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_PUBLIC:
        *name = NULL;
        return true;
    case PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_CSTRING:
        *name = role->rolename;
        return true;
    default: /* CURRENT_USER and the like */
        *name = catalog->user;
        return catalog->user != NULL;
    }
}

static bool
is_owner(const struct zdm_catalog *catalog, const struct zdm_relation *relation)
{
    return catalog->user && relation->owner &&
           zdm_role_has(catalog, catalog->user, relation->owner);
}

/* One ACL with the change in it, for every grantee. */
static const struct zdm_acl *
changed(const struct granting *granting, const struct zdm_acl *acl, unsigned rights)
{
    const PgQuery__GrantStmt *stmt = granting->stmt;
    struct zdm_catalog *catalog = granting->draft->catalog;

    for (size_t i = 0; i < stmt->n_grantees; i++) {
        const char *role;
        if (!zdm_granting_role(catalog, stmt->grantees[i]->role_spec, &role))
            continue;
        acl = stmt->is_grant
                  ? zdm_acl_with(catalog, acl, role, rights, stmt->grant_option ? rights : 0)
                  : zdm_acl_without(catalog, acl, role, stmt->grant_option ? 0 : rights, rights);
    }
    return acl;
}

/* The bits that the statement names for the whole relation, or for one column. */
static unsigned
rights_named(
    const struct granting *granting, const struct zdm_relation *relation, const char *column)
{
    const PgQuery__GrantStmt *stmt = granting->stmt;
    unsigned all = zdm_rights_of_kind(granting->draft->catalog, relation->kind), rights = 0;

    if (!stmt->n_privileges)
        rights = column && stmt->is_grant ? 0 : all;
    for (size_t i = 0; i < stmt->n_privileges; i++) {
        const PgQuery__AccessPriv *privilege = stmt->privileges[i]->access_priv;
        unsigned named = privilege->priv_name[0] ? zdm_right_of_word(privilege->priv_name) : all;
        bool meant = column ? !privilege->n_cols && !stmt->is_grant : !privilege->n_cols;
        for (size_t k = 0; column && k < privilege->n_cols; k++)
            meant |= strcmp(zdm_node_string(privilege->cols[k]), column) == 0;
        if (meant)
            rights |= named;
    }
    return rights & (column ? ZDM_RIGHTS_OF_COLUMNS : all);
}

/* A view reads with the rights of its owner. */
static const char *
broken_view(
    const struct granting *granting, const struct zdm_relation *was, const struct zdm_relation *now)
{
    const struct zdm_catalog *catalog = granting->draft->catalog;

    for (size_t i = 0; i < now->dependents.n; i++) {
        const struct zdm_relation *view = now->dependents.items[i]->dependent;
        if (!view || view->kind != ZDM_RELATION_VIEW || view->dropped || view->security_invoker ||
            !view->owner)
            continue;
        if (zdm_role_rights(catalog, was, view->owner, false) &
            ~zdm_role_rights(catalog, now, view->owner, true) & ZDM_RIGHT_SELECT)
            return zdm_arena_strf(granting->draft->arena, ", with whose rights view %s reads it",
                zdm_draft_name(granting->draft, view));
    }
    return "";
}

static void
tell_loss(struct granting *granting, const struct zdm_relation *relation, const char *role,
    const char *rights, const char *view)
{
    struct zdm_arena *arena = granting->draft->arena;

    if (granting->n_lost++ >= TOLD)
        return;
    granting->lost = zdm_arena_strf(arena, "%s%s%s on %s from %s%s", granting->lost,
        granting->lost[0] ? ", " : "", rights, zdm_draft_name(granting->draft, relation),
        role ? zdm_ident_text(arena, role) : "PUBLIC", view);
}

/* Rights that a grantee had before, by whatever way, and has no more. columns: their ACLs as they
 * were. */
static void
find_losses(struct granting *granting, const struct zdm_relation *was,
    const struct zdm_relation *now, const struct zdm_acl *const *columns)
{
    const PgQuery__GrantStmt *stmt = granting->stmt;
    const struct zdm_catalog *catalog = granting->draft->catalog;
    struct zdm_arena *arena = granting->draft->arena;

    for (size_t i = 0; i < stmt->n_grantees; i++) {
        const char *role;
        if (!zdm_granting_role(catalog, stmt->grantees[i]->role_spec, &role))
            continue;
        unsigned had = zdm_role_rights(catalog, was, role, false);
        unsigned has = zdm_role_rights(catalog, now, role, false);
        if (had & ~has) {
            tell_loss(granting, now, role, zdm_rights_text(arena, had & ~has),
                had & ~has & ZDM_RIGHT_SELECT ? broken_view(granting, was, now) : "");
            continue;
        }
        for (size_t c = 0; c < now->columns.n; c++) {
            const struct zdm_column *column = now->columns.items[c];
            unsigned lost = zdm_acl_gives(catalog, columns[c], role) &
                            ~zdm_acl_gives(catalog, column->acl, role) & ~has;
            if (!lost)
                continue;
            tell_loss(granting, now, role,
                zdm_arena_strf(arena, "%s (%s)", zdm_rights_text(arena, lost),
                    zdm_ident_text(arena, column->name)),
                "");
            break;
        }
    }
}

static void
change_columns(struct granting *granting, struct zdm_relation *relation)
{
    static const struct zdm_acl nothing;
    struct zdm_catalog *catalog = granting->draft->catalog;

    for (size_t i = 0; i < relation->columns.n; i++) {
        struct zdm_column *column = relation->columns.items[i];
        unsigned rights = rights_named(granting, relation, column->name);
        if (!rights || (!column->acl && !granting->stmt->is_grant))
            continue;
        const struct zdm_acl *acl = changed(granting, column->acl ? column->acl : &nothing, rights);
        zdm_catalog_touch(catalog, column, sizeof *column);
        column->acl = acl->n ? acl : NULL;
    }
}

static bool
is_mixed(const struct zdm_relation *relation)
{
    bool mixed = relation->acl && relation->acl->mixed;

    for (size_t i = 0; i < relation->columns.n && !mixed; i++)
        mixed = relation->columns.items[i]->acl && relation->columns.items[i]->acl->mixed;
    return mixed;
}

static void
change(struct granting *granting, struct zdm_relation *relation)
{
    struct zdm_draft *draft = granting->draft;
    const struct zdm_relation was = *relation;
    bool certain = zdm_acl_is_certain(draft->catalog, relation) && draft->catalog->user;

    if (certain && !granting->schema && zdm_rights_lack(draft, relation, ~0U))
        return;
    zdm_catalog_touch(draft->catalog, relation, sizeof *relation);
    /* Who is not the owner can give only what it may pass on, and take back only what it gave. */
    if (!certain || !is_owner(draft->catalog, relation) ||
        (!granting->stmt->is_grant && is_mixed(relation))) {
        granting->unsure = true;
        relation->acl_known = false;
        return;
    }
    const struct zdm_acl **columns =
        zdm_arena_alloc(draft->arena, (relation->columns.n + 1) * sizeof *columns);
    for (size_t i = 0; i < relation->columns.n; i++)
        columns[i] = relation->columns.items[i]->acl;
    unsigned rights = rights_named(granting, relation, NULL);
    if (rights)
        relation->acl = changed(granting, zdm_acl_of(draft->catalog, relation), rights);
    change_columns(granting, relation);
    if (!granting->stmt->is_grant && !relation->fresh)
        find_losses(granting, &was, relation, columns);
}

/* ALL TABLES IN SCHEMA. */
static bool
see_in_schema(void *self, struct zdm_relation *relation)
{
    struct granting *granting = self;
    bool sequences = granting->stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE;

    if (zdm_same_text(relation->schema, granting->schema) &&
        strchr(sequences ? "S" : "rpvmf", (int)relation->kind))
        change(granting, relation);
    return true;
}

void
zdm_granting_follow(struct zdm_draft *draft, const PgQuery__GrantStmt *stmt)
{
    struct granting granting = {.draft = draft, .stmt = stmt, .lost = ""};

    for (size_t i = 0; i < stmt->n_objects && !zdm_draft_failed(draft); i++) {
        const PgQuery__Node *object = stmt->objects[i];
        if (object->node_case == PG_QUERY__NODE__NODE_RANGE_VAR) {
            struct zdm_relation *relation = zdm_draft_relation(draft, object->range_var);
            if (!relation->missing)
                change(&granting, relation);
        } else {
            granting.schema = zdm_node_string(object);
            granting.unsure |= !draft->catalog->complete;
            zdm_catalog_each_relation(draft->catalog, see_in_schema, &granting);
        }
    }
    if (stmt->is_grant || zdm_draft_failed(draft))
        return;
    if (granting.n_lost > TOLD)
        granting.lost =
            zdm_arena_strf(draft->arena, "%s and %zu more", granting.lost, granting.n_lost - TOLD);
    if (granting.n_lost)
        ZDM_FIND(draft, REVOKE, .name = zdm_arena_strf(draft->arena, " of %s", granting.lost));
    else if (granting.unsure)
        ZDM_FIND(draft, REVOKE, .name = "");
}
