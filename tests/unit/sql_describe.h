/*
 * sql_describe.h - a classification as one line, for tables of expected ones.
 *
 * "verdict; lock TABLE MODE held; rewrite T; scan T; build I; tx forbidden; breaks r w p; loss;
 * fails CODE; rule RULE; ...": only what there is.
 */
#ifndef ZDM_TESTS_SQL_DESCRIBE_H
#define ZDM_TESTS_SQL_DESCRIBE_H

#include "base/buf.h"
#include "sql/classify.h"

static inline void
describe_names(struct zdm_buf *out, const char *what, char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        zdm_buf_addf(out, "; %s %s", what, names[i]);
}

/* Returns owned. */
static inline char *
describe(const struct zdm_statement *st)
{
    struct zdm_buf out = ZDM_BUF_INIT;

    zdm_buf_add(&out, zdm_verdict_name(st->verdict));
    for (size_t i = 0; i < st->n_locks; i++)
        zdm_buf_addf(&out, "; lock %s %s %s", st->locks[i].relation,
            zdm_lock_mode_name(st->locks[i].mode), zdm_held_name(st->locks[i].held));
    describe_names(&out, "rewrite", st->rewrites, st->n_rewrites);
    describe_names(&out, "scan", st->scans, st->n_scans);
    describe_names(&out, "build", st->builds, st->n_builds);
    if (st->transaction != ZDM_TX_OK)
        zdm_buf_addf(&out, "; tx %s", zdm_transaction_name(st->transaction));
    if (st->breaks_readers || st->breaks_writers || st->breaks_plans)
        zdm_buf_addf(&out, "; breaks%s%s%s", st->breaks_readers ? " r" : "",
            st->breaks_writers ? " w" : "", st->breaks_plans ? " p" : "");
    if (st->data_loss)
        zdm_buf_add(&out, "; loss");
    if (st->fails_with)
        zdm_buf_addf(&out, "; fails %s", st->fails_with);
    for (size_t i = 0; i < st->n_findings; i++)
        zdm_buf_addf(&out, "; rule %s", st->findings[i].rule);
    return zdm_buf_take(&out);
}

#endif
