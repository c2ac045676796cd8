/*
 * options.h - the words of a command line, parsed by one table (pure).
 *
 * options.def lists the options, commands.c the commands and which options each
 * takes. Parsing, --help, suggestions for mistyped words and the reference page
 * all come from these two. Names are not abbreviated: a script that says --no
 * today must not mean something else when an option is added.
 *
 *     struct zdm_args args;
 *     if (zdm_args_parse(argc, argv, &args, &err) == 0 && zdm_args_has(&args, ZDM_OPT_DB))
 *         connect(zdm_args_get(&args, ZDM_OPT_DB));
 *     zdm_args_release(&args);
 */
#ifndef ZDM_CLI_OPTIONS_H
#define ZDM_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum zdm_option_id {
#define OPTION(symbol, ...) ZDM_OPT_##symbol,
#include "cli/options.def"
#undef OPTION
    ZDM_OPT_COUNT
};

struct zdm_option {
    const char *name;
    char short_name;      /* 0: none */
    const char *argument; /* NULL: a switch */
    const char *values;   /* "a|b": the only ones; NULL: any */
    bool repeatable;
    const char *environment; /* variables that stand in for it, for help; NULL: none */
    const char *help;
};
extern const struct zdm_option zdm_options[ZDM_OPT_COUNT];

#define ZDM_OPT_BIT(symbol) (UINT64_C(1) << ZDM_OPT_##symbol)

struct zdm_command;

struct zdm_args {
    const struct zdm_command *command;
    const char **values[ZDM_OPT_COUNT]; /* of each option, in order; views of argv */
    size_t n_values[ZDM_OPT_COUNT];     /* a switch: how often it was given */
    const char **words;                 /* what is no option; ends with NULL */
    size_t n_words;
};

/* argv[1] is the command. Errors are ZDM_ERR_USAGE with a hint. Owned by *out; with --help nothing
 * is required. */
int zdm_args_parse(int argc, const char *const *argv, struct zdm_args *out, struct zdm_err *err);
void zdm_args_release(struct zdm_args *args);

bool zdm_args_has(const struct zdm_args *args, enum zdm_option_id id);
/* The value, NULL when it was not given. */
const char *zdm_args_get(const struct zdm_args *args, enum zdm_option_id id);
/* The value of --format, whichever formats the command has; NULL when it was not given. */
const char *zdm_args_format(const struct zdm_args *args);
/* The n-th word behind the command, NULL when there are fewer. */
const char *zdm_args_word(const struct zdm_args *args, size_t n);

#endif
