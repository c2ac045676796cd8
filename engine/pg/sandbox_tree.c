#include "pg/sandbox_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static bool
is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* A stream over the folder that leaves fd itself open. */
static DIR *
open_stream(int fd)
{
    int again = openat(fd, ".", FOLDER_FLAGS);
    DIR *stream = again < 0 ? NULL : fdopendir(again);

    if (!stream && again >= 0)
        close(again);
    return stream;
}

static int
copy_bytes(int from, int to, int64_t *bytes)
{
    char buffer[65536];

    /* In the kernel where it can: on copy-on-write filesystems it shares the blocks. */
    for (;;) {
        ssize_t n = copy_file_range(from, NULL, to, NULL, 1 << 30, 0);
        if (n == 0)
            return 0;
        if (n < 0)
            break;
        *bytes += n;
    }
    if (errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP &&
        errno != EPERM)
        return -1;
    for (;;) {
        ssize_t n = read(from, buffer, sizeof buffer);
        if (n <= 0)
            return (int)n;
        for (ssize_t done = 0; done < n;) {
            ssize_t w = write(to, buffer + done, (size_t)(n - done));
            if (w < 0)
                return -1;
            done += w;
        }
        *bytes += n;
    }
}

static int
own(int fd, uid_t uid, gid_t gid)
{
    return geteuid() == 0 ? fchown(fd, uid, gid) : 0;
}

static int
copy_file(int from_dir, const char *name, int to_dir, uid_t uid, gid_t gid, int64_t *bytes)
{
    int rc = -1, to = -1;
    int from = openat(from_dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

    if (from < 0)
        return -1;
    to = openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (to >= 0 && copy_bytes(from, to, bytes) == 0 && own(to, uid, gid) == 0)
        rc = 0;
    int saved = errno;
    close(from);
    if (to >= 0 && close(to) < 0 && rc == 0) {
        saved = errno;
        rc = -1;
    }
    errno = saved;
    return rc;
}

static int
copy_folder(
    int from_dir, const char *name, int to_dir, uid_t uid, gid_t gid, struct zdm_tree_size *size)
{
    int rc = -1, from = -1, to = -1;

    from = openat(from_dir, name, FOLDER_FLAGS);
    if (from < 0 || mkdirat(to_dir, name, 0700) < 0)
        goto out;
    to = openat(to_dir, name, FOLDER_FLAGS);
    if (to < 0 || own(to, uid, gid) < 0)
        goto out;
    rc = zdm_tree_copy(from, to, uid, gid, size);

out:;
    int saved = errno;
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    errno = saved;
    return rc;
}

int
zdm_tree_copy(int from_fd, int to_fd, uid_t uid, gid_t gid, struct zdm_tree_size *size)
{
    DIR *stream = open_stream(from_fd);
    int rc = -1;

    if (!stream)
        return -1;
    for (;;) {
        errno = 0;
        struct dirent *entry = readdir(stream);
        if (!entry) {
            rc = errno ? -1 : 0;
            break;
        }
        if (is_dots(entry->d_name))
            continue;
        struct stat st;
        if (fstatat(from_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            break;
        if (S_ISDIR(st.st_mode)) {
            if (copy_folder(from_fd, entry->d_name, to_fd, uid, gid, size) < 0)
                break;
        } else if (S_ISREG(st.st_mode)) {
            if (copy_file(from_fd, entry->d_name, to_fd, uid, gid, &size->bytes) < 0)
                break;
            size->files++;
        }
    }
    int saved = errno;
    closedir(stream);
    errno = saved;
    return rc;
}

int
zdm_tree_clear(int fd, const char *keep)
{
    DIR *stream = open_stream(fd);
    int first = 0;

    if (!stream)
        return -1;
    for (struct dirent *entry; (entry = readdir(stream));) {
        if (is_dots(entry->d_name) || (keep && strcmp(entry->d_name, keep) == 0))
            continue;
        /* Not d_type first: unlink tells a folder from the rest by itself (EISDIR on Linux). */
        if (unlinkat(fd, entry->d_name, 0) < 0 && errno != ENOENT &&
            zdm_tree_remove(fd, entry->d_name) < 0 && !first)
            first = errno;
    }
    closedir(stream);
    errno = first;
    return first ? -1 : 0;
}

int
zdm_tree_remove(int dir_fd, const char *name)
{
    int fd = openat(dir_fd, name, FOLDER_FLAGS);

    if (fd < 0)
        return errno == ENOENT ? 0 : -1;
    int rc = zdm_tree_clear(fd, NULL);
    int saved = errno;
    close(fd);
    if (rc < 0) {
        errno = saved;
        return -1;
    }
    if (unlinkat(dir_fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
        return -1;
    return 0;
}
