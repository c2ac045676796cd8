#include "batch/target.h"

#include <stdlib.h>
#include <string.h>

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

int
zdm_target_refuse_own(const char *what, const char *relation, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_FAILED, "%s%s is the server's own", what, relation);
    zdm_err_detail(err, "a catalog that does not fit what is on disk may cost the whole database");
    return zdm_err_hint(err, "what ALTER, COMMENT, GRANT and their like change there belongs in "
                             "sql steps; a backfill is for tables of yours");
}

static int
refuse_foreign(const char *partition, const char *table, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_FAILED, "partition %s of %s is a foreign table", partition, table);
    zdm_err_detail(err, "its rows and the backfill's cursor cannot commit together");
    return zdm_err_hint(err, "write one backfill for each partition on this server, or detach it "
                             "until the backfill is done");
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
    if (zdm_result_bool(r, 0, 14))
        return zdm_target_refuse_own("", relation, err);
    const char *child = zdm_result_get(r, 0, 4);
    if (child) {
        zdm_fail(err, ZDM_ERR_FAILED, "%s has inheritance children", relation);
        zdm_err_detail(
            err, "table %s inherits from it, and no index of %s covers its rows", child, relation);
        return zdm_err_hint(err,
            "write one backfill for each table of the tree; of a partitioned table it is enough to "
            "name the table itself");
    }
    const char *foreign = zdm_result_get(r, 0, 5);
    if (foreign)
        return refuse_foreign(foreign, relation, err);
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
    const char *rule = zdm_result_get(r, 0, 13);
    if (rule) {
        zdm_fail(err, ZDM_ERR_FAILED, "%s has rule %s ON %s", relation, rule,
            spec->action == ZDM_BACKFILL_DELETE ? "DELETE" : "UPDATE");
        zdm_err_detail(err,
            "a batch moves its place and changes its rows in one statement, in which "
            "rules do not work");
        return zdm_err_hint(err,
            "make it a trigger, or let an earlier step say ALTER TABLE %s DISABLE RULE %s",
            relation, rule);
    }
    if (zdm_result_bool(r, 0, 7)) {
        zdm_fail(err, ZDM_ERR_FAILED, "%s is a temporary table", relation);
        return zdm_err_hint(err, "no other session can see it: name a permanent table");
    }
    return 0;
}

static bool
is_key(const struct zdm_backfill_target *target, const char *column)
{
    for (size_t i = 0; i < target->n_keys; i++)
        if (strcmp(target->keys[i].name, column) == 0)
            return true;
    return false;
}

static const char met_twice[] = "a row whose key grows would be met twice: fill a new column and "
                                "swap the two in contract, or walk "
                                "along another unique key, key = { \"...\" }";

/* What the table generates of the columns that are set changes with them: fills in `changed`. */
static int
find_generated(
    struct zdm_conn *conn, struct zdm_backfill_target *target, const char *oid, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    const char **changed = NULL;
    char *set = zdm_texts_as_json((const char *const *)target->set, target->n_set);
    int rc = ZDM_QUERY(
        conn, zdm_embedded_text(zdm_batch_sql, "sql/target_generated.sql"), &r, err, oid, set);

    free(set);
    if (rc < 0)
        return zdm_err_wrap(err, "table %s", target->relation);
    size_t n = target->n_set, rows = (size_t)zdm_result_rows(r);
    changed = zdm_alloc((n + rows + 1) * sizeof *changed);
    for (size_t i = 0; i < n; i++)
        changed[i] = target->set[i];
    for (size_t i = 0; rc == 0 && i < rows; i++) {
        const char *column = changed[n + i] = zdm_result_get(r, (int)i, 0);
        if (!is_key(target, column))
            continue;
        const char *of = zdm_result_get(r, (int)i, 1);
        rc = zdm_fail(err, ZDM_ERR_FAILED,
            "column %s of %s is %sthe key that the backfill walks along, and is generated from %s: "
            "%s cannot be set",
            column, target->relation, target->n_keys > 1 ? "in " : "", of, of);
        zdm_err_hint(err, "%s", met_twice);
    }
    if (rc == 0)
        target->changed = zdm_texts_as_json(changed, n + rows);
    free(changed);
    zdm_result_free(r);
    return rc;
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
        return zdm_err_hint(err, "%s", met_twice);
    }
    return find_generated(conn, target, oid, err);
}

