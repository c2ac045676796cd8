/*
 * copy_private.h - the parts of copy.h. Private to engine/catalog.
 */
#ifndef ZDM_CATALOG_COPY_PRIVATE_H
#define ZDM_CATALOG_COPY_PRIVATE_H

#include "base/err.h"

/* pg_dump --schema-only into a new temporary file (0600), whose name is owned. pg_dump is looked for in
 * bindir, then in PATH, then where distributions put it. */
int zdm_schema_dump(const char *conninfo, const char *bindir, char **file, struct zdm_err *err);

#endif
