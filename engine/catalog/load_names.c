/* Settings of the session, and names that other objects refer to by number. */
#include "catalog/load_private.h"

#include <stdint.h>

#include "base/text.h"
#include "sql/catalog_names.h"

static int64_t
milliseconds(const struct zdm_result *rows, int column)
{
    const char *cell = zdm_result_get(rows, 0, column);
    int64_t value;

    return cell && zdm_parse_i64(cell, &value) ? value : -1;
}

void
zdm_load_search_path(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++)
        zdm_catalog_append(
            load->catalog, &load->catalog->search_path, zdm_load_text(load, rows, i, 0));
    load->catalog->search_path_known = true;
}

void
zdm_load_settings(struct zdm_load *load, const struct zdm_result *rows)
{
    struct zdm_catalog *catalog = load->catalog;

    catalog->server_version = (int)zdm_result_i64(rows, 0, 0);
    catalog->database = zdm_load_text(load, rows, 0, 1);
    catalog->user = zdm_load_text(load, rows, 0, 2);
    catalog->may_create_schema = zdm_result_bool(rows, 0, 3);
    catalog->time_zone = zdm_load_text(load, rows, 0, 4);
    catalog->default_tablespace = zdm_load_text(load, rows, 0, 5);
    catalog->lock_timeout_ms = milliseconds(rows, 6);
    catalog->statement_timeout_ms = milliseconds(rows, 7);
    load->block_size = zdm_result_i64(rows, 0, 8);
    load->column_bytes = zdm_result_i64(rows, 0, 9);
}

void
zdm_load_schemas(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        struct zdm_schema *schema =
            zdm_catalog_add_schema(load->catalog, zdm_result_get(rows, i, 1));
        schema->owner = zdm_load_text(load, rows, i, 2);
        schema->judged = true;
        schema->may_use = zdm_result_bool(rows, i, 3);
        schema->may_create = zdm_result_bool(rows, i, 4);
        schema->may_drop = zdm_result_bool(rows, i, 5);
        zdm_oid_map_put(&load->schemas, zdm_load_oid(rows, i, 0), schema);
    }
}

static struct zdm_named *
load_name(struct zdm_load *load, const struct zdm_result *rows, int row)
{
    struct zdm_named *named =
        zdm_catalog_name(load->catalog, (enum zdm_named_kind)zdm_load_char(rows, row, 0),
            zdm_result_get(rows, row, 2), zdm_result_get(rows, row, 3));

    if (named->kind == ZDM_NAMED_SUBSCRIPTION)
        named->has_slot = zdm_load_char(rows, row, 4) != 0;
    else
        named->type = zdm_load_char(rows, row, 4);
    named->superuser = zdm_result_bool(rows, row, 5);
    named->bypass_rls = zdm_result_bool(rows, row, 6);
    named->usable = zdm_result_bool(rows, row, 7);
    named->settable = zdm_result_bool(rows, row, 8);
    return named;
}

void
zdm_load_names(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        const struct zdm_named *named = load_name(load, rows, i);
        uint32_t oid = zdm_load_oid(rows, i, 1);
        switch (named->kind) {
        case ZDM_NAMED_ROLE:
            zdm_oid_map_put(&load->roles, oid, (void *)(uintptr_t)named->name);
            break;
        case ZDM_NAMED_ACCESS_METHOD:
            zdm_oid_map_put(&load->methods, oid, (void *)(uintptr_t)named->name);
            break;
        case ZDM_NAMED_TABLESPACE:
            zdm_oid_map_put(&load->tablespaces, oid, (void *)(uintptr_t)named->name);
            break;
        case ZDM_NAMED_COLLATION:
            zdm_oid_map_put(&load->collations, oid, zdm_catalog_joined(load->catalog, named));
            break;
        case ZDM_NAMED_SUBSCRIPTION:
            break;
        }
    }
    load->catalog->names_known = true;
}
