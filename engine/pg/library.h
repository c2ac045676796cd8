/*
 * library.h - which libpq zdm runs with.
 */
#ifndef ZDM_PG_LIBRARY_H
#define ZDM_PG_LIBRARY_H

#include "base/buf.h"

/* Adds "15.8". */
void zdm_pg_library(struct zdm_buf *out);

#endif
