#include <jansson.h>
#include <stdlib.h>

#include "base/mem.h"
#include "gate/gate.h"

/* Text of a database whose encoding is not UTF-8 cannot be put into JSON as it is. */
static json_t *
text(const char *s)
{
    json_t *value = json_string(s);

    return value ? value : json_string("(not UTF-8)");
}

char *
zdm_gate_result_json(const struct zdm_gate_result *result, bool memory)
{
    json_t *list = json_array();

    for (size_t i = 0; i < result->n_checks; i++) {
        const struct zdm_check_result *c = &result->checks[i];
        json_t *one = json_pack("{s:o, s:s, s:b, s:o}", "check", text(c->check->id), "kind",
            zdm_check_kind_name(c->check->kind), "open", c->open, "seen", text(c->seen));
        if (memory && c->memory)
            json_object_set_new(one, "memory", json_loads(c->memory, 0, NULL));
        json_array_append_new(list, one);
    }
    char *dump = json_dumps(list, JSON_COMPACT);
    json_decref(list);
    if (!dump)
        zdm_die("out of memory");
    char *owned = zdm_strdup(dump); /* ours: allocated as everything else is */
    free(dump);
    return owned;
}
