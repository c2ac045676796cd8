/*
 * child.c - zdm itself as a program that is started, watched and sometimes killed.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/signals.h"
#include "base/spawn.h"
#include "rehearse/private.h"

enum { LOOK_MS = 3, MOST_ARGUMENTS = 16 };

void
zdm_child_release(struct zdm_child *child)
{
    json_decref(child->gate);
    free(child->step);
    free(child->message);
    free(child->detail);
    free(child->hint);
    *child = (struct zdm_child){.status = 0};
}

/* It has said something, so that the plan is its own: what it does before would be most of the time of a
 * small plan, and no kill there means anything. */
static bool
has_begun(const struct zdm_round *round)
{
    struct stat st;

    return stat(round->output, &st) == 0 && st.st_size > 0;
}

/* By the work of all children of the round. working_us: since when this one works; 0: it does not yet. */
static bool
must_die(const struct zdm_round *round, int64_t working_us)
{
    return round->killed < round->n_kills && working_us &&
           round->work_us + zdm_monotonic_us() - working_us >= round->kill_us[round->killed];
}

/* Until it has ended; its wait status. */
static int
wait_for(struct zdm_round *round, pid_t pid, struct zdm_child *out, struct zdm_err *err)
{
    int64_t began_us = zdm_monotonic_us(), working_us = 0;
    bool asked = false;
    int status, rc = 0;

    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (!working_us && has_begun(round))
            working_us = zdm_monotonic_us();
        if (!out->was_killed && must_die(round, working_us)) {
            kill(pid, SIGKILL);
            out->was_killed = true;
            round->killed++;
        } else if (!asked && (zdm_stop_requested() || rc < 0)) {
            kill(pid, SIGTERM);
            asked = true;
        }
        if (rc == 0 && round->watcher)
            rc = zdm_watcher_look(round->watcher, err);
        nanosleep(&(struct timespec){.tv_nsec = LOOK_MS * 1000000L}, NULL);
    }
    round->child_ms += (zdm_monotonic_us() - began_us) / 1000;
    if (working_us)
        round->work_us += zdm_monotonic_us() - working_us;
    out->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (rc == 0 && zdm_stop_requested())
        rc = zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted");
    return rc;
}

static int
read_output(const char *path, struct zdm_buf *out, struct zdm_err *err)
{
    char chunk[16384];
    size_t n;
    FILE *file = fopen(path, "r");

    if (!file)
        return zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot read \"%s\"", path);
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
        zdm_buf_addn(out, chunk, n);
    bool bad = ferror(file);
    fclose(file);
    return bad ? zdm_fail(err, ZDM_ERR_FAILED, "cannot read \"%s\"", path) : 0;
}

/* Runs it and takes what it printed. conninfo: the database that it is for. */
static int
run(struct zdm_round *round, const char *command, const char *conninfo, const char *const *more,
    struct zdm_child *out, struct zdm_buf *printed, struct zdm_err *err)
{
    const struct zdm_rehearse_options *o = round->options;
    const char *argv[MOST_ARGUMENTS] = {o->program, command, o->plan->file, "--db", conninfo,
        "--ledger", round->ledger, "--format", "json"};
    size_t n = 9;
    pid_t pid;

    for (; more && *more; more++)
        argv[n++] = *more;
    unlink(round->output);
    const struct zdm_spawn spawn = {
        .argv = argv,
        .env = zdm_watcher_environment,
        .quiet_stdin = true,
        .die_signal = SIGKILL,
        .output_file = round->output,
    };
    if (zdm_spawn_start(&spawn, &pid, err) < 0 || wait_for(round, pid, out, err) < 0)
        return -1;
    return read_output(round->output, printed, err);
}

static char *
text_of(json_t *object, const char *key)
{
    return zdm_strdup(json_string_value(json_object_get(object, key)));
}

