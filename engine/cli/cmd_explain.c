#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/render_rule.h"

#define LIKE_MAX 6

/* The error that there is no such rule, with those that may be meant. */
static int
unknown_rule(const char *name, struct zdm_err *err)
{
    size_t n_rules, n_notes, n = 0, like = 0;
    const struct zdm_rule *rules = zdm_sql_rules(&n_rules);
    const struct zdm_note_rule *notes = zdm_note_rules(&n_notes);
    const char **names = zdm_alloc((n_rules + n_notes) * sizeof *names);
    struct zdm_buf hint = ZDM_BUF_INIT;

    for (size_t i = 0; i < n_rules; i++)
        names[n++] = rules[i].id;
    for (size_t i = 0; i < n_notes; i++)
        names[n++] = notes[i].id;
    const char *nearest = zdm_nearest(name, names, n);
    if (nearest)
        zdm_buf_addf(&hint, "did you mean %s?", nearest);
    for (size_t i = 0; !nearest && i < n && like < LIKE_MAX && strlen(name) > 2; i++) {
        if (strstr(names[i], name))
            zdm_buf_addf(&hint, "%s%s", like++ ? ", " : "rules of that kind: ", names[i]);
    }
    if (!hint.len)
        zdm_buf_add(&hint, "zdm explain lists all rules");
    zdm_fail(err, ZDM_ERR_USAGE, "there is no rule \"%s\"", name);
    zdm_err_hint(err, "%s", hint.s);
    zdm_buf_release(&hint);
    free(names);
    return -1;
}

int
zdm_cmd_explain(const struct zdm_args *args, struct zdm_io *io)
{
    const char *name = zdm_args_word(args, 0);
    const struct zdm_rule *rule = name ? zdm_sql_rule(name) : NULL;
    const struct zdm_note_rule *note = name ? zdm_note_rule(name) : NULL;

    if (name && !rule && !note) {
        struct zdm_err err = ZDM_ERR_INIT;
        unknown_rule(name, &err);
        return zdm_io_fail(io, &err);
    }
    if (io->json) {
        zdm_json_print(&io->out,
            rule   ? zdm_json_rule(rule)
            : note ? zdm_json_note_rule(note)
                   : zdm_json_rules(),
            false);
    } else {
        struct zdm_buf text = ZDM_BUF_INIT;
        if (rule)
            zdm_render_rule(&text, rule);
        else if (note)
            zdm_render_note_rule(&text, note);
        else
            zdm_render_rules(&text);
        zdm_io_write(&io->out, &text);
        zdm_buf_release(&text);
    }
    return 0;
}
