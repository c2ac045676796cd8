#include "sql/keywords.h"

#include <stdlib.h>
#include <string.h>

#include "sql/grammar.h"

/* A table, and not pg_query_scan(): names are quoted many times for every statement. */
static const char *const keywords[] = {
#include "sql/keywords.def"
};

static int
by_name(const void *key, const void *item)
{
    return strcmp(key, *(const char *const *)item);
}

bool
zdm_is_keyword(const char *name)
{
    return bsearch(name, keywords, sizeof keywords / sizeof *keywords, sizeof *keywords, by_name) ||
           zdm_grammar_is_keyword(name);
}
