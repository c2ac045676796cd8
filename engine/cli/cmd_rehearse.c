#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/signals.h"
#include "base/text.h"
#include "catalog/copy.h"
#include "cli/again.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/layout.h"
#include "cli/load.h"
#include "cli/render_rehearse.h"
#include "lua/compat_file.h"
#include "lua/source.h"
#include "pg/conn.h"
#include "pg/sandbox.h"
#include "pg/sandbox_setup.h"
#include "rehearse/load.h"
#include "rehearse/rows.h"
#include "rehearse/sample.h"

enum { EXIT_BROKE = 4 };
enum { ROWS = 1000, MOST_ROWS = 100000000, MOST_SAMPLED = 1000000 }; /* of each table */
enum { CLIENTS = 4, ASKS = 4, EVERY_MS = 40, KILLS = 3, MAX_STALL_MS = 5000 };

struct settings {
    int64_t rows;    /* made up in each table; 0: none */
    int64_t sampled; /* of each table of --from; 0: none */
    uint64_t seed;
    int64_t max_stall_ms;
    char program[4096];
};

static int
read_settings(const struct zdm_args *args, struct settings *out, struct zdm_err *err)
{
    const char *seed = zdm_args_get(args, ZDM_OPT_SEED);
    const char *stall = zdm_args_get(args, ZDM_OPT_MAX_STALL);
    const char *rows = zdm_args_get(args, ZDM_OPT_MADE_ROWS);
    const char *sampled = zdm_args_get(args, ZDM_OPT_SAMPLE_ROWS);
    int64_t number = (int64_t)(zdm_random_double() * 1000000);

    *out = (struct settings){
        .max_stall_ms = MAX_STALL_MS,
        .rows = zdm_args_has(args, ZDM_OPT_DATA) || sampled ? 0 : ROWS,
    };
    if (!zdm_args_has(args, ZDM_OPT_FROM) == !zdm_args_has(args, ZDM_OPT_SCHEMA)) {
        zdm_fail(err, ZDM_ERR_USAGE, "a rehearsal needs a schema: --from or --schema");
        return zdm_err_hint(err,
            "--from DSN copies that of a database, without its rows; --schema "
            "FILE runs an SQL file, such as the output of pg_dump --schema-only");
    }
    if (seed && (!zdm_parse_i64(seed, &number) || number < 0))
        return zdm_fail(err, ZDM_ERR_USAGE, "--seed must be a whole number, not \"%s\"", seed);
    if (stall && (!zdm_parse_duration_ms(stall, &out->max_stall_ms) || out->max_stall_ms < 1))
        return zdm_fail(
            err, ZDM_ERR_USAGE, "--max-stall must be a time such as 500ms, not \"%s\"", stall);
    if (rows && (!zdm_parse_i64(rows, &out->rows) || out->rows < 0 || out->rows > MOST_ROWS))
        return zdm_fail(err, ZDM_ERR_USAGE,
            "--rows must be a whole number from 0 to %d, not \"%s\"", MOST_ROWS, rows);
    if (sampled &&
        (!zdm_parse_i64(sampled, &out->sampled) || out->sampled < 1 || out->sampled > MOST_SAMPLED))
        return zdm_fail(err, ZDM_ERR_USAGE,
            "--sample must be a whole number from 1 to %d, not \"%s\"", MOST_SAMPLED, sampled);
    if (sampled && !zdm_args_has(args, ZDM_OPT_FROM)) {
        zdm_fail(err, ZDM_ERR_USAGE, "--sample without --from: there are no rows to copy");
        return zdm_err_hint(
            err, "--from DSN names the database; --data FILE brings rows of a file");
    }
    out->seed = (uint64_t)number;
    ssize_t n = readlink("/proc/self/exe", out->program, sizeof out->program - 1);
    if (n < 0)
        return zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot find the program that this is");
    return 0;
}

