#include "cli/check_conf.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "check/convention.h"

#define LEVELS_MAX 64

static bool
exists(const struct zdm_buf *up, const char *name)
{
    char *path = zdm_strf("%s%s", up->s, name);
    bool there = access(path, F_OK) == 0;

    free(path);
    return there;
}

static bool
is_root(const struct zdm_buf *up)
{
    char *path = zdm_strf("%s.", up->s), *above = zdm_strf("%s..", up->s);
    struct stat here, there;
    bool same = stat(path, &here) < 0 || stat(above, &there) < 0 ||
                (here.st_ino == there.st_ino && here.st_dev == there.st_dev);

    free(above);
    free(path);
    return same;
}

/* How many folders above us the working tree begins; 0 when we are in none. */
static size_t
levels_to_search(void)
{
    struct zdm_buf up = ZDM_BUF_INIT;
    size_t levels = 0;

    while (levels < LEVELS_MAX && !exists(&up, ".git")) {
        if (is_root(&up)) {
            levels = 0;
            break;
        }
        zdm_buf_add(&up, "../");
        levels++;
    }
    zdm_buf_release(&up);
    return levels == LEVELS_MAX ? 0 : levels;
}

/* Owned; NULL: there is none. */
static char *
find_conf(void)
{
    size_t levels = levels_to_search();
    struct zdm_buf up = ZDM_BUF_INIT;

    for (size_t i = 0; i <= levels; i++) {
        if (exists(&up, ZDM_CONF_NAME)) {
            zdm_buf_add(&up, ZDM_CONF_NAME);
            return zdm_buf_take(&up);
        }
        zdm_buf_add(&up, "../");
    }
    zdm_buf_release(&up);
    return NULL;
}

int
zdm_check_conf(const struct zdm_args *args, struct zdm_conf **out, struct zdm_errlist *errors)
{
    const char *given = zdm_args_get(args, ZDM_OPT_CONFIG);
    char *path = NULL;
    int rc = 0;

    *out = NULL;
    if (zdm_args_has(args, ZDM_OPT_NO_CONFIG)) {
        if (given)
            return zdm_fail(zdm_errlist_add(errors), ZDM_ERR_USAGE,
                "--config and --no-config exclude each other");
        return 0;
    }
    path = given ? zdm_strdup(given) : find_conf();
    if (path)
        rc = zdm_conf_read(path, out, errors);
    free(path);
    return rc;
}

/* "id=severity" of an option. */
static int
rule_option(struct zdm_check_settings *settings, const char *value, struct zdm_err *err)
{
    const char *equals = strchr(value, '=');

    if (!equals) {
        zdm_fail(err, ZDM_ERR_USAGE, "--rule takes ID=SEVERITY, not \"%s\"", value);
        return zdm_err_hint(err, "such as --rule tx-multi-table-ddl=error");
    }
    char *id = zdm_strndup(value, (size_t)(equals - value));
    int rc = zdm_check_settings_rule(settings, id, equals + 1, err);
    free(id);
    return rc < 0 ? zdm_err_wrap(err, "--rule") : 0;
}

static int
configure_from_file(const struct zdm_conf *conf, struct zdm_check_settings *settings,
    struct zdm_source_options *options, struct zdm_err *err)
{
    const struct zdm_conf_check *check = &conf->check;

    if (check->fail_on && zdm_check_settings_fail_on(settings, check->fail_on, err) < 0)
        return zdm_err_at(err, zdm_conf_place(conf, "fail_on"));
    for (size_t i = 0; i < check->n_rules; i++)
        if (zdm_check_settings_rule(settings, check->rules[i].rule, check->rules[i].severity, err) <
            0)
            return zdm_err_at(err, zdm_conf_place(conf, check->rules[i].rule));
    const struct zdm_convention *convention;
    if (check->convention && zdm_convention_find(check->convention, &convention, err) < 0)
        return zdm_err_at(err, zdm_conf_place(conf, check->convention));
    settings->allow_unknown = check->allow_unknown;
    settings->pg_version = check->pg_version;
    options->convention = check->convention;
    if (check->in_transaction >= 0) {
        options->wrap_given = true;
        options->wrap = check->in_transaction ? ZDM_WRAP_ALWAYS : ZDM_WRAP_NEVER;
    }
    return 0;
}

static int
read_version(const char *value, int *version, struct zdm_err *err)
{
    int64_t n;

    if (!zdm_parse_i64(value, &n) || n < 12 || n > 99) {
        zdm_fail(
            err, ZDM_ERR_USAGE, "--pg-version takes a major version from 12 on, not \"%s\"", value);
        return zdm_err_hint(err, "such as --pg-version 15");
    }
    *version = (int)n;
    return 0;
}

int
zdm_check_configure(const struct zdm_args *args, const struct zdm_conf *conf,
    struct zdm_check_settings *settings, struct zdm_source_options *options, struct zdm_err *err)
{
    const char *fail_on = zdm_args_get(args, ZDM_OPT_FAIL_ON);
    const char *version = zdm_args_get(args, ZDM_OPT_PG_VERSION);
    const char *convention = zdm_args_get(args, ZDM_OPT_CONVENTION);
    const char *wrap = zdm_args_get(args, ZDM_OPT_ASSUME_IN_TRANSACTION);

    if (conf && configure_from_file(conf, settings, options, err) < 0)
        return -1;
    if (fail_on && zdm_check_settings_fail_on(settings, fail_on, err) < 0)
        return -1;
    for (size_t i = 0; i < args->n_values[ZDM_OPT_RULE]; i++)
        if (rule_option(settings, args->values[ZDM_OPT_RULE][i], err) < 0)
            return -1;
    if (version && read_version(version, &settings->pg_version, err) < 0)
        return -1;
    if (zdm_args_has(args, ZDM_OPT_ALLOW_UNKNOWN))
        settings->allow_unknown = true;
    if (convention)
        options->convention = convention;
    options->git_diff = zdm_args_get(args, ZDM_OPT_GIT_DIFF);
    if (wrap) {
        options->wrap_given = true;
        options->wrap = strcmp(wrap, "yes") == 0 ? ZDM_WRAP_ALWAYS : ZDM_WRAP_NEVER;
    }
    return 0;
}

int
zdm_check_paths(const struct zdm_args *args, const struct zdm_conf *conf, char ***paths, size_t *n,
    struct zdm_err *err)
{
    size_t count = args->n_words ? args->n_words : conf ? conf->check.n_paths : 0;

    if (count == 0) {
        zdm_fail(err, ZDM_ERR_USAGE, "zdm check needs to know what to check");
        return zdm_err_hint(err,
            "give plans, .sql files, folders, or - for stdin: zdm check db/migrations; or set "
            "paths in zdm.conf.lua");
    }
    char **list = zdm_alloc(count * sizeof *list);
    if (args->n_words) {
        for (size_t i = 0; i < count; i++)
            list[i] = zdm_strdup(args->words[i]);
    } else {
        const char *slash = strrchr(conf->path, '/');
        size_t folder = slash ? (size_t)(slash + 1 - conf->path) : 0;
        for (size_t i = 0; i < count; i++)
            list[i] = zdm_strf("%.*s%s", conf->check.paths[i][0] == '/' ? 0 : (int)folder,
                conf->path, conf->check.paths[i]);
    }
    *paths = list;
    *n = count;
    return 0;
}
