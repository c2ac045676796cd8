#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "pg/conn_private.h"

int
zdm_result_rows(const struct zdm_result *result)
{
    return PQntuples(result->pg);
}

int
zdm_result_columns(const struct zdm_result *result)
{
    return PQnfields(result->pg);
}

const char *
zdm_result_name(const struct zdm_result *result, int column)
{
    return PQfname(result->pg, column);
}

unsigned
zdm_result_type(const struct zdm_result *result, int column)
{
    return PQftype(result->pg, column);
}

const char *
zdm_result_get(const struct zdm_result *result, int row, int column)
{
    const char *cell = PQgetvalue(result->pg, row, column);

    /* A large catalog has a million cells: most are told by this one call. NULL reads as empty. */
    if (!cell)
        zdm_die("a cell outside of the result");
    return *cell || !PQgetisnull(result->pg, row, column) ? cell : NULL;
}

size_t
zdm_result_length(const struct zdm_result *result, int row, int column)
{
    return (size_t)PQgetlength(result->pg, row, column);
}

bool
zdm_result_bool(const struct zdm_result *result, int row, int column)
{
    const char *cell = zdm_result_get(result, row, column);

    return cell && cell[0] == 't';
}

int64_t
zdm_result_i64(const struct zdm_result *result, int row, int column)
{
    const char *cell = zdm_result_get(result, row, column);
    int64_t value = 0;

    if (cell && !zdm_parse_i64(cell, &value))
        zdm_die("a cell that was to be an integer is none");
    return value;
}

int64_t
zdm_result_affected(const struct zdm_result *result)
{
    int64_t n = 0;

    /* Tags without a number (ALTER TABLE) have an empty text here. */
    return zdm_parse_i64(PQcmdTuples(result->pg), &n) ? n : 0;
}

void
zdm_result_free(struct zdm_result *result)
{
    if (!result)
        return;
    PQclear(result->pg);
    free(result);
}
