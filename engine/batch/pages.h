/*
 * pages.h - walking a table without a key: page by page, pass by pass.
 *
 * A position is three texts: number of the pass, relfilenode, and the page up to
 * which everything was looked at: ["1","16390","128"]; where batches are smaller than a page, the page
 * and the line in it: ["1","16390","128,7"]. The bound of a pass is the
 * number of pages at its start. The batch runs only while the table still has
 * that relfilenode: VACUUM FULL or CLUSTER put rows elsewhere, and the next pass
 * begins.
 *
 * A row moves when it is updated, by us or by others, to a page before or behind
 * us: it may be met twice or not at all. So
 *   - `where` must become false by the change (each batch checks that in its own
 *     rows, and fails as a whole otherwise): a row met again is no row any more;
 *   - at the end of a pass the table is searched for rows that still need it, and
 *     while there are any there is another pass.
 *
 * A row in quarantine is known by its place: file, ctid and xmin (pages_sql.h). While it is there unchanged
 * it is passed over. Once somebody has updated it, or the table was rewritten, it is a row as any other
 * again: the next pass does it or sets it aside anew, and what stands for its former place is dropped.
 */
#ifndef ZDM_BATCH_PAGES_H
#define ZDM_BATCH_PAGES_H

#include "batch/position.h"

#define ZDM_PAGE_KEYS   3
#define ZDM_PASSES_MOST 100

struct zdm_page {
    int64_t pass, file, page;
    int64_t line; /* 0: the start of the page */
};

int zdm_page_parse(const char *position, struct zdm_page *out, struct zdm_err *err);
char *zdm_page_text(const struct zdm_page *page);  /* owned */
char *zdm_page_place(const struct zdm_page *page); /* the third text; owned */

#endif
