/*
 * file.h - the ledger as a file: its folder, how it comes into being, whether it
 * is one.
 *
 * Private to the ledger. A new ledger is made under a temporary name and linked
 * into place when it is whole: no reader, second zdm or kill -9 ever meets half
 * of one.
 */
#ifndef ZDM_LEDGER_FILE_H
#define ZDM_LEDGER_FILE_H

#include "base/err.h"
#include "ledger/ledger.h"

/* "zdm1" in the header of the file, where file(1) and SQLite keep the application's id. */
#define ZDM_LEDGER_APPLICATION_ID 0x7a646d31

/* What SQLite must be given: it reads "file:..." and ":memory:" its own way. Owned. */
char *zdm_ledger_file_name(const char *path);
/* The same as a URI for a file that nobody changes: no lock is taken and no file made. Owned. */
char *zdm_ledger_file_immutable(const char *path);

/* Makes folder and file when they are missing. */
int zdm_ledger_file_ensure(const char *path, struct zdm_err *err);
/* There, a ledger of zdm, and looked at without changing anything beside or in it. */
int zdm_ledger_file_check(const char *path, struct zdm_err *err);
/* Has it a write-ahead log with something in it? */
bool zdm_ledger_file_has_wal(const char *path);

/* Opens it into *out with SQLite's flags, busy timeout set. */
int zdm_ledger_connect(
    const char *path, const char *name, int flags, struct zdm_ledger **out, struct zdm_err *err);

/* The schema's version of this zdm; brings an older one up to it. In a transaction. */
int64_t zdm_ledger_version(void);
int zdm_ledger_migrate(struct zdm_ledger *ledger, struct zdm_err *err);

#endif
