/*
 * lost_reply.h - commands of zdm on a database "lost", through a network that loses the reply to one COMMIT or another.
 */
#ifndef ZDM_TESTS_LOST_REPLY_H
#define ZDM_TESTS_LOST_REPLY_H

#include "pg_test.h"

#include "base/spawn.h"
#include "pg_proxy.h"

struct cutter {
    int next, every;     /* the COMMIT whose reply is lost next, and how many behind it again */
    _Atomic int lost;    /* the last one */
    _Atomic int commits; /* seen so far */
};

static inline enum cut
decide(void *self, const char *data, ssize_t n)
{
    struct cutter *c = self;

    if (!proxy_says(data, n, "COMMIT") || ++c->commits != c->next)
        return FORWARD;
    c->lost = c->next;
    c->next += c->every;
    return CUT_REPLY;
}

static char folder[128], port[16], words[2 * 65536 + 64];

/* zdm with these arguments through the proxy; what it said is in `words`. */
static inline int
zdm(const struct proxy *p, const char *const *arguments)
{
    const char *argv[8] = {getenv("ZDM")};
    char *db = zdm_strf("ZDM_DATABASE_URL=host=%s port=5432 user=postgres dbname=lost", p->folder);
    const char *env[] = {db, "ZDM_LEDGER=lost.db", NULL};
    struct zdm_spawn spawn = {.argv = argv, .env = env, .capture = true, .quiet_stdin = true};
    struct zdm_err err = ZDM_ERR_INIT;
    char *said = NULL;
    int status;

    for (size_t i = 0; arguments[i]; i++)
        argv[i + 1] = arguments[i];
    if (zdm_spawn_wait(&spawn, &status, &said, &err) < 0)
        fail_msg("%s", err.message);
    snprintf(words, sizeof words, "%s", said);
    free(said);
    free(db);
    return status;
}

/* Before anything is begun a command ends, says so, and is given again by whoever reads that: the
 * first commits are those of the schema and of taking over, or of the approval. Later ones a run gets
 * over by itself. */
static inline void
step(const struct proxy *p, const char *const *arguments, int expected, const struct cutter *c)
{
    int before = c->commits, status = zdm(p, arguments);

    if (status == 1 && c->lost > before && c->lost <= before + 2 &&
        strstr(words, "run the same command again"))
        status = zdm(p, arguments);
    if (status != expected)
        fail_msg("zdm %s: exit code %d, expected %d, with the reply to COMMIT %d lost\n%s",
            arguments[0], status, expected, c->lost, words);
}

/* The database "lost_base", of which each migration begins, with what the file holds. */
static inline void
fill(struct zdm_conn *conn, const char *file)
{
    const char *argv[] = {
        "psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", "dbname=lost_base", "-f", file, NULL};
    struct zdm_spawn spawn = {.argv = argv, .quiet_stdin = true};
    struct zdm_err err = ZDM_ERR_INIT;
    int status;

    must_exec(conn, "CREATE DATABASE lost_base");
    snprintf(folder, sizeof folder, "%s", getenv("PGHOST"));
    snprintf(port, sizeof port, "%s", getenv("PGPORT"));
    if (zdm_spawn_wait(&spawn, &status, NULL, &err) < 0 || status != 0)
        fail_msg("psql: %d %s", status, err.message ? err.message : "");
}

static inline void
write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
}

/* In a folder for the ledger and what a plan's command makes. */
static inline int
lost_reply_run(const struct CMUnitTest *tests, size_t n, const char *name)
{
    const char *tmp = getenv("TMPDIR");
    char *scratch = zdm_strf("%s/zdm-lost-XXXXXX", tmp ? tmp : "/tmp");

    if (!mkdtemp(scratch) || chdir(scratch) != 0)
        return 1;
    int failed = _cmocka_run_group_tests(name, tests, n, NULL, NULL);
    const char *argv[] = {"rm", "-rf", scratch, NULL};
    struct zdm_err err = ZDM_ERR_INIT;
    int status;
    if (zdm_spawn_wait(&(struct zdm_spawn){.argv = argv}, &status, NULL, &err) < 0 || status != 0)
        return 1;
    free(scratch);
    return failed;
}

#endif
