/*
 * help.h - help and reference pages, from the tables of commands and options (pure).
 */
#ifndef ZDM_CLI_HELP_H
#define ZDM_CLI_HELP_H

#include "base/buf.h"
#include "cli/commands.h"

void zdm_help_overview(struct zdm_buf *out);
void zdm_help_command(struct zdm_buf *out, const struct zdm_command *command);
/* docs/reference/commands.md */
void zdm_help_reference(struct zdm_buf *out);

#endif
