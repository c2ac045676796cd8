#include "pg/sandbox_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "pg/sandbox_tree.h"

#define LOCK_FILE "zdm.lock"

static const char lock_text[] =
    "A sandbox of zdm: a throw-away PostgreSQL server. zdm removes this folder when it ends, or\n"
    "when the next sandbox starts.\n";

/* Can somebody who is neither the owner nor in the group of any folder on the way get there? */
static bool
reachable_for_all(const char *path)
{
    bool ok = true;
    char *part = zdm_strdup(path);

    for (char *end = part + strlen(part); ok && end > part; end = strrchr(part, '/')) {
        struct stat st;
        *end = '\0';
        ok = stat(*part ? part : "/", &st) == 0 && (st.st_mode & S_IXOTH);
    }
    free(part);
    return ok;
}

/* $TMPDIR when a server can live there, else /tmp. View of the environment. */
static const char *
choose_parent(const struct zdm_server_user *user)
{
    /* The longest thing in it is the socket: <parent>/zdm-XXXXXX/.s.PGSQL.65535 */
    const size_t room =
        sizeof((struct sockaddr_un *)0)->sun_path - sizeof "/zdm-XXXXXX/.s.PGSQL.65535";
    const char *dir = getenv("TMPDIR");

    /* A comma, a quote or a space would need quoting in settings and connection strings. */
    if (!dir || dir[0] != '/' || strlen(dir) > room ||
        dir[strspn(dir, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._+-")])
        return "/tmp";
    if (access(dir, W_OK | X_OK) < 0 || (user->drop_uid && !reachable_for_all(dir)))
        return "/tmp";
    return dir;
}

/* The lock appears under its name only once it is held: a sweep in between would take it. */
static int
make_lock(int folder_fd, const struct zdm_server_user *user)
{
    int fd = openat(
        folder_fd, LOCK_FILE ".new", O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0 || write(fd, lock_text, sizeof lock_text - 1) < 0 ||
        (user->drop_uid && fchown(fd, user->uid, user->gid) < 0) ||
        renameat(folder_fd, LOCK_FILE ".new", folder_fd, LOCK_FILE) < 0) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

int
zdm_sandbox_folder_make(
    const struct zdm_server_user *user, struct zdm_sandbox_folder *folder, struct zdm_err *err)
{
    char *path = zdm_strf("%s/zdm-XXXXXX", choose_parent(user));
    struct zdm_sandbox_folder made = {.path = path, .fd = -1, .lock_fd = -1};

    if (!mkdtemp(path)) {
        zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot make a folder \"%s\" for the sandbox", path);
        zdm_err_hint(err, "set TMPDIR to a folder with room for a PostgreSQL server");
        free(path);
        return -1;
    }
    made.fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (made.fd >= 0)
        made.lock_fd = make_lock(made.fd, user);
    if (made.lock_fd < 0) {
        zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot write in the sandbox folder \"%s\"", path);
        zdm_sandbox_folder_remove(&made);
        return -1;
    }
    *folder = made;
    return 0;
}

int
zdm_sandbox_folder_give(const struct zdm_sandbox_folder *folder, const struct zdm_server_user *user,
    struct zdm_err *err)
{
    if (user->drop_uid && fchown(folder->fd, user->uid, user->gid) < 0)
        return zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot give \"%s\" to user id %lu",
            folder->path, (unsigned long)user->uid);
    return 0;
}

void
zdm_sandbox_folder_remove(struct zdm_sandbox_folder *folder)
{
    if (folder->fd >= 0) {
        if (zdm_tree_clear(folder->fd, LOCK_FILE) == 0)
            unlinkat(folder->fd, LOCK_FILE, 0);
        close(folder->fd);
    }
    rmdir(folder->path); /* fails when something is left: then the next sweep tries again */
    if (folder->lock_fd >= 0)
        close(folder->lock_fd);
    free(folder->path);
    *folder = (struct zdm_sandbox_folder){.fd = -1, .lock_fd = -1};
}
