#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "pg/sandbox_folder.h"

#define STOP_US (10 * 1000000LL)

/* Who listens on the socket: the kernel's word, where postmaster.pid may name a pid that belongs
 * to another program by now. 0 when nobody does. */
static pid_t
listener(const char *socket_path, uid_t owner)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct ucred peer = {0};
    socklen_t size = sizeof peer;
    pid_t pid = 0;

    if (strlen(socket_path) >= sizeof address.sun_path)
        return 0;
    memcpy(address.sun_path, socket_path, strlen(socket_path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return 0;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == owner &&
        peer.pid > 1)
        pid = peer.pid; /* 0 for a listener in another pid namespace: out of our reach */
    close(fd);
    return pid;
}

static void
stop_listener(const char *socket_path, uid_t owner)
{
    int64_t until = zdm_monotonic_us() + STOP_US;
    pid_t pid = listener(socket_path, owner);

    if (!pid)
        return;
    kill(pid, SIGQUIT); /* PostgreSQL's immediate shutdown */
    while (listener(socket_path, owner) == pid) {
        if (zdm_monotonic_us() > until) {
            kill(pid, SIGKILL);
            return;
        }
        poll(NULL, 0, 5);
    }
}

static void
stop_servers(const char *folder, int folder_fd, uid_t owner)
{
    static const char prefix[] = ".s.PGSQL.";
    int again = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = again < 0 ? NULL : fdopendir(again);

    if (!stream) {
        if (again >= 0)
            close(again);
        return;
    }
    for (struct dirent *entry; (entry = readdir(stream));) {
        struct stat st;
        if (strncmp(entry->d_name, prefix, sizeof prefix - 1) == 0 &&
            fstatat(folder_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISSOCK(st.st_mode)) {
            char *path = zdm_strf("%s/%s", folder, entry->d_name);
            stop_listener(path, owner);
            free(path);
        }
    }
    closedir(stream);
}

static void
sweep_folder(
    const char *parent, int parent_fd, const char *name, const struct zdm_server_user *user)
{
    struct zdm_sandbox_folder folder = {.fd = -1, .lock_fd = -1};
    struct stat st, lock;

    folder.fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder.fd < 0)
        return;
    if (fstat(folder.fd, &st) == 0 && (st.st_mode & 07777) == 0700 &&
        (st.st_uid == geteuid() || st.st_uid == user->uid))
        folder.lock_fd =
            openat(folder.fd, "zdm.lock", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    /* No link left: another sweep has removed it between our open and our flock. */
    if (folder.lock_fd < 0 || flock(folder.lock_fd, LOCK_EX | LOCK_NB) < 0 ||
        fstat(folder.lock_fd, &lock) < 0 || !S_ISREG(lock.st_mode) || lock.st_nlink == 0) {
        if (folder.lock_fd >= 0)
            close(folder.lock_fd);
        close(folder.fd);
        return;
    }
    folder.path = zdm_strf("%s/%s", parent, name);
    stop_servers(folder.path, folder.fd, st.st_uid);
    zdm_sandbox_folder_remove(&folder);
}

static void
sweep_parent(const char *parent, const struct zdm_server_user *user)
{
    DIR *stream = opendir(parent);

    if (!stream)
        return;
    for (struct dirent *entry; (entry = readdir(stream));)
        if (strncmp(entry->d_name, "zdm-", 4) == 0 && strlen(entry->d_name) == 10)
            sweep_folder(parent, dirfd(stream), entry->d_name, user);
    closedir(stream);
}

void
zdm_sandbox_sweep(const struct zdm_server_user *user)
{
    const char *tmpdir = getenv("TMPDIR");

    sweep_parent("/tmp", user);
    if (tmpdir && tmpdir[0] == '/' && strcmp(tmpdir, "/tmp") != 0)
        sweep_parent(tmpdir, user);
}
