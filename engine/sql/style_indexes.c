#include <string.h>

#include "sql/style.h"

enum { WIDE = 3 };

/* The columns of the new one are the first columns of the old one, in their order. */
static bool
serves(const struct zdm_index *index, const PgQuery__IndexStmt *stmt)
{
    if (!index->valid || index->predicate_sql || index->expressions_sql ||
        strcmp(index->method, "btree") != 0 || index->n_columns < stmt->n_index_params)
        return false;
    for (size_t i = 0; i < stmt->n_index_params; i++) {
        const PgQuery__IndexElem *element = stmt->index_params[i]->index_elem;
        const struct zdm_index_column *column = &index->columns[i];
        if (!element->name[0] || !column->name || strcmp(element->name, column->name) != 0 ||
            element->n_collation || element->n_opclass || !column->default_opclass ||
            !column->plain_order || element->ordering == PG_QUERY__SORT_BY_DIR__SORTBY_DESC)
            return false;
    }
    return true;
}

static void
redundant(struct zdm_draft *draft, const PgQuery__IndexStmt *stmt, const char *table)
{
    const struct zdm_relation *relation = zdm_catalog_relation(draft->catalog,
        stmt->relation->schemaname[0] ? stmt->relation->schemaname : NULL, stmt->relation->relname);

    if (!relation || stmt->unique || stmt->where_clause || stmt->n_index_including_params ||
        strcmp(stmt->access_method, "btree") != 0)
        return;
    for (size_t i = 0; i < relation->indexes.n; i++) {
        const struct zdm_index *index = relation->indexes.items[i];
        /* The catalog has met the new one already: it is the last. */
        if ((i + 1 == relation->indexes.n && !index->self->oid) || !serves(index, stmt))
            continue;
        ZDM_FIND(draft, STYLE_INDEX_REDUNDANT, .table = table,
            .name = zdm_ident_text(draft->arena, index->self->name));
        return;
    }
}

static void
gin(struct zdm_draft *draft, const PgQuery__IndexStmt *stmt)
{
    const struct zdm_relation *relation = zdm_catalog_relation(draft->catalog,
        stmt->relation->schemaname[0] ? stmt->relation->schemaname : NULL, stmt->relation->relname);

    for (size_t i = 0; relation && i < stmt->n_index_params; i++) {
        const PgQuery__IndexElem *element = stmt->index_params[i]->index_elem;
        const struct zdm_column *column =
            element->name[0] ? zdm_relation_column(relation, element->name) : NULL;
        if (column && column->type && strcmp(column->type->name, "jsonb") == 0 &&
            element->n_opclass == 0)
            ZDM_FIND(draft, STYLE_GIN_JSONB, .column = zdm_ident_text(draft->arena, element->name));
    }
}

static bool
has_option(const PgQuery__IndexStmt *stmt, const char *name)
{
    for (size_t i = 0; i < stmt->n_options; i++)
        if (strcmp(stmt->options[i]->def_elem->defname, name) == 0)
            return true;
    return false;
}

/* pgvector: what decides between speed and recall has defaults for small tables. */
static void
vector(struct zdm_draft *draft, const PgQuery__IndexStmt *stmt, const char *table)
{
    bool lists = strcmp(stmt->access_method, "ivfflat") == 0 && !has_option(stmt, "lists");
    bool graph = strcmp(stmt->access_method, "hnsw") == 0 && !has_option(stmt, "m") &&
                 !has_option(stmt, "ef_construction");

    if (lists || graph)
        ZDM_FIND(draft, STYLE_VECTOR_PARAMS, .table = table, .kind = stmt->access_method,
            .name = lists ? "lists" : "m and ef_construction");
}

void
zdm_style_index(struct zdm_draft *draft, const PgQuery__IndexStmt *stmt)
{
    const char *table = zdm_range_text(draft->arena, stmt->relation);

    if (stmt->idxname[0])
        zdm_style_name(draft, stmt->idxname, -1);
    else
        ZDM_FIND(draft, STYLE_INDEX_UNNAMED, .table = table);
    if (stmt->n_index_params > WIDE && !stmt->unique)
        ZDM_FIND(draft, STYLE_INDEX_WIDE, .table = table,
            .name = zdm_arena_strf(draft->arena, "%zu", stmt->n_index_params));
    if (strcmp(stmt->access_method, "hash") == 0)
        ZDM_FIND(draft, STYLE_INDEX_HASH, .table = table);
    if (strcmp(stmt->access_method, "gin") == 0)
        gin(draft, stmt);
    vector(draft, stmt, table);
    redundant(draft, stmt, table);
}
