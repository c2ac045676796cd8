/*
 * cli_render.h - compares rendered text, without its style marks, with what is expected.
 */
#ifndef ZDM_TESTS_CLI_RENDER_H
#define ZDM_TESTS_CLI_RENDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "cli/io.h"
#include "cli/layout.h"

/* Releases the buffer. */
#define check_text(expected, text)                                                                 \
    do {                                                                                           \
        struct zdm_buf painted_ = ZDM_BUF_INIT;                                                    \
        zdm_paint(&painted_, (text)->s, false);                                                    \
        assert_string_equal(expected, painted_.s);                                                 \
        zdm_buf_release(&painted_);                                                                \
        zdm_buf_release(text);                                                                     \
    } while (0)

/* No line is wider than `columns`. */
#define check_columns(text, columns)                                                               \
    do {                                                                                           \
        for (const char *line_ = (text); *line_;) {                                                \
            size_t n_ = strcspn(line_, "\n");                                                      \
            struct zdm_buf one_ = ZDM_BUF_INIT;                                                    \
            zdm_buf_addn(&one_, line_, n_);                                                        \
            if (zdm_width(one_.s) > (columns))                                                     \
                fail_msg("%d columns: %s", zdm_width(one_.s), one_.s);                             \
            zdm_buf_release(&one_);                                                                \
            line_ += n_ + (line_[n_] == '\n');                                                     \
        }                                                                                          \
    } while (0)

#endif
