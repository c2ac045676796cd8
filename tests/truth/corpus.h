/*
 * corpus.h - the cases of a file of tests/truth/corpus; README.md describes the format.
 */
#ifndef ZDM_TRUTH_CORPUS_H
#define ZDM_TRUTH_CORPUS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"

struct truth_case {
    const char *file;   /* its name without the folder */
    int line;           /* of the first line of its SQL */
    const char *sql;    /* without the semicolon */
    const char **after; /* n_after statements that were run before */
    size_t n_after;
    const char **settings; /* n_settings */
    size_t n_settings;
    int since, until;                 /* major versions, 0: no bound */
    int grammar;                      /* the oldest one that can read it; 0: any */
    const char *differs;              /* the reason of a known disagreement, or NULL */
    int differs_since, differs_until; /* where it is, as above */
};

struct truth_corpus {
    struct truth_case *cases;
    size_t n;
    const char **files; /* n_files names in their order */
    size_t n_files;
    struct zdm_arena *arena;
};

/* Reads a file, or every .sql file of a folder, and adds its cases. A directive that nobody knows is an
 * error: it would be a case that tests something else than its author thought. */
int truth_corpus_read(struct truth_corpus *corpus, const char *path, struct zdm_err *err);
void truth_corpus_release(struct truth_corpus *corpus);

/* The whole file; returns owned. */
char *truth_read_file(const char *path, struct zdm_err *err);

#endif
