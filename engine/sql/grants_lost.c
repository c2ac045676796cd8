/* What is dropped and made anew under the same name has lost what was granted on it, unless the text
 * grants it again: so this is looked at when the text is at its end, and until then its statement is held. */
#include <stdint.h>
#include <stdlib.h>

#include "sql/acl.h"
#include "sql/families.h"
#include "sql/sequence.h"

/* To others than its owner. */
static bool
is_granted(const struct zdm_relation *relation)
{
    for (size_t i = 0; relation->acl_known && i < relation->acl->n; i++)
        if (!zdm_same_text(relation->acl->grants[i].role, relation->owner))
            return true;
    return false;
}

void
zdm_grants_remember(struct zdm_sequence *sequence, size_t i)
{
    size_t n = sequence->catalog->dropped.n;

    if (n < sequence->n_dropped_by) /* a rollback */
        sequence->n_dropped_by = n;
    if (sequence->granted != SIZE_MAX && sequence->granted >= n)
        sequence->granted = SIZE_MAX;
    if (n > sequence->n_dropped_by)
        sequence->dropped_by = zdm_grow(sequence->dropped_by, n - 1, sizeof *sequence->dropped_by);
    for (; sequence->n_dropped_by < n; sequence->n_dropped_by++) {
        sequence->dropped_by[sequence->n_dropped_by] = i;
        if (i != SIZE_MAX && sequence->granted == SIZE_MAX &&
            is_granted(sequence->catalog->dropped.items[sequence->n_dropped_by]))
            sequence->granted = sequence->n_dropped_by;
    }
}

/* "SELECT to app, ..." that the new one does not give; "": nothing. */
static const char *
lost_of(struct zdm_arena *arena, const struct zdm_catalog *catalog, const struct zdm_relation *old,
    const struct zdm_relation *now)
{
    const char *text = "";

    for (size_t i = 0; i < old->acl->n; i++) {
        const struct zdm_grant *grant = &old->acl->grants[i];
        unsigned lost = grant->rights & ~zdm_role_rights(catalog, now, grant->role, false);
        if (!lost || zdm_same_text(grant->role, old->owner))
            continue;
        text = zdm_arena_strf(arena, "%s%s%s to %s", text, text[0] ? ", " : "",
            zdm_rights_text(arena, lost),
            grant->role ? zdm_ident_text(arena, grant->role) : "PUBLIC");
    }
    return text;
}

const char *
zdm_grants_lost(struct zdm_sequence *sequence, size_t i, size_t *statement, const char **table)
{
    const struct zdm_catalog *catalog = sequence->catalog;

    if (i >= sequence->n_dropped_by || i >= catalog->dropped.n)
        return NULL;
    const struct zdm_relation *old = catalog->dropped.items[i];
    const struct zdm_relation *now = zdm_catalog_relation(catalog, old->schema, old->name);
    *statement = sequence->dropped_by[i];
    if (*statement == SIZE_MAX || !now || now->oid || !zdm_acl_is_certain(catalog, now) ||
        !old->acl_known)
        return "";
    *table = zdm_arena_strf(sequence->arena, "%s.%s", zdm_ident_text(sequence->arena, old->schema),
        zdm_ident_text(sequence->arena, old->name));
    return lost_of(sequence->arena, catalog, old, now);
}
