/*
 * commands.h - the commands of zdm: one table for dispatch, help and reference.
 */
#ifndef ZDM_CLI_COMMANDS_H
#define ZDM_CLI_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/io.h"
#include "cli/options.h"

struct zdm_example {
    const char *line, *does;
};

struct zdm_command {
    const char *name;
    const char *words; /* "PLAN GATE [ITEM]", "" for none */
    size_t min_words, max_words;
    bool wraps;          /* the first word ends the options: the rest is a command of the user's */
    uint64_t options;    /* ZDM_OPT_BIT()s */
    const char *summary; /* one line, in the list of commands */
    const char *about;   /* paragraphs, in its help */
    struct zdm_example examples[4]; /* up to the first without line */
    /* Does it and prints; returns the exit code. */
    int (*run)(const struct zdm_args *args, struct zdm_io *io);
};

extern const struct zdm_command zdm_commands[];
extern const size_t zdm_n_commands;

const struct zdm_command *zdm_command_find(const char *name); /* NULL: none */
/* The error that there is no such command, with the nearest one; returns -1. */
int zdm_command_unknown(const char *name, struct zdm_err *err);

int zdm_cmd_check(const struct zdm_args *args, struct zdm_io *io);
int zdm_cmd_plan(const struct zdm_args *args, struct zdm_io *io);
int zdm_cmd_quarantine(const struct zdm_args *args, struct zdm_io *io);
int zdm_cmd_run(const struct zdm_args *args, struct zdm_io *io);
int zdm_cmd_rehearse(const struct zdm_args *args, struct zdm_io *io);
int zdm_cmd_rollback(const struct zdm_args *args, struct zdm_io *io);
int zdm_cmd_status(const struct zdm_args *args, struct zdm_io *io);
int zdm_cmd_verify(const struct zdm_args *args, struct zdm_io *io);
int zdm_cmd_resolve(const struct zdm_args *args, struct zdm_io *io);
int zdm_cmd_log(const struct zdm_args *args, struct zdm_io *io);
int zdm_cmd_approve(const struct zdm_args *args, struct zdm_io *io);
int zdm_cmd_pause(const struct zdm_args *args, struct zdm_io *io);
int zdm_cmd_resume(const struct zdm_args *args, struct zdm_io *io);
int zdm_cmd_cancel(const struct zdm_args *args, struct zdm_io *io);
int zdm_cmd_tune(const struct zdm_args *args, struct zdm_io *io);
int zdm_cmd_recipes(const struct zdm_args *args, struct zdm_io *io);
int zdm_cmd_init(const struct zdm_args *args, struct zdm_io *io);
int zdm_cmd_new(const struct zdm_args *args, struct zdm_io *io);
int zdm_cmd_explain(const struct zdm_args *args, struct zdm_io *io);
int zdm_cmd_sandbox(const struct zdm_args *args, struct zdm_io *io);
int zdm_cmd_help(const struct zdm_args *args, struct zdm_io *io);

#endif
