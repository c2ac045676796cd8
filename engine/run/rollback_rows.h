/*
 * rollback_rows.h - a question to the rows that an undo would drop: before the rollback, or under the locks of the
 * undo. Private to run/.
 */
#ifndef ZDM_RUN_ROLLBACK_ROWS_H
#define ZDM_RUN_ROLLBACK_ROWS_H

#include "pg/conn.h"

struct zdm_loss_table {
    char *name; /* owned, as the server knows it; NULL: it is not there */
    int64_t rows;
    bool lockable;
};
/* written: as SQL writes it. Takes no lock. */
int zdm_loss_table_find(
    struct zdm_conn *conn, const char *written, struct zdm_loss_table *out, struct zdm_err *err);
/* Nobody writes to it any more until the transaction ends; all: nobody reads it either. Nothing when it cannot be locked. */
int zdm_loss_table_lock(
    struct zdm_conn *conn, const struct zdm_loss_table *table, bool all, struct zdm_err *err);

enum zdm_loss_answer {
    ZDM_LOSS_NO,
    ZDM_LOSS_YES,
    ZDM_LOSS_NO_COLUMN,
    ZDM_LOSS_CANNOT_TELL,
};
/* Is there any such row? It may fail: a lock, no right, the time (two seconds; locked: 250 ms, in a transaction that goes
 * on behind it); *why (owned) of CANNOT_TELL, else NULL. rows: the table, or what stands for it. */
int zdm_loss_any_row(struct zdm_conn *conn, bool locked, const char *table, const char *rows,
    const char *condition, enum zdm_loss_answer *out, char **why, struct zdm_err *err);

#endif
