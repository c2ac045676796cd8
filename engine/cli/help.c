#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "cli/layout.h"

#define COLUMN 27 /* where the explanations of commands and options begin */

static const struct {
    int code;
    const char *means;
} exit_codes[] = {
    {0, "done, or nothing to complain about"},
    {1, "failed"},
    {2, "wrong usage, invalid plan, or could not be analysed"},
    {3, "stopped at a closed gate"},
    {4, "refused: unsafe"},
    {5, "another runner holds the plan"},
    {6, "paused"},
    {7, "plan, journal and database disagree"},
    {130, "interrupted; running it again resumes"},
};

static const struct {
    const char *name, *means;
} variables[] = {
    {"ZDM_DATABASE_URL", "target when --db is not given"},
    {"DATABASE_URL", "target when neither is given"},
    {"ZDM_LEDGER", "ledger when --ledger is not given"},
    {"ZDM_PG_BINDIR", "folder with initdb and postgres for sandboxes"},
    {"NO_COLOR", "no colour when set and not empty"},
};
#define COUNT(a) (sizeof(a) / sizeof *(a))

static void
heading(struct zdm_buf *out, const char *text)
{
    zdm_buf_addf(out, "\n" ZDM_BOLD "%s" ZDM_PLAIN "\n", text);
}

static void
row(struct zdm_buf *out, const char *left, const char *right)
{
    struct zdm_buf first = ZDM_BUF_INIT;

    zdm_buf_addf(&first, "  %s", left);
    if (zdm_width(first.s) > COLUMN - 2) {
        zdm_buf_addf(out, "%s\n", first.s);
        zdm_add_blanks(out, COLUMN);
    } else {
        zdm_add_padded(out, first.s, COLUMN);
    }
    zdm_add_wrapped(out, right, COLUMN, ZDM_COLUMNS);
    zdm_buf_addc(out, '\n');
    zdm_buf_release(&first);
}

static void
exit_code_rows(struct zdm_buf *out)
{
    for (size_t i = 0; i < COUNT(exit_codes); i++) {
        char code[16];
        snprintf(code, sizeof code, "%d", exit_codes[i].code);
        row(out, code, exit_codes[i].means);
    }
}

void
zdm_help_overview(struct zdm_buf *out)
{
    zdm_buf_add(out, "zdm migrates PostgreSQL without downtime, by plans that can be reviewed, "
                     "stopped\nat any instant, and resumed.\n");
    heading(out, "Usage");
    zdm_buf_add(out, "  zdm COMMAND [OPTION]... [ARGUMENT]...\n"
                     "  zdm COMMAND --help\n"
                     "  zdm --version\n");
    heading(out, "Commands");
    for (size_t i = 0; i < zdm_n_commands; i++)
        row(out, zdm_commands[i].name, zdm_commands[i].summary);
    heading(out, "Environment");
    for (size_t i = 0; i < COUNT(variables); i++)
        row(out, variables[i].name, variables[i].means);
    heading(out, "Exit codes");
    exit_code_rows(out);
}

static void
usage_line(struct zdm_buf *out, const struct zdm_command *command)
{
    zdm_buf_addf(out, "zdm %s", command->name);
    if (command->options != ZDM_OPT_BIT(HELP))
        zdm_buf_add(out, " [OPTION]...");
    if (*command->words)
        zdm_buf_addf(out, " %s", command->words);
}

static void
option_words(struct zdm_buf *out, const struct zdm_option *option)
{
    if (option->short_name)
        zdm_buf_addf(out, "-%c, ", option->short_name);
    zdm_buf_addf(out, "--%s", option->name);
    if (option->argument)
        zdm_buf_addf(out, " %s", option->argument);
}

static void
option_help(struct zdm_buf *out, const struct zdm_option *option)
{
    zdm_buf_add(out, option->help);
    if (option->environment)
        zdm_buf_addf(out, " [%s]", option->environment);
}

