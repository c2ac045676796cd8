/*
 * copy.h - a throw-away PostgreSQL that holds the schema of a target, without its rows.
 */
#ifndef ZDM_CATALOG_COPY_H
#define ZDM_CATALOG_COPY_H

#include "base/err.h"

struct zdm_sandbox;
struct zdm_schema_copy; /* a sandbox (pg/sandbox.h) filled with the schema */

/* From a target by pg_dump --schema-only (of a version that can read it), with its roles made as
 * NOLOGIN stand-ins; or from an SQL file. Exactly one of the two is not NULL. Returns owned. */
int zdm_schema_copy_open(const char *conninfo, const char *schema_file,
    struct zdm_schema_copy **out, struct zdm_err *err);
/* The server it is on; view. */
const struct zdm_sandbox *zdm_schema_copy_sandbox(const struct zdm_schema_copy *copy);
const char *zdm_schema_copy_conninfo(const struct zdm_schema_copy *copy); /* view */
void zdm_schema_copy_close(struct zdm_schema_copy *copy);                 /* NULL is fine */

#endif
