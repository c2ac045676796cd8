/*
 * sandbox_folder.h - the private folder of a sandbox, and the sweep of those
 * whose zdm was killed.
 *
 *     $TMPDIR/zdm-XXXXXX/   0700, belongs to the server's user
 *       zdm.lock            zdm holds a flock on it for as long as it lives
 *       data/               the cluster
 *       log                 what the server says
 *       .s.PGSQL.<port>     its socket
 *
 * Whether a folder is in use is decided by the flock alone: the kernel drops it
 * however zdm ends, and a number such as a pid may belong to somebody else by
 * then. A folder without zdm.lock is not ours and is never touched.
 */
#ifndef ZDM_PG_SANDBOX_FOLDER_H
#define ZDM_PG_SANDBOX_FOLDER_H

#include "base/err.h"
#include "pg/sandbox_find.h"

struct zdm_sandbox_folder {
    char *path;  /* owned; short enough for a socket, and needs no quoting anywhere */
    int fd;      /* of the folder */
    int lock_fd; /* of zdm.lock; not inherited by programs that we start */
};

/* Under $TMPDIR when it suits (absolute, short, plain characters, reachable for the server's
 * user), else under /tmp. It still belongs to us: zdm_sandbox_folder_give() hands it over. */
int zdm_sandbox_folder_make(
    const struct zdm_server_user *user, struct zdm_sandbox_folder *folder, struct zdm_err *err);
int zdm_sandbox_folder_give(const struct zdm_sandbox_folder *folder,
    const struct zdm_server_user *user, struct zdm_err *err);
/* Removes the folder and all in it, zdm.lock last, so that a sweep can finish what a crash
 * interrupts. Releases the struct. */
void zdm_sandbox_folder_remove(struct zdm_sandbox_folder *folder);

/* Stops the servers and removes the folders that no living zdm holds: our own ones and, as root,
 * those of the server's user. What cannot be removed stays for the next sweep. */
void zdm_sandbox_sweep(const struct zdm_server_user *user);

#endif
