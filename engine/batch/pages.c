#include "batch/pages.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* "128" or "128,7" */
static bool
parse_place(const char *text, struct zdm_page *out)
{
    const char *comma = strchr(text, ',');
    char *page = comma ? zdm_strndup(text, (size_t)(comma - text)) : zdm_strdup(text);

    out->line = 0;
    bool good = zdm_parse_i64(page, &out->page) && out->page >= 0 &&
                (!comma || (zdm_parse_i64(comma + 1, &out->line) && out->line > 0));
    free(page);
    return good;
}

int
zdm_page_parse(const char *position, struct zdm_page *out, struct zdm_err *err)
{
    struct zdm_position p = {.n = 0};
    struct zdm_page page;
    int rc = -1;

    if (zdm_position_split(position, ZDM_PAGE_KEYS, &p, err) < 0)
        return -1;
    if (zdm_parse_i64(p.keys[0], &page.pass) && zdm_parse_i64(p.keys[1], &page.file) &&
        parse_place(p.keys[2], &page)) {
        *out = page;
        rc = 0;
    } else {
        zdm_fail(err, ZDM_ERR_MISMATCH, "the position %s is no page of a table", position);
        zdm_err_hint(err, "zdm.cursor was changed by hand");
    }
    zdm_position_release(&p);
    return rc;
}

char *
zdm_page_text(const struct zdm_page *page)
{
    char *place = zdm_page_place(page);
    char *text =
        zdm_strf("[\"%lld\",\"%lld\",\"%s\"]", (long long)page->pass, (long long)page->file, place);

    free(place);
    return text;
}

char *
zdm_page_place(const struct zdm_page *page)
{
    if (page->line == 0)
        return zdm_strf("%lld", (long long)page->page);
    return zdm_strf("%lld,%lld", (long long)page->page, (long long)page->line);
}