void
zdm_help_command(struct zdm_buf *out, const struct zdm_command *command)
{
    struct zdm_buf words = ZDM_BUF_INIT, help = ZDM_BUF_INIT;

    zdm_buf_addf(out, "zdm %s - %s\n", command->name, command->summary);
    heading(out, "Usage");
    zdm_buf_add(out, "  ");
    usage_line(out, command);
    zdm_buf_add(out, "\n\n");
    zdm_add_wrapped(out, command->about, 0, ZDM_COLUMNS);
    zdm_buf_addc(out, '\n');
    heading(out, "Options");
    for (size_t i = 0; i < ZDM_OPT_COUNT; i++) {
        if (!(command->options & (UINT64_C(1) << i)))
            continue;
        zdm_buf_clear(&words);
        zdm_buf_clear(&help);
        option_words(&words, &zdm_options[i]);
        option_help(&help, &zdm_options[i]);
        row(out, words.s, help.s);
    }
    if (command->examples[0].line)
        heading(out, "Examples");
    for (size_t i = 0; i < COUNT(command->examples) && command->examples[i].line; i++) {
        if (command->examples[i].does)
            zdm_buf_addf(out, ZDM_DIM "  # %s" ZDM_PLAIN "\n", command->examples[i].does);
        zdm_buf_addf(out, "  %s\n", command->examples[i].line);
    }
    zdm_buf_release(&words);
    zdm_buf_release(&help);
}

/* Markdown reads | in a table and <...> as its own. */
static void
add_cell(struct zdm_buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '|' || *text == '<')
            zdm_buf_addc(out, '\\');
        zdm_buf_addc(out, *text);
    }
}

static void
reference_options(struct zdm_buf *out, const struct zdm_command *command)
{
    struct zdm_buf words = ZDM_BUF_INIT, help = ZDM_BUF_INIT;

    zdm_buf_add(out, "| option | meaning |\n|---|---|\n");
    for (size_t i = 0; i < ZDM_OPT_COUNT; i++) {
        if (!(command->options & (UINT64_C(1) << i)))
            continue;
        zdm_buf_clear(&words);
        zdm_buf_clear(&help);
        option_words(&words, &zdm_options[i]);
        option_help(&help, &zdm_options[i]);
        zdm_buf_add(out, "| `");
        add_cell(out, words.s);
        zdm_buf_add(out, "` | ");
        add_cell(out, help.s);
        zdm_buf_add(out, " |\n");
    }
    zdm_buf_addc(out, '\n');
    zdm_buf_release(&words);
    zdm_buf_release(&help);
}

void
zdm_help_reference(struct zdm_buf *out)
{
    zdm_buf_add(out, "# Commands\n\n"
                     "<!-- Generated by `zdm --dump-reference` from the tables that also make "
                     "`zdm --help`. -->\n\n");
    for (size_t i = 0; i < zdm_n_commands; i++) {
        const struct zdm_command *command = &zdm_commands[i];
        zdm_buf_addf(out, "## zdm %s\n\n", command->name);
        zdm_buf_addc(out, (char)(command->summary[0] - ('a' - 'A')));
        zdm_buf_addf(out, "%s.\n\n```\n", command->summary + 1);
        usage_line(out, command);
        zdm_buf_addf(out, "\n```\n\n%s\n\n", command->about);
        reference_options(out, command);
        if (command->examples[0].line)
            zdm_buf_add(out, "```sh\n");
        for (size_t j = 0; j < COUNT(command->examples) && command->examples[j].line; j++) {
            if (command->examples[j].does)
                zdm_buf_addf(out, "# %s\n", command->examples[j].does);
            zdm_buf_addf(out, "%s\n", command->examples[j].line);
        }
        if (command->examples[0].line)
            zdm_buf_add(out, "```\n\n");
    }
    zdm_buf_add(out, "## Environment\n\n| variable | meaning |\n|---|---|\n");
    for (size_t i = 0; i < COUNT(variables); i++)
        zdm_buf_addf(out, "| `%s` | %s |\n", variables[i].name, variables[i].means);
    zdm_buf_add(out, "\n## Exit codes\n\n| code | meaning |\n|---|---|\n");
    for (size_t i = 0; i < COUNT(exit_codes); i++)
        zdm_buf_addf(out, "| %d | %s |\n", exit_codes[i].code, exit_codes[i].means);
}
