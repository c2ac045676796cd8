/*
 * side.c - the clients of one version: their queries, when they come and go.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rehearse/private.h"

/* How often each client asks each query before the plan begins: each row that comes again, unless that takes
 * too long. */
enum { LEARN_LEAST = 5, LEARN_MS = 3000 };

static const char *
name_of(enum zdm_compat_side side)
{
    return side == ZDM_COMPAT_OLD ? "old" : "new";
}

static void
keep_touched(struct zdm_round *round, enum zdm_compat_side side, size_t query,
    const struct zdm_result *relations)
{
    for (int row = 0; row < zdm_result_rows(relations); row++) {
        round->touched = zdm_grow(round->touched, round->n_touched, sizeof *round->touched);
        round->touched[round->n_touched++] = (struct zdm_touched){
            .side = side,
            .query = query,
            .relation = zdm_strdup(zdm_result_get(relations, row, 0)),
            .written = zdm_result_bool(relations, row, 1),
        };
    }
}

static bool
is_written(const struct zdm_round *round, const char *relation)
{
    for (size_t i = 0; i < round->n_touched; i++)
        if (round->touched[i].written && strcmp(round->touched[i].relation, relation) == 0)
            return true;
    return false;
}

int
zdm_side_look(struct zdm_round *round, enum zdm_compat_side side, bool must, struct zdm_err *err)
{
    size_t n = round->options->load->n[side];

    for (size_t i = 0; i < n; i++) {
        const struct zdm_query *query = &round->queries[side][i];
        struct zdm_result *relations = NULL;
        struct zdm_err trouble = ZDM_ERR_INIT;
        /* Clients of the other side take numbers meanwhile. */
        int64_t number = __atomic_fetch_add(&round->next_number, 1, __ATOMIC_RELAXED);
        int rc = zdm_query_footprint(round->conn, query, number, &relations, &trouble);
        if (rc == 0) {
            keep_touched(round, side, i, relations);
            zdm_result_free(relations);
        } else if (must || trouble.code == ZDM_ERR_INTERRUPTED || zdm_conn_lost(round->conn)) {
            zdm_err_move(err, &trouble);
            if (err->code == ZDM_ERR_INTERRUPTED || zdm_conn_lost(round->conn))
                return -1;
            err->code = ZDM_ERR_USAGE;
            zdm_err_wrap(err, "query %zu of the %s version", i + 1, name_of(side));
            zdm_err_detail(err, "%s", query->shown);
            return zdm_err_hint(err,
                "it fails before the plan has begun: correct it in compat, or in "
                "the file of --load, or give the rows that it needs by --data");
        }
        zdm_err_release(&trouble);
    }
    for (size_t i = 0; i < round->n_touched; i++)
        if (is_written(round, round->touched[i].relation))
            zdm_answers_let(round->answers[round->touched[i].side], round->touched[i].query);
    return 0;
}

static int
start_clients(
    struct zdm_round *round, enum zdm_compat_side side, bool learning, struct zdm_err *err)
{
    const struct zdm_clients_options options = {
        .conninfo = round->conninfo,
        .application = side == ZDM_COMPAT_OLD ? "old version" : "new version",
        .n_clients = round->options->n_clients,
        .every_ms = round->options->every_ms,
        .queries = round->queries[side],
        .n_queries = round->options->load->n[side],
        .answers = round->answers[side],
        .rows = round->out->rows,
        .next_number = &round->next_number,
        .seed = round->options->seed + (side == ZDM_COMPAT_NEW ? 1000 : 0),
        .row_seed = round->options->seed,
        .learning = learning,
    };

    if (options.n_queries == 0 || round->clients[side] || round->no_clients)
        return 0;
    return zdm_clients_start(&options, &round->clients[side], err);
}

int
zdm_side_start(struct zdm_round *round, enum zdm_compat_side side, struct zdm_err *err)
{
    return start_clients(round, side, false, err);
}

void
zdm_side_stop(struct zdm_round *round, enum zdm_compat_side side)
{
    if (!round->clients[side])
        return;
    zdm_clients_stop(round->clients[side]);
    zdm_round_judge(round, side);
    zdm_clients_free(round->clients[side]);
    round->clients[side] = NULL;
}

/* A deadlock, or a transaction that the server asks to try again. */
static bool
is_chance(const struct zdm_fault *fault)
{
    return strcmp(fault->sqlstate, "40P01") == 0 || strcmp(fault->sqlstate, "40001") == 0;
}

/* A query that fails on its own, with no plan under way, says nothing about the plan. */
static int
check_warm_up(const struct zdm_round *round, struct zdm_err *err)
{
    const struct zdm_clients *clients = round->clients[ZDM_COMPAT_OLD];

    for (size_t c = 0; c < zdm_clients_count(clients); c++) {
        size_t n;
        const struct zdm_fault *fault = zdm_clients_faults(clients, c, &n);
        /* Asked as fast as that, they may get in each other's way as they never do else. */
        while (n > 0 && is_chance(fault)) {
            fault++;
            n--;
        }
        if (n == 0)
            continue;
        zdm_fail(err, ZDM_ERR_USAGE, "query %zu of the old version: %s%s%s%s", fault->query + 1,
            fault->kind == ZDM_FAULT_ERROR ? fault->message : "its columns change by themselves",
            *fault->sqlstate ? " (" : "", fault->sqlstate, *fault->sqlstate ? ")" : "");
        zdm_err_detail(err, "%s", round->queries[ZDM_COMPAT_OLD][fault->query].shown);
        return zdm_err_hint(err,
            "it fails among its own clients before the plan has begun: `:n` is a "
            "number that never comes twice, `:row` that of a row, which comes again");
    }
    return 0;
}

int
zdm_round_warm_up(struct zdm_round *round, struct zdm_err *err)
{
    if (round->options->load->n[ZDM_COMPAT_OLD] == 0)
        return 0;
    if (zdm_side_look(round, ZDM_COMPAT_OLD, true, err) < 0 ||
        start_clients(round, ZDM_COMPAT_OLD, true, err) < 0)
        return -1;
    int rc = zdm_clients_round_within(
        round->clients[ZDM_COMPAT_OLD], LEARN_LEAST, ZDM_CLIENTS_AGAIN, LEARN_MS, err);
    zdm_clients_stop(round->clients[ZDM_COMPAT_OLD]);
    if (rc == 0)
        rc = check_warm_up(round, err);
    zdm_clients_free(round->clients[ZDM_COMPAT_OLD]);
    round->clients[ZDM_COMPAT_OLD] = NULL;
    zdm_answers_learnt(round->answers[ZDM_COMPAT_OLD]);
    return rc;
}

int
zdm_round_ask_all(struct zdm_round *round, struct zdm_err *err)
{
    for (int side = 0; side < ZDM_COMPAT_SIDES; side++)
        if (round->clients[side] &&
            zdm_clients_round(round->clients[side], round->options->asks, err) < 0)
            return -1;
    return 0;
}