/* Can updates of the columns be HOT, and how are rows shared out to stripes? */
static int
find_stripes(
    struct zdm_conn *conn, struct zdm_backfill_target *target, const char *oid, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    const char *names[ZDM_KEYS_MAX];

    for (size_t i = 0; i < target->n_keys; i++)
        names[i] = target->keys[i].name;
    char *keys = zdm_texts_as_json(names, target->n_keys);
    int rc = ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/target_stripes.sql"), &r, err,
        oid, target->changed, keys);
    free(keys);
    if (rc < 0)
        return zdm_err_wrap(err, "table %s", target->relation);
    target->not_hot = zdm_strdup(zdm_result_get(r, 0, 0));
    target->scattered = !target->not_hot && zdm_result_bool(r, 0, 3);
    if (target->not_hot || target->scattered)
        target->stripe_by = ZDM_STRIPE_NONE;
    else if (zdm_result_bool(r, 0, 1) && target->n_keys == 1)
        target->stripe_by = ZDM_STRIPE_INTEGER;
    else if (zdm_result_bool(r, 0, 2))
        target->stripe_by = ZDM_STRIPE_HASH;
    zdm_result_free(r);
    return 0;
}

/* A row that the backfill moves to another partition would be met twice, or never. */
static int
refuse_moves(
    struct zdm_conn *conn, struct zdm_backfill_target *t, const char *oid, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char *set = zdm_texts_as_json((const char *const *)t->set, t->n_set);
    int rc = ZDM_QUERY(
        conn, zdm_embedded_text(zdm_batch_sql, "sql/target_moves.sql"), &r, err, oid, set);

    free(set);
    if (rc < 0)
        return zdm_err_wrap(err, "table %s", t->relation);
    if (zdm_result_rows(r) > 0) {
        rc = zdm_fail(err, ZDM_ERR_FAILED,
            "column %s is in the partition key of %s: it cannot be set", zdm_result_get(r, 0, 0),
            zdm_result_get(r, 0, 1));
        zdm_err_hint(err, "a row that moves to another partition would be met twice, or never: "
                          "copy the rows into "
                          "another table, copy = { into = \"...\" }");
    }
    zdm_result_free(r);
    return rc;
}

/* What a trigger of a statement is fired by: pg_trigger.tgtype. */
static const char *
trigger_event(enum zdm_backfill_action action)
{
    return zdm_backfill_updates(action) ? "16" : action == ZDM_BACKFILL_DELETE ? "8" : "0";
}

static int
look_up(struct zdm_conn *conn, const struct zdm_backfill_spec *spec, const char *table,
    struct zdm_result **r, struct zdm_err *err)
{
    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_batch_sql, "sql/target_table.sql"), r, err, table,
            trigger_event(spec->action)) < 0)
        return zdm_err_wrap(err, "table %s", table);
    return 0;
}

static bool
author_says(const struct zdm_backfill_spec *spec, const char *word)
{
    bool says = spec->where && strcasestr(spec->where, word);

    for (size_t i = 0; i < spec->n_set; i++)
        says = says || (spec->set[i].expr && strcasestr(spec->set[i].expr, word));
    return says;
}

/* See zdm_backfill_target_own(). */
static char *
find_own(const struct zdm_backfill_spec *spec)
{
    char *own = zdm_strdup("zdm"), *word = zdm_strdup("zdm_");

    for (int i = 1; author_says(spec, word); i++) {
        free(own);
        free(word);
        own = zdm_strf("zdm_%d", i);
        word = zdm_strf("%s_", own);
    }
    free(word);
    return own;
}

