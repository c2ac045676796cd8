#include "batch/target.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "base/text.h"
#include "batch/needs.h"
#include "batch/position.h"
#include "batch/target_column.h"

extern const struct zdm_embedded zdm_batch_sql[];

static const char *
kind_name(char relkind)
{
    switch (relkind) {
    case 'v':
        return "a view";
    case 'm':
        return "a materialized view";
    case 'f':
        return "a foreign table";
    case 'S':
        return "a sequence";
    case 'i':
    case 'I':
        return "an index";
    case 'c':
        return "a composite type";
    default:
        return "not an ordinary table";
    }
}

static int
check_table(const struct zdm_backfill_spec *spec, const struct zdm_result *r, struct zdm_err *err)
{
    if (zdm_result_rows(r) == 0) {
        zdm_fail(err, ZDM_ERR_FAILED, "table %s does not exist", spec->table);
        return zdm_err_hint(err,
            "check the spelling, write the schema too (schema.table), or create the table in an "
            "earlier step of plan \"%s\"",
            spec->plan);
    }
    const char *relation = zdm_result_get(r, 0, 2);
    char relkind = *zdm_result_get(r, 0, 1);
    if (relkind != 'r' && relkind != 'p') {
        zdm_fail(err, ZDM_ERR_FAILED, "%s is %s", relation, kind_name(relkind));
        return zdm_err_hint(err, "a backfill walks along a table: name the table behind it");
    }
    const char *child = zdm_result_get(r, 0, 4);
    if (child) {
        zdm_fail(err, ZDM_ERR_FAILED, "%s has inheritance children", relation);
        zdm_err_detail(
            err, "table %s inherits from it, and no index of %s covers its rows", child, relation);
        return zdm_err_hint(err,
            "write one backfill for each table of the tree; partitioned tables are supported as "
            "they are");
    }
    const char *foreign = zdm_result_get(r, 0, 5);
    if (foreign) {
        zdm_fail(err, ZDM_ERR_FAILED, "partition %s of %s is a foreign table", foreign, relation);
        zdm_err_detail(err, "its rows and the backfill's cursor cannot commit together");
        return zdm_err_hint(err, "write one backfill for each partition on this server");
    }
    if (zdm_result_bool(r, 0, 6)) {
        const char *role = zdm_result_get(r, 0, 8);
        zdm_fail(
            err, ZDM_ERR_FAILED, "row-level security of %s applies to role \"%s\"", relation, role);
        zdm_err_detail(err, "rows that its policies hide would be left out without a word");
        return zdm_err_hint(err,
            "run as the owner of %s (without FORCE ROW LEVEL SECURITY), or as a role with "
            "BYPASSRLS",
            relation);
    }
    if (zdm_result_bool(r, 0, 7)) {
        zdm_fail(err, ZDM_ERR_FAILED, "%s is a temporary table", relation);
        return zdm_err_hint(err, "no other session can see it: name a permanent table");
    }
    return 0;
}

/* "a, b" as the author wrote them. */
static char *
key_as_written(const struct zdm_backfill_spec *spec)
{
    struct zdm_buf b = ZDM_BUF_INIT;

    for (size_t i = 0; i < spec->n_key; i++)
        zdm_buf_addf(&b, "%s%s", i > 0 ? ", " : "", spec->key[i]);
    return zdm_buf_take(&b);
}

/* A column of key= that cannot be in one; 0 when this one can. */
static int
refuse_key_column(struct zdm_conn *conn, const struct zdm_backfill_target *target, const char *oid,
    const char *written, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/target_no_key.sql"), &r, err, oid,
            written) < 0)
        return zdm_err_wrap(err, "key %s of table %s", written, target->relation);
    const char *column = zdm_result_rows(r) > 0 ? zdm_result_get(r, 0, 0) : NULL;
    int rc = 0;
    if (!column) {
        rc = zdm_target_no_column(conn, target->relation, oid, written, err);
    } else if (!zdm_result_bool(r, 0, 1)) {
        rc = zdm_fail(err, ZDM_ERR_FAILED,
            "column %s of %s may be null: it cannot be the key of a backfill", column,
            target->relation);
        zdm_err_hint(err,
            "set it NOT NULL first, or name NOT NULL columns with a unique index of their own");
    }
    zdm_result_free(r);
    return rc;
}

static int
explain_no_key(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    const struct zdm_backfill_target *target, const char *oid, struct zdm_err *err)
{
    for (size_t i = 0; i < spec->n_key; i++)
        if (refuse_key_column(conn, target, oid, spec->key[i], err) < 0)
            return -1;
    char *columns = key_as_written(spec);
    const char *s = spec->n_key > 1 ? "s" : "";
    zdm_fail(err, ZDM_ERR_FAILED, "no unique index of %s can lead a backfill along column%s %s",
        target->relation, s, columns);
    zdm_err_hint(err,
        "it takes a valid unique btree index on exactly th%s column%s, without WHERE: "
        "CREATE UNIQUE INDEX CONCURRENTLY ON %s (%s)",
        spec->n_key > 1 ? "ese" : "is", s, target->relation, columns);
    free(columns);
    return -1;
}

