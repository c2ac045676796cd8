#include <stdlib.h>

#include "base/mem.h"
#include "ledger/fault.h"
#include "ledger/file.h"
#include "ledger/stmt.h"

const char *
zdm_ledger_path(const struct zdm_ledger *ledger)
{
    return ledger->path;
}

const char *
zdm_ledger_default_path(const char *option)
{
    if (option)
        return option;
    const char *env = getenv("ZDM_LEDGER");
    return env && env[0] != '\0' ? env : ".zdm/ledger.db";
}

void
zdm_ledger_close(struct zdm_ledger *ledger)
{
    if (!ledger)
        return;
    if (sqlite3_close(ledger->db) != SQLITE_OK)
        zdm_die("a statement on the ledger was left open");
    free(ledger->path);
    free(ledger);
}

/* Reads the schema too: a damaged one must not surface in the middle of a run. Version 0: nothing is
 * in it. */
static int
read_version(struct zdm_ledger *ledger, int64_t *version, struct zdm_err *err)
{
    struct zdm_stmt st;

    if (zdm_stmt_open(ledger, ZDM_LEDGER_SQL("shape"), &st, err) < 0)
        return -1;
    int rc = zdm_stmt_step(&st, err);
    int64_t objects = rc > 0 ? zdm_stmt_get_int(&st, 0) : 0;
    int64_t seen = rc > 0 ? zdm_stmt_get_int(&st, 1) : 0;
    zdm_stmt_close(&st);
    if (rc < 0)
        return -1;
    if (seen < 0 || (seen == 0) != (objects == 0))
        return zdm_ledger_fault_foreign(ledger->path, "it has no schema of zdm", err);
    if (seen > zdm_ledger_version()) {
        zdm_fail(err, ZDM_ERR_USAGE, "the ledger \"%s\" was written by a newer zdm", ledger->path);
        zdm_err_detail(err, "its version is %lld, zdm %s knows up to %lld", (long long)seen,
            ZDM_VERSION, (long long)zdm_ledger_version());
        return zdm_err_hint(err, "upgrade zdm, or name another file with --ledger or ZDM_LEDGER");
    }
    *version = seen;
    return 0;
}

static int
open_write(const char *path, const char *name, struct zdm_ledger **out, struct zdm_err *err)
{
    if (zdm_ledger_connect(path, name, SQLITE_OPEN_READWRITE, out, err) < 0)
        return -1;
    /* SQLite quietly opens a file read-only when it may not write it. */
    if (sqlite3_db_readonly((*out)->db, "main"))
        return zdm_ledger_fault((*out)->db, path, SQLITE_READONLY, err);

    /* Version 0 is what SQLite made of a ledger whose maker was killed in an existing empty file.
     * Before the journal mode: see make_ledger() in file.c. */
    int64_t version;
    if (read_version(*out, &version, err) < 0)
        return -1;
    if (version < zdm_ledger_version() &&
        (zdm_ledger_begin(*out, err) < 0 ||
            zdm_ledger_end(*out, zdm_ledger_migrate(*out, err), err) < 0))
        return -1;
    return zdm_ledger_exec(*out,
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON", err);
}

static int
try_inspect(
    const char *path, const char *name, int flags, struct zdm_ledger **out, struct zdm_err *err)
{
    int64_t version;

    if (zdm_ledger_connect(path, name, SQLITE_OPEN_READONLY | flags, out, err) < 0 ||
        read_version(*out, &version, err) < 0)
        return -1;
    if (version == 0)
        return zdm_ledger_fault_foreign(path, "it is empty", err);
    if (version < zdm_ledger_version()) {
        zdm_fail(err, ZDM_ERR_USAGE, "the ledger \"%s\" is of an older zdm", path);
        return zdm_err_hint(err, "the next \"zdm run\" with it brings it up to date");
    }
    return 0;
}

static int
open_inspect(const char *path, const char *name, struct zdm_ledger **out, struct zdm_err *err)
{
    if (try_inspect(path, name, 0, out, err) == 0)
        return 0;

    /* Reading beside a writer needs an index in shared memory (-shm). In a folder where we may not
     * make it (a read-only mount, somebody else's) nobody else has made it either unless a writer
     * is there, and without a log the file alone is everything. */
    int rc = *out ? sqlite3_errcode((*out)->db) & 0xff : SQLITE_OK;
    if ((rc != SQLITE_CANTOPEN && rc != SQLITE_READONLY) || zdm_ledger_file_has_wal(path))
        return -1;
    zdm_ledger_close(*out);
    *out = NULL;
    zdm_err_clear(err);
    char *uri = zdm_ledger_file_immutable(path);
    int answer = try_inspect(path, uri, SQLITE_OPEN_URI, out, err);
    free(uri);
    return answer;
}

int
zdm_ledger_open(
    const char *path, enum zdm_ledger_mode mode, struct zdm_ledger **out, struct zdm_err *err)
{
    struct zdm_ledger *ledger = NULL;

    if (mode == ZDM_LEDGER_WRITE && zdm_ledger_file_ensure(path, err) < 0)
        return -1;
    if (zdm_ledger_file_check(path, err) < 0)
        return -1;

    char *name = zdm_ledger_file_name(path);
    int rc = mode == ZDM_LEDGER_WRITE ? open_write(path, name, &ledger, err)
                                      : open_inspect(path, name, &ledger, err);
    free(name);
    if (rc < 0) {
        zdm_ledger_close(ledger);
        return -1;
    }
    *out = ledger;
    return 0;
}
