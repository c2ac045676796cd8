/* What is true until the transaction ends: remembered, and asked for (sequence.h). */
#include "sql/sequence.h"

#include <stdint.h>
#include <string.h>

/* In the buffer if it fits there, else in the arena. */
static const char *
key_of(
    struct zdm_sequence *sequence, enum zdm_tx_kind kind, const char *name, char *buf, size_t room)
{
    size_t n = strlen(name) + 1;
    char *key = n < room ? buf : zdm_arena_alloc(sequence->arena, n + 1);

    key[0] = (char)kind;
    memcpy(key + 1, name, n);
    return key;
}

const char *
zdm_tx_remember(struct zdm_sequence *sequence, enum zdm_tx_kind kind, const char *name, int value)
{
    char buf[256];
    const char *key =
        zdm_lookup_key(&sequence->by_key, key_of(sequence, kind, name, buf, sizeof buf));

    if (!key)
        key = key_of(sequence, kind, name, NULL, 0);
    size_t *latest = zdm_lookup_put(&sequence->by_key, key, SIZE_MAX);

    sequence->facts = zdm_grow(sequence->facts, sequence->tx.n_facts, sizeof *sequence->facts);
    sequence->facts[sequence->tx.n_facts] =
        (struct zdm_tx_fact){.key = key, .before = *latest, .value = value};
    *latest = sequence->tx.n_facts++;
    return key + 1;
}

int
zdm_tx_recall(struct zdm_sequence *sequence, enum zdm_tx_kind kind, const char *name)
{
    char buf[256];

    if (!sequence->tx.n_facts)
        return -1;
    const size_t *latest =
        zdm_lookup_get(&sequence->by_key, key_of(sequence, kind, name, buf, sizeof buf));
    return latest && *latest != SIZE_MAX ? sequence->facts[*latest].value : -1;
}

const char *
zdm_tx_name(const struct zdm_draft *draft, const PgQuery__RangeVar *range)
{
    const char *schema = range->schemaname[0] ? range->schemaname : NULL;
    const struct zdm_relation *relation =
        zdm_catalog_relation(draft->catalog, schema, range->relname);

    return relation ? zdm_draft_name((struct zdm_draft *)draft, relation)
                    : zdm_range_text(draft->arena, range);
}
