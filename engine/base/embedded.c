#include "base/embedded.h"

#include <string.h>

#include "base/mem.h"

const char *
zdm_embedded_text(const struct zdm_embedded *table, const char *name)
{
    for (; table->name; table++)
        if (strcmp(table->name, name) == 0)
            return table->data;
    zdm_die("no such embedded file");
}
