#include "catalog/load_private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "base/text.h"
#include "catalog/locked.h"

extern const struct zdm_embedded zdm_catalog_sql[];

/* DDL that commits between the snapshot and the spelling of an expression makes the server stumble
 * over its own catalogs. With a new snapshot all is well; only a session that does nothing but DDL
 * could do it so often. */
enum { ATTEMPTS = 10 };

/* "\if :since18" with a version that is not reached leaves out what comes before \else or \endif. */
static bool
condition(const struct zdm_load *load, const char *line)
{
    const char *digits = line + strlen("\\if :since");
    int64_t since = 0;

    while (isdigit((unsigned char)*digits))
        since = 10 * since + (*digits++ - '0');
    return load->version >= since;
}

static char *
for_version(const struct zdm_load *load, const char *sql)
{
    struct zdm_buf out = ZDM_BUF_INIT;
    bool take = true;

    while (*sql) {
        size_t n = strcspn(sql, "\n") + 1;
        if (strncmp(sql, "\\if :since", 10) == 0)
            take = condition(load, sql);
        else if (strncmp(sql, "\\else", 5) == 0)
            take = !take;
        else if (strncmp(sql, "\\endif", 6) == 0)
            take = true;
        else if (take)
            zdm_buf_addn(&out, sql, n);
        sql += n;
    }
    return zdm_buf_take(&out);
}

char *
zdm_load_text(struct zdm_load *load, const struct zdm_result *rows, int row, int column)
{
    return zdm_catalog_string(load->catalog, zdm_result_get(rows, row, column));
}

uint32_t
zdm_load_oid(const struct zdm_result *rows, int row, int column)
{
    const char *cell = zdm_result_get(rows, row, column);
    uint32_t oid = 0;

    for (; cell && *cell; cell++)
        oid = 10 * oid + (uint32_t)(*cell - '0');
    return oid;
}

char
zdm_load_char(const struct zdm_result *rows, int row, int column)
{
    const char *cell = zdm_result_get(rows, row, column);

    return cell ? *cell : 0;
}

bool
zdm_load_next_number(const char **at, int64_t *number)
{
    const char *p = *at;
    bool negative;

    if (!p)
        return false;
    while (*p && !isdigit((unsigned char)*p) && *p != '-')
        p++;
    if (!*p)
        return false;
    negative = *p == '-';
    p += negative;
    for (*number = 0; isdigit((unsigned char)*p); p++)
        *number = 10 * *number + (*p - '0');
    if (negative)
        *number = -*number;
    *at = p;
    return true;
}

size_t
zdm_load_count_numbers(const char *list)
{
    int64_t number;
    size_t n = 0;

    while (zdm_load_next_number(&list, &number))
        n++;
    return n;
}

void
zdm_load_pull(struct zdm_load *load, int row)
{
    enum { ROWS = 512 }; /* a fraction of what the socket holds */

    if (row % ROWS == 0)
        zdm_conn_pull(load->conn);
    if (row % ROWS == 0 && load->beside)
        zdm_conn_pull(load->beside);
}

struct zdm_load_relation *
zdm_load_relation_of(const struct zdm_load *load, uint32_t oid)
{
    return zdm_oid_map_get(&load->relations, oid);
}

struct zdm_relation *
zdm_load_relation_by(const struct zdm_load *load, uint32_t oid)
{
    struct zdm_load_relation *slot = zdm_load_relation_of(load, oid);

    return slot ? slot->relation : NULL;
}

struct zdm_type *
zdm_load_type_by(const struct zdm_load *load, uint32_t oid)
{
    struct zdm_load_type *slot = zdm_oid_map_get(&load->types, oid);

    return slot ? slot->type : NULL;
}

const char *
zdm_load_schema_name(const struct zdm_load *load, uint32_t oid)
{
    struct zdm_schema *schema = zdm_oid_map_get(&load->schemas, oid);

    return schema ? schema->name : NULL;
}

struct zdm_column *
zdm_load_column(const struct zdm_load_relation *relation, int64_t number)
{
    return number > 0 && number <= relation->n_columns ? relation->columns[number] : NULL;
}

const char **
zdm_load_column_names(
    struct zdm_load *load, const struct zdm_load_relation *relation, const char *list, size_t *n)
{
    size_t count = zdm_load_count_numbers(list);
    int64_t number;

    *n = 0;
    if (!count)
        return NULL;
    const char **names = zdm_catalog_alloc(load->catalog, count * sizeof *names);
    while (zdm_load_next_number(&list, &number)) {
        struct zdm_column *column = zdm_load_column(relation, number);
        names[(*n)++] = column ? column->name : NULL;
    }
    return names;
}

