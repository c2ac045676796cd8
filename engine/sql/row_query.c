#include "sql/row_query.h"

#include <string.h>

const char *
zdm_ask_ident(struct zdm_asking *asking, const char *name)
{
    return zdm_ident_text(asking->draft->arena, name);
}

static const char *
literal(struct zdm_arena *arena, const char *text)
{
    struct zdm_buf buf = ZDM_BUF_INIT;

    zdm_buf_add(&buf, "'");
    for (; *text; text++) {
        if (*text == '\'')
            zdm_buf_add(&buf, "'");
        zdm_buf_addc(&buf, *text);
    }
    zdm_buf_add(&buf, "'");
    char *kept = zdm_arena_strdup(arena, buf.s);
    zdm_buf_release(&buf);
    return kept;
}

const char *
zdm_ask_source(struct zdm_asking *asking, struct zdm_relation *relation, bool only)
{
    bool alone = only && relation->kind != ZDM_RELATION_PARTITIONED;

    return zdm_arena_strf(asking->draft->arena, "%s%s", alone ? "ONLY " : "",
        zdm_draft_name(asking->draft, relation));
}

/* The columns that name a row: its primary key, else where it is stored. */
static const char *
key_list(struct zdm_asking *asking, const char *prefix, bool least)
{
    struct zdm_arena *arena = asking->draft->arena;
    const struct zdm_constraint *key = zdm_relation_primary_key(asking->relation);
    struct zdm_buf buf = ZDM_BUF_INIT, label = ZDM_BUF_INIT;
    const char *list;

    if (!key || !key->n_columns) {
        list = zdm_arena_strf(arena,
            least ? "pg_catalog.min(%sctid::pg_catalog.text) AS ctid" : "%sctid::pg_catalog.text",
            prefix);
    } else if (key->n_columns == 1 || !least) {
        for (size_t i = 0; i < key->n_columns; i++) {
            const char *name = zdm_ask_ident(asking, key->columns[i]);
            zdm_buf_addf(&buf,
                least ? "%spg_catalog.min(%s%s::pg_catalog.text) AS %s"
                      : "%s%s%s::pg_catalog.text AS %s",
                i ? ", " : "", prefix, name, name);
        }
        list = zdm_arena_strdup(arena, buf.s);
    } else {
        for (size_t i = 0; i < key->n_columns; i++) {
            zdm_buf_addf(
                &buf, "%s%s%s", i ? ", " : "", prefix, zdm_ask_ident(asking, key->columns[i]));
            zdm_buf_addf(&label, "%s%s", i ? ", " : "(", key->columns[i]);
        }
        zdm_buf_add(&label, ")");
        list = zdm_arena_strf(arena, "pg_catalog.min((ROW(%s))::pg_catalog.text) AS %s", buf.s,
            zdm_ident_text(arena, label.s));
    }
    zdm_buf_release(&buf);
    zdm_buf_release(&label);
    return list;
}

static const char *
search_path(struct zdm_asking *asking)
{
    const struct zdm_catalog *catalog = asking->draft->catalog;
    struct zdm_buf buf = ZDM_BUF_INIT;

    for (size_t i = 0; i < catalog->search_path.n; i++)
        zdm_buf_addf(
            &buf, "%s%s", i ? ", " : "", zdm_ask_ident(asking, catalog->search_path.items[i]));
    char *path = zdm_arena_strdup(asking->draft->arena, buf.len ? buf.s : "''");
    zdm_buf_release(&buf);
    return path;
}

void
zdm_ask(struct zdm_asking *asking, const char *sqlstate, bool evaluates, const char *what,
    const char *sql)
{
    struct zdm_statement *st = asking->draft->st;
    struct zdm_row_question *grown =
        zdm_arena_alloc(asking->draft->arena, (st->n_questions + 1) * sizeof *grown);

    if (st->n_questions)
        memcpy(grown, st->questions, st->n_questions * sizeof *grown);
    grown[st->n_questions++] = (struct zdm_row_question){.sqlstate = sqlstate,
        .sql = sql,
        .search_path = search_path(asking),
        .table = asking->table,
        .what = what,
        .evaluates = evaluates};
    st->questions = grown;
}

void
zdm_ask_where(
    struct zdm_asking *asking, const char *sqlstate, const char *what, const char *condition)
{
    struct zdm_arena *arena = asking->draft->arena;

