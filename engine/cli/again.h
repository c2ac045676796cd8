/*
 * again.h - the command to type next, with the options of the one that was typed (pure).
 */
#ifndef ZDM_CLI_AGAIN_H
#define ZDM_CLI_AGAIN_H

#include "base/buf.h"
#include "cli/options.h"
#include "gate/gate.h"
#include "plan/plan.h"

/* Adds "zdm COMMAND WORD... --db X --ledger Y OPTIONS": n words, quoted for a shell, then the options
 * that say where, as far as they were given, and `options` as it stands (NULL: none). A connection
 * string that holds a password is not repeated: "--db ...". Words stand behind "--" when one of
 * them begins with a dash. */
void zdm_add_again(struct zdm_buf *out, const struct zdm_args *args, const char *command,
    const char *options, size_t n, const char *const *words);

/* Adds what opens a closed gate, a line each behind `indent` blanks: the approvals to give with
 * their commands, and the run that goes on. */
void zdm_add_next_steps(struct zdm_buf *out, const struct zdm_args *args,
    const struct zdm_plan *plan, const struct zdm_step *gate, const struct zdm_gate_result *result,
    int indent);

#endif
