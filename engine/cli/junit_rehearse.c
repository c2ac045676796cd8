/*
 * junit_rehearse.c - zdm rehearse --format junit: a suite with a case a step and a case a round; what broke
 * is a failure of its step, or of its round when no step is to blame.
 */
#include <string.h>

#include "cli/render_rehearse.h"
#include "cli/xml.h"

/* Of a step, or of a round: the other one is NULL. */
static bool
belongs(const struct zdm_rehearse_trouble *trouble, const struct zdm_step *step, const char *round)
{
    if (step || !round)
        return trouble->step == step;
    return !trouble->step && strcmp(trouble->round, round) == 0;
}

static size_t
count(const struct zdm_rehearsal *found, const struct zdm_step *step, const char *round)
{
    size_t n = 0;

    for (size_t i = 0; i < found->n_troubles; i++)
        n += belongs(&found->troubles[i], step, round);
    return n;
}

static void
add_failures(struct zdm_buf *out, const struct zdm_rehearsal *found, const struct zdm_step *step,
    const char *round)
{
    struct zdm_buf words = ZDM_BUF_INIT, text = ZDM_BUF_INIT;
    const char *kind = NULL;

    for (size_t i = 0; i < found->n_troubles; i++) {
        const struct zdm_rehearse_trouble *trouble = &found->troubles[i];
        if (!belongs(trouble, step, round))
            continue;
        struct zdm_buf one = ZDM_BUF_INIT;
        zdm_rehearse_trouble_words(&one, trouble);
        if (!kind) {
            kind = zdm_rehearse_trouble_name(trouble->kind);
            zdm_buf_add(&words, one.s);
        }
        zdm_buf_addf(&text, "%s\n%s\n", one.s, trouble->message ? trouble->message : "");
        if (trouble->sql)
            zdm_buf_addf(&text, "%s\n", trouble->sql);
        if (trouble->detail)
            zdm_buf_addf(&text, "%s\n", trouble->detail);
        zdm_buf_release(&one);
    }
    if (kind) {
        zdm_buf_add(out, "      <failure");
        zdm_xml_attribute(out, "type", kind);
        zdm_xml_attribute(out, "message", words.s);
        zdm_buf_addc(out, '>');
        zdm_xml_text(out, text.s);
        zdm_buf_add(out, "</failure>\n");
    }
    zdm_buf_release(&words);
    zdm_buf_release(&text);
}

static void
add_case(struct zdm_buf *out, const struct zdm_rehearse_view *view, const char *name, int64_t ms,
    const struct zdm_step *step, bool ran)
{
    size_t failures = count(view->found, step, name);

    zdm_buf_add(out, "    <testcase");
    zdm_xml_attribute(out, "classname", view->plan->file);
    zdm_xml_attribute(out, "name", name);
    zdm_buf_addf(out, " time=\"%lld.%03lld\"", (long long)(ms / 1000), (long long)(ms % 1000));
    if (!failures && ran) {
        zdm_buf_add(out, "/>\n");
        return;
    }
    zdm_buf_add(out, ">\n");
    if (failures)
        add_failures(out, view->found, step, name);
    else
        zdm_buf_add(out, "      <skipped/>\n");
    zdm_buf_add(out, "    </testcase>\n");
}

void
zdm_junit_rehearsal(struct zdm_buf *out, const struct zdm_rehearse_view *view)
{
    const struct zdm_rehearsal *found = view->found;
    size_t failures = 0, skipped = 0;

    for (size_t i = 0; i < found->n_steps; i++) {
        bool failed = count(found, found->steps[i].step, NULL) > 0;
        failures += failed;
        skipped += !failed && !found->steps[i].ran;
    }
    for (size_t i = 0; i < found->n_rounds; i++)
        failures += count(found, NULL, found->rounds[i].name) > 0;
    zdm_buf_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"zdm "
                     "rehearse\">\n  <testsuite");
    zdm_xml_attribute(out, "name", view->plan->name);
    zdm_buf_addf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" time=\"0\">\n",
        found->n_steps + found->n_rounds, failures, skipped);
    for (size_t i = 0; i < found->n_steps; i++)
        add_case(out, view, found->steps[i].step->id, found->steps[i].ms, found->steps[i].step,
            found->steps[i].ran);
    for (size_t i = 0; i < found->n_rounds; i++)
        add_case(out, view, found->rounds[i].name, found->rounds[i].ms, NULL, true);
    zdm_buf_add(out, "  </testsuite>\n</testsuites>\n");
}
