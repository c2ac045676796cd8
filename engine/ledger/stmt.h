/*
 * stmt.h - statements on the ledger, without repetition.
 *
 * Private to the ledger. A statement reads its SQL from a file of sql/ or from a
 * literal, is bound by name, stepped and closed:
 *
 *     struct zdm_stmt st;
 *     if (zdm_stmt_open(ledger, ZDM_LEDGER_SQL("event_add"), &st, err) < 0)
 *         return -1;
 *     zdm_stmt_int(&st, ":plan", plan);
 *     return zdm_stmt_run(&st, err);
 */
#ifndef ZDM_LEDGER_STMT_H
#define ZDM_LEDGER_STMT_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/embedded.h"
#include "ledger/ledger.h"

struct zdm_ledger {
    char *path; /* as the user gave it: for messages */
    sqlite3 *db;
};

extern const struct zdm_embedded zdm_ledger_sql[];
#define ZDM_LEDGER_SQL(name) zdm_embedded_text(zdm_ledger_sql, "sql/" name ".sql")

struct zdm_stmt {
    struct zdm_ledger *ledger;
    sqlite3_stmt *stmt; /* NULL once closed */
    int bind_rc;        /* the first bind that failed; told by the next step */
};

/* On failure there is nothing to close. */
int zdm_stmt_open(
    struct zdm_ledger *ledger, const char *sql, struct zdm_stmt *out, struct zdm_err *err);
void zdm_stmt_close(struct zdm_stmt *st); /* again is fine */
/* Texts must stay until the statement is closed; NULL binds NULL. */
void zdm_stmt_text(struct zdm_stmt *st, const char *name, const char *value);
void zdm_stmt_int(struct zdm_stmt *st, const char *name, int64_t value);
void zdm_stmt_real(struct zdm_stmt *st, const char *name, double value);
/* 1: a row; 0: no more; -1: an error. */
int zdm_stmt_step(struct zdm_stmt *st, struct zdm_err *err);
/* Steps to the end and closes. */
int zdm_stmt_run(struct zdm_stmt *st, struct zdm_err *err);
/* The same for a statement that answers one integer, into *value. */
int zdm_stmt_run_int(struct zdm_stmt *st, int64_t *value, struct zdm_err *err);

/* Columns of the current row, from 0. */
int64_t zdm_stmt_get_int(struct zdm_stmt *st, int column);
double zdm_stmt_get_real(struct zdm_stmt *st, int column);
char *zdm_stmt_get_text(struct zdm_stmt *st, int column); /* owned; NULL for NULL */

/* One or more statements without parameters. */
int zdm_ledger_exec(struct zdm_ledger *ledger, const char *sql, struct zdm_err *err);
/* PRAGMA name, an integer. */
int zdm_ledger_pragma(
    struct zdm_ledger *ledger, const char *sql, int64_t *value, struct zdm_err *err);

/* Several statements as one: begin, then end with what they returned. */
int zdm_ledger_begin(struct zdm_ledger *ledger, struct zdm_err *err);
/* Commits when rc is 0, else undoes; returns 0 only when it is committed. */
int zdm_ledger_end(struct zdm_ledger *ledger, int rc, struct zdm_err *err);

#endif
