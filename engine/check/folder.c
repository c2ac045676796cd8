#include "check/folder.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* The folders that are being read, outermost first. */
struct way {
    dev_t dev;
    ino_t ino;
    const struct way *up;
};

static int
digits_compare(const char **a, const char **b)
{
    while (**a == '0' && isdigit((unsigned char)(*a)[1]))
        ++*a;
    while (**b == '0' && isdigit((unsigned char)(*b)[1]))
        ++*b;
    size_t n = strspn(*a, "0123456789"), m = strspn(*b, "0123456789");
    int order = n != m ? (n < m ? -1 : 1) : strncmp(*a, *b, n);
    *a += n;
    *b += m;
    return order;
}

int
zdm_natural_compare(const char *a, const char *b)
{
    const char *x = a, *y = b;

    while (*x && *y) {
        if (isdigit((unsigned char)*x) && isdigit((unsigned char)*y)) {
            int order = digits_compare(&x, &y);
            if (order)
                return order;
        } else if (*x != *y) {
            return (unsigned char)*x < (unsigned char)*y ? -1 : 1;
        } else {
            x++;
            y++;
        }
    }
    if (*x || *y)
        return *x ? 1 : -1;
    return strcmp(a, b); /* 1 and 01: any order, but always the same */
}

bool
zdm_name_ends(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);

    return n >= m && strcasecmp(name + n - m, end) == 0;
}

const char *
zdm_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

bool
zdm_is_beside(const char *path, const char *name)
{
    char *other = zdm_strf("%.*s%s", (int)(zdm_base_name(path) - path), path, name);
    bool there = access(other, F_OK) == 0;

    free(other);
    return there;
}

char *
zdm_folder_path(const struct zdm_folder *folder, const char *name)
{
    if (!*folder->path)
        return zdm_strdup(name);
    return zdm_strf("%s%s%s", folder->path, strcmp(folder->path, "/") == 0 ? "" : "/", name);
}

const struct zdm_entry *
zdm_folder_entry(const struct zdm_folder *folder, const char *name)
{
    for (size_t i = 0; i < folder->n; i++)
        if (strcmp(folder->entries[i].name, name) == 0)
            return &folder->entries[i];
    return NULL;
}

static int
compare_entries(const void *a, const void *b)
{
    const struct zdm_entry *x = a, *y = b;

    return zdm_natural_compare(x->name, y->name);
}

static int read_folder(
    char *path, const struct way *up, struct zdm_folder **out, struct zdm_err *err);

static bool
is_on_the_way(const struct way *up, const struct stat *st)
{
    for (; up; up = up->up)
        if (up->dev == st->st_dev && up->ino == st->st_ino)
            return true;
    return false;
}

/* A link that leads nowhere stays an entry: whoever wants to read it gets the error. */
static int
add_entry(struct zdm_folder *folder, const char *name, const struct way *up, struct zdm_err *err)
{
    char *path = zdm_folder_path(folder, name);
    struct zdm_folder *below = NULL;
    struct stat st;

    if (stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode)) {
            if (is_on_the_way(up, &st)) {
                free(path);
                return 0;
            }
            if (read_folder(path, up, &below, err) < 0)
                return -1;
            path = NULL;
        } else if (!S_ISREG(st.st_mode)) {
            free(path);
            return 0;
        }
    }
    free(path);
    folder->entries = zdm_grow(folder->entries, folder->n, sizeof *folder->entries);
    folder->entries[folder->n++] = (struct zdm_entry){.name = zdm_strdup(name), .folder = below};
    return 0;
}

/* takes path */
static int
read_folder(char *path, const struct way *up, struct zdm_folder **out, struct zdm_err *err)
{
    struct zdm_folder *folder = zdm_alloc(sizeof *folder);
    const char *name = *path ? path : ".";
    struct dirent *entry;
    struct stat st;
    int rc = -1;

    folder->path = path;
    DIR *dir = opendir(name);
    if (!dir || fstat(dirfd(dir), &st) < 0) {
        zdm_fail_errno(err, ZDM_ERR_USAGE, "cannot read folder \"%s\"", name);
        goto out;
    }
    struct way here = {.dev = st.st_dev, .ino = st.st_ino, .up = up};
    for (;;) {
        errno = 0;
        entry = readdir(dir);
        if (!entry)
            break;
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "node_modules") == 0)
            continue;
        if (add_entry(folder, entry->d_name, &here, err) < 0)
            goto out;
    }
    if (errno) {
        zdm_fail_errno(err, ZDM_ERR_USAGE, "cannot read folder \"%s\"", name);
        goto out;
    }
    if (folder->n)
        qsort(folder->entries, folder->n, sizeof *folder->entries, compare_entries);
    *out = folder;
    folder = NULL;
    rc = 0;
out:
    if (dir)
        closedir(dir);
    zdm_folder_free(folder);
    return rc;
}

int
zdm_folder_read(const char *path, struct zdm_folder **out, struct zdm_err *err)
{
    size_t n = strlen(path);

    while (n > 1 && path[n - 1] == '/')
        n--;
    return read_folder(
        n == 1 && *path == '.' ? zdm_strdup("") : zdm_strndup(path, n), NULL, out, err);
}

void
zdm_folder_free(struct zdm_folder *folder)
{
    if (!folder)
        return;
    for (size_t i = 0; i < folder->n; i++) {
        free(folder->entries[i].name);
        zdm_folder_free(folder->entries[i].folder);
    }
    free(folder->entries);
    free(folder->path);
    free(folder);
}
