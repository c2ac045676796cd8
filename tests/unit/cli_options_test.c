#include "cli_render.h"

#include "cli/commands.h"
#include "cli/options.h"

#define PARSE(args, err, ...)                                                                      \
    zdm_args_parse((int)(sizeof((const char *[]){"zdm", __VA_ARGS__}) / sizeof(char *)),           \
        (const char *[]){"zdm", __VA_ARGS__}, (args), (err))

static void
values_in_every_form(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_args args;

    (void)state;
    assert_int_equal(0, PARSE(&args, &err, "run", "--db=a", "p.lua", "--until", "x y", "-fjson"));
    assert_string_equal("run", args.command->name);
    assert_string_equal("a", zdm_args_get(&args, ZDM_OPT_DB));
    assert_string_equal("x y", zdm_args_get(&args, ZDM_OPT_UNTIL));
    assert_string_equal("json", zdm_args_get(&args, ZDM_OPT_FORMAT));
    assert_null(zdm_args_get(&args, ZDM_OPT_LEDGER));
    assert_false(zdm_args_has(&args, ZDM_OPT_SANDBOX));
    assert_int_equal(1, args.n_words);
    assert_string_equal("p.lua", zdm_args_word(&args, 0));
    assert_null(zdm_args_word(&args, 1));
    zdm_args_release(&args);

    /* An empty note is a value; what follows "--" is no option; "-" is a word. */
    assert_int_equal(0, PARSE(&args, &err, "approve", "--note=", "--", "p", "--offline"));
    assert_string_equal("", zdm_args_get(&args, ZDM_OPT_NOTE));
    assert_string_equal("--offline", zdm_args_word(&args, 1));
    zdm_args_release(&args);
    assert_int_equal(0, PARSE(&args, &err, "plan", "-"));
    assert_string_equal("-", zdm_args_word(&args, 0));
    zdm_args_release(&args);

    /* A value may look like an option. */
    assert_int_equal(0, PARSE(&args, &err, "approve", "p", "g", "--note", "--yes"));
    assert_string_equal("--yes", zdm_args_get(&args, ZDM_OPT_NOTE));
    zdm_args_release(&args);
}

static void
repeated_values_keep_their_order(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_args args;

    (void)state;
    assert_int_equal(
        0, PARSE(&args, &err, "run", "--sandbox", "--setup", "a.sql", "p", "--setup=b.sql"));
    assert_int_equal(2, args.n_values[ZDM_OPT_SETUP]);
    assert_string_equal("a.sql", args.values[ZDM_OPT_SETUP][0]);
    assert_string_equal("b.sql", args.values[ZDM_OPT_SETUP][1]);
    zdm_args_release(&args);
}

static void
a_wrapped_command_keeps_its_options(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_args args;

    (void)state;
    assert_int_equal(
        0, PARSE(&args, &err, "sandbox", "--setup", "a.sql", "--", "psql", "-c", "--"));
    assert_int_equal(3, args.n_words);
    assert_string_equal("--", args.words[2]);
    assert_null(args.words[3]);
    zdm_args_release(&args);

    assert_int_equal(0, PARSE(&args, &err, "sandbox", "--tcp", "psql", "--help"));
    assert_false(zdm_args_has(&args, ZDM_OPT_HELP));
    assert_true(zdm_args_has(&args, ZDM_OPT_TCP));
    assert_int_equal(2, args.n_words);
    zdm_args_release(&args);
}

static void
help_needs_no_arguments(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_args args;

    (void)state;
    assert_int_equal(0, PARSE(&args, &err, "approve", "-h"));
    assert_true(zdm_args_has(&args, ZDM_OPT_HELP));
    zdm_args_release(&args);
}

static void
refused(const char *message, const char *hint, int argc, const char *const *argv)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_args args;

    assert_int_equal(-1, zdm_args_parse(argc, argv, &args, &err));
    assert_int_equal(ZDM_ERR_USAGE, err.code);
    assert_string_equal(message, err.message);
    if (hint)
        assert_string_equal(hint, err.hint);
    else
        assert_null(err.hint);
    zdm_err_release(&err);
}
#define REFUSED(message, hint, ...)                                                                \
    refused(message, hint, (int)(sizeof((const char *[]){"zdm", __VA_ARGS__}) / sizeof(char *)),   \
        (const char *[]){"zdm", __VA_ARGS__})

