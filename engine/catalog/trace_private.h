/*
 * trace_private.h - the parts of a trace. Private to engine/catalog.
 */
#ifndef ZDM_CATALOG_TRACE_PRIVATE_H
#define ZDM_CATALOG_TRACE_PRIVATE_H

#include <stdint.h>

#include "catalog/trace.h"

/* What the server announced at DEBUG1 while a statement ran. */
enum zdm_news_kind {
    ZDM_NEWS_VERIFYING, /* table */
    ZDM_NEWS_KEY,       /* constraint */
    ZDM_NEWS_BUILDING,  /* index and table */
};

struct zdm_news {
    enum zdm_news_kind kind;
    char *name, *table;
};

struct zdm_trace {
    struct zdm_conn *conn;     /* runs the statements */
    struct zdm_conn *observer; /* sees what was there before */
    uint32_t fresh_from;       /* relations with this oid or a higher one are new; 0: none are */
    struct zdm_news *news;
    size_t n_news;
};

/* Takes one message of the server apart; what it does not know is dropped. */
void zdm_trace_hear(void *self, const char *severity, const char *sqlstate, const char *message);
void zdm_trace_forget(struct zdm_trace *trace); /* the news */

/* A relation that is or was locked. */
struct zdm_seen {
    uint32_t oid, table; /* table: of an index, 0 else */
    enum zdm_lock_mode mode;
    const char *name;    /* as the catalog has it; NULL: dropped */
    const char *display; /* schema.name, quoted where needed */
    char kind;
    int64_t file, scans;
    bool ours; /* not of the system, not temporary */
};

struct zdm_sight { /* sorted by oid */
    struct zdm_seen *items;
    size_t n;
};

/* The locked relations of this transaction. In the arena. */
int zdm_trace_locked(
    struct zdm_trace *trace, struct zdm_arena *arena, struct zdm_sight *out, struct zdm_err *err);
/* The sequential scans that stand to the session's account: oid and scans. */
void zdm_trace_scans(
    const struct zdm_result *result, struct zdm_arena *arena, struct zdm_sight *out);
struct zdm_seen *zdm_sight_find(const struct zdm_sight *sight, uint32_t oid);
/* Locks, rewrites, scans and builds of what ran last. held, scans: as it was before that. truncates: new files are empty ones. */
int zdm_trace_look(struct zdm_trace *trace, const struct zdm_sight *held,
    const struct zdm_sight *scans, bool truncates, struct zdm_arena *arena,
    struct zdm_observed *out, struct zdm_err *err);
/* The builds of what ran outside of a transaction. */
int zdm_trace_look_alone(struct zdm_trace *trace, struct zdm_arena *arena, struct zdm_observed *out,
    struct zdm_err *err);

/* One more finding, whose message says `what`, unless somebody switched the rule off. context may be
 * NULL. */
void zdm_finding_add(struct zdm_statement *st, const struct zdm_sql_context *context,
    const char *rule, enum zdm_severity severity, const char *what, struct zdm_arena *arena);

#endif
