/*
 * check_target.h - the database behind zdm check: its catalog, and the copy on which statements are
 * traced.
 */
#ifndef ZDM_CLI_CHECK_TARGET_H
#define ZDM_CLI_CHECK_TARGET_H

#include "check/check.h"
#include "cli/options.h"
#include "sql/catalog.h"

struct zdm_check_target {
    struct zdm_catalog *catalog;    /* taken by whoever classifies; NULL: offline */
    struct zdm_schema_copy *copy;   /* NULL: neither --trace nor --schema */
    struct zdm_check_tracer tracer; /* trace NULL: no --trace */
    struct zdm_check_asker rows;    /* ask NULL: no --rows */
    struct zdm_conn *rows_conn;     /* that they are read in, or NULL */
    int64_t rows_timeout_ms;
    char *conninfo; /* of the target; NULL: offline, or --schema */
    char *evidence; /* for the head of the report; NULL: offline */
};

/* By --db, --schema, --trace and --offline. Nothing is opened when they ask for nothing. */
int zdm_check_target_open(
    const struct zdm_args *args, struct zdm_check_target *out, struct zdm_err *err);
void zdm_check_target_close(struct zdm_check_target *target);

#endif
