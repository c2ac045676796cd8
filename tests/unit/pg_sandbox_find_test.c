/* Which folder of server programs is taken, out of made-up ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "pg/sandbox_find.h"
#include "pg/sandbox_tree.h"

static char root[32];

/* Makes <root>/<name> with the programs in it (executable), and returns its path, owned. */
static char *
make_bindir(const char *name, const char *const *programs)
{
    char *dir = zdm_strf("%s/%s", root, name);

    for (char *slash = strchr(dir + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(dir, 0755);
        *slash = '/';
    }
    assert_int_equal(mkdir(dir, 0755), 0);
    for (; *programs; programs++) {
        char *file = zdm_strf("%s/%s", dir, *programs);
        int fd = open(file, O_WRONLY | O_CREAT, 0755);
        assert_true(fd >= 0);
        close(fd);
        free(file);
    }
    return dir;
}

static const char *const all[] = {"initdb", "pg_ctl", "postgres", NULL};
static const char *const some[] = {"initdb", "pg_ctl", NULL};

static int
setup(void **state)
{
    (void)state;
    memcpy(root, "/tmp/zdmtest9-XXXXXX", sizeof "/tmp/zdmtest9-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int
teardown(void **state)
{
    (void)state;
    return zdm_tree_remove(AT_FDCWD, root);
}

static void
expect(const struct zdm_server_places *places, const char *expected)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *found = NULL;

    if (zdm_server_find(places, &found, &err) < 0)
        fail_msg("%s", err.message);
    assert_string_equal(found, expected);
    free(found);
}

static void
test_order(void **state)
{
    char *a = make_bindir("a", all), *b = make_bindir("b", some), *c = make_bindir("c", all);
    char *path = zdm_strf("::.:relative:/nonexistent:%s:%s:%s", b, c, a);

    (void)state;
    expect(&(struct zdm_server_places){.path = path}, c);
    expect(&(struct zdm_server_places){.bindir = "", .path = path}, c);
    expect(&(struct zdm_server_places){.bindir = a, .path = path}, a);
    free(path);
    free(a);
    free(b);
    free(c);
}

static void
test_asking(void **state)
{
    char *a = make_bindir("a", all), *pattern = zdm_strf("%s/*", root);
    char *program = zdm_strf("%s/config", root);
    int fd = open(program, O_WRONLY | O_CREAT, 0755);
    char *script = zdm_strf("#!/bin/sh\n[ \"$1\" = --bindir ] && echo '%s'\n", a);

    (void)state;
    assert_int_equal(write(fd, script, strlen(script)), strlen(script));
    close(fd);
    expect(&(struct zdm_server_places){.ask = program}, a);
    /* Without it, or with a wrong answer, the search goes on. */
    const char *const patterns[] = {pattern, NULL};
    expect(&(struct zdm_server_places){.ask = "zdm-no-such-program", .patterns = patterns}, a);
    expect(&(struct zdm_server_places){.ask = "echo", .patterns = patterns}, a);
    expect(&(struct zdm_server_places){.ask = "false", .patterns = patterns}, a);
    free(script);
    free(program);
    free(pattern);
    free(a);
}

static void
test_newest_first(void **state)
{
    static const char *const names[] = {"pg/9.6/bin", "pg/9.10/bin", "pg/15/bin", "pg/x/bin"};
    char *newest = make_bindir("pg/18/bin", some), *pattern = zdm_strf("%s/pg/*/bin", root);
    const char *const patterns[] = {"/nonexistent/*", pattern, NULL};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        free(make_bindir(names[i], all));
    char *expected = zdm_strf("%s/pg/15/bin", root);
    expect(&(struct zdm_server_places){.patterns = patterns}, expected);
    free(expected);
    free(make_bindir("pg/100/bin", all)); /* by number, not by letter */
    expected = zdm_strf("%s/pg/100/bin", root);
    expect(&(struct zdm_server_places){.patterns = patterns}, expected);
    free(expected);
    free(pattern);
    free(newest);
}

static void
expect_refused(const struct zdm_server_places *places, const char *message, const char *hint)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *found = NULL;

    assert_int_equal(zdm_server_find(places, &found, &err), -1);
    assert_null(found);
    assert_int_equal(err.code, ZDM_ERR_USAGE);
    assert_non_null(strstr(err.message, message));
    assert_non_null(strstr(err.hint, hint));
    zdm_err_release(&err);
}

static void
test_none(void **state)
{
    char *a = make_bindir("a", all), *b = make_bindir("b", some);

    (void)state;
    expect_refused(&(struct zdm_server_places){.path = NULL}, "no PostgreSQL server is installed",
        "apt-get install postgresql");
    expect_refused(&(struct zdm_server_places){.path = b}, "no PostgreSQL server is installed",
        "dnf install postgresql-server");
    /* A wrong ZDM_PG_BINDIR is never passed over. */
    expect_refused(&(struct zdm_server_places){.bindir = b, .path = a},
        "no executable \"postgres\"", "unset it");
    expect_refused(&(struct zdm_server_places){.bindir = "/nonexistent", .path = a},
        "ZDM_PG_BINDIR is \"/nonexistent\"", "unset it");
    expect_refused(&(struct zdm_server_places){.bindir = "bin", .path = a}, "not an absolute path",
        "unset it");
    free(a);
    free(b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_asking, setup, teardown),
        cmocka_unit_test_setup_teardown(test_newest_first, setup, teardown),
        cmocka_unit_test_setup_teardown(test_none, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
