/* What can be tuned: values of a command line, ranges, words; and orders applied to a row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "pg/control.h"

static void
test_values(void **state)
{
    static const struct {
        enum zdm_knob knob;
        const char *text;
        int64_t value; /* -9: refused */
    } cases[] = {
        {ZDM_KNOB_TARGET, "25", 25},
        {ZDM_KNOB_TARGET, "25ms", 25},
        {ZDM_KNOB_TARGET, "0.5s", 500},
        {ZDM_KNOB_TARGET, "5", 5},
        {ZDM_KNOB_TARGET, "5000", 5000},
        {ZDM_KNOB_TARGET, "4", -9},
        {ZDM_KNOB_TARGET, "5001", -9},
        {ZDM_KNOB_TARGET, "plan", ZDM_AS_PLANNED},
        {ZDM_KNOB_TARGET, "-1", -9},
        {ZDM_KNOB_TARGET, "", -9},
        {ZDM_KNOB_WORKERS, "1", 1},
        {ZDM_KNOB_WORKERS, "16", 16},
        {ZDM_KNOB_WORKERS, "0", -9},
        {ZDM_KNOB_WORKERS, "17", -9},
        {ZDM_KNOB_WORKERS, "2s", -9},
        {ZDM_KNOB_MAX_LAG, "0", 0},
        {ZDM_KNOB_MAX_LAG, "5s", 5000},
        {ZDM_KNOB_MAX_LAG, "1d", 86400000},
        {ZDM_KNOB_MAX_LAG, "25h", -9},
        {ZDM_KNOB_STRIPES, "8", 8},
        {ZDM_KNOB_STRIPES, "64", 64},
        {ZDM_KNOB_STRIPES, "0", -9},
        {ZDM_KNOB_STRIPES, "65", -9},
        {ZDM_KNOB_STRIPES, "plan", ZDM_AS_PLANNED},
        {ZDM_KNOB_WAL_RATE, "16MB", 16777216},
        {ZDM_KNOB_WAL_RATE, "256kB", 262144},
        {ZDM_KNOB_WAL_RATE, "262144", 262144},
        {ZDM_KNOB_WAL_RATE, "1.5GB", 1610612736},
        {ZDM_KNOB_WAL_RATE, "0", 0},
        {ZDM_KNOB_WAL_RATE, "255kB", -9},
        {ZDM_KNOB_WAL_RATE, "2TB", -9},
        {ZDM_KNOB_WAL_RATE, "16mb", -9},
        {ZDM_KNOB_WAL_RATE, "0x10MB", -9},
        {ZDM_KNOB_WAL_RATE, "nan", -9},
        {ZDM_KNOB_WAL_RATE, "1e3MB", -9},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zdm_err err = ZDM_ERR_INIT;
        int64_t value = -9;
        int rc = zdm_knob_parse(cases[i].knob, cases[i].text, &value, &err);
        if (value != cases[i].value || (rc < 0) != (cases[i].value == -9))
            fail_msg("%s: %lld", cases[i].text, (long long)value);
        if (rc < 0) {
            assert_int_equal(err.code, ZDM_ERR_USAGE);
            assert_non_null(err.hint);
        }
        zdm_err_release(&err);
    }
}

static void
test_words(void **state)
{
    char out[48];

    (void)state;
    assert_string_equal(zdm_knob_show(ZDM_KNOB_TARGET, 25, out), "25 ms");
    assert_string_equal(zdm_knob_show(ZDM_KNOB_WORKERS, 3, out), "3");
    assert_string_equal(zdm_knob_show(ZDM_KNOB_WAL_RATE, 0, out), "no ceiling");
    assert_string_equal(zdm_knob_show(ZDM_KNOB_WAL_RATE, 16777216, out), "16 MB/s");
    assert_string_equal(zdm_knob_show(ZDM_KNOB_MAX_LAG, ZDM_AS_PLANNED, out), "as planned");
}

static bool
give(struct zdm_control *c, enum zdm_order_kind kind, const char *who, const char *note)
{
    struct zdm_order order;

    zdm_order_init(&order, kind);
    order.who = zdm_strdup(who);
    order.note = zdm_strdup(note);
    bool changed = zdm_control_apply(c, &order);
    zdm_order_release(&order);
    return changed;
}

static void
test_pause(void **state)
{
    struct zdm_control c;

    (void)state;
    zdm_control_init(&c);
    assert_false(give(&c, ZDM_ORDER_RESUME, "ann", NULL));
    assert_null(c.who);
    assert_true(give(&c, ZDM_ORDER_PAUSE, "ann", "sale"));
    assert_false(give(&c, ZDM_ORDER_PAUSE, "bob", "mine"));
    assert_string_equal(c.paused_by, "ann");
    assert_string_equal(c.paused_note, "sale");
    assert_true(give(&c, ZDM_ORDER_RESUME, "bob", NULL));
    assert_null(c.paused_by);
    assert_null(c.paused_note);
    assert_string_equal(c.who, "bob");
    zdm_control_release(&c);
}

static void
test_cancel_and_tune(void **state)
{
    struct zdm_control c;
    struct zdm_order order;

    (void)state;
    zdm_control_init(&c);
    zdm_order_init(&order, ZDM_ORDER_CANCEL);
    order.who = zdm_strdup("ann");
    order.epoch = 3;
    assert_true(zdm_control_apply(&c, &order));
    assert_false(zdm_control_apply(&c, &order));
    order.now = true; /* more than before */
    assert_true(zdm_control_apply(&c, &order));
    order.now = false; /* less than before */
    assert_false(zdm_control_apply(&c, &order));
    assert_true(c.cancel_now);
    order.epoch = 4; /* a later run */
    assert_true(zdm_control_apply(&c, &order));
    assert_false(c.cancel_now);
    zdm_order_release(&order);

    zdm_order_init(&order, ZDM_ORDER_TUNE);
    order.who = zdm_strdup("ann");
    assert_false(zdm_control_apply(&c, &order));
    order.knobs[ZDM_KNOB_WORKERS] = 2;
    assert_true(zdm_control_apply(&c, &order));
    assert_false(zdm_control_apply(&c, &order));
    assert_int_equal(c.knobs[ZDM_KNOB_WORKERS], 2);
    assert_int_equal(c.knobs[ZDM_KNOB_TARGET], ZDM_AS_PLANNED);
    order.knobs[ZDM_KNOB_WORKERS] = ZDM_AS_PLANNED;
    assert_true(zdm_control_apply(&c, &order));
    zdm_order_release(&order);
    zdm_control_release(&c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_pause),
        cmocka_unit_test(test_cancel_and_tune),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
