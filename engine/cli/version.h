/*
 * version.h - the line of zdm --version: zdm and the libraries it runs with.
 */
#ifndef ZDM_CLI_VERSION_H
#define ZDM_CLI_VERSION_H

#include "base/buf.h"

void zdm_version_line(struct zdm_buf *out);

#endif
