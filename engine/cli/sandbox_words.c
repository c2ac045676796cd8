#include "base/signals.h"
#include "base/text.h"
#include "cli/cmd_sandbox.h"
#include "cli/commands.h"

enum { MOST_ROWS = 100000000 };

static int
read_number(const struct zdm_args *args, enum zdm_option_id id, int64_t least, int64_t *out,
    struct zdm_err *err)
{
    const char *text = zdm_args_get(args, id);

    if (!text || (zdm_parse_i64(text, out) && *out >= least && *out <= MOST_ROWS))
        return 0;
    zdm_fail(err, ZDM_ERR_USAGE, "--%s %s is not a number of %s", zdm_options[id].name, text,
        id == ZDM_OPT_SEED ? "a seed" : "rows");
    return zdm_err_hint(err, "give a whole number from %lld to %d", (long long)least, MOST_ROWS);
}

static int
read_contents(
    const struct zdm_args *args, struct zdm_sandbox_contents *contents, struct zdm_err *err)
{
    int64_t seed = 1;

    contents->schema_file = zdm_args_get(args, ZDM_OPT_SCHEMA_FILE);
    contents->setup_files = args->values[ZDM_OPT_SETUP];
    contents->n_setup = args->n_values[ZDM_OPT_SETUP];
    if (read_number(args, ZDM_OPT_MADE_ROWS, 1, &contents->rows.rows, err) < 0 ||
        read_number(args, ZDM_OPT_SEED, 0, &seed, err) < 0)
        return -1;
    contents->rows.seed = (uint64_t)seed;
    if (contents->rows.rows && !contents->schema_file) {
        zdm_fail(err, ZDM_ERR_USAGE, "--rows without --schema: there is no table to fill");
        return zdm_err_hint(err, "give the file with the CREATE TABLE statements as --schema");
    }
    return 0;
}

static void
tell(void *self, const struct zdm_rehearse_table *table)
{
    struct zdm_io *io = self;

    struct zdm_buf line = ZDM_BUF_INIT;

    if (!table->trouble)
        return;
    zdm_buf_addf(
        &line, "zdm: %s has %lld rows: %s\n", table->name, (long long)table->rows, table->trouble);
    zdm_io_write(&io->err, &line);
    zdm_io_flush(&io->err);
    zdm_buf_release(&line);
}

int
zdm_cmd_sandbox(const struct zdm_args *args, struct zdm_io *io)
{
    struct zdm_sandbox_contents contents = {.rows = {.tell = tell, .self = io}};
    const struct zdm_sandbox_options options = {.tcp = zdm_args_has(args, ZDM_OPT_TCP),
        .settings = args->values[ZDM_OPT_SET],
        .n_settings = args->n_values[ZDM_OPT_SET]};
    struct zdm_err err = ZDM_ERR_INIT;
    int status;

    zdm_signals_install();
    if (read_contents(args, &contents, &err) < 0 ||
        zdm_sandbox_command(&options, &contents, args->words, &status, &err) < 0)
        return zdm_io_fail(io, &err);
    return status;
}