/* Takes the rows of target_key.sql. */
static int
read_key(const struct zdm_result *r, struct zdm_backfill_target *t, const char *role,
    struct zdm_err *err)
{
    struct zdm_buf key = ZDM_BUF_INIT, identity = ZDM_BUF_INIT;
    size_t n = (size_t)zdm_result_rows(r);
    int rc = 0;

    if (n > ZDM_KEYS_MAX)
        zdm_die("an index of more columns than an index can have");
    zdm_buf_addf(&identity, "%s/", t->identity);
    zdm_buf_add(&key, n > 1 ? "(" : "");
    t->keys = zdm_alloc(n * sizeof *t->keys);
    for (; t->n_keys < n; t->n_keys++) {
        int row = (int)t->n_keys;
        struct zdm_key *k = &t->keys[row];
        *k = (struct zdm_key){
            .name = zdm_strdup(zdm_result_get(r, row, 0)),
            .type = zdm_strdup(zdm_result_get(r, row, 1)),
            .collation = zdm_strdup(zdm_result_get(r, row, 2)),
            .descending = zdm_result_bool(r, row, 4),
            .nulls_first = zdm_result_bool(r, row, 5),
        };
        zdm_buf_addf(&key, "%s%s", row > 0 ? ", " : "", k->name);
        zdm_buf_addf(&identity, "%s%s%s", row > 0 ? "," : "", k->descending ? "-" : "",
            zdm_result_get(r, row, 6));
        if (rc == 0 && !zdm_result_bool(r, row, 3)) {
            rc = zdm_fail(err, ZDM_ERR_FAILED, "role \"%s\" may not read column %s of %s", role,
                k->name, t->relation);
            zdm_err_hint(err, "GRANT SELECT ON %s TO %s", t->relation, role);
        }
    }
    zdm_buf_add(&key, n > 1 ? ")" : "");
    free(t->identity);
    t->identity = zdm_buf_take(&identity);
    t->key = zdm_buf_take(&key);
    t->index = zdm_strdup(zdm_result_get(r, 0, 7));
    t->primary = zdm_result_bool(r, 0, 8);
    return rc;
}

/* No key: page by page, where doing a row twice is no harm. */
static int
take_pages(const struct zdm_backfill_spec *spec, struct zdm_backfill_target *t, bool plain,
    struct zdm_err *err)
{
    if (!plain || !spec->where || spec->action == ZDM_BACKFILL_COPY) {
        zdm_fail(err, ZDM_ERR_FAILED, "table %s has no key to walk along", t->relation);
        zdm_err_detail(err,
            "no primary key, and no unique btree index of NOT NULL columns that can "
            "lead a backfill");
        return zdm_err_hint(err,
            "make one in an earlier step: a primary key, or NOT NULL columns and a unique index "
            "of them without WHERE%s",
            !plain                              ? ""
            : spec->action == ZDM_BACKFILL_COPY ? "; a copy cannot do without"
                                                : "; or say where: rows are then found by it, page "
                                                  "by page, until there is none left");
    }
    char *table = t->identity;
    t->identity = zdm_strf("%s/ctid", table);
    free(table);
    t->key = zdm_strdup("ctid");
    t->by_page = true;
    return 0;
}

static int
find_key(struct zdm_conn *conn, const struct zdm_backfill_spec *spec, const char *began,
    struct zdm_backfill_target *target, const char *oid, const char *role, bool plain,
    struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char *columns = NULL;
    const char *key = began && spec->n_key == 0 ? strrchr(began, '/') : NULL;
    int rc = -1;

    if (spec->n_key > 0)
        columns = zdm_texts_as_json(spec->key, spec->n_key);
    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/target_key.sql"), &r, err, oid,
            columns, key ? key + 1 : NULL) < 0) {
        char *written = key_as_written(spec);
        if (spec->n_key > 0)
            zdm_err_wrap(err, "key %s of table %s", written, target->relation);
        free(written);
    } else if (key && strcmp(key, "/ctid") == 0) {
        rc = take_pages(spec, target, plain, err); /* it began so, whatever keys there are by now */
    } else if (zdm_result_rows(r) == 0) {
        rc = spec->n_key > 0 ? explain_no_key(conn, spec, target, oid, err)
                             : take_pages(spec, target, plain, err);
    } else {
        rc = read_key(r, target, role, err);
    }
    free(columns);
    zdm_result_free(r);
    return rc;
}

