/*
 * The network loses batches and replies. A proxy between zdm and the server cuts
 * the connection at every third batch: before the server sees it, after its reply
 * was read, or while it is still at work on it. The replies to the commits that
 * make the cursor and that end the backfill are lost, too.
 */
#include "batch_fixture.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PAIRS 32

enum cut { CUT_BEFORE, CUT_REPLY, CUT_RUNNING, CUTS };

struct proxy {
    char folder[64], upstream[108];
    int listener, stop[2];
    int client[PAIRS], server[PAIRS];
    int batches, cuts[CUTS];
    bool claiming, closing; /* the next COMMIT is that of ... */
    int commits_cut;
    pthread_t thread;
};

static int
unix_socket(const char *path, bool listening)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(name.sun_path, sizeof name.sun_path, "%s", path);
    int rc = listening ? bind(fd, (struct sockaddr *)&name, sizeof name)
                       : connect(fd, (struct sockaddr *)&name, sizeof name);
    if (rc == 0 && listening)
        rc = listen(fd, 8);
    if (rc != 0)
        fail_msg("%s: %s", path, strerror(errno));
    return fd;
}

static void
hang_up(struct proxy *p, int i)
{
    close(p->client[i]);
    close(p->server[i]);
    p->client[i] = p->server[i] = -1;
}

static bool
forward(int to, const char *data, ssize_t n)
{
    for (ssize_t sent = 0; sent < n;) {
        ssize_t k = send(to, data + sent, (size_t)(n - sent), MSG_NOSIGNAL);
        if (k <= 0)
            return false;
        sent += k;
    }
    return true;
}

static bool
says(const char *data, ssize_t n, const char *word)
{
    return memmem(data, (size_t)n, word, strlen(word)) != NULL;
}

/* The reply leaves the server when the transaction is over: only then is it lost. */
static void
swallow_reply(struct proxy *p, int i, const char *data, ssize_t n)
{
    char reply[8192];

    if (forward(p->server[i], data, n) && recv(p->server[i], reply, sizeof reply, 0) < 0)
        perror("recv");
}

/* What a client sent; false when the connection is to be cut. */
static bool
from_client(struct proxy *p, int i, char *data, ssize_t n)
{
    p->claiming = p->claiming || says(data, n, "INSERT INTO zdm.cursor");
    p->closing = p->closing || says(data, n, "SET state = 'done'");
    if (says(data, n, "COMMIT") &&
        ((p->claiming && p->commits_cut == 0) || (p->closing && p->commits_cut == 1))) {
        swallow_reply(p, i, data, n);
        p->commits_cut++;
        return false;
    }
    if (!says(data, n, "zdm_cas") || says(data, n, "EXPLAIN ") || ++p->batches % 3 != 0)
        return forward(p->server[i], data, n);

    enum cut cut = (enum cut)(p->batches / 3 % CUTS);
    p->cuts[cut]++;
    if (cut == CUT_RUNNING)
        forward(p->server[i], data, n);
    if (cut == CUT_REPLY)
        swallow_reply(p, i, data, n);
    return false;
}

static void *
proxy_main(void *arg)
{
    static char data[1 << 18];
    struct proxy *p = arg;

    for (;;) {
        struct pollfd fds[2 + 2 * PAIRS];
        fds[0] = (struct pollfd){.fd = p->stop[0], .events = POLLIN};
        fds[1] = (struct pollfd){.fd = p->listener, .events = POLLIN};
        for (int i = 0; i < PAIRS; i++) {
            fds[2 + 2 * i] = (struct pollfd){.fd = p->client[i], .events = POLLIN};
            fds[3 + 2 * i] = (struct pollfd){.fd = p->server[i], .events = POLLIN};
        }
        if (poll(fds, 2 + 2 * PAIRS, -1) < 0)
            continue;
        if (fds[0].revents)
            return NULL;
        for (int i = 0; i < PAIRS; i++) {
            if (p->client[i] >= 0 && fds[2 + 2 * i].revents) {
                ssize_t n = recv(p->client[i], data, sizeof data, 0);
                if (n <= 0 || !from_client(p, i, data, n))
                    hang_up(p, i);
            }
            if (p->client[i] >= 0 && fds[3 + 2 * i].revents) {
                ssize_t n = recv(p->server[i], data, sizeof data, 0);
                if (n <= 0 || !forward(p->client[i], data, n))
                    hang_up(p, i);
            }
        }
        for (int i = 0; fds[1].revents && i < PAIRS; i++) {
            if (p->client[i] >= 0)
                continue;
            p->client[i] = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);
            p->server[i] = unix_socket(p->upstream, false);
            break;
        }
    }
}

