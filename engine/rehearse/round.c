/*
 * round.c - one round: a copy of the origin, in which the plan walks while clients come and go.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "pg/journal.h"
#include "rehearse/private.h"
#include "sql/syntax.h"

enum {
    FIRST_NUMBER = 1000000000, /* of :n, beyond what keys begin with */
    MOST_COMPARED = 1000000,   /* :row whose answers are remembered */
    ROLLBACK_TRIES = 5,
};

size_t
zdm_plan_old_ends(const struct zdm_plan *plan)
{
    size_t contract = 0;

    while (contract < plan->n_steps && plan->steps[contract].phase != ZDM_PHASE_CONTRACT)
        contract++;
    if (contract == plan->n_steps)
        return contract;
    for (size_t i = contract; i > 0; i--) {
        if (plan->steps[i - 1].kind != ZDM_STEP_GATE)
            continue;
        while (i > 1 && plan->steps[i - 2].kind == ZDM_STEP_GATE)
            i--;
        return i - 1;
    }
    return contract;
}

size_t
zdm_plan_new_begins(const struct zdm_plan *plan)
{
    size_t begins = 0;

    for (size_t i = 0; i < plan->n_steps && plan->steps[i].phase != ZDM_PHASE_CONTRACT; i++)
        if (plan->steps[i].phase == ZDM_PHASE_EXPAND)
            begins = i + 1;
    return begins;
}

/* A session that is in the origin only as long as no copy is made of it. */
static int
copy_settings(const struct zdm_rehearse_options *options, const char *database, struct zdm_err *err)
{
    static const char named[] =
        "SELECT pg_catalog.split_part(s.setting, '=', 1)\n"
        "  FROM pg_catalog.pg_db_role_setting r\n"
        "  JOIN pg_catalog.pg_database d ON d.oid = r.setdatabase,\n"
        "       pg_catalog.unnest(r.setconfig) AS s (setting)\n"
        " WHERE d.datname = pg_catalog.current_database() AND r.setrole = 0";
    struct zdm_conn *conn = NULL;
    struct zdm_result *names = NULL;
    int rc;

    if (zdm_conn_open(options->conninfo, "zdm rehearsal", &conn, err) < 0)
        return -1;
    rc = zdm_conn_exec(conn, named, &names, err);
    for (int row = 0; rc == 0 && row < zdm_result_rows(names); row++) {
        char *name = zdm_sql_quote_ident(zdm_result_get(names, row, 0));
        char *sql = zdm_strf("ALTER DATABASE %s SET %s FROM CURRENT", database, name);
        rc = zdm_conn_exec(conn, sql, NULL, err);
        free(sql);
        free(name);
    }
    zdm_result_free(names);
    zdm_conn_close(conn);
    return rc;
}

static int
at_server(const struct zdm_rehearse_options *options, char *sql, struct zdm_err *err)
{
    char *conninfo = zdm_strf("%s dbname=template1", options->conninfo);
    struct zdm_conn *conn = NULL;
    int rc = zdm_conn_open(conninfo, "zdm rehearsal", &conn, err);

    if (rc == 0)
        rc = zdm_conn_exec(conn, sql, NULL, err);
    zdm_conn_close(conn);
    free(conninfo);
    free(sql);
    return rc;
}

static void
make_queries(struct zdm_round *round)
{
    for (int side = 0; side < ZDM_COMPAT_SIDES; side++) {
        size_t n = round->options->load->n[side];
        bool *steady = zdm_alloc((n + 1) * sizeof *steady);
        round->queries[side] = zdm_alloc((n + 1) * sizeof *round->queries[side]);
        for (size_t i = 0; i < n; i++) {
            zdm_query_init(&round->queries[side][i], &round->options->load->queries[side][i],
                &round->out->pools);
            steady[i] = round->queries[side][i].steady;
        }
        round->answers[side] = zdm_answers_new(
            n, round->out->rows < MOST_COMPARED ? round->out->rows : MOST_COMPARED, steady);
        free(steady);
    }
}

int
zdm_round_open(const struct zdm_rehearse_options *options, struct zdm_rehearsal *out,
    const char *name, struct zdm_round *round, struct zdm_err *err)
{
    *round = (struct zdm_round){
        .options = options, .out = out, .number = out->n_rounds, .next_number = FIRST_NUMBER};
    out->rounds[out->n_rounds++] = (struct zdm_rehearse_round){.name = name};
    round->database = zdm_strf("round_%zu", out->n_rounds);
    round->conninfo = zdm_strf("%s dbname=%s", options->conninfo, round->database);
    round->ledger = zdm_strf("%s/rehearsal/%s.db", options->folder, round->database);
    round->output = zdm_strf("%s/rehearsal/output", options->folder);
    round->steps = out->steps;
    if (round->number > 0) {
        round->steps = zdm_alloc((out->n_steps + 1) * sizeof *round->steps);
        for (size_t i = 0; i < out->n_steps; i++)
            round->steps[i].step = out->steps[i].step;
    }
    make_queries(round);
    if (at_server(options, zdm_strf("CREATE DATABASE %s TEMPLATE postgres", round->database), err) <
            0 ||
        copy_settings(options, round->database, err) < 0 ||
        zdm_conn_open(round->conninfo, "zdm rehearsal", &round->conn, err) < 0 ||
        /* So that the first step is not taken for what makes the journal. */
        zdm_journal_install(round->conn, err) < 0)
        return -1;
    return round->number == 0 ? zdm_watcher_open(round, &round->watcher, err) : 0;
}

