#include <pg_query.h>
#include <string.h>

#include "base/mem.h"
#include "sql/syntax.h"

char *
zdm_sql_normalise(const char *text)
{
    PgQueryNormalizeResult result = pg_query_normalize(text);
    char *plain = result.error
        ? zdm_strf("%.*s...", (int)strcspn(text, "'\"$0123456789"), text)
        : zdm_strdup(result.normalized_query);
    pg_query_free_normalize_result(result);
    return plain;
}
