/*
 * new_file.h - files that a command makes for people, and never overwrites.
 */
#ifndef ZDM_CLI_NEW_FILE_H
#define ZDM_CLI_NEW_FILE_H

#include <sys/types.h>

#include "base/err.h"

/* *made false: there is something of that name already, which stays as it is. */
int zdm_new_file(const char *path, const char *text, bool *made, struct zdm_err *err);
/* The same of a folder, in one that is there. */
int zdm_new_folder(const char *path, mode_t mode, bool *made, struct zdm_err *err);

#endif
