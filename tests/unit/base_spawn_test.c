/* Programs run by argv: what they get, what they give back, and how they are ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/signals.h"
#include "base/spawn.h"

#define ARGV(...)  ((const char *const[]){__VA_ARGS__, NULL})
#define SHELL(cmd) ARGV("/bin/sh", "-c", cmd)

/* Runs with capture and expects it to start; returns its output, owned. */
static char *
run(struct zdm_spawn spawn, int expected_status)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *output = NULL;
    int status = -1;

    spawn.capture = true;
    if (zdm_spawn_wait(&spawn, &status, &output, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(status, expected_status);
    return output;
}

static void
expect(struct zdm_spawn spawn, int status, const char *output)
{
    char *got = run(spawn, status);

    assert_string_equal(got, output);
    free(got);
}

static void
test_status_and_output(void **state)
{
    (void)state;
    expect((struct zdm_spawn){.argv = ARGV("true")}, 0, "");
    expect((struct zdm_spawn){.argv = SHELL("echo out; echo err >&2; exit 7")}, 7, "out\nerr\n");
    expect((struct zdm_spawn){.argv = SHELL("kill -9 $$")}, 128 + 9, "");
    expect((struct zdm_spawn){.argv = ARGV("printf", "%s|", "a b", "$HOME", "", "'\"")}, 0,
        "a b|$HOME||'\"|");
    expect((struct zdm_spawn){.argv = ARGV("cat"), .quiet_stdin = true}, 0, "");
    expect((struct zdm_spawn){.argv = ARGV("pwd"), .cwd = "/usr"}, 0, "/usr\n");
}

static void
test_environment(void **state)
{
    static const char *const env[] = {"ZDM_T=new", "ZDM_TX=", "PATH=/nonexistent", NULL};
    struct zdm_err err = ZDM_ERR_INIT;
    int status;

    (void)state;
    setenv("ZDM_T", "old", 1);
    setenv("ZDM_TTT", "kept", 1);
    expect((struct zdm_spawn){.argv = SHELL("echo $ZDM_T,${ZDM_TX-unset},$ZDM_TTT"), .env = env}, 0,
        "new,,kept\n");
    assert_string_equal(getenv("ZDM_T"), "old");

    /* The program is looked up in the PATH that it gets. */
    const struct zdm_spawn lost = {.argv = ARGV("true"), .env = env};
    assert_int_equal(zdm_spawn_wait(&lost, &status, NULL, &err), -1);
    zdm_err_release(&err);
    unsetenv("ZDM_T");
    unsetenv("ZDM_TTT");
}

static void
test_long_output_keeps_its_end(void **state)
{
    (void)state;
    char *output = run(
        (struct zdm_spawn){
            .argv = SHELL("i=0; while [ $i -lt 300 ]; do printf '%01000d' $i; i=$((i+1)); done")},
        0);
    assert_int_equal(strlen(output), 64 * 1024);
    assert_string_equal(output + 64 * 1024 - 3, "299");
    free(output);
}

static void
test_a_grandchild_with_the_pipe_does_not_hold_us(void **state)
{
    (void)state;
    char *output = run((struct zdm_spawn){.argv = SHELL("sleep 1000 & echo $!")}, 0);
    pid_t pid = (pid_t)strtol(output, NULL, 10);
    assert_true(pid > 1);
    assert_int_equal(kill(pid, SIGKILL), 0);
    free(output);
}

static void
test_what_cannot_start(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *output = NULL;
    int status = 42;
    const struct zdm_spawn missing = {.argv = ARGV("zdm-no-such-program"), .capture = true};
    const struct zdm_spawn folder = {.argv = ARGV("/usr")};
    const struct zdm_spawn nowhere = {.argv = ARGV("true"), .cwd = "/nonexistent"};
    pid_t pid = 42;

    (void)state;
    assert_int_equal(zdm_spawn_wait(&missing, &status, &output, &err), -1);
    assert_int_equal(err.code, ZDM_ERR_FAILED);
    assert_string_equal(
        err.message, "cannot run \"zdm-no-such-program\": No such file or directory");
    assert_non_null(err.hint);
    assert_int_equal(zdm_spawn_wait(&folder, &status, NULL, &err), -1);
    assert_string_equal(err.message, "cannot run \"/usr\": Permission denied");
    assert_int_equal(zdm_spawn_wait(&nowhere, &status, NULL, &err), -1);
    assert_non_null(strstr(err.message, "in folder \"/nonexistent\""));
    assert_int_equal(zdm_spawn_start(&missing, &pid, &err), -1);
    assert_int_equal(status, 42);
    assert_int_equal(pid, 42);
    assert_null(output);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left over */
    assert_int_equal(errno, ECHILD);
    zdm_err_release(&err);
}

static void
test_too_late(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;
    int status = 42;
    const struct zdm_spawn spawn = {.argv = SHELL("echo began; exec sleep 1000"),
        .capture = true,
        .new_session = true,
        .timeout_ms = 2000};

    (void)state;
    assert_int_equal(zdm_spawn_wait(&spawn, &status, NULL, &err), -1);
    assert_int_equal(err.code, ZDM_ERR_FAILED);
    assert_string_equal(err.message, "\"/bin/sh\" was still running after 2000 ms and was ended");
    assert_string_equal(err.detail, "began\n");
    assert_int_equal(status, 42);
    zdm_err_release(&err);

    /* One that never stops writing is not read for ever. */
    const struct zdm_spawn chatty = {.argv = ARGV("yes"), .capture = true, .timeout_ms = 2000};
    assert_int_equal(zdm_spawn_wait(&chatty, &status, NULL, &err), -1);
    assert_int_equal(strlen(err.detail), 64 * 1024);
    zdm_err_release(&err);
}

static void
test_start_with_a_log(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char folder[] = "/tmp/zdmtest-XXXXXX", text[32] = "";
    struct stat st;
    pid_t pid;
    int status;

    (void)state;
    assert_non_null(mkdtemp(folder));
    char *log = zdm_strf("%s/log", folder), *link = zdm_strf("%s/link", folder);
    struct zdm_spawn spawn = {.argv = SHELL("echo $1; exit 3"), .output_file = log};

    for (int i = 0; i < 2; i++) {
        assert_int_equal(zdm_spawn_start(&spawn, &pid, &err), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(WEXITSTATUS(status), 3);
    }
    int fd = open(log, O_RDONLY);
    assert_int_equal(read(fd, text, sizeof text), 2); /* appended */
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    close(fd);

    /* Not through a link that somebody else may have put there. */
    assert_int_equal(symlink(log, link), 0);
    spawn.output_file = link;
    assert_int_equal(zdm_spawn_start(&spawn, &pid, &err), -1);
    assert_non_null(strstr(err.message, "cannot write"));
    zdm_err_release(&err);
    unlink(link);
    unlink(log);
    rmdir(folder);
    free(link);
    free(log);
}

/* Forks a parent that starts a child with die_signal, kills it, and waits for the child's end, which
 * closes the pipe that only the child still holds. */
static void
test_the_child_dies_with_us(void **state)
{
    int alive[2];
    char byte;

    (void)state;
    assert_int_equal(pipe(alive), 0);
    pid_t parent = fork();
    assert_true(parent >= 0);
    if (parent == 0) {
        struct zdm_err err = ZDM_ERR_INIT;
        pid_t child;
        struct zdm_spawn spawn = {.argv = ARGV("sleep", "1000"), .die_signal = SIGKILL};
        close(alive[0]);
        if (zdm_spawn_start(&spawn, &child, &err) < 0 || write(alive[1], "r", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(alive[1]);
    assert_int_equal(read(alive[0], &byte, 1), 1);
    kill(parent, SIGKILL);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    assert_int_equal(read(alive[0], &byte, 1), 0); /* blocks while the child lives */
    close(alive[0]);
}

/* Last: a stop cannot be taken back. */
static void
test_a_stop_ends_the_child(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *parent = zdm_strf("%d", (int)getpid());
    const char *const argv[] = {"/bin/sh", "-c",
        "trap 'exit 5' TERM; kill -INT $1; while :; do sleep 0.05; done", "sh", parent, NULL};
    const struct zdm_spawn spawn = {.argv = argv};
    int status = 42;

    (void)state;
    zdm_signals_install();
    assert_int_equal(zdm_spawn_wait(&spawn, &status, NULL, &err), -1);
    assert_int_equal(err.code, ZDM_ERR_INTERRUPTED);
    assert_int_equal(status, 42);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    /* And no other is started. */
    const struct zdm_spawn next = {.argv = ARGV("true")};
    assert_int_equal(zdm_spawn_wait(&next, &status, NULL, &err), -1);
    assert_int_equal(err.code, ZDM_ERR_INTERRUPTED);
    zdm_err_release(&err);
    free(parent);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status_and_output),
        cmocka_unit_test(test_environment),
        cmocka_unit_test(test_long_output_keeps_its_end),
        cmocka_unit_test(test_a_grandchild_with_the_pipe_does_not_hold_us),
        cmocka_unit_test(test_what_cannot_start),
        cmocka_unit_test(test_too_late),
        cmocka_unit_test(test_start_with_a_log),
        cmocka_unit_test(test_the_child_dies_with_us),
        cmocka_unit_test(test_a_stop_ends_the_child),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
