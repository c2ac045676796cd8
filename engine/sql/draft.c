#include "sql/draft.h"

#include <stdlib.h>
#include <string.h>

/* Room for one more in the arena. It was made for a power of two, so that it is full at each. */
static void *
append(struct zdm_arena *arena, void *items, size_t n, size_t size)
{
    if (n & (n - 1))
        return items;
    char *grown = zdm_arena_alloc(arena, (n ? 2 * n : 1) * size);
    if (n)
        memcpy(grown, items, n * size);
    return grown;
}

static int
longer(enum zdm_held held)
{
    static const int rank[] = {[ZDM_HELD_BRIEF] = 0,
        [ZDM_HELD_SCAN] = 1,
        [ZDM_HELD_BUILD] = 2,
        [ZDM_HELD_REWRITE] = 3,
        [ZDM_HELD_STATEMENT] = 4};
    return rank[held];
}

enum { MANY = 32 };

/* The lock of the statement on the relation, or NULL. Tables may have thousands of partitions. */
static struct zdm_lock *
lock_of(struct zdm_draft *draft, const char *relation)
{
    struct zdm_statement *st = draft->st;

    if (st->n_locks < MANY) {
        for (size_t i = 0; i < st->n_locks; i++)
            if (strcmp(st->locks[i].relation, relation) == 0)
                return &st->locks[i];
        return NULL;
    }
    for (size_t i = draft->locks.n; i < st->n_locks; i++)
        zdm_lookup_put(&draft->locks, st->locks[i].relation, i);
    const size_t *at = zdm_lookup_get(&draft->locks, relation);
    return at ? &st->locks[*at] : NULL;
}

const struct zdm_relation *
zdm_draft_locked(struct zdm_draft *draft, const char *name)
{
    const struct zdm_lock *lock = lock_of(draft, name);

    return lock ? draft->targets[lock - draft->st->locks] : NULL;
}

void
zdm_draft_lock(struct zdm_draft *draft, const struct zdm_relation *relation, const char *name,
    enum zdm_lock_mode mode, enum zdm_held held)
{
    struct zdm_statement *st = draft->st;

    enum zdm_lock_reach reach = relation == draft->above ? draft->reach : ZDM_REACH_SELF;
    struct zdm_lock *lock = lock_of(draft, name);
    if (lock) {
        if (reach > lock->reach)
            lock->reach = reach;
        if (mode > lock->mode)
            lock->mode = mode;
        if (longer(held) > longer(lock->held))
            lock->held = held;
        return;
    }
    bool counted = relation->known && relation->oid;
    st->locks = append(draft->arena, st->locks, st->n_locks, sizeof *st->locks);
    draft->targets =
        append(draft->arena, draft->targets, st->n_locks, sizeof(struct zdm_relation *));
    draft->targets[st->n_locks] = relation;
    st->locks[st->n_locks++] = (struct zdm_lock){.relation = zdm_arena_strdup(draft->arena, name),
        .mode = mode,
        .held = held,
        .reach = reach,
        .rows = counted ? relation->rows : -1,
        .bytes = counted ? relation->bytes : -1};
}

static void
add_name(struct zdm_draft *draft, char ***names, size_t *n, const char *name)
{
    for (size_t i = 0; i < *n; i++)
        if (strcmp((*names)[i], name) == 0)
            return;
    *names = append(draft->arena, *names, *n, sizeof **names);
    (*names)[(*n)++] = zdm_arena_strdup(draft->arena, name);
}

/* What is written anew is read for that, and checked on the way: no scan more. */
void
zdm_draft_rewrite(struct zdm_draft *draft, const char *relation)
{
    struct zdm_statement *st = draft->st;

    add_name(draft, &st->rewrites, &st->n_rewrites, relation);
    for (size_t i = 0; i < st->n_scans; i++)
        if (strcmp(st->scans[i], relation) == 0) {
            memmove(&st->scans[i], &st->scans[i + 1], (st->n_scans - i - 1) * sizeof *st->scans);
            st->n_scans--;
            break;
        }
}

void
zdm_draft_scan(struct zdm_draft *draft, const char *relation)
{
    const struct zdm_statement *st = draft->st;

    for (size_t i = 0; i < st->n_rewrites; i++)
        if (strcmp(st->rewrites[i], relation) == 0)
            return;
    add_name(draft, &draft->st->scans, &draft->st->n_scans, relation);
}

