#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "gate/gate.h"

/* One word for a shell. Plan files and names are the author's, so anything may be in them. */
static void
add_word(struct zdm_buf *b, const char *word, bool plain_if_possible)
{
    const char *plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+,:@%";

    if (plain_if_possible && *word && *word != '-' && word[strspn(word, plain)] == '\0') {
        zdm_buf_add(b, word);
    } else if (!strpbrk(word, "\"\\$`!")) {
        zdm_buf_addf(b, "\"%s\"", word);
    } else {
        zdm_buf_addc(b, '\'');
        for (const char *p = word; *p; p++) {
            if (*p == '\'')
                zdm_buf_add(b, "'\\''");
            else
                zdm_buf_addc(b, *p);
        }
        zdm_buf_addc(b, '\'');
    }
}

char *
zdm_gate_note(const char *detail)
{
    json_t *json = detail ? json_loads(detail, 0, NULL) : NULL;
    const char *note = json_string_value(json_object_get(json, "note"));
    char *owned = note && *note ? zdm_strdup(note) : NULL;

    json_decref(json);
    return owned;
}

int
zdm_gate_look_approval(const struct zdm_gate_context *g, const struct zdm_check *check,
    struct zdm_check_result *out, struct zdm_err *err)
{
    const char *gate = g->plan->steps[g->index].id;
    const struct zdm_journal_row *row = zdm_journal_find(g->rows, gate, check->id);
    struct zdm_buf b = ZDM_BUF_INIT;
    char at[32];

    (void)err;
    if (row && strcmp(row->state, "approved") == 0) {
        char *note = zdm_gate_note(row->detail);
        zdm_buf_addf(&b, "approved by %s at %s", row->who ? row->who : "somebody",
            zdm_iso8601(row->at_ms, at));
        if (note)
            zdm_buf_addf(&b, ": %s", note);
        free(note);
        out->open = true;
        out->seen = zdm_buf_take(&b);
        return 0;
    }
    out->seen = zdm_strdup("not approved");
    /* A word that begins with a dash would be taken for an option. */
    bool dash = g->plan->file[0] == '-' || gate[0] == '-' || check->id[0] == '-';
    zdm_buf_addf(&b, "run: zdm approve %s", dash ? "--note \"why\" -- " : "");
    add_word(&b, g->plan->file, true);
    zdm_buf_addc(&b, ' ');
    add_word(&b, gate, false);
    zdm_buf_addc(&b, ' ');
    add_word(&b, check->id, false);
    if (!dash)
        zdm_buf_add(&b, " --note \"why\"");
    out->todo = zdm_buf_take(&b);
    return 0;
}
