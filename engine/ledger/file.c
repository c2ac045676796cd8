#include "ledger/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "ledger/fault.h"
#include "ledger/stmt.h"

enum presence { MISSING, EMPTY, THERE };

char *
zdm_ledger_file_name(const char *path)
{
    return zdm_strf("%s%s", path[0] == '/' ? "" : "./", path);
}

char *
zdm_ledger_file_immutable(const char *path)
{
    char *name = zdm_ledger_file_name(path);
    struct zdm_buf uri = ZDM_BUF_INIT;

    zdm_buf_add(&uri, "file:");
    for (const char *s = name; *s; s++) {
        if (strchr("%?#", *s))
            zdm_buf_addf(&uri, "%%%02X", *s);
        else
            zdm_buf_addc(&uri, *s);
    }
    zdm_buf_add(&uri, "?immutable=1");
    free(name);
    return zdm_buf_take(&uri);
}

bool
zdm_ledger_file_has_wal(const char *path)
{
    char *wal = zdm_strf("%s-wal", path);
    struct stat st;
    bool has = stat(wal, &st) == 0 && st.st_size > 0;

    free(wal);
    return has;
}

static int
look(const char *path, enum presence *presence, struct zdm_err *err)
{
    struct stat st;

    if (path[0] == '\0') {
        zdm_fail(err, ZDM_ERR_USAGE, "the ledger has an empty name");
        return zdm_err_hint(err, "name a file with --ledger, or leave it out");
    }
    if (stat(path, &st) < 0) {
        if (errno != ENOENT)
            return zdm_ledger_fault_errno(path, "cannot open", err);
        *presence = MISSING;
        return 0;
    }
    if (S_ISDIR(st.st_mode)) {
        size_t n = strlen(path);
        zdm_fail(err, ZDM_ERR_USAGE, "the ledger \"%s\" is a folder", path);
        return zdm_err_hint(err, "name a file in it: --ledger %s%sledger.db", path,
            n > 0 && path[n - 1] == '/' ? "" : "/");
    }
    if (!S_ISREG(st.st_mode)) {
        zdm_fail(err, ZDM_ERR_USAGE, "the ledger \"%s\" is not a regular file", path);
        return zdm_err_hint(err, "name another file with --ledger or ZDM_LEDGER");
    }
    *presence = st.st_size == 0 ? EMPTY : THERE;
    return 0;
}

int
zdm_ledger_connect(
    const char *path, const char *name, int flags, struct zdm_ledger **out, struct zdm_err *err)
{
    struct zdm_ledger *ledger = zdm_alloc(sizeof *ledger);
    int rc = sqlite3_open_v2(name, &ledger->db, flags | SQLITE_OPEN_EXRESCODE, NULL);

    ledger->path = zdm_strdup(path);
    if (rc == SQLITE_OK)
        rc = sqlite3_busy_timeout(ledger->db, ZDM_LEDGER_BUSY_MS);
    if (rc != SQLITE_OK) {
        zdm_ledger_fault(ledger->db, path, rc, err);
        zdm_ledger_close(ledger);
        return -1;
    }
    *out = ledger;
    return 0;
}

