#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pg/retry.h"

static void
classes(void **state)
{
    static const struct {
        const char *sqlstate;
        bool lost;
        enum zdm_retry expected;
    } cases[] = {
        {"", false, ZDM_RETRY_NEVER},
        {"", true, ZDM_RETRY_RECONNECT},
        {NULL, true, ZDM_RETRY_RECONNECT},
        {"55P03", false, ZDM_RETRY_LOCK},
        {"40001", false, ZDM_RETRY_AGAIN},
        {"40P01", false, ZDM_RETRY_AGAIN},
        {"40002", false, ZDM_RETRY_NEVER},
        {"57014", false, ZDM_RETRY_NEVER},
        {"57P01", true, ZDM_RETRY_RECONNECT},
        {"57P02", true, ZDM_RETRY_RECONNECT},
        {"57P03", false, ZDM_RETRY_RECONNECT},
        {"57P04", true, ZDM_RETRY_NEVER},
        {"57P05", true, ZDM_RETRY_RECONNECT},
        {"08006", true, ZDM_RETRY_RECONNECT},
        {"08P01", false, ZDM_RETRY_RECONNECT},
        {"25006", false, ZDM_RETRY_RECONNECT},
        {"25P02", false, ZDM_RETRY_NEVER},
        {"25P03", true, ZDM_RETRY_RECONNECT},
        {"53100", false, ZDM_RETRY_RESOURCE},
        {"53200", false, ZDM_RETRY_RESOURCE},
        {"53300", false, ZDM_RETRY_RESOURCE},
        {"53400", false, ZDM_RETRY_NEVER},
        {"58030", false, ZDM_RETRY_NEVER},
        {"XX000", false, ZDM_RETRY_NEVER},
        {"XX001", false, ZDM_RETRY_NEVER},
        {"42601", false, ZDM_RETRY_NEVER},
        {"42P01", false, ZDM_RETRY_NEVER},
        {"23505", false, ZDM_RETRY_NEVER},
        /* What a reconnect is told decides, not that the session before is gone. */
        {"28P01", true, ZDM_RETRY_NEVER},
        {"3D000", true, ZDM_RETRY_NEVER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (zdm_retry_class(cases[i].sqlstate, cases[i].lost) != cases[i].expected)
            fail_msg("class of %s", cases[i].sqlstate ? cases[i].sqlstate : "NULL");
}

static void
data_errors(void **state)
{
    (void)state;
    assert_true(zdm_is_data_error("22012"));
    assert_true(zdm_is_data_error("23505"));
    assert_true(zdm_is_data_error("P0001"));
    assert_false(zdm_is_data_error("P0002"));
    assert_false(zdm_is_data_error("42601"));
    assert_false(zdm_is_data_error(""));
    assert_false(zdm_is_data_error(NULL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes),
        cmocka_unit_test(data_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
