/* Any bytes: half of them as a text that stands alone, half on a known catalog. */
#include <stdlib.h>

#include "fuzz.h"

void
zdm_fuzz_one(const uint8_t *data, size_t size)
{
    if (!size)
        return;
    char *text = zdm_strndup((const char *)data + 1, size - 1);
    enum zdm_wrap wrap = (enum zdm_wrap)(data[0] / 2 % 3);
    if (data[0] % 2)
        zdm_fuzz_on_schema(text, wrap);
    else
        zdm_fuzz_text(text, wrap, NULL);
    free(text);
}
