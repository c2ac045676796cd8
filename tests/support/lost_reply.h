/*
 * lost_reply.h - commands of zdm on a database "lost", through a network that loses the reply to every COMMIT once.
 *
 *     static void commands(const struct proxy *p, struct cutter *c) { step(p, run, 0, c); ... }
 *
 *     fill(conn, "base.sql");                                 what each migration begins with
 *     lose_every_reply(conn, commands, picture, 20, &undisturbed);
 *
 * One migration after the other: the first is undisturbed, then each loses the replies to some of the COMMITs that no
 * earlier one lost, until there is none left. Each must leave what the first did.
 *
 * A COMMIT is known by the command that sends it, and by what was said in its transaction but for numbers (epochs, times),
 * the how manieth of that in the command. So it is the same one in a migration that lost something before it.
 */
#ifndef ZDM_TESTS_LOST_REPLY_H
#define ZDM_TESTS_LOST_REPLY_H

#include <limits.h>

#include "pg_test.h"

#include "base/spawn.h"
#include "pg_proxy.h"

/* COMMITs between two that are lost: a run meets them one by one, and goes on undisturbed for a while. */
enum { LETS_PASS = 3, MIGRATIONS_MAX = 40 };

struct names {
    char **items;
    size_t n;
};

struct cutter {
    int lets_pass;
    _Atomic bool armed;
    _Atomic int command, attempt; /* of a migration; all that were begun */
    _Atomic int commits, last_lost,
        unlost;                         /* of a migration; unlost: in all migrations before it */
    int heard, since;                   /* the last attempt; COMMITs since the last loss */
    struct names meant, lost;           /* of the attempt; of all migrations */
    struct zdm_buf unread[PROXY_PAIRS]; /* a message that has not come whole */
    struct zdm_buf said[PROXY_PAIRS];   /* in the transaction */
};

static char folder[128], port[16], words[2 * 65536 + 64];

/* --- which COMMIT is it? --------------------------------------------------------------- */

static inline bool
names_have(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->items[i], name) == 0)
            return true;
    return false;
}

static inline void
names_add(struct names *names, const char *name)
{
    names->items = zdm_grow(names->items, names->n, sizeof *names->items);
    names->items[names->n++] = zdm_strdup(name);
}

static inline void
names_clear(struct names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->items[i]);
    free(names->items);
    *names = (struct names){.items = NULL};
}

static inline void
add_words(struct zdm_buf *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] < '0' || text[i] > '9')
            zdm_buf_addc(out, text[i]);
        else if (out->len == 0 || out->s[out->len - 1] != '#')
            zdm_buf_addc(out, '#');
}

static inline uint32_t
read_number(const char *data, size_t bytes)
{
    uint32_t number = 0;

    for (size_t i = 0; i < bytes; i++)
        number = number << 8 | (unsigned char)data[i];
    return number;
}

/* The parameters of a Bind message, which are texts. */
static inline void
add_values(struct zdm_buf *out, const char *body)
{
    const char *at = body + strlen(body) + 1; /* behind the portal */

    at += strlen(at) + 1;                     /* the statement */
    at += 2 + 2 * (size_t)read_number(at, 2); /* formats */
    uint32_t n = read_number(at, 2);
    at += 2;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t size = read_number(at, 4);
        at += 4;
        if (size == UINT32_MAX) /* NULL */
            continue;
        zdm_buf_addc(out, ' ');
        add_words(out, at, size);
        at += size;
    }
}

/* True of a COMMIT, and of a script that has one. */
static inline bool
add_statement(struct zdm_buf *said, const char *text)
{
    if (strncmp(text, "BEGIN", strlen("BEGIN")) == 0)
        zdm_buf_clear(said);
    add_words(said, text, strlen(text));
    return strcmp(text, "COMMIT") == 0 || strstr(text, "COMMIT;");
}

/* Is there a COMMIT in what came? Then `said` is its transaction. */
static inline bool
hear(struct zdm_buf *unread, struct zdm_buf *said, const char *data, ssize_t n)
{
    struct zdm_buf rest = ZDM_BUF_INIT;
    bool commits = false;
    size_t at = 0;

    zdm_buf_addn(unread, data, (size_t)n);
    while (unread->len - at >= 5) {
        const char *message = unread->s + at;
        bool first = *message == '\0'; /* of a session: it has no letter */
        size_t size = first ? read_number(message, 4) : 1 + (size_t)read_number(message + 1, 4);
        if (unread->len - at < size)
            break;
        if (*message == 'Q')
            commits |= add_statement(said, message + 5);
        else if (*message == 'P') /* behind its name */
            commits |= add_statement(said, message + 5 + strlen(message + 5) + 1);
        else if (*message == 'B')
            add_values(said, message + 5);
        at += size;
    }
    zdm_buf_addn(&rest, unread->s + at, unread->len - at);
    zdm_buf_release(unread);
    *unread = rest;
    return commits;
}