static void
mistakes_are_named(void **state)
{
    (void)state;
    REFUSED("unknown command \"rnu\"", "did you mean zdm run?", "rnu");
    REFUSED("unknown command \"frobnicate\"", "zdm --help lists the commands", "frobnicate");
    REFUSED("unknown option \"--hlep\"", "did you mean zdm --help?", "--hlep");
    REFUSED("unknown option \"--db\"", "options stand behind the command: zdm COMMAND --db", "--db",
        "x", "run");
    REFUSED("zdm run has no option --untill", "did you mean --until?", "run", "p", "--untill=x");
    REFUSED("zdm run has no option --offline", "zdm run --help lists its options", "run", "p",
        "--offline");
    REFUSED("zdm run has no option -x", "zdm run --help lists its options", "run", "p", "-x");
    REFUSED("--until needs a value: --until STEP", NULL, "run", "p", "--until");
    REFUSED("--db needs a value: --db DSN", NULL, "run", "p", "-d");
    REFUSED("--sandbox takes no value", NULL, "run", "p", "--sandbox=yes");
    REFUSED("--db is given twice", NULL, "run", "p", "--db", "a", "-d", "b");
    REFUSED("--db is empty", "give it a value, or leave it out: --db DSN", "run", "p", "--db=");
    REFUSED("--db is empty", "give it a value, or leave it out: --db DSN", "run", "p", "-d", "");
    REFUSED("--format takes text or json, not \"yaml\"", NULL, "run", "p", "--format", "yaml");
    REFUSED("--color takes auto, always or never, not \"\"", NULL, "status", "--color=");
    REFUSED("zdm run needs PLAN", "usage: zdm run [OPTION]... PLAN", "run");
    REFUSED("zdm run does not know what to do with \"b\"", "usage: zdm run [OPTION]... PLAN", "run",
        "a", "b");
    REFUSED("zdm approve needs PLAN GATE [ITEM]", "usage: zdm approve [OPTION]... PLAN GATE [ITEM]",
        "approve", "p");
    REFUSED("zdm sandbox needs -- COMMAND [ARG]...",
        "usage: zdm sandbox [OPTION]... -- COMMAND [ARG]...", "sandbox", "--");
}

static void
options_are_not_abbreviated(void **state)
{
    (void)state;
    REFUSED(
        "zdm run has no option --sand", "zdm run --help lists its options", "run", "p", "--sand");
    REFUSED("zdm run has no option --unti", "did you mean --until?", "run", "p", "--unti", "x");
}

/* --format is two options, of which no command has both. */
static bool
taken_together(size_t a, size_t b)
{
    for (size_t i = 0; i < zdm_n_commands; i++)
        if ((zdm_commands[i].options & (UINT64_C(1) << a)) &&
            (zdm_commands[i].options & (UINT64_C(1) << b)))
            return true;
    return false;
}

static void
the_tables_agree(void **state)
{
    uint64_t used = 0;

    (void)state;
    for (size_t i = 0; i < zdm_n_commands; i++) {
        used |= zdm_commands[i].options;
        assert_true(zdm_commands[i].options & ZDM_OPT_BIT(HELP));
        assert_true(zdm_commands[i].min_words <= zdm_commands[i].max_words);
        assert_ptr_equal(&zdm_commands[i], zdm_command_find(zdm_commands[i].name));
    }
    assert_int_equal((UINT64_C(1) << ZDM_OPT_COUNT) - 1, used);
    for (size_t i = 0; i < ZDM_OPT_COUNT; i++)
        for (size_t j = 0; j < i; j++)
            if (taken_together(i, j)) {
                assert_string_not_equal(zdm_options[i].name, zdm_options[j].name);
                if (zdm_options[i].short_name)
                    assert_int_not_equal(zdm_options[i].short_name, zdm_options[j].short_name);
            }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_in_every_form),
        cmocka_unit_test(repeated_values_keep_their_order),
        cmocka_unit_test(a_wrapped_command_keeps_its_options),
        cmocka_unit_test(help_needs_no_arguments),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(options_are_not_abbreviated),
        cmocka_unit_test(the_tables_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
