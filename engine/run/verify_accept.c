/* Differences that are wanted. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "run/snapshot.h"
#include "run/verify_private.h"

extern const struct zdm_embedded zdm_run_sql[];

/* Is one the other behind a schema, or the same? Items of the catalog have the names of the plan's text. */
static bool
same_object(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    const char *longer = n > m ? a : b, *shorter = n > m ? b : a;
    size_t before = n > m ? n - m : m - n;

    return strcmp(longer + before, shorter) == 0 && (before == 0 || longer[before - 1] == '.');
}

static bool
acceptable(const struct zdm_verify_item *item)
{
    return item->mismatch && item->state;
}

/* Marks them in the items. */
static int
choose(struct zdm_verify *v, struct zdm_err *err)
{
    const struct zdm_verify_options *o = v->options;
    struct zdm_verification *out = v->out;

    for (size_t i = 0; o->accept_all && i < out->count; i++)
        out->items[i].accepted = acceptable(&out->items[i]);
    for (size_t k = 0; k < o->n_accept; k++) {
        bool any = false;
        for (size_t i = 0; i < out->count; i++) {
            if (!acceptable(&out->items[i]) || !same_object(out->items[i].name, o->accept[k]))
                continue;
            any = out->items[i].accepted = true;
        }
        if (any)
            continue;
        zdm_fail(err, ZDM_ERR_USAGE, "nothing differs about \"%s\", so nothing was accepted",
            o->accept[k]);
        return zdm_err_hint(err,
            "zdm verify names what does, each with its schema; what ledger, journal and plans "
            "disagree about is not accepted but mended: zdm run, zdm resolve");
    }
    return 0;
}

static char *
list_of(const struct zdm_verification *found, bool only_schema)
{
    json_t *array = json_array();

    for (size_t i = 0; i < found->count; i++) {
        const struct zdm_verify_item *item = &found->items[i];
        if (!item->accepted || (only_schema && item->area != ZDM_VERIFY_SCHEMA))
            continue;
        json_array_append_new(array,
            json_pack("{s:s,s:s?,s:s?,s:s,s:s,s:s,s:s?}", "area", zdm_verify_area_name(item->area),
                "plan", item->plan, "step", item->step, "kind", item->kind, "name", item->name,
                "state", item->state, "change", item->change));
    }
    char *text = json_dumps(array, JSON_COMPACT);
    json_decref(array);
    if (!text)
        zdm_die("out of memory");
    return text;
}

static int
write_down(struct zdm_verify *v, struct zdm_err *err)
{
    char *schema = list_of(v->out, true), *all = list_of(v->out, false);
    int rc = zdm_snapshot_accept(v->conn, schema, err);

    if (rc == 0)
        rc = ZDM_QUERY(v->conn, zdm_embedded_text(zdm_run_sql, "sql/accepted_write.sql"), NULL, err,
            all, v->options->because, v->options->who);
    free(schema);
    free(all);
    if (rc < 0 && strcmp(err->sqlstate, "42501") == 0)
        zdm_err_hint(err, "accept as a role that runs plans here: it needs INSERT, UPDATE and "
                          "DELETE on zdm.object, INSERT and UPDATE on zdm.accepted");
    return rc;
}

int
zdm_verify_accept(struct zdm_verify *v, struct zdm_err *err)
{
    struct zdm_verification *out = v->out;

    if (choose(v, err) < 0 || write_down(v, err) < 0)
        return -1;
    for (size_t i = 0; i < out->count; i++) {
        struct zdm_verify_item *item = &out->items[i];
        if (!item->accepted)
            continue;
        item->mismatch = false;
        free(item->hint);
        item->hint = NULL;
        out->mismatches--;
        out->accepted++;
    }
    return 0;
}