void
zdm_draft_build(struct zdm_draft *draft, const struct zdm_index *index, const char *name)
{
    struct zdm_statement *st = draft->st;
    size_t before = st->n_builds;

    if (draft->fresh)
        return;
    add_name(draft, &st->builds, &st->n_builds, name);
    if (!index || st->n_builds == before)
        return;
    draft->built = append(draft->arena, draft->built, draft->n_built, sizeof(struct zdm_index *));
    draft->built[draft->n_built++] = index;
}

struct zdm_finding *
zdm_draft_find(struct zdm_draft *draft, enum zdm_rule_id id, const struct zdm_words *words)
{
    size_t n;
    const struct zdm_rule *rule = &zdm_sql_rules(&n)[id];
    struct zdm_statement *st = draft->st;

    if (draft->fresh && rule->hazard != ZDM_HAZARD_TRANSACTION &&
        rule->hazard != ZDM_HAZARD_UNKNOWN && rule->hazard != ZDM_HAZARD_FAILS)
        return NULL;
    enum zdm_severity severity = zdm_sql_context_severity(draft->context, rule);
    if (severity == ZDM_SEVERITY_OFF)
        return NULL;
    st->findings = append(draft->arena, st->findings, st->n_findings, sizeof *st->findings);
    struct zdm_finding *finding = &st->findings[st->n_findings++];
    *finding = (struct zdm_finding){.rule = rule->id,
        .hazard = rule->hazard,
        .severity = severity,
        .offset = draft->location < 0 ? st->offset : draft->tree->base + (size_t)draft->location,
        .message = zdm_rule_text(draft->arena, rule->message, words),
        .hint = rule->hint ? zdm_rule_text(draft->arena, rule->hint, words) : NULL};
    if (rule->hazard == ZDM_HAZARD_BREAKS && rule->severity == ZDM_SEVERITY_ERROR)
        st->breaks_readers = st->breaks_writers = true;
    return finding;
}

void
zdm_draft_escalate(struct zdm_draft *draft, struct zdm_finding *finding)
{
    if (!finding)
        return;
    if (zdm_sql_context_asked(draft->context, zdm_sql_rule(finding->rule)) < 0)
        finding->severity = ZDM_SEVERITY_ERROR;
}

void
zdm_draft_safer(struct zdm_draft *draft, struct zdm_finding *finding, const char *sql)
{
    if (!finding || !sql)
        return;
    finding->safer = append(draft->arena, finding->safer, finding->n_safer, sizeof *finding->safer);
    finding->safer[finding->n_safer++] = zdm_arena_strdup(draft->arena, sql);
}

void
zdm_draft_probe_named(
    struct zdm_draft *draft, enum zdm_probe_kind kind, const char *what, const char *name)
{
    draft->st->probe = kind;
    draft->st->probe_what = what;
    draft->st->probe_object = zdm_arena_strdup(draft->arena, name);
}

void
zdm_draft_forbid_transaction(struct zdm_draft *draft, bool concurrently)
{
    draft->st->transaction = ZDM_TX_FORBIDDEN;
    if (!draft->in_transaction)
        return;
    draft->st->fails_with = "25001";
    zdm_draft_find(draft, concurrently ? ZDM_RULE_TX_CONCURRENTLY : ZDM_RULE_TX_NOT_ALLOWED,
        &(const struct zdm_words){.kind = draft->st->kind});
}

char *
zdm_draft_with_word(struct zdm_draft *draft, int kind, const char *word)
{
    const struct zdm_statement *st = draft->st;

    size_t begin = st->offset - draft->tree->base;

    for (size_t i = zdm_tree_token_at(draft->tree, begin); i < draft->tree->tokens->n_tokens; i++) {
        const PgQuery__ScanToken *token = draft->tree->tokens->tokens[i];
        if ((int)token->token != kind)
            continue;
        int head = token->end - (int)begin;
        return zdm_arena_strf(draft->arena, "%.*s %s%s", head, st->sql, word, st->sql + head);
    }
    return NULL;
}

/* Not inside a character. */
static size_t
clip(const char *s, size_t len)
{
    while (len && ((unsigned char)s[len] & 0xC0) == 0x80)
        len--;
    return len;
}

char *
zdm_default_name(struct zdm_arena *arena, const char *a, const char *b, const char *label)
{
    size_t n = strlen(a), m = strlen(b);
    size_t room = 63 - strlen(label) - 1 - (m ? 1 : 0);

    /* The server shortens the longer of the two. */
    while (n + m > room) {
        if (n > m)
            n--;
        else
            m--;
    }
    n = clip(a, n);
    m = clip(b, m);
    return zdm_arena_strf(arena, "%.*s%s%.*s_%s", (int)n, a, m ? "_" : "", (int)m, b, label);
}