/* What runs programs does so in a rehearsal, too: whether that is harmless only the author knows. */
static int
check_commands(const struct zdm_args *args, const struct zdm_plan *plan, struct zdm_err *err)
{
    if (zdm_args_has(args, ZDM_OPT_RUN_COMMANDS))
        return 0;
    for (size_t i = 0; i < plan->n_steps; i++) {
        const struct zdm_step *step = &plan->steps[i];
        bool command = step->kind == ZDM_STEP_COMMAND;
        for (size_t c = 0; step->kind == ZDM_STEP_GATE && c < step->u.gate.n_checks; c++)
            command = command || step->u.gate.checks[c].kind == ZDM_CHECK_COMMAND;
        if (!command)
            continue;
        zdm_fail(err, ZDM_ERR_REFUSED, "step \"%s\" runs a program", step->id);
        zdm_err_detail(err, "a rehearsal would run it several times, for a database that is thrown "
                            "away");
        zdm_err_hint(err, "--run-commands says that it may");
        err->code = ZDM_ERR_USAGE;
        return zdm_err_at(err, step->at);
    }
    return 0;
}

static void
say(void *self, const char *line)
{
    struct zdm_io *io = self;
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_buf_addf(&text, ZDM_DIM "round \"%s\"" ZDM_PLAIN "\n", line);
    zdm_io_write(&io->err, &text);
    zdm_io_flush(&io->err);
    zdm_buf_release(&text);
}

static void
print(const struct zdm_args *args, struct zdm_io *io, const struct zdm_rehearse_view *view)
{
    const char *format = zdm_args_format(args);
    struct zdm_buf text = ZDM_BUF_INIT;

    if (io->json) {
        zdm_json_print(&io->out, zdm_json_rehearsal(view), false);
        return;
    }
    if (format && strcmp(format, "junit") == 0) {
        zdm_junit_rehearsal(&text, view);
        zdm_io_write_raw(&io->out, &text);
    } else if (format && strcmp(format, "markdown") == 0) {
        zdm_markdown_rehearsal(&text, view);
        zdm_io_write_raw(&io->out, &text);
    } else {
        zdm_render_rehearsal(&text, view);
        zdm_io_write(&io->out, &text);
    }
    zdm_buf_release(&text);
}

/* The command with its seed, from which the same clients and kills come. */
static char *
again(const struct zdm_args *args, const struct settings *settings)
{
    struct zdm_buf line = ZDM_BUF_INIT;

    zdm_buf_add(&line, "zdm rehearse ");
    zdm_add_shell_word(&line, zdm_args_word(args, 0));
    for (int id = 0; id < ZDM_OPT_COUNT; id++) {
        if (id == ZDM_OPT_SEED || id == ZDM_OPT_COLOR || id == ZDM_OPT_NO_COLOR ||
            id == ZDM_OPT_REHEARSE_FORMAT)
            continue;
        for (size_t i = 0; i < args->n_values[id]; i++) {
            zdm_buf_addf(&line, " --%s", zdm_options[id].name);
            if (!zdm_options[id].argument)
                continue;
            zdm_buf_addc(&line, ' ');
            /* A password is not repeated. */
            if (id == ZDM_OPT_FROM && !zdm_conninfo_is_public(args->values[id][i]))
                zdm_buf_add(&line, "DSN");
            else
                zdm_add_shell_word(&line, args->values[id][i]);
        }
    }
    zdm_buf_addf(&line, " --seed %llu", (unsigned long long)settings->seed);
    return zdm_buf_take(&line);
}

static int
rehearse(const struct zdm_args *args, struct zdm_io *io, const struct settings *settings,
    const struct zdm_sandbox *sandbox, const struct zdm_plan *plan, const struct zdm_compat *load,
    struct zdm_err *err)
{
    bool quick = zdm_args_has(args, ZDM_OPT_QUICK);
    const struct zdm_rehearse_options options = {
        .program = settings->program,
        .conninfo = zdm_sandbox_conninfo(sandbox),
        .folder = zdm_sandbox_folder(sandbox),
        .plan = plan,
        .load = load,
        .n_clients = quick ? CLIENTS / 2 : CLIENTS,
        .max_stall_us = settings->max_stall_ms * 1000,
        .every_ms = quick ? EVERY_MS / 2 : EVERY_MS,
        .asks = quick ? 2 : ASKS, /* what a stale statement hides shows the second time */
        .kills = quick ? 1 : KILLS,
        .seed = settings->seed,
        .say = io->json ? NULL : say,
        .say_self = io,
    };
    struct zdm_rehearsal found;

    if (zdm_rehearse(&options, &found, err) < 0)
        return -1;
    char *line = again(args, settings);
    const struct zdm_rehearse_view view = {
        .plan = plan, .found = &found, .load = options.load, .seed = settings->seed, .again = line};
    print(args, io, &view);
    int code = found.n_troubles ? EXIT_BROKE : 0;
    free(line);
    zdm_rehearsal_release(&found);
    return code;
}

