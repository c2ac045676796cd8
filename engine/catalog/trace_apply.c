#include <string.h>

#include "base/buf.h"
#include "catalog/trace_private.h"

static bool
has(char *const *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], name) == 0)
            return true;
    return false;
}

static const struct zdm_lock *
lock_on(const struct zdm_lock *locks, size_t n, const char *relation)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(locks[i].relation, relation) == 0)
            return &locks[i];
    return NULL;
}

/* How long is not observed: the classifier's word, else what the observed work asks for. */
static enum zdm_held
held_for(const struct zdm_statement *st, const struct zdm_observed *seen, const char *relation)
{
    const struct zdm_lock *said = lock_on(st->locks, st->n_locks, relation);

    if (said)
        return said->held;
    if (has(seen->rewrites, seen->n_rewrites, relation))
        return ZDM_HELD_REWRITE;
    if (has(seen->scans, seen->n_scans, relation))
        return ZDM_HELD_SCAN;
    return seen->n_builds ? ZDM_HELD_BUILD : ZDM_HELD_BRIEF;
}

/* Weak locks that the copy did not take, for want of rows, and those that the transaction had. */
static bool
stands(const struct zdm_observed *seen, const struct zdm_lock *said)
{
    const struct zdm_lock *before = lock_on(seen->before, seen->n_before, said->relation);

    if (lock_on(seen->locks, seen->n_locks, said->relation))
        return false;
    return said->mode < ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE || (before && before->mode >= said->mode);
}

/* A copy without rows cannot tell how large it is. */
static void
take_size(const struct zdm_statement *st, struct zdm_lock *lock)
{
    const struct zdm_lock *said = lock_on(st->locks, st->n_locks, lock->relation);

    lock->rows = said ? said->rows : -1;
    lock->bytes = said ? said->bytes : -1;
}

static void
take_locks(struct zdm_statement *st, const struct zdm_observed *seen, struct zdm_arena *arena)
{
    struct zdm_lock *locks =
        zdm_arena_alloc(arena, (st->n_locks + seen->n_locks + 1) * sizeof *locks);
    size_t n = 0;

    for (size_t i = 0; i < seen->n_locks; i++) {
        locks[n] = seen->locks[i];
        locks[n].relation = zdm_arena_strdup(arena, seen->locks[i].relation);
        take_size(st, &locks[n]);
        locks[n++].held = held_for(st, seen, seen->locks[i].relation);
    }
    for (size_t i = 0; i < st->n_locks; i++)
        if (stands(seen, &st->locks[i]))
            locks[n++] = st->locks[i];
    st->locks = locks;
    st->n_locks = n;
}

static void
take_list(char ***list, size_t *n, char *const *seen, size_t n_seen, struct zdm_arena *arena)
{
    *list = zdm_arena_alloc(arena, (n_seen + 1) * sizeof **list);
    for (size_t i = 0; i < n_seen; i++)
        (*list)[i] = zdm_arena_strdup(arena, seen[i]);
    *n = n_seen;
}

void
zdm_finding_add(struct zdm_statement *st, const struct zdm_sql_context *context, const char *id,
    enum zdm_severity severity, const char *what, struct zdm_arena *arena)
{
    const struct zdm_rule *rule = zdm_sql_rule(id);
    int asked = context ? zdm_sql_context_asked(context, rule) : -1;

    if (asked == ZDM_SEVERITY_OFF)
        return;
    struct zdm_finding *grown = zdm_arena_alloc(arena, (st->n_findings + 1) * sizeof *grown);
    const char *place = strstr(rule->message, "{name}");

    if (st->n_findings)
        memcpy(grown, st->findings, st->n_findings * sizeof *grown);
    grown[st->n_findings++] = (struct zdm_finding){.rule = rule->id,
        .hazard = rule->hazard,
        .severity = asked < 0 ? severity : (enum zdm_severity)asked,
        .offset = st->offset,
        .message = zdm_arena_strf(
            arena, "%.*s%s%s", (int)(place - rule->message), rule->message, what, place + 6)};
    st->findings = grown;
}

struct applying {
    struct zdm_statement *st;
    const struct zdm_observed *seen;
    const struct zdm_sql_context *context; /* NULL: nobody gave a rule a severity */
    struct zdm_arena *arena;
};

static void
find(struct applying *applying, const char *id, enum zdm_severity severity, const char *what)
{
    zdm_finding_add(applying->st, applying->context, id, severity, what, applying->arena);
}

/* True when there was one. */
static bool
drop_findings(struct zdm_statement *st, bool (*wrong)(const struct zdm_finding *finding))
{
    size_t n = 0;

    for (size_t i = 0; i < st->n_findings; i++)
        if (!wrong(&st->findings[i]))
            st->findings[n++] = st->findings[i];
    bool dropped = n < st->n_findings;
    st->n_findings = n;
    return dropped;
}

/* What could not be seen can be now. */
static bool
is_unknown(const struct zdm_finding *finding)
{
    return finding->hazard == ZDM_HAZARD_UNKNOWN;
}

