/*
 * text_file.h - the whole of a text file, as UTF-8. Private to engine/check.
 */
#ifndef ZDM_CHECK_TEXT_FILE_H
#define ZDM_CHECK_TEXT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* path NULL: standard input. Without a byte order mark; a plan (`lua`) with \n for \r\n too, as Lua
 * reads it. What cannot be read, is too big, or is no UTF-8 text: ZDM_ERR_USAGE with the place.
 * *text is owned. */
int zdm_text_file_read(const char *path, bool lua, char **text, size_t *len, struct zdm_err *err);

/* The file that a convention looks for beside the SQL; NULL when there is none. Not an error when it
 * is not there. */
int zdm_text_file_beside(const char *path, char **text, struct zdm_err *err);

#endif
