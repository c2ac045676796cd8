/* What a backfill walks along: a key, or the pages. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "base/text.h"
#include "batch/identity.h"
#include "batch/position.h"
#include "batch/target_column.h"

extern const struct zdm_embedded zdm_batch_sql[];

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
            .operators = zdm_strdup(zdm_result_get(r, row, 9)),
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

static int
refuse_no_key(
    const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *t, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_FAILED, "table %s has no key to walk along", t->relation);
    zdm_err_detail(err, "no primary key, and no unique btree index of NOT NULL columns that can "
                        "lead a backfill");
    return zdm_err_hint(err,
        "make one in an earlier step: a primary key, or NOT NULL columns and a unique index "
        "of them without WHERE%s",
        t->partitioned                      ? ""
        : spec->action == ZDM_BACKFILL_COPY ? "; a copy cannot do without"
                                            : "; or say where: rows are then found by it, page "
                                              "by page, until there is none left");
}

/* No key: page by page, where doing a row twice is no harm. */
static int
take_pages(const struct zdm_backfill_spec *spec, struct zdm_backfill_target *t, struct zdm_err *err)
{
    if (!spec->where || spec->action == ZDM_BACKFILL_COPY)
        return refuse_no_key(spec, t, err);
    char *table = t->identity;
    t->identity = zdm_strf("%s/ctid", table);
    free(table);
    t->key = zdm_strdup("ctid");
    t->by_page = true;
    return 0;
}

int
zdm_target_find_key(struct zdm_conn *conn, const struct zdm_backfill_spec *spec, const char *began,
    struct zdm_backfill_target *target, const char *oid, const char *role, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char *columns = NULL, *key = spec->n_key == 0 ? zdm_identity_part(began, 2) : NULL;
    int rc = -1;

    if (spec->n_key > 0)
        columns = zdm_texts_as_json(spec->key, spec->n_key);
    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/target_key.sql"), &r, err, oid,
            columns, key) < 0) {
        char *written = key_as_written(spec);
        if (spec->n_key > 0)
            zdm_err_wrap(err, "key %s of table %s", written, target->relation);
        free(written);
    } else if (key && strcmp(key, "ctid") == 0) {
        rc = take_pages(spec, target, err); /* it began so, whatever keys there are by now */
    } else if (zdm_result_rows(r) == 0 && target->partitioned) {
        rc = 0; /* its partitions may have some */
    } else if (zdm_result_rows(r) == 0) {
        rc = spec->n_key > 0 ? explain_no_key(conn, spec, target, oid, err)
                             : take_pages(spec, target, err);
    } else {
        rc = read_key(r, target, role, err);
    }
    free(columns);
    free(key);
    zdm_result_free(r);
    return rc;
}

int
zdm_backfill_target_walks(const struct zdm_backfill_spec *spec,
    const struct zdm_backfill_target *table, struct zdm_err *err)
{
    return table->n_keys > 0 || table->by_page ? 0 : refuse_no_key(spec, table, err);
}
