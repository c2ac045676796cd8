/*
 * sandbox_template.h - keeps what initdb made, so that later sandboxes copy it.
 *
 *     $XDG_CACHE_HOME or ~/.cache
 *       zdm/initdb-15.4-1f2e3d4c/   one per server version, build, user and way of making it
 *         data/                     the cluster, as initdb left it
 *         size                      number of files and bytes in data/
 *
 * A template appears by one rename and is complete from then on. It is only a
 * saving of time: where it cannot be written, or is damaged, initdb runs again.
 */
#ifndef ZDM_PG_SANDBOX_TEMPLATE_H
#define ZDM_PG_SANDBOX_TEMPLATE_H

#include <stdbool.h>

#include "pg/sandbox_find.h"

/* Where the template of this server is or would be; `recipe` is how it is made. Owned; NULL when
 * there is no place for it. */
char *zdm_template_path(const char *bindir, const char *version, const char *recipe);

/* Copies the template into the empty folder data_fd. False: there is none, or it was damaged (then
 * it is removed), and the folder is empty again. `path` may be NULL. */
bool zdm_template_load(const char *path, int data_fd, const struct zdm_server_user *user);

/* Keeps a copy of the folder data_fd. */
void zdm_template_save(const char *path, int data_fd);

/* Forgets it: a server did not start from it. */
void zdm_template_drop(const char *path);

#endif
