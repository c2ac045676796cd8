/* Settings of the session, and names that other objects refer to by number. */
#include "catalog/load_private.h"

#include <string.h>

#include "base/text.h"

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
    catalog->superuser = zdm_result_bool(rows, 0, 3);
    catalog->time_zone = zdm_load_text(load, rows, 0, 4);
    catalog->default_tablespace = zdm_load_text(load, rows, 0, 5);
    catalog->lock_timeout_ms = milliseconds(rows, 6);
    catalog->statement_timeout_ms = milliseconds(rows, 7);
    load->block_size = zdm_result_i64(rows, 0, 8);
}

void
zdm_load_schemas(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++)
        zdm_oid_map_put(&load->schemas, zdm_load_oid(rows, i, 0),
            zdm_catalog_add_schema(load->catalog, zdm_result_get(rows, i, 1)));
}

void
zdm_load_names(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        struct zdm_oid_map *map = NULL;
        switch (zdm_load_char(rows, i, 0)) {
        case 'r':
            map = &load->roles;
            break;
        case 'a':
            map = &load->methods;
            break;
        case 't':
            map = &load->tablespaces;
            break;
        case 'c':
            map = &load->collations;
            break;
        }
        if (map)
            zdm_oid_map_put(map, zdm_load_oid(rows, i, 1), zdm_load_text(load, rows, i, 2));
    }
}
