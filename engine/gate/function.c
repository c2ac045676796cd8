#include <jansson.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "gate/gate.h"

#define LOOK_MS    30000 /* each statement of it */
#define SEEN_BYTES 1000

/* Of what the function said, what a line of the journal takes. */
static char *
shortened(char *said)
{
    json_t *text = json_string(said);

    json_decref(text);
    if (!text) {
        free(said);
        return zdm_strdup("(not UTF-8)");
    }
    said[zdm_whole_characters(said, SEEN_BYTES)] = '\0';
    return said;
}

/* In one read-only transaction, so that all its queries may have one snapshot, and it leaves nothing. */
int
zdm_gate_look_function(const struct zdm_gate_question *g, const struct zdm_check *check,
    struct zdm_check_result *out, struct zdm_err *err)
{
    char *said = NULL;

    if (zdm_gate_begin(g, check, LOOK_MS, err) < 0)
        return -1;
    int rc = g->call(g->self, check, &out->open, &said, err);
    zdm_conn_rollback(g->conn);
    if (rc < 0)
        return zdm_conn_lost(g->conn) ? -1 : zdm_gate_blame(g, check, err);
    out->seen = said ? shortened(said) : zdm_strdup(out->open ? "true" : "false");
    if (!out->open)
        out->todo = zdm_strf("run the plan again when check \"%s\" is true", check->id);
    return 0;
}
