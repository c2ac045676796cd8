#include "cli/cli.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/failpoint.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/render_rule.h"
#include "cli/version.h"
#include "cli/words.h"

static int
print(void (*fill)(struct zdm_buf *out), bool to_stderr)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    struct zdm_io io;

    zdm_io_init(&io, false, NULL);
    fill(&text);
    zdm_io_write(to_stderr ? &io.err : &io.out, &text);
    zdm_buf_release(&text);
    return zdm_io_finish(&io, 0);
}

static int
print_rule(const struct zdm_rule *rule)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    struct zdm_io io;

    zdm_io_init(&io, false, NULL);
    zdm_rule_document(&text, rule);
    zdm_io_write_raw(&io.out, &text);
    zdm_buf_release(&text);
    return zdm_io_finish(&io, 0);
}

static int
run_command(const struct zdm_args *args)
{
    const char *format = zdm_args_format(args);
    const char *color =
        zdm_args_has(args, ZDM_OPT_NO_COLOR) ? "never" : zdm_args_get(args, ZDM_OPT_COLOR);
    struct zdm_io io;
    int code = 0;

    zdm_io_init(&io, format && strcmp(format, "json") == 0, color);
    if (zdm_args_has(args, ZDM_OPT_HELP)) {
        struct zdm_buf text = ZDM_BUF_INIT;
        zdm_help_command(&text, args->command);
        zdm_io_write(&io.out, &text);
        zdm_buf_release(&text);
    } else {
        code = args->command->run(args, &io);
    }
    return zdm_io_finish(&io, code);
}

int
zdm_cmd_help(const struct zdm_args *args, struct zdm_io *io)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    const char *name = zdm_args_word(args, 0);
    const struct zdm_command *command = name ? zdm_command_find(name) : NULL;

    if (name && !command) {
        struct zdm_err err = ZDM_ERR_INIT;
        zdm_command_unknown(name, &err);
        return zdm_io_fail(io, &err);
    }
    if (command)
        zdm_help_command(&text, command);
    else
        zdm_help_overview(&text);
    zdm_io_write(&io->out, &text);
    zdm_buf_release(&text);
    return 0;
}

/* Started with stdout closed (>&-), the next file opened would be number 1: the ledger, say, and what
 * is printed would go into it. */
static void
keep_standard_files(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
            _exit(zdm_err_exit_code(ZDM_ERR_FAILED));
    }
}

/* Did the words ask for JSON? Asked when they could not be understood. */
static bool
wants_json(int argc, char **argv)
{
    for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++) {
        bool option = strcmp(argv[i], "--format") == 0 || strcmp(argv[i], "-f") == 0;
        if (strcmp(argv[i], "--format=json") == 0 || strcmp(argv[i], "-fjson") == 0 ||
            (option && i + 1 < argc && strcmp(argv[i + 1], "json") == 0))
            return true;
    }
    return false;
}

int
zdm_cli_main(int argc, char **argv)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_args args;

    keep_standard_files();
#ifdef ZDM_FAILPOINTS
    zdm_failpoints_init();
#endif
    /* A reader that goes away (zdm log | head) must not kill a run half-way. */
    signal(SIGPIPE, SIG_IGN);

    if (argc < 2) {
        print(zdm_help_overview, true);
        return zdm_err_exit_code(ZDM_ERR_USAGE);
    }
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
        return print(zdm_help_overview, false);
    if (argc == 2 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0))
        return print(zdm_version_line, false);
    if (argc == 2 && strcmp(argv[1], "--dump-reference") == 0)
        return print(zdm_help_reference, false); /* for docs/reference/commands.md */
    if (argc == 2 && strcmp(argv[1], "--dump-rules") == 0)
        return print(zdm_rule_index, false); /* for docs/reference/rules/README.md */
    if (argc == 3 && strcmp(argv[1], "--dump-rule") == 0 && zdm_sql_rule(argv[2]))
        return print_rule(zdm_sql_rule(argv[2])); /* for docs/reference/rules/ID.md */

    char **words = zdm_words_keep(argc, argv);
    int code;
    if (zdm_args_parse(argc, (const char *const *)words, &args, &err) < 0) {
        struct zdm_io io;
        zdm_io_init(&io, wants_json(argc, words), NULL);
        io.json_lines = true;
        code = zdm_io_finish(&io, zdm_io_fail(&io, &err));
    } else {
        code = run_command(&args);
        zdm_args_release(&args);
    }
    zdm_words_free(words);
    return code;
}
