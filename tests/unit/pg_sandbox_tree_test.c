/* Folders copied and removed, without a step outside of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pg/sandbox_tree.h"

static char root[] = "/tmp/zdmtest-XXXXXX";
static int root_fd;

static void
make_file(const char *path, const char *text, size_t n)
{
    int fd = openat(root_fd, path, O_WRONLY | O_CREAT | O_EXCL, 0644);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, n), n);
    close(fd);
}

static int
open_folder(const char *path)
{
    int fd = openat(root_fd, path, O_RDONLY | O_DIRECTORY);

    assert_true(fd >= 0);
    return fd;
}

static bool
exists(const char *path)
{
    struct stat st;

    return fstatat(root_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* from/ with files, folders, a link to the outside and a pipe; outside/ with a file. */
static int
setup(void **state)
{
    static char big[200000];

    (void)state;
    memcpy(root + sizeof root - 7, "XXXXXX", 6);
    assert_non_null(mkdtemp(root));
    root_fd = open(root, O_RDONLY | O_DIRECTORY);
    assert_int_equal(mkdirat(root_fd, "from", 0755), 0);
    assert_int_equal(mkdirat(root_fd, "from/a", 0755), 0);
    assert_int_equal(mkdirat(root_fd, "from/a/empty", 0755), 0);
    assert_int_equal(mkdirat(root_fd, "to", 0755), 0);
    assert_int_equal(mkdirat(root_fd, "outside", 0755), 0);
    memset(big, 'b', sizeof big);
    make_file("from/nothing", "", 0);
    make_file("from/a/big", big, sizeof big);
    make_file("from/a/small", "small", 5);
    make_file("outside/kept", "kept", 4);
    assert_int_equal(symlinkat("../outside", root_fd, "from/link"), 0);
    assert_int_equal(mkfifoat(root_fd, "from/pipe", 0600), 0);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    close(root_fd);
    return zdm_tree_remove(AT_FDCWD, root);
}

static void
test_copy(void **state)
{
    struct zdm_tree_size size = {0};
    struct stat st;
    int from = open_folder("from"), to = open_folder("to");

    (void)state;
    assert_int_equal(zdm_tree_copy(from, to, getuid(), getgid(), &size), 0);
    assert_int_equal(size.files, 3);
    assert_int_equal(size.bytes, 200005);
    assert_int_equal(fstatat(root_fd, "to/a/big", &st, 0), 0);
    assert_int_equal(st.st_size, 200000);
    assert_int_equal(st.st_mode & 0777, 0600); /* private, whatever it was */
    assert_int_equal(fstatat(root_fd, "to/a/empty", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_true(exists("to/nothing"));
    assert_false(exists("to/link"));
    assert_false(exists("to/pipe"));

    /* Never over what is there. */
    assert_int_equal(zdm_tree_copy(from, to, getuid(), getgid(), &size), -1);
    assert_int_equal(errno, EEXIST);
    close(from);
    close(to);
}

static void
test_clear(void **state)
{
    int from = open_folder("from");

    (void)state;
    assert_int_equal(zdm_tree_clear(from, "nothing"), 0);
    assert_true(exists("from/nothing"));
    assert_false(exists("from/a"));
    assert_false(exists("from/link"));
    assert_false(exists("from/pipe"));
    assert_true(exists("outside/kept"));
    assert_int_equal(zdm_tree_clear(from, NULL), 0);
    assert_false(exists("from/nothing"));
    close(from);
}

static void
test_remove(void **state)
{
    (void)state;
    /* Not through a link, not a file, and it is fine when there is nothing. */
    assert_int_equal(symlinkat("outside", root_fd, "link"), 0);
    assert_int_equal(zdm_tree_remove(root_fd, "link"), -1);
    assert_int_equal(zdm_tree_remove(root_fd, "outside/kept"), -1);
    assert_true(exists("outside/kept"));
    assert_int_equal(zdm_tree_remove(root_fd, "no such folder"), 0);

    assert_int_equal(zdm_tree_remove(root_fd, "from"), 0);
    assert_false(exists("from"));
    assert_true(exists("outside/kept"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_copy, setup, teardown),
        cmocka_unit_test_setup_teardown(test_clear, setup, teardown),
        cmocka_unit_test_setup_teardown(test_remove, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
