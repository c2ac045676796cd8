#include "batch/sample_sql.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "batch/order.h"

char *
zdm_type_without_length(const char *type)
{
    struct zdm_buf b = ZDM_BUF_INIT;
    bool quoted = false;

    for (; *type; type++) {
        quoted ^= *type == '"';
        if (*type == '(' && !quoted)
            type += strcspn(type, ")");
        else
            zdm_buf_addc(&b, *type);
        if (!*type)
            break;
    }
    return zdm_buf_take(&b);
}

static char *
quote(const char *name)
{
    struct zdm_buf b = ZDM_BUF_INIT;

    zdm_buf_addc(&b, '"');
    for (; *name; name++)
        zdm_buf_add(&b, *name == '"' ? "\"\"" : (char[]){*name, '\0'});
    zdm_buf_addc(&b, '"');
    return zdm_buf_take(&b);
}

/* A column by the time of the backfill that the table does not have yet. */
static bool
is_new(const struct zdm_sample_request *r, const struct zdm_foreseen_column *column)
{
    return !zdm_preview_find(r->seen, column->name);
}

static bool
has_new(const struct zdm_sample_request *r)
{
    for (size_t i = 0; i < r->foreseen->n_columns; i++)
        if (is_new(r, &r->foreseen->columns[i]))
            return true;
    return false;
}

static void
add_ids(struct zdm_buf *b, const struct zdm_sample_shape *s)
{
    const char *relation = s->request->seen->target.relation;

    zdm_buf_addf(b, "%s.ctid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.tid[])", relation);
    if (s->parts)
        zdm_buf_addf(b,
            " AND pg_catalog.concat(%s.tableoid, %s.ctid) OPERATOR(pg_catalog.=) ANY "
            "($2::pg_catalog.text[])",
            relation, relation);
}

/* FROM and WHERE of the picked rows, under the table's own name; as it will be, when columns are new. */
static void
add_source(struct zdm_buf *b, const struct zdm_sample_shape *s)
{
    const struct zdm_sample_request *r = s->request;
    const char *relation = r->seen->target.relation;

    if (!has_new(r)) {
        zdm_buf_addf(b, "\nFROM %s WHERE ", relation);
        add_ids(b, s);
        return;
    }
    zdm_buf_addf(
        b, "\nFROM (SELECT %s.ctid AS zdm_ctid, %s.tableoid AS zdm_table", relation, relation);
    for (size_t i = 0; i < r->seen->n_columns; i++)
        if (r->seen->columns[i].may_read)
            zdm_buf_addf(b, ", %s.%s", relation, r->seen->columns[i].quoted);
    for (size_t i = 0; i < r->foreseen->n_columns; i++) {
        const struct zdm_foreseen_column *column = &r->foreseen->columns[i];
        if (!is_new(r, column))
            continue;
        char *name = quote(column->name);
        zdm_buf_addf(b, ", (%s)%s%s AS %s", column->value ? column->value : "NULL",
            column->type ? "::" : "", column->type ? column->type : "", name);
        free(name);
    }
    zdm_buf_addf(b, "\n  FROM %s WHERE ", relation);
    add_ids(b, s);
    zdm_buf_addf(b, " OFFSET 0) AS %s WHERE true", s->name);
}

static void
add_row(struct zdm_buf *b, const struct zdm_sample_shape *s)
{
    const char *relation = s->request->seen->target.relation;

    if (has_new(s->request))
        zdm_buf_addf(b, "%s.zdm_ctid, %s.zdm_table", s->name, s->name);
    else
        zdm_buf_addf(b, "%s.ctid AS zdm_ctid, %s.tableoid AS zdm_table", relation, relation);
}

static bool
is_set(const struct zdm_sample_shape *s, const char *name)
{
    const struct zdm_sample_request *r = s->request;

    for (size_t i = 0; i < r->spec->n_set; i++)
        if (strcmp(r->foreseen->set[i].column, name) == 0)
            return true;
    return false;
}

/* Is it a column that can be read, now or then? */
static bool
is_column(const struct zdm_sample_request *r, const char *name)
{
    const struct zdm_preview_column *now = zdm_preview_find(r->seen, name);

    return now ? now->may_read : zdm_foreseen_find(r->foreseen, name) != NULL;
}

/* ", a, b" of the table's columns; but: those that are set, and `not`. */
static void
add_columns(struct zdm_buf *b, const struct zdm_sample_shape *s, const char *table,
    bool without_set, const char * not )
{
    const struct zdm_sample_request *r = s->request;

    for (size_t i = 0; i < r->seen->n_columns; i++) {
        const struct zdm_preview_column *c = &r->seen->columns[i];
        if (c->may_read && !(without_set && is_set(s, c->name)) &&
            !(not &&strcmp(not, c->name) == 0))
            zdm_buf_addf(b, ", %s.%s", table, c->quoted);
    }
    for (size_t i = 0; i < r->foreseen->n_columns; i++) {
        const struct zdm_foreseen_column *c = &r->foreseen->columns[i];
        if (!is_new(r, c) || (without_set && is_set(s, c->name)) ||
            (not &&strcmp(not, c->name) == 0))
            continue;
        char *name = quote(c->name);
        zdm_buf_addf(b, ", %s.%s", table, name);
        free(name);
    }
}

