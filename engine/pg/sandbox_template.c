#include "pg/sandbox_template.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "pg/sandbox_tree.h"

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* The user's cache folder, owned; NULL when there is none. */
static char *
cache_home(void)
{
    const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    struct stat st;

    if (xdg && xdg[0] == '/')
        return zdm_strdup(xdg);
    /* Under sudo HOME may still be the caller's: root's files have no business there. */
    if (!home || home[0] != '/' || stat(home, &st) < 0 || st.st_uid != geteuid()) {
        const struct passwd *entry = getpwuid(geteuid());
        home = entry ? entry->pw_dir : NULL;
    }
    return home && home[0] == '/' ? zdm_strf("%s/.cache", home) : NULL;
}

char *
zdm_template_path(const char *bindir, const char *version, const char *recipe)
{
    char hash[65], *home = cache_home();

    if (!home)
        return NULL;
    const char *number = strpbrk(version, "0123456789");
    size_t n = number ? strspn(number, "0123456789.") : 0;
    /* Builds of one version differ: block size, libraries, collations. So do users of one cache. */
    char *all = zdm_strf("%s\n%s\n%s\n%lu", bindir, version, recipe, (unsigned long)geteuid());
    zdm_sha256_hex(all, strlen(all), hash);
    char *path = zdm_strf("%s/zdm/initdb-%.*s-%.8s", home, (int)n, number ? number : "", hash);
    free(all);
    free(home);
    return path;
}

/* The template's own folder, when it is ours alone to write: the server runs what is in it. */
static int
open_template(const char *path)
{
    struct stat st;
    int fd = open(path, FOLDER_FLAGS);

    if (fd >= 0 && (fstat(fd, &st) < 0 || st.st_uid != geteuid() || (st.st_mode & 022))) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool
read_size(int template_fd, struct zdm_tree_size *size)
{
    char text[64] = "";
    int fd = openat(template_fd, "size", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    return n > 0 && sscanf(text, "%" SCNd64 " %" SCNd64, &size->files, &size->bytes) == 2;
}

static bool
write_size(int template_fd, const struct zdm_tree_size *size)
{
    char text[64];
    int n = snprintf(text, sizeof text, "%" PRId64 " %" PRId64 "\n", size->files, size->bytes);
    int fd = openat(template_fd, "size", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0)
        return false;
    bool ok = write(fd, text, (size_t)n) == n;
    return close(fd) == 0 && ok;
}

bool
zdm_template_load(const char *path, int data_fd, const struct zdm_server_user *user)
{
    struct zdm_tree_size expected = {0}, copied = {0};
    int template_fd = path ? open_template(path) : -1;

    if (template_fd < 0)
        return false;
    errno = 0;
    int from = openat(template_fd, "data", FOLDER_FLAGS);
    bool ok = from >= 0 && read_size(template_fd, &expected) &&
              zdm_tree_copy(from, data_fd, user->uid, user->gid, &copied) == 0 &&
              copied.files == expected.files && copied.bytes == expected.bytes;
    bool no_room = !ok && (errno == ENOSPC || errno == EDQUOT);
    if (from >= 0)
        close(from);
    close(template_fd);
    if (!ok) {
        if (!no_room)
            zdm_template_drop(path);
        zdm_tree_clear(data_fd, NULL);
    }
    return ok;
}

static bool
make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int rc = mkdir(path, 0700);
        *slash = '/';
        if (rc < 0 && errno != EEXIST)
            return false;
    }
    return true;
}

/* Removes copies that a killed zdm has left half-made: nobody holds their flock any more. */
static void
sweep_copies(const char *folder)
{
    DIR *stream = opendir(folder);

    if (!stream)
        return;
    for (struct dirent *entry; (entry = readdir(stream));) {
        if (strncmp(entry->d_name, "new-", 4) != 0)
            continue;
        int fd = openat(dirfd(stream), entry->d_name, FOLDER_FLAGS);
        if (fd < 0)
            continue;
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            zdm_tree_remove(dirfd(stream), entry->d_name);
        close(fd);
    }
    closedir(stream);
}

void
zdm_template_save(const char *path, int data_fd)
{
    struct zdm_tree_size size = {0};
    char *folder = zdm_strndup(path, (size_t)(strrchr(path, '/') - path));
    char *copy = zdm_strf("%s/new-XXXXXX", folder);
    int fd = -1, to = -1;
    bool kept = false;

    if (!make_folders(copy))
        goto out;
    sweep_copies(folder);
    if (!mkdtemp(copy))
        goto out;
    fd = open(copy, FOLDER_FLAGS);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && mkdirat(fd, "data", 0700) == 0)
        to = openat(fd, "data", FOLDER_FLAGS);
    /* Another zdm may have put its template there meanwhile: the rename fails, and ours goes. */
    kept = to >= 0 && zdm_tree_copy(data_fd, to, geteuid(), getegid(), &size) == 0 &&
           write_size(fd, &size) && rename(copy, path) == 0;
    if (!kept)
        zdm_tree_remove(AT_FDCWD, copy);

out:
    if (to >= 0)
        close(to);
    if (fd >= 0)
        close(fd);
    free(copy);
    free(folder);
}

void
zdm_template_drop(const char *path)
{
    char *folder = zdm_strndup(path, (size_t)(strrchr(path, '/') - path));
    char *aside = zdm_strf("%s/new-XXXXXX", folder);

    /* Aside first, in one step: nobody may begin to copy what is being removed. */
    if (mkdtemp(aside)) {
        if (rename(path, aside) == 0 || errno == ENOENT)
            zdm_tree_remove(AT_FDCWD, aside);
        else
            rmdir(aside);
    }
    free(aside);
    free(folder);
}