/* *out owned, NULL: the plan's own. */
static int
read_load(const char *path, struct zdm_plan **out, struct zdm_errlist *errors)
{
    const char *suffix = path ? strrchr(path, '.') : NULL;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_source *source = NULL;

    *out = NULL;
    if (!path)
        return 0;
    if (!suffix || strcmp(suffix, ".sql") != 0)
        return zdm_compat_read(path, out, errors);
    int rc = zdm_source_read_as(path, "load", &source, &err);
    if (rc == 0)
        rc = zdm_load_sql(path, source->text, out, &err);
    if (rc < 0)
        zdm_err_move(zdm_errlist_add(errors), &err);
    zdm_source_free(source);
    return rc;
}

static void
tell_table(void *self, const struct zdm_rehearse_table *table)
{
    struct zdm_io *io = self;
    struct zdm_buf line = ZDM_BUF_INIT;
    char count[32];

    if (!table->trouble)
        return;
    zdm_buf_addf(&line, ZDM_YELLOW "warning" ZDM_PLAIN ": %s has %s made-up rows: %s\n",
        table->name, zdm_show_count(table->rows, count), table->trouble);
    zdm_io_write(&io->err, &line);
    zdm_buf_release(&line);
}

struct sampled {
    struct zdm_io *io;
    int64_t rows, tables;
};

static void
count_sampled(void *self, const struct zdm_sample_got *got)
{
    struct sampled *sampled = self;
    struct zdm_buf line = ZDM_BUF_INIT;
    char count[32];

    sampled->rows += got->rows;
    sampled->tables += got->rows > 0;
    if (!got->is_short)
        return;
    zdm_buf_addf(&line,
        ZDM_YELLOW "warning" ZDM_PLAIN ": %s has %s rows of the sample, for it is full: %lld MB\n",
        got->table, zdm_show_count(got->rows, count), (long long)(got->bytes >> 20));
    zdm_io_write(&sampled->io->err, &line);
    zdm_buf_release(&line);
}

static void
tell_cut(void *self, const struct zdm_sample_cut *cut)
{
    static const char *const limits[] = {
        [ZDM_SAMPLE_DEPTH] = "the chain is too long",
        [ZDM_SAMPLE_ROWS] = "there are too many",
        [ZDM_SAMPLE_BYTES] = "they are too long",
    };
    struct sampled *sampled = self;
    struct zdm_buf line = ZDM_BUF_INIT;
    char nothing[32], left_out[32];

    zdm_buf_addf(&line,
        ZDM_YELLOW "warning" ZDM_PLAIN
                   ": not all rows of %s that those of %s refer to were fetched, for %s: %s of "
                   "these refer to nothing instead, %s are left out\n",
        cut->parent, cut->child, limits[cut->limit], zdm_show_count(cut->refer_to_nothing, nothing),
        zdm_show_count(cut->left_out, left_out));
    zdm_io_write(&sampled->io->err, &line);
    zdm_buf_release(&line);
}

static int
sample(struct zdm_io *io, const struct settings *settings, struct zdm_conn *from,
    const char *conninfo, struct zdm_err *err)
{
    struct sampled sampled = {.io = io};
    const struct zdm_sample_options options = {.rows = settings->sampled,
        .seed = settings->seed,
        .tell = count_sampled,
        .tell_cut = tell_cut,
        .self = &sampled};
    struct zdm_buf line = ZDM_BUF_INIT;
    struct zdm_conn *to = NULL;
    char rows[32], tables[32];

    if (zdm_conn_open(conninfo, "zdm sample", &to, err) < 0)
        return -1;
    int rc = zdm_sample(from, to, &options, err);
    zdm_conn_close(to);
    if (rc < 0)
        return zdm_err_wrap(err, "cannot sample the database of --from");
    zdm_buf_addf(&line,
        ZDM_YELLOW "warning" ZDM_PLAIN
                   ": real data of %s: %s rows of %s tables are on the throw-away "
                   "server now, until the rehearsal ends\n",
        zdm_conn_where(from), zdm_show_count(sampled.rows, rows),
        zdm_show_count(sampled.tables, tables));
    zdm_io_write(&io->err, &line);
    zdm_io_flush(&io->err);
    zdm_buf_release(&line);
    return 0;
}

