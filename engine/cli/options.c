#include "cli/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/check_formats.h"
#include "cli/commands.h"

const struct zdm_option zdm_options[ZDM_OPT_COUNT] = {
#define OPTION(symbol, ...) [ZDM_OPT_##symbol] = {__VA_ARGS__},
#include "cli/options.def"
#undef OPTION
};

bool
zdm_args_has(const struct zdm_args *args, enum zdm_option_id id)
{
    return args->n_values[id] > 0;
}

const char *
zdm_args_get(const struct zdm_args *args, enum zdm_option_id id)
{
    return args->n_values[id] ? args->values[id][args->n_values[id] - 1] : NULL;
}

const char *
zdm_args_format(const struct zdm_args *args)
{
    static const enum zdm_option_id ids[] = {
        ZDM_OPT_FORMAT, ZDM_OPT_PLAN_FORMAT, ZDM_OPT_CHECK_FORMAT, ZDM_OPT_REHEARSE_FORMAT};
    const char *format = NULL;

    for (size_t i = 0; !format && i < sizeof ids / sizeof *ids; i++)
        format = zdm_args_get(args, ids[i]);
    return format;
}

const char *
zdm_args_word(const struct zdm_args *args, size_t n)
{
    return n < args->n_words ? args->words[n] : NULL;
}

void
zdm_args_release(struct zdm_args *args)
{
    for (size_t i = 0; i < ZDM_OPT_COUNT; i++)
        free(args->values[i]);
    free(args->words);
    *args = (struct zdm_args){.command = NULL};
}

static bool
takes(const struct zdm_command *command, size_t id)
{
    return command->options & (UINT64_C(1) << id);
}

static int
unknown_option(const struct zdm_command *command, const char *name, struct zdm_err *err)
{
    const char *names[ZDM_OPT_COUNT];
    size_t n = 0;

    for (size_t i = 0; i < ZDM_OPT_COUNT; i++) {
        if (takes(command, i))
            names[n++] = zdm_options[i].name;
    }
    const char *nearest = zdm_nearest(name, names, n);
    zdm_fail(err, ZDM_ERR_USAGE, "zdm %s has no option --%s", command->name, name);
    if (nearest)
        return zdm_err_hint(err, "did you mean --%s?", nearest);
    return zdm_err_hint(err, "zdm %s --help lists its options", command->name);
}

static int
check_value(const struct zdm_option *option, const char *value, struct zdm_err *err)
{
    struct zdm_buf list = ZDM_BUF_INIT;
    size_t length = strlen(value);

    for (const char *v = option->values; v;) {
        size_t n = strcspn(v, "|");
        if (n == length && strncmp(v, value, n) == 0) {
            zdm_buf_release(&list);
            return 0;
        }
        zdm_buf_addf(&list, "%s%.*s", list.len == 0 ? "" : v[n] ? ", " : " or ", (int)n, v);
        v = v[n] ? v + n + 1 : NULL;
    }
    zdm_fail(err, ZDM_ERR_USAGE, "--%s takes %s, not \"%s\"", option->name, list.s, value);
    zdm_buf_release(&list);
    return -1;
}

static int
add_value(struct zdm_args *args, size_t id, const char *value, struct zdm_err *err)
{
    const struct zdm_option *option = &zdm_options[id];
    size_t n = args->n_values[id];

    if (n > 0 && option->argument && !option->repeatable)
        return zdm_fail(err, ZDM_ERR_USAGE, "--%s is given twice", option->name);
    /* Most likely an unset variable of a script: the next best target is not what was meant. (An
     * empty note gets an answer of its own.) */
    if (option->argument && !option->values && !*value && id != ZDM_OPT_NOTE) {
        zdm_fail(err, ZDM_ERR_USAGE, "--%s is empty", option->name);
        return zdm_err_hint(
            err, "give it a value, or leave it out: --%s %s", option->name, option->argument);
    }
    if (option->values && check_value(option, value, err) < 0)
        return -1;
    args->values[id] = zdm_grow(args->values[id], n + 1, sizeof *args->values[id]);
    args->values[id][n] = value;
    args->n_values[id] = n + 1;
    return 0;
}

static int
value_missing(const struct zdm_option *option, struct zdm_err *err)
{
    return zdm_fail(err, ZDM_ERR_USAGE, "--%s needs a value: --%s %s", option->name, option->name,
        option->argument);
}