static void
proxy_start(struct proxy *p, struct zdm_conn *conn)
{
    char *folder =
        value(conn, "SELECT split_part(current_setting('unix_socket_directories'), ',', 1)");
    char *port = value(conn, "SHOW port");

    *p = (struct proxy){.listener = -1};
    snprintf(p->folder, sizeof p->folder, "/tmp/zdm-proxy-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->upstream, sizeof p->upstream, "%s/.s.PGSQL.%s", folder, port);
    for (int i = 0; i < PAIRS; i++)
        p->client[i] = p->server[i] = -1;
    char *path = zdm_strf("%s/.s.PGSQL.5432", p->folder);
    p->listener = unix_socket(path, true);
    assert_int_equal(pipe(p->stop), 0);
    assert_int_equal(pthread_create(&p->thread, NULL, proxy_main, p), 0);
    free(path);
    free(folder);
    free(port);
}

static void
proxy_stop(struct proxy *p)
{
    char *path = zdm_strf("%s/.s.PGSQL.5432", p->folder);

    assert_int_equal(write(p->stop[1], "x", 1), 1);
    pthread_join(p->thread, NULL);
    for (int i = 0; i < PAIRS; i++)
        if (p->client[i] >= 0)
            hang_up(p, i);
    close(p->listener);
    close(p->stop[0]);
    close(p->stop[1]);
    unlink(path);
    rmdir(p->folder);
    free(path);
}

static void
exactly_once(int64_t stripes)
{
    struct fixture *f = fixture_new("bl_net", NULL);
    struct proxy p;

    f->spec.stripes = stripes;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);"
                "INSERT INTO t SELECT g FROM generate_series(1, 600) AS g;"
                /* Long enough that a batch whose client is gone is still at work. */
                "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN PERFORM pg_sleep(0.02); RETURN NULL; END $$;"
                "CREATE TRIGGER slow AFTER UPDATE ON t EXECUTE FUNCTION slow()");
    proxy_start(&p, f->app);
    zdm_conn_close(f->control);
    char *conninfo = zdm_strf("%s host=%s port=5432", f->conninfo, p.folder);
    f->control = connect_to(conninfo, "zdm/test");
    f->spec.table = "bl_net.t";
    f->spec.batch_max = 20;
    f->spec.lock_timeout_ms = 5; /* less than a batch: the look must ask more than once */
    fixture_run_ok(f);

    assert_value(f->app, "SELECT count(*) FROM t WHERE n <> 1", "0");
    assert_value(
        f->app, "SELECT rows || ' ' || state FROM zdm.cursor WHERE plan = 'bl_net'", "600 done");
    for (int cut = 0; cut < CUTS; cut++)
        assert_true(p.cuts[cut] > 2);
    assert_int_equal(p.commits_cut, 2);
    assert_int_equal(f->recovered, 2);
    assert_int_equal(f->finished, 1);
    assert_value(f->app, "SELECT count(*) FROM zdm.journal WHERE plan = 'bl_net'", "1");
    zdm_conn_close(f->control);
    f->control = NULL;
    proxy_stop(&p);
    free(conninfo);
    fixture_free(f);
}

static void
test_exactly_once(void **state)
{
    (void)state;
    exactly_once(1);
}

static void
test_in_stripes(void **state)
{
    (void)state;
    exactly_once(8);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exactly_once),
        cmocka_unit_test(test_in_stripes),
    };

    return cmocka_run_group_tests_name("batch_lost_reply", tests, NULL, NULL);
}
