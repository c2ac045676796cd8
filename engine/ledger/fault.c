#include "ledger/fault.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

static bool
is_no_room(int errnum)
{
    return errnum == ENOSPC || errnum == EDQUOT || errnum == EFBIG;
}

static int
no_room(const char *path, const char *why, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_FAILED, "no room to write the ledger \"%s\"", path);
    zdm_err_detail(err, "%s", why);
    return zdm_err_hint(err,
        "free some space there and run the same command again, or put the ledger elsewhere with "
        "--ledger: zdm goes on from where the database is");
}

static int
elsewhere(struct zdm_err *err)
{
    return zdm_err_hint(
        err, "make it accessible to you, or name another file with --ledger or ZDM_LEDGER");
}

static int
file_errno(sqlite3_file *file)
{
    int errnum = 0;

    if (!file || !file->pMethods ||
        file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &errnum) != SQLITE_OK)
        return 0;
    return errnum;
}

/* The system's reason for an I/O error, 0 when it is not known. SQLite passes it on for some calls
 * only, not for a failed commit; each of its files remembers its own, but a journal is closed by
 * now. Without this a quota looks like a broken disk. */
static int
io_errno(sqlite3 *db, int errnum_now)
{
    sqlite3_file *file = NULL, *journal = NULL;

    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
        sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &journal) != SQLITE_OK)
        return sqlite3_system_errno(db);
    int known[] = {sqlite3_system_errno(db), file_errno(journal), file_errno(file), errnum_now};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (is_no_room(known[i]))
            return known[i];
    return known[0] ? known[0] : known[1] ? known[1] : known[2];
}

int
zdm_ledger_fault_errno(const char *path, const char *what, struct zdm_err *err)
{
    int errnum = errno;

    if (is_no_room(errnum))
        return no_room(path, strerror(errnum), err);
    if (errnum == EIO)
        return zdm_fail(
            err, ZDM_ERR_FAILED, "%s the ledger \"%s\": %s", what, path, strerror(errnum));
    zdm_fail(err, ZDM_ERR_USAGE, "%s the ledger \"%s\": %s", what, path, strerror(errnum));
    return elsewhere(err);
}

int
zdm_ledger_fault_foreign(const char *path, const char *detail, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_USAGE, "\"%s\" is not a ledger of zdm", path);
    zdm_err_detail(err, "%s; the file was left as it is", detail);
    return zdm_err_hint(err,
        "name another file with --ledger or ZDM_LEDGER; if this was a ledger once, move it away "
        "together with its -wal and -shm files: zdm rebuilds it from the journal in the target");
}

int
zdm_ledger_fault(sqlite3 *db, const char *path, int rc, struct zdm_err *err)
{
    int errnum_now = errno;
    bool told = db && sqlite3_errcode(db) != SQLITE_OK;
    const char *why = told ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
    int errnum = db ? sqlite3_system_errno(db) : 0;

    if (rc == SQLITE_NOMEM || rc == SQLITE_IOERR_NOMEM)
        zdm_die("out of memory");
    switch (rc & 0xff) {
    case SQLITE_FULL:
        return no_room(path, why, err);
    case SQLITE_IOERR:
        errnum = db ? io_errno(db, errnum_now) : 0;
        if (is_no_room(errnum))
            return no_room(path, strerror(errnum), err);
        zdm_fail(err, ZDM_ERR_FAILED, "the disk fails under the ledger \"%s\"", path);
        zdm_err_detail(err, "%s%s%s", why, errnum ? ": " : "", errnum ? strerror(errnum) : "");
        return zdm_err_hint(
            err, "look at the disk, or put the ledger on another one with --ledger");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        zdm_fail(err, ZDM_ERR_FAILED, "the ledger \"%s\" is locked by another process", path);
        zdm_err_detail(err, "it stayed locked for %d seconds", ZDM_LEDGER_BUSY_MS / 1000);
        return zdm_err_hint(err,
            "look for a program that has it open in a transaction (\"fuser -v %s\" names it), such "
            "as a sqlite3 shell; end it and run the same command again",
            path);
    case SQLITE_CORRUPT:
        zdm_fail(err, ZDM_ERR_USAGE, "the ledger \"%s\" is corrupt", path);
        zdm_err_detail(err, "%s", why);
        return zdm_err_hint(err,
            "move it away together with its -wal and -shm files and run the same command again: "
            "zdm rebuilds it from the journal in the target");
    case SQLITE_NOTADB:
        return zdm_ledger_fault_foreign(path, why, err);
    case SQLITE_READONLY:
        zdm_fail(err, ZDM_ERR_USAGE, "cannot write the ledger \"%s\"", path);
        zdm_err_detail(err, "%s", why);
        return elsewhere(err);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        zdm_fail(err, ZDM_ERR_USAGE, "cannot open the ledger \"%s\": %s", path,
            errnum ? strerror(errnum) : why);
        return elsewhere(err);
    default:
        return zdm_fail(err, ZDM_ERR_FAILED, "ledger \"%s\": %s", path, why);
    }
}