void
zdm_round_close(struct zdm_round *round)
{
    for (int side = 0; side < ZDM_COMPAT_SIDES; side++) {
        zdm_clients_free(round->clients[side]);
        for (size_t i = 0; round->queries[side] && i < round->options->load->n[side]; i++)
            zdm_query_release(&round->queries[side][i]);
        free(round->queries[side]);
        zdm_answers_free(round->answers[side]);
    }
    for (size_t i = 0; i < round->n_touched; i++)
        free(round->touched[i].relation);
    free(round->touched);
    zdm_watcher_close(round->watcher);
    zdm_conn_close(round->conn);
    if (round->out && round->steps != round->out->steps) {
        for (size_t i = 0; i < round->out->n_steps; i++)
            free(round->steps[i].opened);
        free(round->steps);
    }
    free(round->database);
    free(round->conninfo);
    free(round->ledger);
    free(round->output);
}

static int
let_new_in(struct zdm_round *round, struct zdm_err *err)
{
    if (round->clients[ZDM_COMPAT_NEW] || round->no_clients)
        return 0;
    if (zdm_side_look(round, ZDM_COMPAT_NEW, false, err) < 0 ||
        zdm_side_start(round, ZDM_COMPAT_NEW, err) < 0)
        return -1;
    return zdm_round_ask_all(round, err);
}

/* The last step of the child that begins with step i: in round 1 it runs one, so that each is seen by itself;
 * later ones as many as there are until clients come or go, or all. */
static size_t
last_of(const struct zdm_round *round, size_t i, size_t to)
{
    size_t old_ends = zdm_plan_old_ends(round->options->plan);
    size_t new_begins = zdm_plan_new_begins(round->options->plan);

    if (round->no_clients)
        return to - 1;
    while (round->number > 0 && i + 1 < to && i + 1 != old_ends && i + 1 != new_begins)
        i++;
    return i;
}

int
zdm_round_walk(struct zdm_round *round, size_t from, size_t to, struct zdm_err *err)
{
    const struct zdm_plan *plan = round->options->plan;
    size_t old_ends = zdm_plan_old_ends(plan), new_begins = zdm_plan_new_begins(plan);

    if (from < old_ends && zdm_side_start(round, ZDM_COMPAT_OLD, err) < 0)
        return -1;
    for (size_t i = from, last; i < to && !round->failed; i = last + 1) {
        last = last_of(round, i, to);
        if (i >= new_begins && let_new_in(round, err) < 0)
            return -1;
        if (i == old_ends)
            zdm_side_stop(round, ZDM_COMPAT_OLD);
        if (zdm_round_steps(round, i, last, err) < 0)
            return -1;
    }
    if (to >= new_begins && !round->failed && let_new_in(round, err) < 0)
        return -1;
    zdm_side_stop(round, ZDM_COMPAT_OLD);
    zdm_side_stop(round, ZDM_COMPAT_NEW);
    return 0;
}

int
zdm_round_back(struct zdm_round *round, struct zdm_err *err)
{
    const char *more[] = {"--accept-data-loss", NULL};
    struct zdm_child child;

    for (size_t i = 0; i < round->out->n_steps; i++)
        round->steps[i].begin_us = 0;
    if (zdm_side_start(round, ZDM_COMPAT_OLD, err) < 0 ||
        zdm_child_run(round, "rollback", more, &child, err) < 0)
        return -1;
    /* What clients write while the way back is under way is lost with the column that has it, and no rollback
     * accepts what was not there when it began: as the message says, once more. */
    for (int i = 1; i < ROLLBACK_TRIES && child.status == zdm_err_exit_code(ZDM_ERR_REFUSED); i++) {
        zdm_child_release(&child);
        if (zdm_child_run(round, "rollback", more, &child, err) < 0)
            return -1;
    }
    if (child.status != 0) {
        round->failed = true;
        zdm_round_trouble(round, ZDM_TROUBLE_ROLLBACK,
            child.step ? zdm_plan_step(round->options->plan, child.step) : NULL,
            zdm_strdup(child.message), child.detail ? zdm_strdup(child.detail) : NULL);
    }
    zdm_child_release(&child);
    int rc = zdm_round_ask_all(round, err);
    zdm_side_stop(round, ZDM_COMPAT_OLD);
    return rc;
}

int
zdm_round_verify(struct zdm_round *round, struct zdm_err *err)
{
    struct zdm_child child;

    if (round->failed)
        return 0;
    if (zdm_child_run(round, "verify", NULL, &child, err) < 0)
        return -1;
    if (child.status != 0)
        zdm_round_trouble(round, ZDM_TROUBLE_VERIFY, NULL, zdm_strdup(child.message),
            child.detail ? zdm_strdup(child.detail) : NULL);
    zdm_child_release(&child);
    return 0;
}