/* The first error of a document, or of the last line of a run. */
static void
take_error(json_t *document, struct zdm_child *out)
{
    json_t *first = json_array_get(json_object_get(document, "errors"), 0);

    if (!first || out->message)
        return;
    const char *sqlstate = json_string_value(json_object_get(first, "sqlstate"));
    const char *message = json_string_value(json_object_get(first, "message"));
    out->message = sqlstate ? zdm_strf("%s (%s)", message, sqlstate) : zdm_strdup(message);
    out->detail = text_of(first, "detail");
    out->hint = text_of(first, "hint");
    out->line = (int)json_integer_value(json_object_get(first, "line"));
}

/* Lines of JSON between which other words may stand; or one document. */
static void
read_events(char *text, struct zdm_child *out)
{
    json_t *whole = json_loads(text, 0, NULL);
    char *rest = NULL;

    if (whole) {
        take_error(whole, out);
        json_decref(whole);
        return;
    }
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        json_t *event = json_loads(line, 0, NULL);
        const char *name = json_string_value(json_object_get(event, "event"));
        if (!event || !name) {
            json_decref(event);
            continue;
        }
        if (strcmp(name, "gate-closed") == 0) {
            json_decref(out->gate);
            out->gate = json_incref(event);
        }
        if (strcmp(name, "step-start") == 0 || strcmp(name, "undo-start") == 0) {
            free(out->step);
            out->step = text_of(event, "step");
        }
        if (strcmp(name, "run-end") == 0)
            take_error(event, out);
        json_decref(event);
    }
}

static void
take_printed(const char *command, const struct zdm_buf *printed, struct zdm_child *out)
{
    char *text = zdm_strdup(printed->s);

    read_events(text, out);
    free(text);
    /* What is no JSON is an accident, and all that there is to go by. */
    if (out->status != 0 && !out->message && !out->was_killed) {
        out->message = zdm_strf("zdm %s ended with %d", command, out->status);
        out->detail = zdm_strndup(printed->s, printed->len < 2000 ? printed->len : 2000);
    }
}

int
zdm_child_run(struct zdm_round *round, const char *command, const char *const *more,
    struct zdm_child *out, struct zdm_err *err)
{
    struct zdm_buf printed = ZDM_BUF_INIT;
    int rc;

    *out = (struct zdm_child){.status = 0};
    rc = run(round, command, round->conninfo, more, out, &printed, err);
    if (rc == 0)
        take_printed(command, &printed, out);
    if (rc < 0)
        zdm_child_release(out);
    zdm_buf_release(&printed);
    return rc;
}

int
zdm_child_fail(const struct zdm_round *round, struct zdm_child *child, struct zdm_err *err)
{
    enum zdm_code code = ZDM_ERR_FAILED;

    if (child->status == zdm_err_exit_code(ZDM_ERR_PLAN))
        code = ZDM_ERR_PLAN;
    else if (child->status == zdm_err_exit_code(ZDM_ERR_REFUSED))
        code = ZDM_ERR_REFUSED;
    zdm_fail(err, code, "%s", child->message);
    if (child->detail)
        zdm_err_detail(err, "%s", child->detail);
    if (child->hint)
        zdm_err_hint(err, "%s", child->hint);
    if (child->line)
        zdm_err_at(
            err, (struct zdm_place){.file = round->options->plan->file, .line = child->line});
    return -1;
}

int
zdm_child_document(struct zdm_round *round, const char *command, json_t **out, struct zdm_err *err)
{
    struct zdm_buf printed = ZDM_BUF_INIT;
    struct zdm_child child = {.status = 0};
    int rc = run(round, command, round->options->conninfo, NULL, &child, &printed, err);

    if (rc == 0) {
        take_printed(command, &printed, &child);
        if (child.status != 0)
            rc = zdm_child_fail(round, &child, err);
    }
    if (rc == 0 && !(*out = json_loads(printed.s, 0, NULL)))
        rc = zdm_fail(err, ZDM_ERR_FAILED, "zdm %s printed no JSON: %s", command, printed.s);
    zdm_child_release(&child);
    zdm_buf_release(&printed);
    return rc;
}
