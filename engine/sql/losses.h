/*
 * losses.h - which data the statements of a text throw away, by name.
 */
#ifndef ZDM_SQL_LOSSES_H
#define ZDM_SQL_LOSSES_H

#include <stdbool.h>
#include <stddef.h>

enum zdm_loss_kind {
    ZDM_LOSS_COLUMN, /* DROP COLUMN: its values */
    ZDM_LOSS_TABLE,  /* DROP TABLE: its rows */
    ZDM_LOSS_ROWS,   /* TRUNCATE, DELETE, also in WITH, MERGE: rows of a table that stays */
    ZDM_LOSS_SCHEMA, /* DROP SCHEMA ... CASCADE: whatever is in it */
    /* DROP TYPE, EXTENSION, ... CASCADE take the columns of other tables, TRUNCATE ... CASCADE the rows
     * of those that refer to it: which ones only the target knows. */
    ZDM_LOSS_DEPENDENTS,
    ZDM_LOSS_CASCADE, /* DROP TABLE, VIEW, ... CASCADE of a relation: what depends on it, known to the target */
};

struct zdm_sql_loss {
    enum zdm_loss_kind kind;
    char *schema;     /* NULL: not written */
    char *name;       /* of the table, or of what else goes */
    char *column;     /* NULL: none */
    const char *what; /* DEPENDENTS, CASCADE: "type", "rows of table", static; else NULL */
};
struct zdm_sql_losses { /* names folded and unquoted, all owned */
    struct zdm_sql_loss *items;
    size_t count;
};

/* None in a text that cannot be parsed. */
void zdm_sql_losses_of(const char *text, struct zdm_sql_losses *out);
void zdm_sql_losses_release(struct zdm_sql_losses *losses);

#endif
