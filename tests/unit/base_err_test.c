/* An error is a value: set, given context, moved, printed elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "base/err.h"

static void
test_parts(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;

    (void)state;
    assert_int_equal(zdm_fail(&err, ZDM_ERR_REFUSED, "table \"%s\"", "users"), -1);
    assert_int_equal(zdm_err_detail(&err, "%d rows", 3), -1);
    assert_int_equal(zdm_err_hint(&err, "first"), -1);
    assert_int_equal(zdm_err_hint(&err, "second"), -1);
    assert_int_equal(err.code, ZDM_ERR_REFUSED);
    assert_string_equal(err.message, "table \"users\"");
    assert_string_equal(err.detail, "3 rows");
    assert_string_equal(err.hint, "second");
    assert_null(err.file);

    /* A new failure leaves nothing of the old one. */
    zdm_fail(&err, ZDM_ERR_FAILED, "other");
    assert_null(err.detail);
    assert_null(err.hint);
    zdm_err_release(&err);
    assert_int_equal(err.code, ZDM_OK);
    assert_null(err.message);
}

static void
test_own_parts_as_arguments(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;

    (void)state;
    zdm_fail(&err, ZDM_ERR_FAILED, "inner");
    zdm_err_detail(&err, "detail");
    zdm_fail(&err, ZDM_ERR_FAILED, "outer: %s, %s", err.message, err.detail);
    assert_string_equal(err.message, "outer: inner, detail");
    zdm_err_hint(&err, "%s again", err.message);
    zdm_err_hint(&err, "%s!", err.hint);
    assert_string_equal(err.hint, "outer: inner, detail again!");
    zdm_err_at(&err, (struct zdm_place){.file = "a.lua", .line = 1});
    zdm_err_at(&err, (struct zdm_place){.file = err.file, .line = 2, .column = 3});
    assert_string_equal(err.file, "a.lua");
    assert_int_equal(err.line, 2);
    assert_int_equal(err.column, 3);
    zdm_err_release(&err);
}

static void
test_errno(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;

    (void)state;
    errno = ENOENT;
    assert_int_equal(zdm_fail_errno(&err, ZDM_ERR_USAGE, "cannot read \"%s\"", "x"), -1);
    assert_string_equal(err.message, "cannot read \"x\": No such file or directory");
    zdm_err_release(&err);
}

static void
test_wrap(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;

    (void)state;
    zdm_fail(&err, ZDM_ERR_FAILED, "100%% full");
    zdm_err_hint(&err, "stays");
    zdm_err_wrap(&err, "step \"%s\"", "add");
    zdm_err_wrap(&err, "plan \"%s\"", "p");
    assert_string_equal(err.message, "plan \"p\": step \"add\": 100% full");
    assert_string_equal(err.hint, "stays");
    zdm_err_release(&err);
}

static void
test_move(void **state)
{
    struct zdm_err from = ZDM_ERR_INIT, to = ZDM_ERR_INIT;

    (void)state;
    zdm_fail(&to, ZDM_ERR_USAGE, "lost");
    zdm_err_hint(&to, "lost");
    zdm_fail(&from, ZDM_ERR_CLOSED, "kept");
    zdm_err_move(&to, &from);
    assert_int_equal(to.code, ZDM_ERR_CLOSED);
    assert_string_equal(to.message, "kept");
    assert_null(to.hint);
    assert_int_equal(from.code, ZDM_OK);
    assert_null(from.message);
    zdm_err_move(&to, &to);
    assert_string_equal(to.message, "kept");
    zdm_err_release(&to);
    zdm_err_release(&from);
}

static void
test_list_and_exit_codes(void **state)
{
    struct zdm_errlist list = ZDM_ERRLIST_INIT;
    static const int codes[] = {0, 1, 2, 2, 3, 4, 5, 6, 7, 130};

    (void)state;
    for (int i = 0; i < 100; i++)
        zdm_fail(zdm_errlist_add(&list), ZDM_ERR_PLAN, "error %d", i);
    assert_int_equal(list.count, 100);
    assert_string_equal(list.items[0].message, "error 0");
    assert_string_equal(list.items[99].message, "error 99");
    zdm_errlist_release(&list);
    assert_int_equal(list.count, 0);

    for (int code = ZDM_OK; code <= ZDM_ERR_INTERRUPTED; code++)
        assert_int_equal(zdm_err_exit_code((enum zdm_code)code), codes[code]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_own_parts_as_arguments),
        cmocka_unit_test(test_errno),
        cmocka_unit_test(test_wrap),
        cmocka_unit_test(test_move),
        cmocka_unit_test(test_list_and_exit_codes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
