/*
 * feed.h - where the portions of a script come from while it is classified: from the parser at once, or
 * from a thread that is ahead. Private to engine/sql.
 */
#ifndef ZDM_SQL_FEED_H
#define ZDM_SQL_FEED_H

#include "sql/parser.h"

struct zdm_feed {
    void *self;
    const struct zdm_portion *(*next)(void *self); /* view until the next call; NULL: no more */
};

/* What the thread makes of its next script, which must be `text`. Returns owned. */
struct zdm_opened *zdm_ahead_open(
    struct zdm_ahead *ahead, const struct zdm_sql_text *text, struct zdm_feed *feed);

#endif
