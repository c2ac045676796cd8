/*
 * retry.h - what an SQLSTATE asks for.
 *
 * Source: PostgreSQL manual, appendix "Error Codes"; classes of design section
 * "Execution".
 */
#ifndef ZDM_PG_RETRY_H
#define ZDM_PG_RETRY_H

#include "base/err.h"

enum zdm_retry {
    ZDM_RETRY_NEVER,     /* the statement or the data is wrong: stop with its place */
    ZDM_RETRY_LOCK,      /* somebody holds a lock: wait, try again (55P03) */
    ZDM_RETRY_AGAIN,     /* deadlock, serialization: try again at once with jitter */
    ZDM_RETRY_RECONNECT, /* the session or the server is gone, or not writable now: reconnect */
    ZDM_RETRY_RESOURCE,  /* disk or memory is full: wait long, or stop */
};

/* sqlstate "" with connection_lost is a lost connection. */
enum zdm_retry zdm_retry_class(const char *sqlstate, bool connection_lost);

/* Is it the row's data that is bad (22*, 23*, P0001; ZDM01: a function of the plan says so)? */
bool zdm_is_data_error(const char *sqlstate);

#endif
