#include "batch/pages.h"

#include "base/mem.h"
#include "base/text.h"

int
zdm_page_parse(const char *position, struct zdm_page *out, struct zdm_err *err)
{
    struct zdm_position p = {.n = 0};
    struct zdm_page page;
    int rc = -1;

    if (zdm_position_split(position, ZDM_PAGE_KEYS, &p, err) < 0)
        return -1;
    if (zdm_parse_i64(p.keys[0], &page.pass) && zdm_parse_i64(p.keys[1], &page.file) &&
        zdm_parse_i64(p.keys[2], &page.page) && page.page >= 0) {
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
    return zdm_strf("[\"%lld\",\"%lld\",\"%lld\"]", (long long)page->pass, (long long)page->file,
        (long long)page->page);
}