const char **
zdm_load_uses(struct zdm_load *load, const struct zdm_load_relation *relation, const char *list,
    const char *more, size_t *n)
{
    size_t room = zdm_load_count_numbers(list) + zdm_load_count_numbers(more);
    const char *const lists[] = {list, more};
    int64_t number;

    *n = 0;
    if (!room)
        return NULL;
    const char **names = zdm_catalog_alloc(load->catalog, room * sizeof *names);
    for (size_t i = 0; i < 2; i++)
        for (const char *at = lists[i]; zdm_load_next_number(&at, &number);) {
            struct zdm_column *column = zdm_load_column(relation, number);
            if (column && !zdm_names_have(names, *n, column->name))
                names[(*n)++] = column->name;
        }
    return names;
}

/* sql/QUERY.sql and who takes its rows; each needs those before it. Another query of the catalog is
 * another line here. */
struct part {
    const char *query;
    zdm_load_take *take;
};

/* What the session is, before the loader sets anything. */
static const struct part session_parts[] = {
    {"settings", zdm_load_settings},
    {"search_path", zdm_load_search_path},
};

/* What everything else refers to: rights are those of the role of this very session, temporary tables
 * its own. */
static const struct part first_parts[] = {
    {"schemas", zdm_load_schemas},
    {"names", zdm_load_names},
    {"members", zdm_load_members},
    {"relations", zdm_load_relations},
    {"types", zdm_load_types},
    {"enums", zdm_load_enum_values},
    {"casts", zdm_load_casts},
    {"columns", zdm_load_columns},
};

