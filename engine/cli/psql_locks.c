/* Tries for the locks of a step, from their template. */
#include <stdlib.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "cli/psql.h"

#define TRIES_MOST 30 /* about a minute */

extern const struct zdm_embedded zdm_cli_sql[];

void
zdm_psql_locks(
    struct zdm_buf *out, const struct zdm_lock_policy *policy, const struct zdm_lock_rules *rules)
{
    const char **needs = zdm_alloc((2 * policy->n_needs + 1) * sizeof *needs);
    size_t n = 0;

    for (size_t i = 0; i < policy->n_needs; i++) {
        if (policy->needs[i].mode < ZDM_LOCK_STRONG)
            continue;
        needs[n++] = policy->needs[i].relation;
        needs[n++] = zdm_lock_mode_name(policy->needs[i].mode);
    }
    if (n > 0 && policy->most_ms > 0) {
        struct zdm_psql_word words[] = {
            {"needs", zdm_psql_array(needs, n)},
            {"tries", zdm_strf("%lld",
                          (long long)(rules->tries < TRIES_MOST ? rules->tries : TRIES_MOST))},
            {"first", zdm_strf("%lld", (long long)zdm_lock_share_ms(policy, policy->first_ms))},
            {"most", zdm_strf("%lld", (long long)zdm_lock_share_ms(policy, policy->most_ms))},
        };
        zdm_psql_fill(out, zdm_embedded_text(zdm_cli_sql, "psql_locks.sql"), words,
            sizeof words / sizeof *words);
    }
    free(needs);
}