/* argv[*i] is "--name" or "--name=value". */
static int
parse_long(struct zdm_args *args, int argc, const char *const *argv, int *i, struct zdm_err *err)
{
    const char *name = argv[*i] + 2;
    size_t n = strcspn(name, "=");
    const char *value = name[n] ? name + n + 1 : NULL;

    for (size_t id = 0; id < ZDM_OPT_COUNT; id++) {
        const struct zdm_option *option = &zdm_options[id];
        if (!takes(args->command, id) || strlen(option->name) != n ||
            strncmp(option->name, name, n) != 0)
            continue;
        if (!option->argument && value)
            return zdm_fail(err, ZDM_ERR_USAGE, "--%s takes no value", option->name);
        if (option->argument && !value) {
            if (*i + 1 >= argc)
                return value_missing(option, err);
            value = argv[++*i];
        }
        return add_value(args, id, value, err);
    }

    char *word = zdm_strndup(name, n);
    unknown_option(args->command, word, err);
    free(word);
    return -1;
}

/* argv[*i] is "-x", "-xVALUE" or several switches in one word. */
static int
parse_short(struct zdm_args *args, int argc, const char *const *argv, int *i, struct zdm_err *err)
{
    for (const char *c = argv[*i] + 1; *c; c++) {
        size_t id = 0;
        while (
            id < ZDM_OPT_COUNT && !(takes(args->command, id) && zdm_options[id].short_name == *c))
            id++;
        if (id == ZDM_OPT_COUNT) {
            zdm_fail(err, ZDM_ERR_USAGE, "zdm %s has no option -%c", args->command->name, *c);
            return zdm_err_hint(err, "zdm %s --help lists its options", args->command->name);
        }
        if (!zdm_options[id].argument) {
            if (add_value(args, id, NULL, err) < 0)
                return -1;
            continue;
        }
        const char *value = c[1] ? c + 1 : NULL;
        if (!value) {
            if (*i + 1 >= argc)
                return value_missing(&zdm_options[id], err);
            value = argv[++*i];
        }
        return add_value(args, id, value, err);
    }
    return 0;
}

static int
find_command(const char *name, struct zdm_args *args, struct zdm_err *err)
{
    static const char *const of_zdm[] = {"--help", "--version"};

    args->command = zdm_command_find(name);
    if (args->command)
        return 0;
    if (name[0] == '-') {
        const char *nearest = zdm_nearest(name, of_zdm, sizeof of_zdm / sizeof *of_zdm);
        zdm_fail(err, ZDM_ERR_USAGE, "unknown option \"%s\"", name);
        if (nearest)
            return zdm_err_hint(err, "did you mean zdm %s?", nearest);
        return zdm_err_hint(err, "options stand behind the command: zdm COMMAND %s", name);
    }
    return zdm_command_unknown(name, err);
}

static int
check_words(const struct zdm_args *args, struct zdm_err *err)
{
    const struct zdm_command *command = args->command;

    if (args->n_words < command->min_words)
        zdm_fail(err, ZDM_ERR_USAGE, "zdm %s needs %s", command->name, command->words);
    else if (args->n_words > command->max_words)
        zdm_fail(err, ZDM_ERR_USAGE, "zdm %s does not know what to do with \"%s\"", command->name,
            args->words[command->max_words]);
    else
        return 0;
    return zdm_err_hint(err, "usage: zdm %s%s%s%s", command->name,
        command->options == ZDM_OPT_BIT(HELP) ? "" : " [OPTION]...", *command->words ? " " : "",
        command->words);
}

int
zdm_args_parse(int argc, const char *const *argv, struct zdm_args *out, struct zdm_err *err)
{
    struct zdm_args args = {.command = NULL};
    bool options = true;

    args.words = zdm_alloc((size_t)argc * sizeof *args.words);
    if (find_command(argv[1], &args, err) < 0)
        goto fail;
    for (int i = 2; i < argc; i++) {
        const char *word = argv[i];
        if (!options || word[0] != '-' || !word[1]) {
            args.words[args.n_words++] = word;
            if (args.command->wraps)
                options = false; /* the rest belongs to the wrapped command */
        } else if (strcmp(word, "--") == 0) {
            options = false;
        } else if ((word[1] == '-' ? parse_long : parse_short)(&args, argc, argv, &i, err) < 0) {
            goto fail;
        }
    }
    if (!zdm_args_has(&args, ZDM_OPT_HELP) && check_words(&args, err) < 0)
        goto fail;
    *out = args;
    return 0;
fail:
    zdm_args_release(&args);
    return -1;
}
