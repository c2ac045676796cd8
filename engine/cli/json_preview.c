#include "cli/json.h"
#include "cli/preview.h"

json_t *
zdm_json_costs(const struct zdm_prediction *cost)
{
    json_t *object = json_object();

    json_object_set_new(object, "rows", json_integer(cost->rows));
    json_object_set_new(object, "wal_bytes", json_integer(cost->wal));
    json_object_set_new(object, "heap_bytes", json_integer(cost->heap));
    json_object_set_new(object, "index_bytes", json_integer(cost->indexes));
    json_object_set_new(object, "hot_percent", zdm_json_known(cost->hot_percent));
    json_object_set_new(object, "ms", json_integer(cost->ms));
    return object;
}

static json_t *
table_of(const struct zdm_backfill_preview *p)
{
    json_t *object = json_object();

    json_object_set_new(object, "relation", zdm_json_text(p->target.relation));
    json_object_set_new(object, "by_partition", json_boolean(p->by_leaf));
    json_object_set_new(object, "key", p->by_leaf ? json_null() : zdm_json_text(p->target.key));
    json_object_set_new(object, "index", p->by_leaf ? json_null() : zdm_json_text(p->target.index));
    json_object_set_new(object, "by_page", json_boolean(p->target.by_page));
    json_object_set_new(object, "tables", json_integer(p->tables));
    json_object_set_new(object, "rows", json_integer(p->rows));
    json_object_set_new(object, "heap_bytes", json_integer((json_int_t)p->from.heap_bytes));
    json_object_set_new(object, "index_bytes", json_integer((json_int_t)p->from.index_bytes));
    return object;
}

static json_t *
finding_of(const struct zdm_sample_finding *f)
{
    json_t *object = json_object();

    json_object_set_new(object, "kind", json_string(zdm_sample_kind_name(f->kind)));
    json_object_set_new(
        object, "severity", json_string(zdm_sample_is_error(f->kind) ? "error" : "warning"));
    json_object_set_new(object, "column", zdm_json_text(f->column));
    json_object_set_new(object, "constraint", zdm_json_text(f->constraint));
    json_object_set_new(object, "sqlstate", zdm_json_text(f->sqlstate[0] ? f->sqlstate : NULL));
    json_object_set_new(object, "message", zdm_json_text(f->message));
    json_object_set_new(object, "rows", zdm_json_known(f->rows > 0 ? f->rows : -1));
    json_object_set_new(object, "keys", zdm_json_texts(f->keys, f->n_keys));
    return object;
}

json_t *
zdm_json_sample(const struct zdm_step_preview *preview)
{
    const struct zdm_backfill_sample *s = &preview->sample;
    json_t *object = json_object(), *findings = json_array();

    for (size_t i = 0; i < s->n_findings; i++)
        json_array_append_new(findings, finding_of(&s->findings[i]));
    json_object_set_new(object, "rows", json_integer(s->rows));
    json_object_set_new(object, "matched", json_integer(s->matched));
    json_object_set_new(object, "where_alone", json_boolean(s->where_alone));
    json_object_set_new(object, "stopped", json_boolean(s->stopped));
    json_object_set_new(
        object, "unable", s->unable.code == ZDM_OK ? json_null() : zdm_json_error(&s->unable));
    json_object_set_new(object, "findings", findings);
    json_object_set_new(object, "index", zdm_json_text(s->index));
    json_object_set_new(object, "scans", json_boolean(s->scans));
    json_object_set_new(object, "us_a_row", zdm_json_number(s->us_a_row));
    return object;
}

static json_t *
room_of(const struct zdm_backfill_preview *p)
{
    json_t *object = json_object();

    json_object_set_new(object, "fillfactor", json_integer(p->room.fillfactor));
    json_object_set_new(object, "costs", zdm_json_costs(&p->room.with));
    json_object_set_new(object, "rewrite_bytes", json_integer(p->room.rewrite));
    return object;
}

json_t *
zdm_json_preview(const struct zdm_step_preview *preview)
{
    const struct zdm_backfill_preview *p = &preview->seen;
    bool known = !p->later && p->problem.code == ZDM_OK;
    json_t *object;

    if (!preview->looked)
        return json_null();
    object = json_object();
    json_object_set_new(object, "later", json_boolean(p->later));
    json_object_set_new(
        object, "problem", p->problem.code == ZDM_OK ? json_null() : zdm_json_error(&p->problem));
    json_object_set_new(object, "walks", known ? table_of(p) : json_null());
    json_object_set_new(object, "added", zdm_json_texts(p->added, p->n_added));
    json_object_set_new(object, "costs", known ? zdm_json_costs(&p->prediction) : json_null());
    json_object_set_new(object, "not_hot", zdm_json_text(p->not_hot));
    json_object_set_new(
        object, "costs_without", p->not_hot ? zdm_json_costs(&p->without) : json_null());
    json_object_set_new(object, "room", known && p->room.fillfactor > 0 ? room_of(p) : json_null());
    json_object_set_new(object, "rows_per_s",
        known && p->from.rows_per_s > 0 ? zdm_json_number(p->from.rows_per_s) : json_null());
    json_object_set_new(
        object, "sample", preview->sampled ? zdm_json_sample(preview) : json_null());
    return object;
}
