#include "batch/identity.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { DATABASE, TABLE, KEY, NAME };

/* Where part n begins; NULL: there is none. */
static const char *
part(const char *identity, int n)
{
    while (identity && n-- > 0) {
        identity = strchr(identity, '/');
        if (identity)
            identity++;
    }
    return identity;
}

bool
zdm_identity_same(const char *a, const char *b, int n)
{
    for (int i = 0; i < n; i++) {
        const char *of_a = part(a, i), *of_b = part(b, i);
        size_t length = of_a ? strcspn(of_a, "/") : 0;
        if (!of_a || !of_b || strncmp(of_a, of_b, length) != 0 ||
            (of_b[length] != '\0' && of_b[length] != '/'))
            return false;
    }
    return true;
}

char *
zdm_identity_part(const char *identity, int n)
{
    const char *start = part(identity, n);

    if (!start)
        return NULL;
    return n == NAME ? zdm_strdup(start) : zdm_strndup(start, strcspn(start, "/"));
}

bool
zdm_identity_of_leaves(const char *identity)
{
    const char *key = part(identity, KEY);

    return key && strcmp(key, ZDM_IDENTITY_LEAVES) == 0;
}

bool
zdm_identity_of_leaf(const char *identity)
{
    return part(identity, NAME) != NULL;
}
