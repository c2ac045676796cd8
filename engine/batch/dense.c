#include "batch/dense.h"

#include "base/text.h"

#define DENSE 0.8 /* keys by number */

bool
zdm_dense_first(const char *after, const char *upto, int64_t keys, int64_t stripe, int64_t stripes,
    int64_t *first)
{
    int64_t from, to;

    if (!zdm_parse_i64(after, &from) || !zdm_parse_i64(upto, &to) || from >= to || stripes < 1)
        return false;
    /* As doubles: the two may be further apart than an int64_t holds. */
    if ((double)keys < DENSE * ((double)to - (double)from))
        return false;
    from++;
    int64_t rest = from % stripes, ahead = (stripe - rest) % stripes;
    if (ahead < 0)
        ahead += stripes;
    if (from > INT64_MAX - ahead)
        return false;
    *first = from + ahead;
    return true;
}
