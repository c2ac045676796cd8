/*
 * keywords.h - words that mean something to the grammar. Private to engine/sql.
 */
#ifndef ZDM_SQL_KEYWORDS_H
#define ZDM_SQL_KEYWORDS_H

#include <stdbool.h>

/* A key word that quote_ident() puts quotes around: all but the unreserved ones. In small letters. */
bool zdm_is_keyword(const char *name);

#endif
