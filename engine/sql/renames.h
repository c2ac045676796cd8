/*
 * renames.h - which columns the statements of a text give other names.
 */
#ifndef ZDM_SQL_RENAMES_H
#define ZDM_SQL_RENAMES_H

#include <stdbool.h>
#include <stddef.h>

struct zdm_sql_rename { /* names folded and unquoted, all owned */
    char *schema;       /* NULL: not written */
    char *table, *from, *to;
};
struct zdm_sql_renames {
    struct zdm_sql_rename *items;
    size_t count;
};

/* Appends those of the text; one that goes on where an earlier one ended becomes one with it. None of a text that
 * cannot be parsed. */
void zdm_sql_renames_add(struct zdm_sql_renames *renames, const char *text);
/* Is it of that table? A name without its schema may be any; NULL: not written. */
bool zdm_sql_rename_is_of(
    const struct zdm_sql_rename *rename, const char *schema, const char *table);
/* Does one of them give that column its name? */
bool zdm_sql_renames_give(const struct zdm_sql_renames *renames, const char *schema,
    const char *table, const char *column);
void zdm_sql_renames_release(struct zdm_sql_renames *renames);

#endif