/* Is everything there that the value is made of? With nothing that it is made of: no, so that a NULL is
 * what the author wrote. */
static void
add_full(struct zdm_buf *b, const struct zdm_sample_shape *s, size_t set)
{
    const struct zdm_foreseen_set *one = &s->request->foreseen->set[set];
    const char *table = has_new(s->request) ? s->name : s->request->seen->target.relation;
    bool any = false;

    zdm_buf_add(b, ", (");
    for (size_t i = 0; i < one->n_sources; i++) {
        if (!is_column(s->request, one->sources[i]))
            continue;
        char *name = quote(one->sources[i]);
        zdm_buf_addf(b, "%s%s.%s IS NOT NULL", any ? " AND " : "", table, name);
        free(name);
        any = true;
    }
    zdm_buf_addf(b, "%s) AS zdm_full_%zu", any ? "" : "false", set);
}

static void
add_value(struct zdm_buf *b, const struct zdm_sample_shape *s, size_t set)
{
    const struct zdm_sample_column *c = &s->columns[set];

    zdm_buf_addf(b, ",\n(\n%s\n)", s->request->spec->set[set].expr);
    if (c->bare)
        zdm_buf_addf(b, "::%s", c->bare);
    zdm_buf_addf(b, " AS zdm_value_%zu", set);
}

static void
add_where(struct zdm_buf *b, const struct zdm_sample_shape *s)
{
    if (s->request->spec->where)
        zdm_buf_addf(b, " AND (\n%s\n)", s->request->spec->where);
}

static bool
takes(int only, size_t set)
{
    return only == ZDM_ALL_SET || only == (int)set;
}

/* Innermost: the picked rows with their values. Around it: the values as the columns hold them, in a row of
 * the table's name, which the checks read. */
char *
zdm_sample_set_sql(const struct zdm_sample_shape *s, int only)
{
    const struct zdm_backfill_spec *spec = s->request->spec;
    struct zdm_buf b = ZDM_BUF_INIT;
    bool checks = only == ZDM_ALL_SET && (s->n_checks > 0 || s->stays);
    const char *table = has_new(s->request) ? s->name : s->request->seen->target.relation;

    zdm_buf_addf(
        &b, "SELECT %s.zdm_ctid::pg_catalog.text, %s.zdm_table::pg_catalog.text", s->name, s->name);
    for (size_t i = 0; i < spec->n_set; i++) {
        const struct zdm_sample_column *c = &s->columns[i];
        if (!takes(only, i))
            continue;
        zdm_buf_addf(&b, ",\n  %s.zdm_new_%zu IS NULL", s->name, i);
        if (c->length) /* blanks at the end may be cut */
            zdm_buf_addf(&b,
                ", pg_catalog.rtrim(%s.zdm_value_%zu::pg_catalog.text) COLLATE pg_catalog.\"C\""
                " IS DISTINCT FROM pg_catalog.rtrim(%s.zdm_new_%zu::pg_catalog.text)",
                s->name, i, s->name, i);
        else
            zdm_buf_add(&b, ", false");
        zdm_buf_addf(&b, ", %s.zdm_full_%zu, pg_catalog.pg_column_size(%s.zdm_new_%zu)", s->name, i,
            s->name, i);
    }
    for (size_t i = 0; checks && i < s->n_checks; i++)
        zdm_buf_addf(
            &b, ",\n(\n%s\n) IS FALSE", s->request->foreseen->checks[s->checks[i]].condition);
    if (checks && s->stays)
        zdm_buf_addf(&b, ",\n(\n%s\n) IS TRUE", spec->where);
    zdm_buf_add(&b, "\nFROM (SELECT zdm_1.zdm_ctid, zdm_1.zdm_table");
    for (size_t i = 0; i < spec->n_set; i++) {
        const struct zdm_sample_column *c = &s->columns[i];
        if (!takes(only, i))
            continue;
        const char *cast = c->type ? "::" : "", *type = c->type ? c->type : "";
        zdm_buf_addf(&b,
            ", zdm_1.zdm_full_%zu, zdm_1.zdm_value_%zu, zdm_1.zdm_value_%zu%s%s AS "
            "zdm_new_%zu",
            i, i, i, cast, type, i);
        if (checks)
            zdm_buf_addf(&b, ", zdm_1.zdm_value_%zu%s%s AS %s", i, cast, type, c->quoted);
    }
    if (checks)
        add_columns(&b, s, "zdm_1", true, NULL);
    zdm_buf_add(&b, "\nFROM (SELECT ");
    add_row(&b, s);
    for (size_t i = 0; i < spec->n_set; i++) {
        if (!takes(only, i))
            continue;
        add_full(&b, s, i);
        add_value(&b, s, i);
    }
    if (checks)
        add_columns(&b, s, table, true, NULL);
    add_source(&b, s);
    add_where(&b, s);
    zdm_buf_addf(&b, "\nOFFSET 0) AS zdm_1 OFFSET 0) AS %s", s->name);
    return zdm_buf_take(&b);
}

