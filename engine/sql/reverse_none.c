/* Why a statement has no way back. */
#include "sql/reverse_inner.h"

#include <string.h>

const char *
zdm_no_undo(struct zdm_reverser *r, const char *why)
{
    r->why = why;
    return NULL;
}

bool
zdm_was_aside(const char *name)
{
    return strncmp(name, "zdm_aside_", strlen("zdm_aside_")) == 0 ||
           strncmp(name, "zdm_kept_", strlen("zdm_kept_")) == 0;
}