static bool
foresees_failure(const struct zdm_finding *finding)
{
    return strcmp(finding->rule, "fail-certain") == 0;
}

static void
add_clause(struct zdm_buf *buf, const char *verb, const char *what, const char *how)
{
    zdm_buf_addf(buf, "%s%s %s%s%s", buf->len ? ", " : "", verb, what, *how ? " under " : "", how);
}

/* Long work under a lock that others wait for. */
static bool
judge_work(struct applying *applying)
{
    const struct zdm_observed *seen = applying->seen;
    struct zdm_buf buf = ZDM_BUF_INIT;

    for (size_t i = 0; i < seen->n_rewrites; i++) {
        const struct zdm_lock *lock = lock_on(seen->locks, seen->n_locks, seen->rewrites[i]);
        add_clause(&buf, "rewrites", seen->rewrites[i], lock ? zdm_lock_mode_name(lock->mode) : "");
    }
    for (size_t i = 0; i < seen->n_scans; i++) {
        const struct zdm_lock *lock = lock_on(seen->locks, seen->n_locks, seen->scans[i]);
        if (lock && lock->mode >= ZDM_LOCK_SHARE)
            add_clause(&buf, "scans", seen->scans[i], zdm_lock_mode_name(lock->mode));
    }
    for (size_t i = 0; i < seen->n_builds && seen->locks_seen; i++)
        add_clause(&buf, "builds", seen->builds[i], "");
    if (buf.len)
        find(applying, "traced-effect", ZDM_SEVERITY_ERROR, buf.s);
    bool found = buf.len > 0;
    zdm_buf_release(&buf);
    return found;
}

/* Locks that others wait for while the statement lasts, and rows that it may change. */
static bool
judge_locks(struct applying *applying)
{
    const struct zdm_observed *seen = applying->seen;
    struct zdm_buf buf = ZDM_BUF_INIT;

    for (size_t i = 0; i < seen->n_locks; i++) {
        const struct zdm_lock *lock = &seen->locks[i];
        if (lock->mode >= ZDM_LOCK_ROW_EXCLUSIVE)
            add_clause(&buf, lock->mode == ZDM_LOCK_ROW_EXCLUSIVE ? "changes rows of" : "locks",
                lock->relation,
                lock->mode == ZDM_LOCK_ROW_EXCLUSIVE ? "" : zdm_lock_mode_name(lock->mode));
    }
    if (buf.len)
        find(applying, "traced-effect", ZDM_SEVERITY_WARNING, buf.s);
    bool found = buf.len > 0;
    zdm_buf_release(&buf);
    return found;
}

/* What it does, of a statement that nobody could see through. SQL that is only newer than the grammar
 * does the same wherever it runs; code may do something else where there are rows. */
static void
judge_unknown(struct applying *applying)
{
    if (!judge_work(applying) && !judge_locks(applying) && applying->st->parsed)
        find(applying, "traced-effect", ZDM_SEVERITY_WARNING,
            "locks nothing that others wait for, but a copy without rows does not show what code "
            "does with rows");
}

static void
take_failure(struct applying *applying)
{
    struct zdm_statement *st = applying->st;
    const struct zdm_observed *seen = applying->seen;
    bool foreseen = st->fails_with && strcmp(st->fails_with, seen->sqlstate) == 0;

    if (strcmp(seen->sqlstate, "25001") == 0)
        st->transaction = ZDM_TX_FORBIDDEN;
    st->fails_with = zdm_arena_strdup(applying->arena, seen->sqlstate);
    if (!foreseen)
        find(applying, "traced-fails", ZDM_SEVERITY_ERROR,
            zdm_arena_strf(applying->arena, "%s (%s)", seen->message, seen->sqlstate));
}

void
zdm_trace_apply(struct zdm_statement *st, const struct zdm_observed *seen,
    const struct zdm_sql_context *context, struct zdm_arena *arena)
{
    struct applying applying = {.st = st, .seen = seen, .context = context, .arena = arena};

    /* Nothing was observed: it could not be sent at all. */
    if (seen->sqlstate && !*seen->sqlstate)
        return;
    st->evidence = ZDM_EVIDENCE_TRACED;
    bool unknown = drop_findings(st, is_unknown);
    if (seen->sqlstate) {
        take_failure(&applying);
    } else {
        if (st->fails_with)
            drop_findings(st, foresees_failure);
        st->fails_with = NULL;
        if (seen->locks_seen)
            take_locks(st, seen, arena);
        take_list(&st->rewrites, &st->n_rewrites, seen->rewrites, seen->n_rewrites, arena);
        if (seen->locks_seen)
            take_list(&st->scans, &st->n_scans, seen->scans, seen->n_scans, arena);
        take_list(&st->builds, &st->n_builds, seen->builds, seen->n_builds, arena);
        if (unknown)
            judge_unknown(&applying);
    }
    st->verdict = zdm_statement_judge(st);
}