/* Sampled rows, then made-up ones, then the author's, which may rely on them. from: NULL without a sample. */
static int
fill(const struct zdm_args *args, struct zdm_io *io, const struct settings *settings,
    struct zdm_conn *from, const char *conninfo, struct zdm_err *err)
{
    const struct zdm_rehearse_rows_options rows = {
        .rows = settings->rows, .seed = settings->seed, .tell = tell_table, .self = io};
    struct zdm_conn *conn = NULL;
    int rc = from ? sample(io, settings, from, conninfo, err) : 0;

    if (rc == 0 && rows.rows > 0) {
        rc = zdm_conn_open(conninfo, "zdm rows", &conn, err);
        if (rc == 0)
            rc = zdm_rehearse_rows(conn, &rows, err);
        zdm_conn_close(conn);
    }
    if (rc < 0)
        return -1;
    return zdm_sandbox_setup(
        conninfo, args->values[ZDM_OPT_DATA], args->n_values[ZDM_OPT_DATA], err);
}

/* What is wrong with the plan is said before a server is started for it; what recipes make of it is not known
 * yet. 0, or the exit code. */
static int
check_plan(const struct zdm_args *args, struct zdm_io *io)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_loaded loaded;
    int code = 0;

    if (zdm_load_file(NULL, NULL, zdm_args_word(args, 0), &loaded) < 0)
        code = zdm_io_fail_list(io, &loaded.errors);
    else if (check_commands(args, loaded.plan, &err) < 0)
        code = zdm_io_fail(io, &err);
    zdm_loaded_release(&loaded);
    return code;
}

static int
in_copy(const struct zdm_args *args, struct zdm_io *io, const struct settings *settings,
    struct zdm_conn *from, const struct zdm_schema_copy *copy, const struct zdm_plan *load)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_loaded loaded;
    int code = -1;

    if (fill(args, io, settings, from, zdm_schema_copy_conninfo(copy), &err) < 0)
        return zdm_io_fail(io, &err);
    if (zdm_load_file(zdm_schema_copy_conninfo(copy), NULL, zdm_args_word(args, 0), &loaded) < 0) {
        code = zdm_io_fail_list(io, &loaded.errors);
        zdm_loaded_release(&loaded);
        return code;
    }
    if (check_commands(args, loaded.plan, &err) == 0)
        code = rehearse(args, io, settings, zdm_schema_copy_sandbox(copy), loaded.plan,
            load ? &load->compat : &loaded.plan->compat, &err);
    zdm_loaded_release(&loaded);
    return code < 0 ? zdm_io_fail(io, &err) : code;
}

/* On a copy of the schema, which is made for it. */
static int
on_copy(const struct zdm_args *args, struct zdm_io *io, const struct settings *settings,
    const struct zdm_plan *load)
{
    const char *schema = zdm_args_get(args, ZDM_OPT_SCHEMA);
    struct zdm_schema_copy *copy = NULL;
    struct zdm_conn *source = NULL;
    struct zdm_err err = ZDM_ERR_INIT;
    char *from = schema ? NULL : zdm_target_conninfo(zdm_args_get(args, ZDM_OPT_FROM));
    int rc = 0, code;

    /* Before the sandbox, which forgets libpq's environment. */
    if (settings->sampled > 0)
        rc = zdm_conn_open(from, "zdm sample", &source, &err);
    if (rc == 0)
        rc = zdm_schema_copy_open(from, schema, &copy, &err);
    free(from);
    code = rc < 0 ? zdm_io_fail(io, &err) : in_copy(args, io, settings, source, copy, load);
    zdm_schema_copy_close(copy);
    zdm_conn_close(source);
    return code;
}

int
zdm_cmd_rehearse(const struct zdm_args *args, struct zdm_io *io)
{
    struct zdm_errlist errors = ZDM_ERRLIST_INIT;
    struct zdm_plan *load = NULL;
    struct zdm_err err = ZDM_ERR_INIT;
    struct settings settings;

    if (read_settings(args, &settings, &err) < 0)
        return zdm_io_fail(io, &err);
    if (read_load(zdm_args_get(args, ZDM_OPT_LOAD), &load, &errors) < 0)
        return zdm_io_fail_list(io, &errors);
    int code = check_plan(args, io);
    if (code == 0) {
        zdm_signals_install();
        code = on_copy(args, io, &settings, load);
    }
    zdm_plan_free(load);
    return code;
}
