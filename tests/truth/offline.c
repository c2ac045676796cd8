#include "offline.h"

#include <string.h>

static const char *const weight_names[] = {"refused", "harmless", "hazard"};

static enum zdm_lock_mode
seen_on(const struct zdm_observed *seen, const char *relation)
{
    for (size_t i = 0; i < seen->n_locks; i++)
        if (strcmp(seen->locks[i].relation, relation) == 0)
            return seen->locks[i].mode;
    return ZDM_LOCK_NONE;
}

/* An index that is built under a lock that lets writes pass is built concurrently. */
static bool
blocks_writes(const struct zdm_observed *seen, enum zdm_lock_mode least)
{
    for (size_t i = 0; i < seen->n_locks; i++)
        if (seen->locks[i].mode >= least)
            return true;
    return false;
}

static bool
works_long(const struct zdm_statement *st, const struct zdm_observed *seen)
{
    /* REINDEX CONCURRENTLY of a partitioned table locks its partitions in SHARE while it collects them,
     * in a transaction of its own, and works in others. */
    enum zdm_lock_mode least =
        st->transaction == ZDM_TX_FORBIDDEN ? ZDM_LOCK_SHARE_ROW_EXCLUSIVE : ZDM_LOCK_SHARE;

    for (size_t i = 0; i < seen->n_scans; i++)
        if (seen_on(seen, seen->scans[i]) >= ZDM_LOCK_SHARE)
            return true;
    return seen->n_rewrites || (seen->n_builds && blocks_writes(seen, least));
}

/* What no lock on a table and no file shows is by definition: names that are gone, rows that are gone, a
 * lock that the statement asks for and keeps, row locks on all rows at once. The catalog's
 * classification knows those. */
static bool
breaks(const struct zdm_statement *st)
{
    /* Nobody but a REFRESH writes to a materialized view: short of ACCESS EXCLUSIVE it blocks nobody. */
    bool refresh = strcmp(st->kind, "REFRESH MATERIALIZED VIEW") == 0;
    enum zdm_lock_mode least = refresh ? ZDM_LOCK_ACCESS_EXCLUSIVE : ZDM_LOCK_SHARE;
    for (size_t i = 0; i < st->n_locks; i++)
        if (st->locks[i].mode >= least && st->locks[i].held == ZDM_HELD_STATEMENT)
            return true;
    for (size_t i = 0; i < st->n_findings; i++)
        if (strcmp(st->findings[i].rule, "dml-unbatched") == 0 &&
            st->findings[i].severity == ZDM_SEVERITY_ERROR)
            return true;
    return st->breaks_readers || st->breaks_writers || st->data_loss;
}

enum truth_weight
truth_weigh(const struct truth_outcome *outcome)
{
    if (outcome->seen.sqlstate)
        return TRUTH_REFUSED;
    return works_long(outcome->said, &outcome->seen) || breaks(outcome->said) ? TRUTH_HAZARD
                                                                              : TRUTH_HARMLESS;
}

void
truth_matrix_add(struct truth_matrix *matrix, const struct truth_outcome *outcome)
{
    matrix->cells[truth_weigh(outcome)][outcome->said_offline->verdict]++;
}

void
truth_matrix_print(const struct truth_matrix *matrix)
{
    printf("\n%-10s %7s %7s %7s %7s   of the classifier without a catalog\n", "", "unsafe",
        "caution", "safe", "unknown");
    for (int weight = TRUTH_HAZARD; weight > TRUTH_REFUSED; weight--) {
        const size_t *row = matrix->cells[weight];
        printf("%-10s %7zu %7zu %7zu %7zu\n", weight_names[weight], row[ZDM_VERDICT_UNSAFE],
            row[ZDM_VERDICT_CAUTION], row[ZDM_VERDICT_SAFE], row[ZDM_VERDICT_UNKNOWN]);
    }
    printf("misses (a hazard called safe): %zu, false alarms (harmless, called unsafe): %zu\n",
        matrix->cells[TRUTH_HAZARD][ZDM_VERDICT_SAFE],
        matrix->cells[TRUTH_HARMLESS][ZDM_VERDICT_UNSAFE]);
}

void
truth_export(
    FILE *to, size_t number, const struct truth_case *c, const struct truth_outcome *outcome)
{
    fprintf(to, "%zu\t%s:%d\t%s\t%s\t%s\t", number, c->file, c->line,
        weight_names[truth_weigh(outcome)], zdm_verdict_name(outcome->said->verdict),
        zdm_verdict_name(outcome->said_offline->verdict));
    for (const char *s = c->sql; *s; s++)
        fputc(*s == '\t' || *s == '\n' || *s == '\r' ? ' ' : *s, to);
    fprintf(to, "\t%s\n", works_long(outcome->said, &outcome->seen) ? "shown" : "defined");
}
