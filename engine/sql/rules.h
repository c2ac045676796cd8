/*
 * rules.h - the rule table by symbol. Private to engine/sql.
 */
#ifndef ZDM_SQL_RULES_H
#define ZDM_SQL_RULES_H

#include "sql/classify.h"

enum zdm_rule_id {
#define RULE(symbol, id, hazard, severity, message, hint) ZDM_RULE_##symbol,
#include "sql/rules.def"
#undef RULE
    ZDM_RULE_COUNT
};

/* The names that a message speaks of; NULL where the rule has none. */
struct zdm_words {
    const char *table, *column, *name, *other, *type, *kind;
};

/* template with {table} and the like replaced; in the arena. */
char *zdm_rule_text(struct zdm_arena *arena, const char *template, const struct zdm_words *words);

#endif
