#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "sql/syntax.h"
#include "sql/tree.h"

struct columns {
    char **names;
    size_t n;
};

static void
add(struct columns *columns, const char *name)
{
    for (size_t i = 0; i < columns->n; i++)
        if (strcmp(columns->names[i], name) == 0)
            return;
    columns->names = zdm_grow(columns->names, columns->n, sizeof *columns->names);
    columns->names[columns->n++] = zdm_strdup(name);
}

static bool
see_column(void *self, const ProtobufCMessage *message)
{
    /* Below a sub-select, a name without its table may be of that one's tables. */
    if (message->descriptor == &pg_query__sub_link__descriptor)
        return false;
    if (message->descriptor != &pg_query__column_ref__descriptor)
        return true;

    const PgQuery__ColumnRef *ref = (const PgQuery__ColumnRef *)message;
    const char *name = zdm_last_string(ref->n_fields, ref->fields);
    if (name[0]) /* not users.* */
        add(self, name);
    return true;
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int
zdm_sql_expression_columns(const char *text, char ***names, size_t *n, struct zdm_err *err)
{
    struct zdm_buf sql = ZDM_BUF_INIT;
    struct zdm_tree tree;
    struct columns columns = {NULL, 0};

    zdm_buf_addf(&sql, "SELECT (%s\n)", text);
    int rc = zdm_tree_parse(sql.s, &tree, err);
    zdm_buf_release(&sql);
    if (rc < 0)
        return -1;
    for (size_t i = 0; i < tree.parsed->n_stmts; i++)
        zdm_node_walk(tree.parsed->stmts[i]->stmt, see_column, &columns);
    zdm_tree_release(&tree);
    if (columns.n)
        qsort(columns.names, columns.n, sizeof *columns.names, by_name);
    *names = columns.names;
    *n = columns.n;
    return 0;
}
