/*
 * source.h - the texts that zdm check looks at, in the order in which they would run.
 *
 * A path is a plan (.lua), an .sql file, a folder, or "-" for standard input. In a folder the
 * up-migrations are found by the conventions of the tool that it belongs to (convention.h), in its
 * version order; down-migrations are left out.
 */
#ifndef ZDM_CHECK_SOURCE_H
#define ZDM_CHECK_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "sql/classify.h"

enum zdm_source_kind { ZDM_SOURCE_SQL, ZDM_SOURCE_PLAN };

/* Bytes start .. end of the text, which go to the server together. */
struct zdm_source_part {
    size_t start, end;
    enum zdm_wrap wrap;
};

struct zdm_source {
    char *path; /* as people should read it: relative when it was given so; "<stdin>" */
    enum zdm_source_kind kind;
    const char *tool;   /* "goose", ...; NULL: plain SQL. Static. */
    char *version;      /* by which its tool remembers that it was applied; NULL: it was named by
                           itself, or the tool does not remember it */
    enum zdm_wrap wrap; /* how its tool sends it: ALWAYS in a transaction, NEVER, or as one string,
                           which is SEVERAL */
    char *
        text; /* SQL: the whole file, with what is not to be run (down sections, COPY data excepted)
                   blanked out by spaces, so that offsets and lines stay those of the file. PLAN: NULL */
    char *original; /* the file as it is, without a byte order mark: for showing lines; the same as
                       text when nothing is blanked out */
    struct zdm_source_part *parts; /* a file whose pieces are sent apart; none: it is one piece */
    size_t n_parts;
    bool context;  /* only for what it does to the ones behind it: nothing is reported */
    char *trouble; /* what its tool would say against the file, or NULL */
    char *advice;  /* what to do about it */
};

struct zdm_sources {
    struct zdm_source *items;
    size_t n;
};

struct zdm_source_options {
    const char *convention; /* a tool's name, or NULL: found out */
    const char *git_diff;   /* report only what changed since this revision, or NULL */
    bool wrap_given;        /* wrap below overrides the convention's */
    enum zdm_wrap wrap;
};

/* Reads everything that the paths name. An empty folder, an unreadable file, what is no text: an
 * error with the path (ZDM_ERR_USAGE). */
int zdm_sources_read(const char *const *paths, size_t n, const struct zdm_source_options *options,
    struct zdm_sources *out, struct zdm_err *err);
/* Lets go of the texts; what the source is called stays. */
void zdm_source_forget(struct zdm_source *source);
void zdm_source_release(struct zdm_source *source);
void zdm_sources_release(struct zdm_sources *sources);

#endif
