#include "base/text.h"
#include "run/session.h"

int
zdm_session_may_begin(const struct zdm_session *s, const struct zdm_step *step, struct zdm_err *err)
{
    char count[32];
    if (step->phase != ZDM_PHASE_CONTRACT || s->quarantined == 0)
        return 0;
    zdm_fail(err, ZDM_ERR_CLOSED,
        "contract step \"%s\" does not begin while %s row%s of the plan %s in quarantine", step->id,
        zdm_show_count(s->quarantined, count), s->quarantined == 1 ? "" : "s",
        s->quarantined == 1 ? "is" : "are");
    zdm_err_detail(err, "its backfills left them as they were, because of their data");
    zdm_err_hint(err,
        "zdm quarantine list %s shows them; correct or delete them, then: zdm quarantine retry %s",
        s->plan->file, s->plan->file);
    return zdm_err_at(err, step->at);
}
