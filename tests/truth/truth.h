/*
 * truth.h - one case: what the classifier says, what the server does, where the two differ.
 */
#ifndef ZDM_TRUTH_TRUTH_H
#define ZDM_TRUTH_TRUTH_H

#include "catalog/trace.h"
#include "corpus.h"
#include "database.h"
#include "sql/catalog.h"
#include "sql/classify.h"

enum truth_field {
    TRUTH_ERROR,
    TRUTH_TRANSACTION,
    TRUTH_LOCKS,
    TRUTH_REWRITES,
    TRUTH_SCANS,
    TRUTH_BUILDS,
    TRUTH_SEQUENCE,
    TRUTH_FIELDS
};
extern const char *const truth_field_names[TRUTH_FIELDS];

/* Everything lives in the arena and in `parsed`. */
struct truth_outcome {
    struct zdm_arena *arena;
    struct zdm_parsed *parsed, *offline; /* with the catalog, without */
    const struct zdm_statement *said, *said_offline;
    struct zdm_observed seen;
    bool wrong[TRUTH_FIELDS];
    const char **lines; /* n_lines differences */
    size_t n_lines;
    bool unforeseen; /* an error that nobody predicted, and that no row made */
    bool rows;       /* an error that depends on rows */
};

struct truth_run {
    struct truth_server server;
    struct zdm_catalog *catalog; /* of the main database */
    struct zdm_trace *trace;     /* on the main database */
    bool sequence;               /* compare the simulated catalog too */
};

int truth_run_open(
    struct truth_run *run, const char *conninfo, const char *schema_file, struct zdm_err *err);
void truth_run_close(struct truth_run *run);

/* -1 only when the case could not be tried. */
int truth_try(struct truth_run *run, const struct truth_case *c, struct truth_outcome *out,
    struct zdm_err *err);
void truth_outcome_release(struct truth_outcome *outcome);

bool truth_agrees(const struct truth_outcome *outcome);

#endif