/* Takes the row of target_table.sql. of: of this partitioned table, or NULL. */
static int
take(struct zdm_conn *conn, const struct zdm_backfill_spec *spec, const struct zdm_result *r,
    const struct zdm_backfill_target *of, const char *began, struct zdm_backfill_target *out,
    struct zdm_err *err)
{
    struct zdm_backfill_target target = {.estimated_rows = -1};
    const char *oid = zdm_result_get(r, 0, 0);
    const char *role = zdm_result_get(r, 0, 8);
    int rc = -1;

    target.oid = (unsigned)zdm_result_i64(r, 0, 0);
    target.relation = zdm_strdup(zdm_result_get(r, 0, 2));
    target.partitioned = *zdm_result_get(r, 0, 1) == 'p';
    target.estimated_rows = zdm_result_i64(r, 0, 3);
    target.identity = zdm_strdup(zdm_result_get(r, 0, 9));
    target.pages = zdm_result_i64(r, 0, 10);
    target.name = zdm_strdup(zdm_result_get(r, 0, 11));
    target.only_named = zdm_strdup(zdm_result_get(r, 0, 12));
    if (of) {
        target.root = of->oid;
        target.alias = zdm_strdup(of->name);
    }

    target.own = find_own(spec);
    if (zdm_target_find_key(conn, spec, began, &target, oid, role, err) < 0)
        goto out;
    if (!spec->into_later && (spec->action == ZDM_BACKFILL_COPY
                                     ? zdm_target_find_into(conn, spec, &target, role, err) < 0
                                     : find_set(conn, spec, &target, oid, role, err) < 0))
        goto out;
    if (spec->action == ZDM_BACKFILL_MAP &&
        zdm_target_find_map(conn, spec, &target, oid, role, err) < 0)
        goto out;
    if (zdm_backfill_updates(spec->action) &&
        (find_stripes(conn, &target, oid, err) < 0 ||
            (target.partitioned && refuse_moves(conn, &target, oid, err) < 0)))
        goto out;
    if (of) {
        char *identity = target.identity;
        target.identity = zdm_strf("%s/%s", identity, target.relation);
        free(identity);
    }
    *out = target;
    target = (struct zdm_backfill_target){.estimated_rows = -1};
    rc = 0;
out:
    zdm_backfill_target_release(&target);
    return rc;
}

int
zdm_backfill_target_find(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    const char *began, struct zdm_backfill_target *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    int rc = -1;

    if (look_up(conn, spec, spec->table, &r, err) == 0 && check_table(spec, r, err) == 0)
        rc = take(conn, spec, r, NULL, began, out, err);
    zdm_result_free(r);
    return rc;
}

int
zdm_backfill_target_find_leaf(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    const struct zdm_backfill_target *table, const char *relation, const char *began, bool *found,
    struct zdm_backfill_target *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    int rc = look_up(conn, spec, relation, &r, err);

    *found = rc == 0 && zdm_result_rows(r) > 0;
    if (*found && *zdm_result_get(r, 0, 1) == 'f')
        rc = refuse_foreign(zdm_result_get(r, 0, 2), table->relation, err);
    else if (*found)
        rc = check_table(spec, r, err) < 0 ? -1 : take(conn, spec, r, table, began, out, err);
    zdm_result_free(r);
    return rc;
}

void
zdm_backfill_target_release(struct zdm_backfill_target *target)
{
    for (size_t i = 0; i < target->n_set; i++)
        free(target->set[i]);
    free(target->set);
    free(target->changed);
    for (size_t i = 0; target->set_types && i < target->n_set; i++)
        free(target->set_types[i]);
    free(target->set_types);
    for (size_t i = 0; i < target->n_read; i++)
        free(target->read[i].name);
    free(target->read);
    free(target->relation);
    free(target->identity);
    for (size_t i = 0; i < target->n_keys; i++) {
        free(target->keys[i].name);
        free(target->keys[i].type);
        free(target->keys[i].collation);
        free(target->keys[i].operators);
    }
    free(target->keys);
    free(target->key);
    free(target->index);
    free(target->into);
    free(target->conflict);
    free(target->not_hot);
    zdm_needs_release(&target->needs, target->n_set);
    free(target->name);
    free(target->only_named);
    free(target->alias);
    free(target->own);
    *target = (struct zdm_backfill_target){.estimated_rows = -1};
}
