/*
 * Tools that are known by the names of their files.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "check/convention.h"

bool
zdm_golang_migrate_named(const char *path)
{
    const char *name = zdm_base_name(path);
    size_t digits = strspn(name, "0123456789");

    return digits > 0 && name[digits] == '_' && zdm_name_ends(name, ".up.sql");
}

char *
zdm_leading_number(const char *path)
{
    const char *name = zdm_base_name(path);
    size_t digits = strspn(name, "0123456789");

    return digits ? zdm_strndup(name, digits) : NULL;
}

bool
zdm_golang_migrate_owns(const struct zdm_folder *folder)
{
    for (size_t i = 0; i < folder->n; i++)
        if (!folder->entries[i].folder && zdm_golang_migrate_named(folder->entries[i].name))
            return true;
    return false;
}

int
zdm_golang_migrate_list(const struct zdm_folder *folder, struct zdm_paths *out, struct zdm_err *err)
{
    (void)err;
    for (size_t i = 0; i < folder->n; i++)
        if (!folder->entries[i].folder && zdm_golang_migrate_named(folder->entries[i].name))
            zdm_paths_add(out, zdm_folder_path(folder, folder->entries[i].name));
    return 0;
}

/* N.do.sql, N.do.name.sql; a name has no dots. */
bool
zdm_postgrator_named(const char *path)
{
    const char *name = zdm_base_name(path);
    size_t digits = strspn(name, "0123456789");

    if (digits == 0 || strncmp(name + digits, ".do.", 4) != 0 || !zdm_name_ends(name, ".sql"))
        return false;
    const char *rest = name + digits + strlen(".do.");
    size_t n = strcspn(rest, ".");
    return rest[n] == '\0' || strcmp(rest + n, ".sql") == 0;
}

bool
zdm_postgrator_owns(const struct zdm_folder *folder)
{
    for (size_t i = 0; i < folder->n; i++)
        if (!folder->entries[i].folder && zdm_postgrator_named(folder->entries[i].name))
            return true;
    return false;
}

int
zdm_postgrator_list(const struct zdm_folder *folder, struct zdm_paths *out, struct zdm_err *err)
{
    (void)err;
    for (size_t i = 0; i < folder->n; i++)
        if (!folder->entries[i].folder && zdm_postgrator_named(folder->entries[i].name))
            zdm_paths_add(out, zdm_folder_path(folder, folder->entries[i].name));
    return 0;
}

static bool
holds(const struct zdm_entry *entry, const char *name)
{
    return entry->folder && zdm_folder_entry(entry->folder, name);
}

bool
zdm_prisma_owns(const struct zdm_folder *folder)
{
    if (zdm_folder_entry(folder, "migration_lock.toml"))
        return true;
    for (size_t i = 0; i < folder->n; i++)
        if (holds(&folder->entries[i], "migration.sql"))
            return true;
    return false;
}

/* By the bytes of the folders' names: "1_a" before "1_a-b", so a name's end is less than any byte. */
static int
compare_folders(const void *a, const void *b)
{
    const unsigned char *x = *(unsigned char *const *)a, *y = *(unsigned char *const *)b;

    while (*x && *x == *y)
        x++, y++;
    return (*x == '/' ? 0 : *x) - (*y == '/' ? 0 : *y);
}

int
zdm_prisma_list(const struct zdm_folder *folder, struct zdm_paths *out, struct zdm_err *err)
{
    (void)err;
    for (size_t i = 0; i < folder->n; i++)
        if (holds(&folder->entries[i], "migration.sql"))
            zdm_paths_add(out, zdm_folder_path(folder->entries[i].folder, "migration.sql"));
    if (out->n)
        qsort(out->items, out->n, sizeof *out->items, compare_folders);
    return 0;
}

bool
zdm_prisma_named(const char *path)
{
    return strcmp(zdm_base_name(path), "migration.sql") == 0 &&
           zdm_is_beside(path, "../migration_lock.toml");
}

/* The name of the folder that the file is in. */
char *
zdm_prisma_version(const char *path)
{
    const char *end = zdm_base_name(path), *begin;

    if (end == path)
        return NULL;
    end--;
    for (begin = end; begin > path && begin[-1] != '/'; begin--)
        ;
    return zdm_strndup(begin, (size_t)(end - begin));
}

bool
zdm_rails_owns(const struct zdm_folder *folder)
{
    const struct zdm_entry *migrate = zdm_folder_entry(folder, "migrate");

    return zdm_folder_entry(folder, "structure.sql") && migrate && migrate->folder;
}

int
zdm_rails_list(const struct zdm_folder *folder, struct zdm_paths *out, struct zdm_err *err)
{
    (void)err;
    if (zdm_folder_entry(folder, "structure.sql"))
        zdm_paths_add(out, zdm_folder_path(folder, "structure.sql"));
    return 0;
}

bool
zdm_rails_named(const char *path)
{
    return strcmp(zdm_base_name(path), "structure.sql") == 0 && zdm_is_beside(path, "migrate");
}
