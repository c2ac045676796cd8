/*
 * check_conf.h - zdm.conf.lua for zdm check: found, read, and put under the options.
 */
#ifndef ZDM_CLI_CHECK_CONF_H
#define ZDM_CLI_CHECK_CONF_H

#include "check/check.h"
#include "cli/options.h"
#include "lua/conf_file.h"

/* --config, else the zdm.conf.lua nearest above the current folder, up to the root of its git
 * repository (outside of one: only here), unless --no-config. *out NULL: there is none. */
int zdm_check_conf(const struct zdm_args *args, struct zdm_conf **out, struct zdm_errlist *errors);

/* What the file and then the options say. conf may be NULL. */
int zdm_check_configure(const struct zdm_args *args, const struct zdm_conf *conf,
    struct zdm_check_settings *settings, struct zdm_source_options *options, struct zdm_err *err);

/* The paths to check: those of the command line, else the file's, which are relative to it. Owned,
 * each too. */
int zdm_check_paths(const struct zdm_args *args, const struct zdm_conf *conf, char ***paths,
    size_t *n, struct zdm_err *err);

#endif