    zdm_ask(asking, sqlstate, false, what,
        zdm_arena_strf(arena, "SELECT %s FROM %s WHERE %s LIMIT 1", key_list(asking, "", false),
            zdm_ask_source(asking, asking->relation, asking->only), condition));
}

void
zdm_ask_foreign(struct zdm_asking *asking, size_t n, const char *const *columns,
    struct zdm_relation *references, const char *const *referenced)
{
    struct zdm_arena *arena = asking->draft->arena;
    struct zdm_buf given = ZDM_BUF_INIT, found = ZDM_BUF_INIT;

    for (size_t i = 0; i < n; i++) {
        const char *column = zdm_ask_ident(asking, columns[i]);
        zdm_buf_addf(&given, "%sf.%s IS NOT NULL", i ? " AND " : "", column);
        zdm_buf_addf(&found, "%sp.%s = f.%s", i ? " AND " : "",
            zdm_ask_ident(asking, referenced[i]), column);
    }
    zdm_ask(asking, "23503", false,
        zdm_arena_strf(arena, "points to no row of %s", zdm_draft_name(asking->draft, references)),
        zdm_arena_strf(arena,
            "SELECT %s FROM %s AS f WHERE %s AND NOT EXISTS (SELECT FROM %s AS p WHERE %s) LIMIT 1",
            key_list(asking, "f.", false), zdm_ask_source(asking, asking->relation, true), given.s,
            zdm_ask_source(asking, references, true), found.s));
    zdm_buf_release(&given);
    zdm_buf_release(&found);
}

void
zdm_ask_unique(struct zdm_asking *asking, size_t n, const char *const *values, bool nulls_equal,
    const char *condition)
{
    struct zdm_arena *arena = asking->draft->arena;
    struct zdm_buf list = ZDM_BUF_INIT, where = ZDM_BUF_INIT;

    if (condition)
        zdm_buf_addf(&where, " WHERE (%s)", condition);
    for (size_t i = 0; i < n; i++) {
        zdm_buf_addf(&list, "%s%s", i ? ", " : "", values[i]);
        if (!nulls_equal)
            zdm_buf_addf(&where, "%s %s IS NOT NULL", where.len ? " AND" : " WHERE", values[i]);
    }
    zdm_ask(asking, "23505", false,
        zdm_arena_strf(arena, "is not the only one with its (%s)", list.s),
        zdm_arena_strf(arena,
            "SELECT %s FROM %s%s GROUP BY %s HAVING pg_catalog.count(*) > 1 LIMIT 1",
            key_list(asking, "", true), zdm_ask_source(asking, asking->relation, true), where.s,
            list.s));
    zdm_buf_release(&list);
    zdm_buf_release(&where);
}

void
zdm_ask_condition(
    struct zdm_arena *arena, struct zdm_buf *buf, const struct zdm_condition *condition)
{
    static const char *const operators[] = {[ZDM_OP_LT] = "<",
        [ZDM_OP_LE] = "<=",
        [ZDM_OP_EQ] = "=",
        [ZDM_OP_GE] = ">=",
        [ZDM_OP_GT] = ">",
        [ZDM_OP_NE] = "<>"};

    switch (condition->kind) {
    case ZDM_CONDITION_AND:
    case ZDM_CONDITION_OR: {
        bool all = condition->kind == ZDM_CONDITION_AND;
        zdm_buf_add(buf, all ? "(true" : "(false");
        for (size_t i = 0; i < condition->n_args; i++) {
            zdm_buf_add(buf, all ? " AND " : " OR ");
            zdm_ask_condition(arena, buf, condition->args[i]);
        }
        zdm_buf_add(buf, ")");
        break;
    }
    case ZDM_CONDITION_COMPARE:
        zdm_buf_addf(buf, "%s %s %s", zdm_ident_text(arena, condition->what),
            operators[condition->op], literal(arena, condition->value));
        break;
    case ZDM_CONDITION_NULL:
    case ZDM_CONDITION_NOT_NULL:
        zdm_buf_addf(buf, "%s IS %sNULL", zdm_ident_text(arena, condition->what),
            condition->kind == ZDM_CONDITION_NULL ? "" : "NOT ");
        break;
    case ZDM_CONDITION_OTHER:
        zdm_buf_addf(buf, "(%s)", condition->what);
        break;
    }
}
