#include "run/session.h"

/* PostgreSQL counts characters, the plan's places count bytes. */
static size_t
byte_offset(const char *text, int position)
{
    size_t at = 0;
    for (int chars = 1; text[at] && chars < position; chars++) {
        at++;
        while (((unsigned char)text[at] & 0xC0) == 0x80)
            at++;
    }
    return at;
}

int
zdm_blame_sql(const struct zdm_step *step, const struct zdm_sql_text *text, struct zdm_err *err)
{
    if (err->file)
        return -1;
    if (err->position > 0)
        return zdm_err_at(err, zdm_sql_place(text, byte_offset(text->text, err->position)));
    return zdm_err_at(err, text->at.line ? text->at : step->at);
}
