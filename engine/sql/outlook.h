/*
 * outlook.h - what a script says further on, as far as it matters for a statement before. Private to
 * engine/sql.
 *
 * So that all is said of a statement when it is judged, and nobody has to hold it until the script is
 * at its end. The script is cut into pieces once more for it, and only statements with the right first
 * word are looked at. Places are bytes of the text.
 */
#ifndef ZDM_SQL_OUTLOOK_H
#define ZDM_SQL_OUTLOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "sql/lookup.h"
#include "sql/tree.h"

struct zdm_outlook {
    size_t ends;     /* behind the start of the last statement that ends a transaction; 0: none */
    size_t analyzes; /* the same of the last one that analyzes every table */
    struct zdm_lookup tables; /* and of the last one that analyzes a table of that name */
    struct zdm_arena *names;
};

void zdm_outlook_open(struct zdm_outlook *outlook, const char *text);
/* Does a statement behind the one at `place` end a transaction? */
bool zdm_outlook_ends(const struct zdm_outlook *outlook, size_t place);
/* Does one analyze the table, as far as the names tell? The arena is for scratch. */
bool zdm_outlook_analyzes(const struct zdm_outlook *outlook, struct zdm_arena *arena, size_t place,
    const PgQuery__RangeVar *table);
void zdm_outlook_close(struct zdm_outlook *outlook);

#endif
