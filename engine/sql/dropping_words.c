#include <string.h>

#include "sql/dropping_private.h"

const char *
zdm_gone_words(const struct zdm_dropping *dropping, const struct zdm_gone *item)
{
    struct zdm_draft *draft = dropping->draft;
    const struct zdm_relation *relation = item->object;
    const char *schema, *name;

    switch (item->kind) {
    case ZDM_GONE_RELATION:
        return zdm_arena_strf(draft->arena, "%s %s",
            relation->kind == ZDM_RELATION_VIEW       ? "view"
            : relation->kind == ZDM_RELATION_MATVIEW  ? "materialized view"
            : relation->kind == ZDM_RELATION_SEQUENCE ? "sequence"
                                                      : "table",
            zdm_draft_name(draft, relation));
    case ZDM_GONE_FOREIGN_KEY: {
        const struct zdm_constraint *key = item->object;
        return zdm_arena_strf(draft->arena, "foreign key %s of %s",
            key->name ? zdm_ident_text(draft->arena, key->name) : "",
            zdm_draft_name(draft, key->relation));
    }
    case ZDM_GONE_COLUMN:
        return zdm_arena_strf(draft->arena, "column %s of %s",
            zdm_ident_text(draft->arena, item->name), zdm_draft_name(draft, relation));
    case ZDM_GONE_PART:
        if (strcmp(item->part, "publication") == 0)
            return zdm_arena_strf(draft->arena, "the place of %s in publication %s",
                zdm_draft_name(draft, relation), item->name);
        return zdm_arena_strf(
            draft->arena, "%s %s of %s", item->part, item->name, zdm_draft_name(draft, relation));
    case ZDM_GONE_TYPE:
        schema = ((const struct zdm_type *)item->object)->schema;
        name = ((const struct zdm_type *)item->object)->name;
        return zdm_arena_strf(draft->arena, "type %s%s%s",
            schema ? zdm_ident_text(draft->arena, schema) : "", schema ? "." : "",
            zdm_ident_text(draft->arena, name));
    case ZDM_GONE_FUNCTION:
        schema = ((const struct zdm_function *)item->object)->schema;
        name = ((const struct zdm_function *)item->object)->name;
        return zdm_arena_strf(draft->arena, "function %s%s%s",
            schema ? zdm_ident_text(draft->arena, schema) : "", schema ? "." : "",
            zdm_ident_text(draft->arena, name));
    default:
        return zdm_arena_strf(draft->arena, "%s %s", item->part, item->name);
    }
}

const char *
zdm_dropping_also(const struct zdm_dropping *dropping)
{
    const char *text = NULL;
    size_t more = 0;

    for (size_t i = 0, told = 0; i < dropping->n_pending; i++) {
        const struct zdm_gone *item = &dropping->pending[i];
        bool target = false;
        for (size_t k = 0; k < dropping->n_targets; k++)
            target |=
                dropping->gone[k].kind == item->kind && dropping->gone[k].object == item->object;
        if (target || !zdm_gone_has(dropping->gone, dropping->n_gone, item) ||
            zdm_gone_has(dropping->pending, i, item))
            continue;
        if (told++ < 8)
            text = zdm_arena_strf(dropping->draft->arena, "%s%s%s", text ? text : "",
                text ? ", " : "", zdm_gone_words(dropping, item));
        else
            more++;
    }
    if (more)
        text = zdm_arena_strf(dropping->draft->arena, "%s, and %zu more", text, more);
    return text;
}