/* Owned. */
static inline char *
name_of(struct cutter *c, const char *said)
{
    char *name = NULL;

    if (c->heard != c->attempt)
        names_clear(&c->meant);
    c->heard = c->attempt;
    for (int i = 1; !name || names_have(&c->meant, name); i++) {
        free(name);
        name = zdm_strf("command %d, %d: %s", c->command, i, said);
    }
    names_add(&c->meant, name);
    return name;
}

static inline enum cut
decide(void *self, int connection, const char *data, ssize_t n)
{
    struct cutter *c = self;

    if (!hear(&c->unread[connection], &c->said[connection], data, n) || !c->armed)
        return FORWARD;
    char *name = name_of(c, c->said[connection].s);
    bool unlost = !names_have(&c->lost, name), loses = unlost && c->since >= c->lets_pass;
    c->commits++;
    c->unlost += unlost;
    c->since++;
    zdm_buf_clear(&c->said[connection]);
    if (loses) {
        names_add(&c->lost, name);
        c->since = 0;
        c->last_lost = c->commits;
        zdm_buf_clear(&c->unread[connection]);
    }
    free(name);
    return loses ? CUT_REPLY : FORWARD;
}

/* --- a migration ------------------------------------------------------------------------ */

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
step(const struct proxy *p, const char *const *arguments, int expected, struct cutter *c)
{
    int before, status;

    c->command++;
    do {
        c->attempt++;
        before = c->commits;
        status = zdm(p, arguments);
    } while (status == 1 && c->last_lost > before && c->last_lost <= before + 2 &&
             strstr(words, "run the same command again"));
    if (status != expected)
        fail_msg("zdm %s: exit code %d, expected %d, with the reply to COMMIT %d lost last\n%s",
            arguments[0], status, expected, c->last_lost, words);
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

/* One, through `decide`; what picture, a query, shows behind it, owned. */
static inline char *
migrate(struct zdm_conn *conn, void (*commands)(const struct proxy *p, struct cutter *c),
    const char *picture, enum cut (*decides)(void *, int, const char *, ssize_t), struct cutter *c,
    void *self)
{
    struct proxy p;

    must_exec(conn, "DROP DATABASE IF EXISTS lost WITH (FORCE)");
    must_exec(conn, "CREATE DATABASE lost TEMPLATE lost_base");
    unlink("lost.db");
    c->armed = true;
    c->command = c->commits = c->last_lost = c->unlost = 0;
    proxy_start(&p, folder, port, decides, self);
    commands(&p, c);
    proxy_stop(&p);

    char *settings = settings_with("dbname", "lost", NULL);
    struct zdm_conn *lost = connect_to(settings, "picture");
    char *seen = ask(lost, picture);
    zdm_conn_close(lost);
    free(settings);
    return seen;
}

/* See above. least: COMMITs of a migration; *undisturbed: what it leaves, owned. */
static inline void
lose_every_reply(struct zdm_conn *conn, void (*commands)(const struct proxy *p, struct cutter *c),
    const char *picture, int least, char **undisturbed)
{
    struct cutter c = {.lets_pass = INT_MAX};

    for (int i = 0; i < PROXY_PAIRS; i++)
        c.unread[i] = c.said[i] = (struct zdm_buf)ZDM_BUF_INIT;
    *undisturbed = migrate(conn, commands, picture, decide, &c, &c);
    int commits = c.commits, migrations = 0;
    assert_true(commits >= least);

    c.lets_pass = LETS_PASS;
    do {
        char *seen = migrate(conn, commands, picture, decide, &c, &c);
        if (strcmp(seen, *undisturbed) != 0)
            fail_msg("replies to COMMIT lost, the last that to %d:\n%s\nundisturbed:\n%s",
                c.last_lost, seen, *undisturbed);
        free(seen);
        assert_true(++migrations < MIGRATIONS_MAX);
    } while (c.unlost > 0);
    /* Nothing was lost in the last one, and each of its COMMITs before. */
    assert_int_equal(c.last_lost, 0);
    assert_true(c.lost.n >= (size_t)commits);
    print_message(
        "%d COMMITs; %zu lost their replies in %d migrations\n", commits, c.lost.n, migrations - 1);
    names_clear(&c.meant);
    names_clear(&c.lost);
    for (int i = 0; i < PROXY_PAIRS; i++) {
        zdm_buf_release(&c.unread[i]);
        zdm_buf_release(&c.said[i]);
    }
}

/* --- the test --------------------------------------------------------------------------- */

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
