#include "cli/again.h"

#include <stdbool.h>

#include "base/text.h"
#include "cli/layout.h"
#include "pg/conn.h"

static void
add_option(struct zdm_buf *out, const struct zdm_args *args, enum zdm_option_id id)
{
    const char *value = zdm_args_get(args, id);

    if (!value)
        return;
    zdm_buf_addf(out, " --%s ", zdm_options[id].name);
    if (id == ZDM_OPT_DB && !zdm_conninfo_is_public(value))
        zdm_buf_add(out, "...");
    else
        zdm_add_shell_word(out, value);
}

static void
add_words(struct zdm_buf *out, size_t n, const char *const *words)
{
    for (size_t i = 0; i < n; i++) {
        zdm_buf_addc(out, ' ');
        zdm_add_shell_word(out, words[i]);
    }
}

void
zdm_add_again(struct zdm_buf *out, const struct zdm_args *args, const char *command,
    const char *options, size_t n, const char *const *words)
{
    bool dash = false;

    for (size_t i = 0; i < n; i++)
        dash = dash || words[i][0] == '-';
    zdm_buf_addf(out, "zdm %s", command);
    if (!dash)
        add_words(out, n, words);
    add_option(out, args, ZDM_OPT_DB);
    add_option(out, args, ZDM_OPT_LEDGER);
    if (options)
        zdm_buf_addf(out, " %s", options);
    if (dash) {
        zdm_buf_add(out, " --");
        add_words(out, n, words);
    }
}

static size_t
count_approvals(const struct zdm_gate_result *result)
{
    size_t n = 0;

    for (size_t i = 0; i < result->n_checks; i++)
        n += result->checks[i].check->kind == ZDM_CHECK_APPROVAL;
    return n;
}

void
zdm_add_next_steps(struct zdm_buf *out, const struct zdm_args *args, const struct zdm_plan *plan,
    const struct zdm_step *gate, const struct zdm_gate_result *result, int indent)
{
    size_t approvals = count_approvals(result);
    int64_t wait_ms = 0;
    char text[32];

    for (size_t i = 0; i < result->n_checks; i++) {
        const struct zdm_check_result *c = &result->checks[i];
        if (c->open)
            continue;
        if (c->ready_in_ms > wait_ms)
            wait_ms = c->ready_in_ms;
        if (c->check->kind != ZDM_CHECK_APPROVAL)
            continue;
        zdm_add_blanks(out, indent);
        zdm_add_again(out, args, "approve", "--note \"...\"", approvals > 1 ? 3 : 2,
            (const char *[]){plan->file, gate->id, c->check->id});
        zdm_buf_addc(out, '\n');
    }
    zdm_add_blanks(out, indent);
    zdm_add_again(out, args, "run", NULL, 1, &plan->file);
    if (wait_ms > 0)
        zdm_buf_addf(out, "   # in %s", zdm_show_duration(wait_ms, text));
    zdm_buf_addc(out, '\n');
}
