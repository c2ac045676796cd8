/*
 * conf_file.h - zdm.conf.lua: what a project sets for its commands.
 *
 * A Lua file that returns a table, evaluated as plans are: no files, no clock, no environment; unknown
 * fields are errors with the nearest name (stdlib/conf.lua).
 */
#ifndef ZDM_LUA_CONF_FILE_H
#define ZDM_LUA_CONF_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define ZDM_CONF_NAME "zdm.conf.lua"

struct zdm_conf_rule {
    const char *rule, *severity; /* not looked up yet */
};

struct zdm_conf_check { /* strings NULL and numbers 0 when not set */
    const char **paths; /* as written */
    size_t n_paths;
    const char *convention, *fail_on;
    bool allow_unknown;
    struct zdm_conf_rule *rules;
    size_t n_rules;
    int pg_version;
    int in_transaction; /* 1 yes, 0 no, -1 not set */
};

struct zdm_conf {
    char *path;
    struct zdm_conf_check check;
    struct zdm_arena *arena;
    struct zdm_source *text; /* for places */
};

/* *out owned. All that is wrong comes in *errors. */
int zdm_conf_read(const char *path, struct zdm_conf **out, struct zdm_errlist *errors);
void zdm_conf_free(struct zdm_conf *conf); /* NULL is fine */
/* Where the word stands in the file; only the file when it does not. */
struct zdm_place zdm_conf_place(const struct zdm_conf *conf, const char *word);

#endif