static bool
is_key(const struct zdm_backfill_target *target, const char *column)
{
    for (size_t i = 0; i < target->n_keys; i++)
        if (strcmp(target->keys[i].name, column) == 0)
            return true;
    return false;
}

static int
find_set(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    struct zdm_backfill_target *target, const char *oid, const char *role, struct zdm_err *err)
{
    struct zdm_column column = {.oid = oid, .relation = target->relation, .role = role};

    target->set = zdm_alloc((spec->n_set + 1) * sizeof *target->set);
    for (; target->n_set < spec->n_set; target->n_set++) {
        char **name = &target->set[target->n_set];
        if (zdm_target_column(conn, &column, spec->set[target->n_set].column, name, err) < 0)
            return -1;
        if (!is_key(target, *name))
            continue;
        zdm_fail(err, ZDM_ERR_FAILED,
            "column %s of %s is %sthe key that the backfill walks along: it cannot be set", *name,
            target->relation, target->n_keys > 1 ? "in " : "");
        free(*name);
        return zdm_err_hint(err,
            "a row whose key grows would be met twice: fill a new column and swap the two in "
            "contract, or walk along another unique key, key = { \"...\" }");
    }
    return 0;
}

/* Can updates of the columns be HOT, and how are rows shared out to stripes? */
static int
find_stripes(
    struct zdm_conn *conn, struct zdm_backfill_target *target, const char *oid, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char *set = zdm_texts_as_json((const char *const *)target->set, target->n_set);
    const char *names[ZDM_KEYS_MAX];

    for (size_t i = 0; i < target->n_keys; i++)
        names[i] = target->keys[i].name;
    char *keys = zdm_texts_as_json(names, target->n_keys);
    int rc = ZDM_QUERY(
        conn, zdm_embedded_text(zdm_batch_sql, "sql/target_stripes.sql"), &r, err, oid, set, keys);
    free(set);
    free(keys);
    if (rc < 0)
        return zdm_err_wrap(err, "table %s", target->relation);
    target->not_hot = zdm_strdup(zdm_result_get(r, 0, 0));
    if (target->not_hot)
        target->stripe_by = ZDM_STRIPE_NONE;
    else if (zdm_result_bool(r, 0, 1) && target->n_keys == 1)
        target->stripe_by = ZDM_STRIPE_INTEGER;
    else if (zdm_result_bool(r, 0, 2))
        target->stripe_by = ZDM_STRIPE_HASH;
    zdm_result_free(r);
    return 0;
}

int
zdm_backfill_target_find(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    const char *began, struct zdm_backfill_target *out, struct zdm_err *err)
{
    struct zdm_backfill_target target = {.estimated_rows = -1};
    struct zdm_result *r = NULL;
    int rc = -1;

    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/target_table.sql"), &r, err,
            spec->table) < 0) {
        zdm_err_wrap(err, "table %s", spec->table);
        goto out;
    }
    if (check_table(spec, r, err) < 0)
        goto out;
    const char *oid = zdm_result_get(r, 0, 0);
    const char *role = zdm_result_get(r, 0, 8);
    target.oid = (unsigned)zdm_result_i64(r, 0, 0);
    target.relation = zdm_strdup(zdm_result_get(r, 0, 2));
    target.estimated_rows = zdm_result_i64(r, 0, 3);
    target.identity = zdm_strdup(zdm_result_get(r, 0, 9));
    target.pages = zdm_result_i64(r, 0, 10);

    if (find_key(conn, spec, began, &target, oid, role, *zdm_result_get(r, 0, 1) == 'r', err) < 0)
        goto out;
    if (spec->action == ZDM_BACKFILL_COPY ? zdm_target_find_into(conn, spec, &target, role, err) < 0
                                          : find_set(conn, spec, &target, oid, role, err) < 0)
        goto out;
    if (spec->action == ZDM_BACKFILL_SET && find_stripes(conn, &target, oid, err) < 0)
        goto out;
    *out = target;
    target = (struct zdm_backfill_target){.estimated_rows = -1};
    rc = 0;
out:
    zdm_result_free(r);
    zdm_backfill_target_release(&target);
    return rc;
}

void
zdm_backfill_target_release(struct zdm_backfill_target *target)
{
    for (size_t i = 0; i < target->n_set; i++)
        free(target->set[i]);
    free(target->set);
    free(target->relation);
    free(target->identity);
    for (size_t i = 0; i < target->n_keys; i++) {
        free(target->keys[i].name);
        free(target->keys[i].type);
        free(target->keys[i].collation);
    }
    free(target->keys);
    free(target->key);
    free(target->index);
    free(target->into);
    free(target->conflict);
    free(target->not_hot);
    zdm_needs_release(&target->needs, target->n_set);
    *target = (struct zdm_backfill_target){.estimated_rows = -1};
}
