/*
 * folder.h - a folder with everything below it, in natural order. Private to engine/check.
 *
 * Symbolic links are followed, except back into a folder that is being read. Hidden entries and
 * node_modules are left out: nobody's migrations are there.
 */
#ifndef ZDM_CHECK_FOLDER_H
#define ZDM_CHECK_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct zdm_folder;

struct zdm_entry {
    char *name;
    struct zdm_folder *folder; /* NULL: a file */
};

struct zdm_folder {
    char *path; /* without a slash at its end; "" is here, so that paths below stay relative */
    struct zdm_entry *entries;
    size_t n;
};

/* *out owned. */
int zdm_folder_read(const char *path, struct zdm_folder **out, struct zdm_err *err);
void zdm_folder_free(struct zdm_folder *folder); /* NULL is fine */

/* The file or folder of that name right in it; NULL when there is none. */
const struct zdm_entry *zdm_folder_entry(const struct zdm_folder *folder, const char *name);
/* path/name, owned. */
char *zdm_folder_path(const struct zdm_folder *folder, const char *name);

/* Order of names: runs of digits by their value, so that 10 stands behind 9; else bytes. */
int zdm_natural_compare(const char *a, const char *b);

/* What stands behind the last slash: view. */
const char *zdm_base_name(const char *path);
/* Is there a file or folder `name`, seen from the folder that `path` is in? */
bool zdm_is_beside(const char *path, const char *name);
/* Does the name end with it, in upper or lower case? */
bool zdm_name_ends(const char *name, const char *end);

#endif
