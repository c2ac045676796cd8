#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "gate/unused.h"

#define FUNCTIONS_SHOWN 20
#define COUNTS_BY_NAME  180000 /* the first server that does */

extern const struct zdm_embedded zdm_gate_sql[];

void
zdm_unused_add_item(struct zdm_buf *b, const char *item)
{
    zdm_buf_add(b, b->len ? ",\"" : "{\"");
    for (const char *p = item; *p; p++) {
        if (*p == '"' || *p == '\\')
            zdm_buf_addc(b, '\\');
        zdm_buf_addc(b, *p);
    }
    zdm_buf_addc(b, '"');
}

void
zdm_unused_close_array(struct zdm_buf *b)
{
    zdm_buf_add(b, b->len ? "}" : "{}");
}

static int
not_one(const struct zdm_gate_question *g, const struct zdm_check *check, const char *written,
    bool none, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_FAILED,
        none ? "there is no column, table, view or index %s" : "%s is both a relation and a column",
        written);
    zdm_err_hint(err, none ? "write it as in SQL: table.column, schema.table.column, index"
                           : "write the schema in front of the table, too");
    return zdm_gate_blame(g, check, err);
}

/* What the catalog has under the name. */
static int
find(const struct zdm_gate_question *g, const struct zdm_check *check, struct zdm_arena *arena,
    struct zdm_unused_name *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (zdm_gate_query(g, check, zdm_embedded_text(zdm_gate_sql, "sql/unused_find.sql"), 0, 1,
            (const char *[]){out->written}, ZDM_UNUSED_LOOK_MS, &r, err) < 0)
        return -1;
    int rc = 0;
    if (zdm_result_rows(r) == 1) {
        const char *kind = zdm_result_get(r, 0, 0);
        out->oid = zdm_arena_strdup(arena, zdm_result_get(r, 0, 1));
        out->used.column = zdm_arena_strdup(arena, zdm_result_get(r, 0, 4));
        out->statements = strcmp(kind, "index") != 0;
        out->scans = strcmp(kind, "index") == 0 || strcmp(kind, "table") == 0;
    } else {
        rc = not_one(g, check, out->written, zdm_result_rows(r) == 0, err);
    }
    zdm_result_free(r);
    return rc;
}

static bool
role_of(const char *what, enum zdm_used_role *role)
{
    static const char *const roles[] = {[ZDM_USED_ITSELF] = "itself",
        [ZDM_USED_VIEW] = "view",
        [ZDM_USED_OTHER] = "other",
        [ZDM_USED_NAMESAKE] = "namesake"};

    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        if (strcmp(what, roles[i]) == 0) {
            *role = (enum zdm_used_role)i;
            return true;
        }
    }
    return false;
}

/* By what names statements may mean it. */
static int
read_names(const struct zdm_gate_question *g, const struct zdm_check *check,
    struct zdm_arena *arena, struct zdm_unused_name *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    struct zdm_buf functions = ZDM_BUF_INIT, ignored = ZDM_BUF_INIT;
    size_t n_functions = 0;

    for (size_t i = 0; i < check->n_functions; i++)
        zdm_unused_add_item(&ignored, check->functions[i]);
    zdm_unused_close_array(&ignored);
    int rc = zdm_gate_query(g, check, zdm_embedded_text(zdm_gate_sql, "sql/unused_names.sql"), 0, 3,
        (const char *[]){out->oid, out->used.column, ignored.s}, ZDM_UNUSED_LOOK_MS, &r, err);
    zdm_buf_release(&ignored);
    if (rc < 0)
        return -1;
    size_t n = (size_t)zdm_result_rows(r), n_relations = 0, n_constraints = 0;
    struct zdm_used_relation *relations = zdm_arena_alloc(arena, (n + 1) * sizeof *relations);
    const char **constraints = zdm_arena_alloc(arena, (n + 1) * sizeof *constraints);
    for (int i = 0; i < zdm_result_rows(r); i++) {
        const char *what = zdm_result_get(r, i, 0);
        const char *schema = zdm_arena_strdup(arena, zdm_result_get(r, i, 1));
        const char *name = zdm_arena_strdup(arena, zdm_result_get(r, i, 2));
        enum zdm_used_role role;
        if (role_of(what, &role))
            relations[n_relations++] = (struct zdm_used_relation){schema, name, role};
        else if (strcmp(what, "constraint") == 0)
            constraints[n_constraints++] = name;
        else if (n_functions++ < FUNCTIONS_SHOWN)
            zdm_buf_addf(&functions, "%s%s.%s", functions.len ? ", " : "", schema, name);
    }
    zdm_result_free(r);
    if (n_functions > FUNCTIONS_SHOWN)
        zdm_buf_addf(&functions, " and %zu more", n_functions - FUNCTIONS_SHOWN);
    zdm_used_sort(relations, n_relations);
    out->used.relations = relations;
    out->used.n_relations = n_relations;
    out->used.constraints = constraints;
    out->used.n_constraints = n_constraints;
    /* Those of a table show in its scans, whatever its statements look like. */
    out->used.by_name = !out->scans && zdm_conn_server_version(g->conn) >= COUNTS_BY_NAME;
    out->used.aliases = check->aliases;
    out->used.n_aliases = check->n_aliases;
    out->functions = functions.len ? zdm_arena_strdup(arena, functions.s) : NULL;
    zdm_buf_release(&functions);
    return 0;
}

int
zdm_unused_names_find(const struct zdm_gate_question *g, const struct zdm_check *check,
    struct zdm_unused_names *out, struct zdm_err *err)
{
    struct zdm_unused_names names = {.arena = zdm_arena_new(), .count = check->n_names};

    names.items = zdm_arena_alloc(names.arena, (names.count + 1) * sizeof *names.items);
    for (size_t i = 0; i < names.count; i++) {
        struct zdm_unused_name *name = &names.items[i];
        name->written = check->names[i];
        if (find(g, check, names.arena, name, err) < 0 ||
            (name->statements && read_names(g, check, names.arena, name, err) < 0)) {
            zdm_unused_names_release(&names);
            return -1;
        }
    }
    *out = names;
    return 0;
}

void
zdm_unused_names_release(struct zdm_unused_names *names)
{
    zdm_arena_free(names->arena);
    *names = (struct zdm_unused_names){.count = 0};
}
