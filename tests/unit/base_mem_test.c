/* Allocation, arenas and growing strings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static void
test_grow(void **state)
{
    size_t *numbers = NULL;

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        numbers = zdm_grow(numbers, i + 1, sizeof *numbers);
        numbers[i] = i;
    }
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(numbers[i], i);
    free(numbers);
}

static void
test_strings(void **state)
{
    char *a = zdm_strdup("text"), *b = zdm_strndup("text", 2), *c = zdm_strf("%s-%d", "x", 7);

    (void)state;
    assert_string_equal(a, "text");
    assert_string_equal(b, "te");
    assert_string_equal(c, "x-7");
    assert_null(zdm_strdup(NULL));
    free(a);
    free(b);
    free(c);
}

static void
test_arena(void **state)
{
    struct zdm_arena *arena = zdm_arena_new();
    char *all[500];

    (void)state;
    /* Odd sizes, some larger than a block: each aligned, zero, and apart from the others. */
    for (size_t i = 0; i < 500; i++) {
        size_t size = i % 50 == 49 ? 20000 + i : i;
        all[i] = zdm_arena_alloc(arena, size);
        assert_int_equal((uintptr_t)all[i] % _Alignof(max_align_t), 0);
        for (size_t j = 0; j < size; j++)
            assert_int_equal(all[i][j], 0);
        memset(all[i], (int)(i % 251 + 1), size);
    }
    for (size_t i = 1; i < 500; i++)
        assert_int_equal((unsigned char)all[i][0], i % 251 + 1);

    assert_string_equal(zdm_arena_strdup(arena, "kept"), "kept");
    assert_string_equal(zdm_arena_strndup(arena, "kept", 2), "ke");
    assert_string_equal(zdm_arena_strf(arena, "%d%%", 5), "5%");
    assert_null(zdm_arena_strdup(arena, NULL));
    zdm_arena_free(arena);
    zdm_arena_free(NULL);
}

static void
test_buf(void **state)
{
    struct zdm_buf buf = ZDM_BUF_INIT;

    (void)state;
    assert_string_equal(buf.s, "");
    zdm_buf_add(&buf, "");
    zdm_buf_clear(&buf);
    assert_int_equal(buf.cap, 0);

    zdm_buf_add(&buf, "a");
    zdm_buf_addc(&buf, 'b');
    zdm_buf_addn(&buf, "c\0d", 3);
    zdm_buf_addf(&buf, "%d", 12);
    assert_int_equal(buf.len, 7);
    assert_memory_equal(buf.s, "abc\0d12", 8);
    zdm_buf_clear(&buf);
    assert_string_equal(buf.s, "");

    for (int i = 0; i < 10000; i++)
        zdm_buf_addf(&buf, "%d,", i % 10);
    assert_int_equal(buf.len, 20000);
    assert_int_equal(strlen(buf.s), 20000);
    assert_string_equal(buf.s + 19990, "5,6,7,8,9,");

    char *taken = zdm_buf_take(&buf);
    assert_int_equal(strlen(taken), 20000);
    assert_string_equal(buf.s, "");
    free(taken);
    taken = zdm_buf_take(&buf);
    assert_string_equal(taken, "");
    free(taken);
    zdm_buf_release(&buf);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grow),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_arena),
        cmocka_unit_test(test_buf),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
