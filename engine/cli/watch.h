/*
 * watch.h - shows a run while it happens: as plain lines, with a live line on a
 * terminal, or as JSON lines.
 */
#ifndef ZDM_CLI_WATCH_H
#define ZDM_CLI_WATCH_H

#include "base/buf.h"
#include "cli/io.h"
#include "cli/metrics.h"
#include "cli/options.h"
#include "run/observer.h"

struct zdm_watch {
    struct zdm_io *io;
    const struct zdm_args *args;
    const struct zdm_plan *plan;
    struct zdm_buf live;       /* the line that stands on the terminal, painted; empty: none */
    int64_t progress_ms;       /* when progress was last printed as a line */
    int64_t progress_every_ms; /* without a terminal */
    size_t n_done, n_skipped;  /* steps */
    char *closed;              /* id of the gate that is closed, owned; NULL none */
    struct zdm_buf next_steps; /* how to open it */
    char *cancelled;           /* "cancelled by ann@laptop", owned; NULL: it was not */
    bool until;                /* stopped where --until asked */
    bool undo;                 /* it is a rollback */
    struct zdm_metrics metrics;
    int64_t elapsed_ms;  /* of the run, once it ended */
    int64_t quarantined; /* rows of the plan, then */
};

/* The options that it goes by: ZDM_ERR_USAGE. */
int zdm_watch_check(const struct zdm_args *args, struct zdm_err *err);
void zdm_watch_init(struct zdm_watch *watch, struct zdm_io *io, const struct zdm_args *args,
    const struct zdm_plan *plan);
void zdm_watch_release(struct zdm_watch *watch);
struct zdm_observer zdm_watch_observer(struct zdm_watch *watch);
/* Takes the live line away. */
void zdm_watch_clear_line(struct zdm_watch *watch);

#endif
