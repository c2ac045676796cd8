#include "cli/xml.h"

#include <stdbool.h>
#include <string.h>

#include "cli/layout.h"
#include "cli/render_source.h"

/* XML 1.0 has no control characters, not even escaped ones; those are gone with zdm_add_clean().
 * U+FFFE, U+FFFF and surrogates are none of its characters either. */
static void
add_xml(struct zdm_buf *out, const char *s, bool in_attribute)
{
    struct zdm_buf clean = ZDM_BUF_INIT;

    zdm_add_clean(&clean, s, strlen(s), true);
    for (const char *c = clean.s; *c;) {
        int width;
        size_t n = zdm_utf8_next(c, &width);
        const unsigned char *u = (const unsigned char *)c;
        bool none = n == 3 && ((u[0] == 0xef && u[1] == 0xbf && u[2] >= 0xbe) ||
                                  (u[0] == 0xed && u[1] >= 0xa0));
        if (*c == '&')
            zdm_buf_add(out, "&amp;");
        else if (*c == '<')
            zdm_buf_add(out, "&lt;");
        else if (*c == '>')
            zdm_buf_add(out, "&gt;");
        else if (*c == '"')
            zdm_buf_add(out, "&quot;");
        else if (in_attribute && (*c == '\n' || *c == '\t'))
            zdm_buf_addf(out, "&#%d;", *c); /* an attribute would make blanks of them */
        else if (none)
            zdm_buf_add(out, "\xef\xbf\xbd");
        else
            zdm_buf_addn(out, c, n);
        c += n;
    }
    zdm_buf_release(&clean);
}

void
zdm_xml_attribute(struct zdm_buf *out, const char *name, const char *value)
{
    zdm_buf_addf(out, " %s=\"", name);
    add_xml(out, value, true);
    zdm_buf_addc(out, '"');
}

void
zdm_xml_text(struct zdm_buf *out, const char *s)
{
    add_xml(out, s, false);
}
