/*
 * err.h - an error is a value.
 *
 * A function that can fail returns 0 or -1 and takes a `struct zdm_err *` as
 * its last argument. The error is set once, where it arises, given context on
 * the way up (zdm_err_wrap) and printed once, in cli/. On failure outputs are
 * untouched.
 *
 * Wording follows PostgreSQL: message is lower case without a full stop and
 * says what is wrong; detail states facts; hint says what to do next, with the
 * user's own names filled in.
 *
 *     if (open_it(path) < 0)
 *         return zdm_fail(err, ZDM_ERR_USAGE, "cannot read plan \"%s\"", path);
 *
 * Ownership: a struct zdm_err lives in the caller's storage and owns its
 * strings; ZDM_ERR_INIT starts it, zdm_err_release ends it.
 */
#ifndef ZDM_BASE_ERR_H
#define ZDM_BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* What went wrong, in the terms of the exit codes (zdm_err_exit_code). */
enum zdm_code {
    ZDM_OK = 0,
    ZDM_ERR_FAILED,      /* exit 1: the work failed */
    ZDM_ERR_USAGE,       /* exit 2: command line, configuration, unreadable input */
    ZDM_ERR_PLAN,        /* exit 2: the plan is invalid */
    ZDM_ERR_CLOSED,      /* exit 3: a gate is closed */
    ZDM_ERR_REFUSED,     /* exit 4: refused as unsafe */
    ZDM_ERR_OWNED,       /* exit 5: another runner holds the plan */
    ZDM_ERR_PAUSED,      /* exit 6: paused */
    ZDM_ERR_MISMATCH,    /* exit 7: plan, journal and database disagree */
    ZDM_ERR_INTERRUPTED, /* exit 130: stopped by a signal, resumable */
};

/* A place in a file. line and column count from 1; 0 means unknown.
 * Borrows `file` from whoever filled it in (usually the plan). */
struct zdm_place {
    const char *file;
    int line;
    int column;
};

struct zdm_err {
    enum zdm_code code;
    char sqlstate[6]; /* "" when PostgreSQL was not involved */
    char *message;    /* never NULL once set */
    char *detail;     /* NULL when there is none */
    char *hint;       /* NULL when there is none */
    char *file;       /* place, owned; NULL when unknown */
    int line;
    int column;
    int position; /* 1-based character offset in the SQL text sent, 0 unknown */
};

#define ZDM_ERR_INIT                                                                               \
    {                                                                                              \
        .code = ZDM_OK                                                                             \
    }

/* Sets code and message (replacing what was there) and returns -1. */
int zdm_fail(struct zdm_err *err, enum zdm_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* zdm_fail() for "what: strerror(errno)"; reads errno first. */
int zdm_fail_errno(struct zdm_err *err, enum zdm_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Each sets or replaces one part and returns -1, so that they chain. */
int zdm_err_detail(struct zdm_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int zdm_err_hint(struct zdm_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int zdm_err_at(struct zdm_err *err, struct zdm_place at);
/* Puts "context: " before the message. */
int zdm_err_wrap(struct zdm_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Moves *from into *to (releasing what *to held); *from is clear afterwards. */
void zdm_err_move(struct zdm_err *to, struct zdm_err *from);
/* Frees the strings; the error can be used again. */
void zdm_err_clear(struct zdm_err *err);
#define zdm_err_release zdm_err_clear

/* The exit code of design section "Commands": 0 1 2 3 4 5 6 7 130. */
int zdm_err_exit_code(enum zdm_code code);

/* Many errors, reported together (a plan's). Grows; owns its errors. */
struct zdm_errlist {
    struct zdm_err *items;
    size_t count;
};
#define ZDM_ERRLIST_INIT                                                                           \
    {                                                                                              \
        .items = NULL, .count = 0                                                                  \
    }
/* Adds an empty error and returns it: view until the next add. */
struct zdm_err *zdm_errlist_add(struct zdm_errlist *list);
void zdm_errlist_release(struct zdm_errlist *list);

#endif
