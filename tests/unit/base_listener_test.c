/* What a killed process leaves behind, and who removes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/listener.h"
#include "base/mem.h"

static char *
answer(void *self, const char *line)
{
    (void)self;
    return zdm_strdup(line);
}

static struct zdm_listener *
open_one(void)
{
    struct zdm_listener *listener = NULL;
    struct zdm_err err = ZDM_ERR_INIT;

    if (zdm_listener_open(answer, NULL, &listener, &err) < 0)
        fail_msg("%s", err.message);
    return listener;
}

/* Opens one in another process, which then is killed: its path. */
static void
leave_behind(char *path, size_t size)
{
    int pipes[2];
    ssize_t n, read_so_far = 0;

    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const char *made = zdm_listener_path(open_one());
        if (write(pipes[1], made, strlen(made)) < 0)
            _exit(1);
        raise(SIGKILL);
    }
    close(pipes[1]);
    while ((n = read(pipes[0], path + read_so_far, size - 1 - (size_t)read_so_far)) > 0)
        read_so_far += n;
    path[read_so_far] = '\0';
    close(pipes[0]);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void
expect_answer(const char *path)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *reply = NULL;

    if (zdm_listener_ask(path, "hello", 60000, &reply, &err) < 0)
        fail_msg("%s", err.message);
    assert_string_equal(reply, "hello");
    free(reply);
}

static void
test_dead_ones_go(void **state)
{
    char dead[256], again[256];

    (void)state;
    struct zdm_listener *alive = open_one();
    leave_behind(dead, sizeof dead);
    assert_int_equal(access(dead, F_OK), 0);
    leave_behind(again, sizeof again); /* which removes the first */
    assert_int_not_equal(access(dead, F_OK), 0);
    struct zdm_listener *next = open_one();
    assert_int_not_equal(access(again, F_OK), 0);
    *strrchr(again, '/') = '\0';
    assert_int_not_equal(access(again, F_OK), 0);
    expect_answer(zdm_listener_path(alive));
    expect_answer(zdm_listener_path(next));
    zdm_listener_close(alive);
    zdm_listener_close(next);
}

int
main(void)
{
    char folder[] = "/tmp/zdmtest-XXXXXX";
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_dead_ones_go)};

    if (!mkdtemp(folder))
        return 1;
    unsetenv("XDG_RUNTIME_DIR");
    setenv("TMPDIR", folder, 1);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return rmdir(folder) < 0 || failed;
}
