/*
 * sandbox_tree.h - copies and removes whole folders, by descriptor.
 *
 * zdm may be root while the folder belongs to the unprivileged user the server
 * runs as. So nothing here follows a symbolic link or looks a path up twice:
 * whatever that user does to its folder, zdm reads and writes only inside it.
 */
#ifndef ZDM_PG_SANDBOX_TREE_H
#define ZDM_PG_SANDBOX_TREE_H

#include <stdint.h>
#include <sys/types.h>

/* What a tree holds. Symbolic links and special files are not counted and not copied. */
struct zdm_tree_size {
    int64_t files;
    int64_t bytes;
};

/* Copies the contents of the folder from_fd into the empty folder to_fd. The copies belong to
 * uid and gid when we are root. 0, or -1 with errno. */
int zdm_tree_copy(int from_fd, int to_fd, uid_t uid, gid_t gid, struct zdm_tree_size *size);

/* Removes all that the open folder holds, but for the entry `keep` (NULL: nothing is kept). Goes
 * on after a failure. 0, or -1 with the first errno. */
int zdm_tree_clear(int fd, const char *keep);

/* Removes the folder `name` below dir_fd (AT_FDCWD for a path) and all in it. A folder that is
 * not there is fine. 0, or -1 with errno. */
int zdm_tree_remove(int dir_fd, const char *name);

#endif
