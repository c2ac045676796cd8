/* What a change of rows locks beside its own table: foreign keys are looked up on their other side,
 * defaults take numbers from sequences, rules write elsewhere. All weak locks, told of whenever they
 * may be taken. */
#include <string.h>

#include "sql/query.h"

struct reached { /* tables that were dealt with already, for this kind of change */
    const struct reached *before;
    const struct zdm_relation *relation;
    enum zdm_change change;
};

struct changed { /* the columns that it gives other values; all: any of them */
    bool all;
    const char *const *names;
    size_t n;
};

static bool
touches(const struct changed *changed, const char *const *columns, size_t n)
{
    if (changed->all || !columns)
        return true;
    for (size_t i = 0; i < n; i++)
        if (columns[i] && zdm_names_have(changed->names, changed->n, columns[i]))
            return true;
    return false;
}

/* nextval('schema.name'::regclass), as pg_get_expr writes it. */
static struct zdm_relation *
sequence_in(struct zdm_draft *draft, const char *sql)
{
    const char *begin = strstr(sql, "nextval('");

    if (!begin)
        return NULL;
    begin += strlen("nextval('");
    const char *end = begin;
    while (*end && (*end != '\'' || end[1] == '\''))
        end += *end == '\'' ? 2 : 1;
    char *text = zdm_arena_alloc(draft->arena, (size_t)(end - begin) + 1);
    size_t n = 0;
    for (const char *s = begin; s < end; s++) {
        s += *s == '\'';
        text[n++] = *s;
    }
    return zdm_sequence_of_text(draft, text);
}

static void
sequences(struct zdm_draft *draft, const struct zdm_relation *relation)
{
    for (size_t i = 0; i < relation->columns.n; i++) {
        const struct zdm_column *column = relation->columns.items[i];
        struct zdm_relation *sequence = NULL;
        if (!column->identity && column->default_sql && !column->generated)
            sequence = sequence_in(draft, column->default_sql);
        if (!sequence &&
            (column->identity || (column->default_sql && strstr(column->default_sql, "nextval("))))
            sequence = zdm_catalog_sequence_of(relation, column->name);
        if (sequence)
            zdm_draft_lock_on(draft, sequence, ZDM_LOCK_ROW_EXCLUSIVE, ZDM_HELD_BRIEF);
    }
}

struct ruled {
    struct zdm_draft *draft;
    const struct zdm_relation *relation;
};

static bool
see_ruled(void *self, struct zdm_relation *relation)
{
    struct ruled *ruled = self;

    for (size_t i = 0; i < relation->dependents.n; i++) {
        const struct zdm_dependent *dependent = relation->dependents.items[i];
        if (dependent->dependent == ruled->relation && strcmp(dependent->kind, "rule") == 0)
            zdm_query_lock(ruled->draft, relation, true, ZDM_LOCK_ROW_EXCLUSIVE);
    }
    return true;
}

/* Do triggers of its own run? What they do is not seen. */
static bool
has_triggers(const struct zdm_relation *relation, enum zdm_change change, bool only_before)
{
    for (size_t i = 0; i < relation->triggers.n; i++) {
        const struct zdm_trigger *trigger = relation->triggers.items[i];
        if (trigger->enabled && (!only_before || trigger->before) &&
            (change == ZDM_CHANGE_INSERT      ? trigger->insert
                : change == ZDM_CHANGE_UPDATE ? trigger->update
                                              : trigger->delete_))
            return true;
    }
    return false;
}

static void follow(struct zdm_draft *draft, struct zdm_relation *relation, enum zdm_change change,
    const struct changed *changed, const struct reached *before);

/* Rows of another table point to these. */
static void
referencing(struct zdm_draft *draft, const struct zdm_constraint *key, enum zdm_change change,
    const struct reached *before)
{
    char action = change == ZDM_CHANGE_DELETE ? key->on_delete : key->on_update;
    struct changed columns = {.names = key->columns, .n = key->n_columns};

    if (!key->relation)
        return;
    if (action == 'a' || action == 'r') {
        zdm_query_lock(draft, key->relation, true, ZDM_LOCK_ROW_SHARE);
        return;
    }
    zdm_query_lock(draft, key->relation, true, ZDM_LOCK_ROW_EXCLUSIVE);
    follow(draft, key->relation,
        action == 'c' && change == ZDM_CHANGE_DELETE ? ZDM_CHANGE_DELETE : ZDM_CHANGE_UPDATE,
        &columns, before);
}

static void
follow_one(struct zdm_draft *draft, struct zdm_relation *relation, enum zdm_change change,
    const struct changed *given, const struct reached *before)
{
    struct changed changed = *given;

    if (has_triggers(relation, change, false))
        zdm_draft_assume(draft);
    changed.all |= has_triggers(relation, change, true);
    if (change == ZDM_CHANGE_INSERT)
        sequences(draft, relation);
    for (size_t i = 0; i < relation->constraints.n && change != ZDM_CHANGE_DELETE; i++) {
        const struct zdm_constraint *key = relation->constraints.items[i];
        if (key->kind == ZDM_CONSTRAINT_FOREIGN && key->references &&
            (change == ZDM_CHANGE_INSERT || touches(&changed, key->columns, key->n_columns)))
            zdm_query_lock(draft, key->references, true, ZDM_LOCK_ROW_SHARE);
    }
    for (size_t i = 0; i < relation->referenced_by.n && change != ZDM_CHANGE_INSERT; i++) {
        const struct zdm_constraint *key = relation->referenced_by.items[i];
        if (change == ZDM_CHANGE_DELETE || touches(&changed, key->referenced, key->n_columns))
            referencing(draft, key, change, before);
    }
    if (relation->has_rules) {
        struct ruled ruled = {draft, relation};
        zdm_catalog_each_relation(draft->catalog, see_ruled, &ruled);
    }
    /* A view that the server writes through leads to the table behind it. */
    if (relation->kind == ZDM_RELATION_VIEW && !has_triggers(relation, change, false))
        for (size_t i = 0; i < relation->reads.n; i++)
            follow(draft, relation->reads.items[i], change, &changed, before);
}

static void
follow(struct zdm_draft *draft, struct zdm_relation *relation, enum zdm_change change,
    const struct changed *changed, const struct reached *before)
{
    struct reached here = {.before = before, .relation = relation, .change = change};
    size_t n;

    for (const struct reached *at = before; at; at = at->before)
        if (at->relation == relation && at->change == change)
            return;
    struct zdm_relation **family = zdm_draft_family(draft, relation, &n);
    for (size_t i = 0; i < n; i++)
        follow_one(draft, family[i], change, changed, &here);
}

void
zdm_change_locks(struct zdm_draft *draft, struct zdm_relation *relation, enum zdm_change change,
    size_t n_sets, PgQuery__Node *const *sets)
{
    const char **names = zdm_arena_alloc(draft->arena, (n_sets + 1) * sizeof *names);
    struct changed changed = {.names = names, .n = n_sets};

    for (size_t i = 0; i < n_sets; i++)
        names[i] = sets[i]->res_target->name;
    follow(draft, relation, change, &changed, NULL);
}
