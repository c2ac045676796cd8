/*
 * unused.h - the check `unused`: is nobody using these columns, tables and indexes? Private to gate/.
 *
 *   unused_names.c   what a name is in the catalog, and by what names statements may mean it
 *   unused_counts.c  a server's counts: calls of statements that use it, scans, changes
 *   unused_servers.c those of the target and of the replicas that the plan names
 *   unused_memory.c  the counts against those of the looks before
 *   unused.c         what follows for the gate
 *
 * The server counts calls, but not when they were. So a look keeps what it saw (struct zdm_gate_row's
 * memory): while nothing grows the time goes on, and whatever grows, or makes the counts say less than
 * the truth (a reset, an eviction), begins it anew. What cannot be known keeps the gate closed.
 */
#ifndef ZDM_GATE_UNUSED_H
#define ZDM_GATE_UNUSED_H

#include <jansson.h>

#include "base/buf.h"
#include "gate/gate.h"
#include "sql/usage.h"

#define ZDM_UNUSED_LOOK_MS 30000

/* One name of the check; texts live in the arena. */
struct zdm_unused_name {
    const char *written;
    const char *oid;       /* of the relation */
    bool statements;       /* statements show its use: not of an index */
    bool scans;            /* counts of the relation do: not of a column or a view */
    const char *functions; /* that may use it, but for those to ignore: "f(), g()"; NULL: none */
    struct zdm_used used;
};
struct zdm_unused_names {
    struct zdm_arena *arena;
    struct zdm_unused_name *items;
    size_t count;
};
int zdm_unused_names_find(const struct zdm_gate_question *g, const struct zdm_check *check,
    struct zdm_unused_names *out, struct zdm_err *err);
/* {"a","b"}, as the server reads an array. */
void zdm_unused_add_item(struct zdm_buf *b, const char *item);
void zdm_unused_close_array(struct zdm_buf *b);
void zdm_unused_names_release(struct zdm_unused_names *names);

struct zdm_unused_statement {
    const char *key; /* role and query, as the server numbers them */
    const char *role, *text;
    int64_t calls;
    enum zdm_usage usage;
};
struct zdm_unused_scan {
    const char *oid;
    int64_t count;
    int64_t last_ms;    /* since when it is known not to be scanned; 0: not known */
    const char *serves; /* "keeps rows unique": without being scanned; NULL: does not */
};
struct zdm_unused_counts {
    struct zdm_arena *arena;
    const char *server; /* a replica, as the plan has it; NULL: the target. View of the plan */
    int64_t now_ms;
    char *ignorance, *todo; /* why nothing can be said, and what to do; NULL: all is known */
    const char *replicas;   /* that are connected; NULL: there are none */
    int64_t n_replicas;
    const char *reset; /* since when statements are counted */
    const char *scans_reset;
    int64_t evicted;                         /* how often statements were thrown out since then */
    struct zdm_unused_statement *statements; /* those that use one of the names */
    size_t n_statements;
    struct zdm_unused_scan *scans; /* one each of the names that have them, by oid */
    size_t n_scans;
};
int zdm_unused_counts_read(const struct zdm_gate_question *g, const struct zdm_check *check,
    const struct zdm_unused_names *names, struct zdm_unused_counts *out, struct zdm_err *err);
void zdm_unused_counts_release(struct zdm_unused_counts *counts);

/* Of all servers; the target is the first. A replica that cannot be asked is one of which nothing can be
 * said. */
struct zdm_unused_servers {
    struct zdm_unused_counts *items;
    size_t count;
};
int zdm_unused_servers_read(const struct zdm_gate_question *g, const struct zdm_check *check,
    const struct zdm_unused_names *names, struct zdm_unused_servers *out, struct zdm_err *err);
void zdm_unused_servers_release(struct zdm_unused_servers *servers);
const struct zdm_unused_name *zdm_unused_name_of_scan(
    const struct zdm_unused_names *names, const struct zdm_unused_scan *scan);

/* What the next look is compared with. */
struct zdm_unused_memory {
    json_t *json; /* kept in zdm.gate */
    bool anew;    /* the time begins at this look */
};
/* kept: of the look before; NULL: this is the first. */
void zdm_unused_compare(const struct zdm_check *check, const struct zdm_unused_names *names,
    const struct zdm_unused_servers *now, const char *kept, struct zdm_unused_memory *out);

#endif
