/*
 * speed.h - how fast a server reads, rewrites and indexes tables, and how long a piece of work takes
 * there (pure).
 *
 * Nobody knows before it is done. So a time is a range, and its basis is told with it: assumed speeds,
 * what the server measured of its reads, or what earlier steps took on the target.
 */
#ifndef ZDM_SQL_SPEED_H
#define ZDM_SQL_SPEED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum zdm_speed_kind { ZDM_SPEED_SCAN, ZDM_SPEED_REWRITE, ZDM_SPEED_BUILD, ZDM_SPEED_KINDS };
/* "scan", "rewrite", "build": for programs. */
const char *zdm_speed_name(enum zdm_speed_kind kind);

struct zdm_speed {
    int64_t fast, slow; /* bytes of table in a millisecond */
    int64_t steps;      /* that it is known from; 0: it is not */
};
struct zdm_speeds {
    struct zdm_speed of[ZDM_SPEED_KINDS];
    int64_t read; /* bytes a millisecond that the server measured; 0: it did not */
};

void zdm_speeds_assume(struct zdm_speeds *out);
/* What the server counted of its reads from disk. whole: of reads of whole tables only; else of single
 * pages too, which are slower. Too little of it says nothing. */
void zdm_speeds_measure(struct zdm_speeds *speeds, int64_t bytes, int64_t ms, bool whole);
/* A step that took that long. Too short a one says nothing. */
void zdm_speeds_learn(
    struct zdm_speeds *speeds, enum zdm_speed_kind kind, int64_t bytes, int64_t ms);

/* Shortest and longest time, in milliseconds, for these bytes of tables. */
void zdm_speeds_time(const struct zdm_speeds *speeds, const int64_t bytes[ZDM_SPEED_KINDS],
    int64_t *least_ms, int64_t *most_ms);
/* What that is said from: "from 3 index builds on this target". */
void zdm_speeds_add_basis(
    struct zdm_buf *out, const struct zdm_speeds *speeds, const int64_t bytes[ZDM_SPEED_KINDS]);

#endif