char *
zdm_sample_map_sql(const struct zdm_sample_shape *s)
{
    const struct zdm_sample_request *r = s->request;
    const char *table = has_new(r) ? s->name : r->seen->target.relation;
    struct zdm_buf b = ZDM_BUF_INIT;

    zdm_buf_add(&b, "SELECT zdm_1.zdm_ctid::pg_catalog.text, zdm_1.zdm_table::pg_catalog.text");
    for (size_t i = 0; i < r->spec->n_read; i++)
        zdm_buf_addf(&b, ", zdm_1.zdm_read_%zu", i);
    zdm_buf_add(&b, "\nFROM (SELECT ");
    add_row(&b, s);
    for (size_t i = 0; i < r->spec->n_read; i++) {
        char *name = quote(r->foreseen->set[0].sources[i]);
        zdm_buf_addf(&b, ", %s.%s AS zdm_read_%zu", table, name, i);
        free(name);
    }
    add_source(&b, s);
    add_where(&b, s);
    zdm_buf_add(&b, "\nOFFSET 0) AS zdm_1");
    return zdm_buf_take(&b);
}

/* Type of a column, then; NULL: not known. */
static const char *
type_of(const struct zdm_sample_request *r, const char *name)
{
    const struct zdm_preview_column *now = zdm_preview_find(r->seen, name);
    const struct zdm_foreseen_column *then = zdm_foreseen_find(r->foreseen, name);

    return now && now->may_read ? now->type : then && !now ? then->type : NULL;
}

char *
zdm_sample_sync_sql(const struct zdm_sample_shape *s, const struct zdm_sample_sync *sync)
{
    const char *from_type = type_of(s->request, sync->from);
    const char *to_type = type_of(s->request, sync->to);
    const char *table = has_new(s->request) ? s->name : s->request->seen->target.relation;
    struct zdm_buf b = ZDM_BUF_INIT;

    if (!from_type || !to_type)
        return NULL;
    char *from = quote(sync->from), *to = quote(sync->to);
    zdm_buf_addf(&b, "SELECT %s.zdm_ctid::pg_catalog.text, %s.zdm_table::pg_catalog.text,\n",
        s->name, s->name);
    zdm_buf_addf(&b,
        "(\n%s\n)::%s::pg_catalog.text COLLATE pg_catalog.\"C\" IS DISTINCT FROM "
        "%s.zdm_from::pg_catalog.text\nFROM (SELECT ",
        sync->down ? sync->down : to, from_type, s->name);
    add_row(&b, s);
    add_columns(&b, s, table, false, sync->to);
    zdm_buf_addf(&b, ", %s.%s AS zdm_from, (\n%s\n)::%s AS %s", table, from,
        sync->up ? sync->up : from, to_type, to);
    add_source(&b, s);
    zdm_buf_addf(&b, "\nOFFSET 0) AS %s", s->name);
    free(from);
    free(to);
    return zdm_buf_take(&b);
}

char *
zdm_sample_type_sql(const struct zdm_sample_shape *s, size_t set)
{
    struct zdm_buf b = ZDM_BUF_INIT;

    zdm_buf_addf(&b, "SELECT (\n%s\n)", s->request->spec->set[set].expr);
    add_source(&b, s);
    add_where(&b, s);
    zdm_buf_add(&b, " LIMIT 0");
    return zdm_buf_take(&b);
}

char *
zdm_sample_pick_sql(const struct zdm_sample_shape *s)
{
    const struct zdm_backfill_target *t = &s->request->seen->target;
    struct zdm_buf b = ZDM_BUF_INIT;

    zdm_buf_addf(&b,
        "SELECT s.* FROM (SELECT %s.tableoid::pg_catalog.text AS zdm_table,\n"
        "  %s.ctid::pg_catalog.text AS zdm_ctid, %s.tableoid::pg_catalog.regclass::pg_catalog.text "
        "AS zdm_name",
        t->relation, t->relation, t->relation);
    for (size_t i = 0; i < t->n_keys; i++)
        zdm_buf_addf(
            &b, ", %s.%s::pg_catalog.text AS zdm_key_%zu", t->relation, t->keys[i].name, i);
    zdm_buf_addf(&b,
        "\nFROM %s TABLESAMPLE SYSTEM ($1::pg_catalog.float4)\nORDER BY pg_catalog.random() LIMIT "
        "$2::pg_catalog.int8) AS s ORDER BY s.zdm_table, s.zdm_ctid::pg_catalog.tid",
        t->relation);
    return zdm_buf_take(&b);
}
