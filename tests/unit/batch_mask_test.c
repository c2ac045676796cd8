#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "batch/mask.h"

/* Names are those of the relation t and its constraint t_check. */
static bool
is_name(const void *self, const char *text, size_t n)
{
    (void)self;
    return (n == 1 && *text == 't') || (n == 7 && strncmp(text, "t_check", 7) == 0);
}

static void
masked(void **state)
{
    static const struct {
        const char *message, *masked;
    } cases[] = {
        {"division by zero", "division by zero"},
        {"invalid input syntax for type integer: \"abc\"",
            "invalid input syntax for type integer: \"…\""},
        {"value \"1e99\" is out of range for type integer",
            "value \"…\" is out of range for type integer"},
        {"new row for relation \"t\" violates check constraint \"t_check\"",
            "new row for relation \"t\" violates check constraint \"t_check\""},
        /* A value may hold marks, and look like a name. */
        {"invalid: \"a\" b\" c", "invalid: \"…\" c"},
        {"relation \"t\" has \"a\" and \"t\"", "relation \"t\" has \"…\" and \"t\""},
        {"no \"secret\" and 'other' here", "no \"…' here"},
        /* An apostrophe opens nothing, but nothing behind it is trusted either. */
        {"can't do it", "can't do it"},
        {"can't take 'it'", "can't take '…'"},
        {"'O'Brien' isn't it", "'…' isn't it"},
        /* A mark that is never closed. */
        {"unterminated \"secret", "unterminated \"…"},
        {"\"", "\"…"},
        /* Messages are translated. */
        {"syntaxe invalide : « abc »", "syntaxe invalide : «…»"},
        {"Syntax: „abc“ falsch", "Syntax: „…“ falsch"},
        {"构文「abc」です", "构文「…」です"},
        {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *out = zdm_mask_values(cases[i].message, is_name, NULL);
        assert_string_equal(out, cases[i].masked);
        free(out);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(masked)};

    return cmocka_run_group_tests_name("batch_mask", tests, NULL, NULL);
}