/* An ignored folder of zdm's own: ledgers do not belong into version control. */
static int
make_folder(const char *path, struct zdm_err *err)
{
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return 0;

    int rc = -1;
    char *folder = zdm_strndup(path, (size_t)(slash - path));
    char *ignore = zdm_strf("%s/.gitignore", folder);
    if (mkdir(folder, 0700) < 0) {
        if (errno == EEXIST) {
            rc = 0;
        } else if (errno == ENOENT) {
            zdm_fail(err, ZDM_ERR_USAGE, "cannot make the folder \"%s\" of the ledger", folder);
            zdm_err_detail(err, "the folder that it is to stand in does not exist");
            zdm_err_hint(err, "make it: mkdir -p %s", folder);
        } else {
            zdm_ledger_fault_errno(path, "cannot make the folder of", err);
        }
        goto out;
    }

    int fd = open(ignore, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool written = fd >= 0 && write(fd, "*\n", 2) == 2;
    if (!written)
        zdm_ledger_fault_errno(path, "cannot make the folder of", err);
    if (fd >= 0 && close(fd) < 0 && written) {
        zdm_ledger_fault_errno(path, "cannot make the folder of", err);
        written = false;
    }
    if (!written) {
        /* Leave nothing half-made, so that the next try begins anew. */
        (void)unlink(ignore);
        (void)rmdir(folder);
        goto out;
    }
    rc = 0;
out:
    free(ignore);
    free(folder);
    return rc;
}

/* Writes the schema into the empty file `name`. Rollback mode first: what identifies a ledger must
 * stand in the file itself, not in a log beside it. */
static int
make_ledger(const char *path, const char *name, struct zdm_err *err)
{
    struct zdm_ledger *ledger;
    if (zdm_ledger_connect(path, name, SQLITE_OPEN_READWRITE, &ledger, err) < 0)
        return -1;

    int rc = zdm_ledger_exec(ledger, "BEGIN EXCLUSIVE", err);
    if (rc == 0)
        rc = zdm_ledger_end(ledger, zdm_ledger_migrate(ledger, err), err);
    if (rc == 0)
        rc = zdm_ledger_exec(ledger, "PRAGMA journal_mode = WAL", err);
    zdm_ledger_close(ledger);
    return rc;
}

/* Under a temporary name, then link(2), which never replaces: of two zdm at once one wins, and the
 * other one uses its ledger. mkstemp(3) gives mode 0600 whatever the umask. */
static int
make_file(const char *path, struct zdm_err *err)
{
    int rc = -1;
    char *name = zdm_ledger_file_name(path);
    char *temp = zdm_strf("%s.new-XXXXXX", name);
    int fd = mkstemp(temp);

    if (fd < 0) {
        zdm_ledger_fault_errno(path, "cannot make", err);
        free(temp);
        free(name);
        return -1;
    }
    close(fd);
    if (make_ledger(path, temp, err) < 0)
        goto out;
    if (link(temp, name) < 0 && errno != EEXIST) {
        zdm_ledger_fault_errno(path, "cannot make", err);
        goto out;
    }
    rc = 0;
out:
    (void)unlink(temp);
    free(temp);
    free(name);
    return rc;
}

int
zdm_ledger_file_ensure(const char *path, struct zdm_err *err)
{
    /* In this order: a log that was there before its ledger was not belongs to one that is gone,
     * and SQLite would replay it into the new one. */
    bool orphan = zdm_ledger_file_has_wal(path);
    enum presence presence;

    if (look(path, &presence, err) < 0)
        return -1;
    switch (presence) {
    case MISSING:
        if (orphan) {
            zdm_fail(err, ZDM_ERR_USAGE,
                "the ledger \"%s\" is missing, but its log \"%s-wal\" is there", path, path);
            return zdm_err_hint(err,
                "put the ledger back beside its log, or move \"%s-wal\" and \"%s-shm\" away: zdm "
                "rebuilds the ledger from the journal in the target",
                path, path);
        }
        return make_folder(path, err) < 0 ? -1 : make_file(path, err);
    case EMPTY: { /* somebody's mktemp or touch */
        if (chmod(path, 0600) < 0)
            return zdm_ledger_fault_errno(path, "cannot make", err);
        char *name = zdm_ledger_file_name(path);
        int rc = make_ledger(path, name, err);
        free(name);
        return rc;
    }
    case THERE:
        return 0;
    }
    zdm_die("unknown presence");
}

/* The first bytes of the file itself: whoever was killed in a checkpoint left pages that only the
 * log makes whole, so the database must not be read without it. Through SQLite's file, because a
 * close(2) of our own would drop the locks of another connection in this process. */
static int
check_header(struct zdm_ledger *opened, struct zdm_err *err)
{
    static const char magic[16] = "SQLite format 3";
    unsigned char header[100];
    sqlite3_file *file = NULL;

    int rc = sqlite3_file_control(opened->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (rc == SQLITE_OK)
        rc = file->pMethods->xRead(file, header, sizeof header, 0);
    if (rc == SQLITE_IOERR_SHORT_READ || (rc == SQLITE_OK && memcmp(header, magic, 16) != 0))
        return zdm_ledger_fault_foreign(opened->path, "it is not a database of SQLite", err);
    if (rc != SQLITE_OK)
        return zdm_ledger_fault(opened->db, opened->path, rc, err);

    const unsigned char *id = header + 68; /* https://www.sqlite.org/fileformat.html, 1.3 */
    if (((uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3]) !=
        ZDM_LEDGER_APPLICATION_ID)
        return zdm_ledger_fault_foreign(opened->path, "it is a database of another program", err);
    return 0;
}

int
zdm_ledger_file_check(const char *path, struct zdm_err *err)
{
    enum presence presence;

    if (look(path, &presence, err) < 0)
        return -1;
    if (presence == MISSING) {
        zdm_fail(err, ZDM_ERR_USAGE, "there is no ledger \"%s\"", path);
        return zdm_err_hint(
            err, "\"zdm run\" makes it; if it is elsewhere, name it with --ledger or ZDM_LEDGER");
    }
    if (presence == EMPTY)
        return zdm_ledger_fault_foreign(path, "it is empty", err);

    char *uri = zdm_ledger_file_immutable(path);
    struct zdm_ledger *ledger = NULL;
    int rc = zdm_ledger_connect(path, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, &ledger, err);
    if (rc == 0)
        rc = check_header(ledger, err);
    zdm_ledger_close(ledger);
    free(uri);
    return rc;
}