/* About as much work for the server, in a second session when there is one. */
static const struct part other_parts[] = {
    {"grants", zdm_load_grants},
    {"defaults", zdm_load_defaults},
    {"functions", zdm_load_functions},
    {"arguments", zdm_load_arguments},
    {"inherits", zdm_load_inheritance},
    {"partitions", zdm_load_partition_keys},
    {"opclasses", zdm_load_opclasses},
    {"indexes", zdm_load_indexes},
    {"constraints", zdm_load_constraints},
    {"triggers", zdm_load_triggers},
    {"policies", zdm_load_policies},
    {"rules", zdm_load_rules},
    {"dependents", zdm_load_dependents},
    {"users", zdm_load_users},
    {"publications", zdm_load_publications},
    {"extensions", zdm_load_extensions},
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* Parts under way. */
struct taking {
    struct zdm_load *load;
    const struct part *parts;
};

static void
take(void *self, size_t index, const struct zdm_result *rows)
{
    struct taking *taking = self;

    taking->parts[index].take(taking->load, rows);
}

static int
send_parts(struct zdm_load *load, struct zdm_conn *conn, const struct part *list, size_t n,
    struct zdm_err *err)
{
    char **sql = zdm_alloc(n * sizeof *sql);

    for (size_t i = 0; i < n; i++) {
        char *file = zdm_strf("sql/%s.sql", list[i].query);
        sql[i] = for_version(load, zdm_embedded_text(zdm_catalog_sql, file));
        free(file);
    }
    int rc = zdm_conn_send_pipeline(conn, (const char *const *)sql, n, err);
    for (size_t i = 0; i < n; i++)
        free(sql[i]);
    free(sql);
    return rc;
}

static int
take_parts(
    struct zdm_load *load, struct zdm_conn *conn, const struct part *list, struct zdm_err *err)
{
    struct taking taking = {load, list};
    const struct zdm_taker taker = {&taking, take};

    return zdm_conn_take_pipeline(conn, &taker, conn == load->beside ? NULL : load->beside, err);
}

static int
run_parts(struct zdm_load *load, const struct part *list, size_t n, struct zdm_err *err)
{
    if (send_parts(load, load->conn, list, n, err) < 0)
        return -1;
    return take_parts(load, load->conn, list, err);
}

/* The other parts are under way when those that they refer to arrive. */
static int
run_both(struct zdm_load *load, struct zdm_err *err)
{
    if (send_parts(load, load->conn, first_parts, COUNT(first_parts), err) < 0)
        return -1;
    if (load->exported)
        zdm_load_open_beside(load);
    if (load->beside) {
        struct zdm_err why = ZDM_ERR_INIT;
        if (send_parts(load, load->beside, other_parts, COUNT(other_parts), &why) < 0)
            zdm_load_close_beside(load);
        zdm_err_release(&why);
    }
    if (take_parts(load, load->conn, first_parts, err) < 0)
        return -1;
    if (!load->beside)
        return run_parts(load, other_parts, COUNT(other_parts), err);
    if (take_parts(load, load->beside, other_parts, err) < 0)
        return -1;
    /* Whoever asks the server what others are doing should not find this one at work. */
    zdm_conn_rollback(load->beside);
    return 0;
}

/* Whatever was set is set back by the end of the transaction. */
static const char begin[] = ZDM_LOAD_BEGIN ";" ZDM_LOAD_SETTINGS;
static const char begin_inside[] = "SAVEPOINT zdm_load;" ZDM_LOAD_SETTINGS;
static const char end_inside[] = "ROLLBACK TO SAVEPOINT zdm_load; RELEASE SAVEPOINT zdm_load";

/* About 600 tables of ten columns: it takes a second session 10 ms to begin. */
#define LARGE_BYTES (INT64_C(8) << 20)

static void
release(struct zdm_load *load)
{
    zdm_oid_map_release(&load->schemas);
    zdm_oid_map_release(&load->roles);
    zdm_oid_map_release(&load->methods);
    zdm_oid_map_release(&load->tablespaces);
    zdm_oid_map_release(&load->collations);
    zdm_oid_map_release(&load->relations);
    zdm_oid_map_release(&load->types);
    zdm_oid_map_release(&load->functions);
    zdm_oid_map_release(&load->constraints);
    zdm_oid_map_release(&load->policies);
    zdm_result_free(load->exported);
    zdm_load_close_beside(load);
    zdm_arena_free(load->arena);
}

/* *alone: in one session. Set when it was a second one that failed. */
static int
attempt(
    struct zdm_conn *conn, bool inside, bool *alone, struct zdm_catalog **out, struct zdm_err *err)
{
    struct zdm_load load = {
        .conn = conn,
        .catalog = zdm_catalog_new(),
        .arena = zdm_arena_new(),
        .version = zdm_conn_server_version(conn) / 10000,
    };
    int rc = -1;

    if (run_parts(&load, session_parts, COUNT(session_parts), err) < 0 ||
        zdm_conn_exec(conn, inside ? begin_inside : begin, NULL, err) < 0)
        goto out;
    bool large = load.column_bytes >= LARGE_BYTES;
    if (large)
        zdm_expect_memory(2 * (size_t)load.column_bytes); /* a third more than it takes */
    if (large && !*alone && zdm_load_export(&load, err) < 0) {
        *alone = true;
        goto out;
    }
    if (run_both(&load, err) < 0) {
        *alone = *alone || (load.beside && zdm_conn_lost(load.beside));
        goto out;
    }
    if (zdm_load_managed(&load, err) < 0 ||
        (inside ? zdm_conn_exec(conn, end_inside, NULL, err) : zdm_conn_commit(conn, err)) < 0)
        goto out;
    load.catalog->complete = true;
    *out = load.catalog;
    load.catalog = NULL;
    rc = 0;
out:
    if (rc < 0 && !inside)
        zdm_conn_rollback(conn);
    zdm_catalog_free(load.catalog);
    release(&load);
    return rc;
}

/* "cache lookup failed for ...", "could not open relation with OID ...". */
static bool
fell_over_ddl(const struct zdm_err *err)
{
    return strcmp(err->sqlstate, "XX000") == 0 || strcmp(err->sqlstate, "42P01") == 0;
}

int
zdm_catalog_load(struct zdm_conn *conn, struct zdm_catalog **out, struct zdm_err *err)
{
    bool alone = zdm_conn_proxied(conn); /* a pooler may have one session for us, and wait for it */
    int rc = -1;

    if (zdm_conn_in_transaction(conn))
        return zdm_fail(
            err, ZDM_ERR_FAILED, "the catalog cannot be read inside of another transaction");
    for (int i = 0; i < ATTEMPTS && rc < 0; i++) {
        bool was_alone = alone;
        zdm_err_clear(err);
        rc = attempt(conn, false, &alone, out, err);
        if (rc < 0 && (zdm_conn_lost(conn) || (alone == was_alone && !fell_over_ddl(err))))
            break;
    }
    if (rc == 0)
        return 0;
    if (strcmp(err->sqlstate, "55P03") == 0)
        zdm_catalog_blame_locks(conn, err);
    return zdm_err_wrap(err, "cannot read the catalog of %s", zdm_conn_where(conn));
}

int
zdm_catalog_load_inside(struct zdm_conn *conn, struct zdm_catalog **out, struct zdm_err *err)
{
    bool alone = true; /* nobody else sees what this transaction has done */

    return attempt(conn, true, &alone, out, err);
}
