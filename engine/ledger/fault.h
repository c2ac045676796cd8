/*
 * fault.h - what SQLite said, as an error a person can act on.
 *
 * Private to the ledger. `path` is the ledger's name as the user gave it.
 */
#ifndef ZDM_LEDGER_FAULT_H
#define ZDM_LEDGER_FAULT_H

#include <sqlite3.h>

#include "base/err.h"

/* Waiting for another process that writes: it does so for milliseconds. */
#define ZDM_LEDGER_BUSY_MS 5000

/* rc is what the call on db returned (extended codes are on). Always -1. */
int zdm_ledger_fault(sqlite3 *db, const char *path, int rc, struct zdm_err *err);
/* A system call on the ledger's file or folder failed; `what` as in "cannot make". Reads errno. */
int zdm_ledger_fault_errno(const char *path, const char *what, struct zdm_err *err);
int zdm_ledger_fault_foreign(const char *path, const char *detail, struct zdm_err *err);

#endif
