/*
 * embedded.h - files built into the binary, byte for byte (cmake/ZdmEmbed.cmake).
 */
#ifndef ZDM_BASE_EMBEDDED_H
#define ZDM_BASE_EMBEDDED_H

#include <stddef.h>

struct zdm_embedded {
    const char *name; /* path below the embedded folder; NULL ends a table */
    const char *data; /* size bytes and a NUL */
    size_t size;
};

/* The data of `name`; aborts when it was not embedded. */
const char *zdm_embedded_text(const struct zdm_embedded *table, const char *name);

#endif
