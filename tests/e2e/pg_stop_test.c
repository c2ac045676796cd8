#include "pg_test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

#include "base/signals.h"

static struct scratch scratch;

static int
open_scratch(void **state)
{
    (void)state;
    scratch_open(&scratch);
    return 0;
}

static int
close_scratch(void **state)
{
    (void)state;
    scratch_close(&scratch);
    return 0;
}

/* Each stop runs in a child of its own: it is for ever. */
static int
stopped_in_statement(void *arg)
{
    struct zdm_err err = ZDM_ERR_INIT;

    (void)arg;
    zdm_signals_install();
    struct zdm_conn *conn = connect_to(scratch.settings, "zdm-test-stop");
    must_exec(conn, "CREATE TABLE s (i int)");
    must_exec(conn, "BEGIN; INSERT INTO s VALUES (1)");
    int rc = zdm_conn_exec(conn, "SELECT pg_sleep(600)", NULL, &err);
    bool good = rc == -1 && err.code == ZDM_ERR_INTERRUPTED && !zdm_conn_lost(conn) &&
                zdm_conn_in_transaction(conn);
    /* From now on everything fails at once, except what is shielded. */
    good = good && zdm_conn_exec(conn, "SELECT 1", NULL, &err) == -1 &&
           err.code == ZDM_ERR_INTERRUPTED;
    zdm_conn_rollback(conn);
    good = good && !zdm_conn_in_transaction(conn);
    good = good && !zdm_conn_shield(conn, true);
    good = good && zdm_conn_exec(conn, "INSERT INTO s VALUES (2)", NULL, &err) == 0;
    good = good && zdm_conn_shield(conn, false);
    good = good && zdm_conn_exec(conn, "SELECT 1", NULL, &err) == -1;
    good = good && zdm_conn_reconnect(conn, &err) == -1 && err.code == ZDM_ERR_INTERRUPTED;
    zdm_conn_close(conn);
    zdm_err_release(&err);
    return good ? 0 : 1;
}

static int
stopped_while_shielded(void *arg)
{
    struct zdm_err err = ZDM_ERR_INIT;

    (void)arg;
    zdm_signals_install();
    struct zdm_conn *conn = connect_to(scratch.settings, "zdm-test-stop");
    must_exec(conn, "BEGIN; CREATE TABLE s (i int)");
    zdm_conn_shield(conn, true);
    bool good = zdm_conn_exec(conn, "SELECT pg_advisory_xact_lock(77)", NULL, &err) == 0;
    zdm_conn_shield(conn, false);
    good = good && zdm_stop_requested() && zdm_conn_commit(conn, &err) == 0;
    zdm_conn_close(conn);
    zdm_err_release(&err);
    return good ? 0 : 1;
}

static void
stop(void **state)
{
    (void)state;
    pid_t child = in_child(stopped_in_statement, NULL);
    wait_until(scratch.admin, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name ="
                              " 'zdm-test-stop' AND wait_event = 'PgSleep')");
    kill(child, SIGINT);
    assert_int_equal(exit_of(child), 0);
    struct zdm_conn *conn = connect_to(scratch.settings, "t");
    expect_cell(conn, "SELECT string_agg(i::text, ',') FROM s", "2");
    zdm_conn_close(conn);
}

static void
stop_while_shielded(void **state)
{
    (void)state;
    struct zdm_conn *conn = connect_to(scratch.settings, "t");
    must_exec(conn, "SELECT pg_advisory_lock(77)");
    pid_t child = in_child(stopped_while_shielded, NULL);
    const char *waits = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name ="
                        " 'zdm-test-stop' AND wait_event = 'advisory')";
    wait_until(conn, waits);
    kill(child, SIGTERM);
    /* It is still there: nothing was cancelled. */
    expect_cell(conn, waits, "t");
    must_exec(conn, "SELECT pg_advisory_unlock(77)");
    assert_int_equal(exit_of(child), 0);
    expect_cell(conn, "SELECT to_regclass('s') IS NOT NULL", "t");
    zdm_conn_close(conn);
}

/* A server that takes the connection and never says a word: ^C and the time limit both work. */
struct silent {
    const char *settings;
    int ready[2];
};

static int
stopped_in_connect(void *arg)
{
    struct silent *silent = arg;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_conn *conn = NULL;

    zdm_signals_install();
    if (write(silent->ready[1], "!", 1) != 1)
        return 2;
    int rc = zdm_conn_open(silent->settings, "t", &conn, &err);
    bool good = rc == -1 && err.code == ZDM_ERR_INTERRUPTED;
    zdm_err_release(&err);
    return good ? 0 : 1;
}

static void
silent_server(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    struct silent silent;
    char byte;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)state;
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 5), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    int port = ntohs(address.sin_port);

    char *settings = zdm_strf("host=127.0.0.1 port=%d user=u dbname=d connect_timeout=0", port);
    silent.settings = settings;
    assert_int_equal(pipe(silent.ready), 0);
    pid_t child = in_child(stopped_in_connect, &silent);
    assert_int_equal(read(silent.ready[0], &byte, 1), 1);
    kill(child, SIGINT);
    assert_int_equal(exit_of(child), 0);
    close(silent.ready[0]);
    close(silent.ready[1]);
    free(settings);

    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_conn *conn = NULL;
    settings = zdm_strf("host=127.0.0.1 port=%d user=u dbname=d connect_timeout=1", port);
    assert_int_equal(zdm_conn_open(settings, "t", &conn, &err), -1);
    assert_int_equal(err.code, ZDM_ERR_FAILED);
    assert_non_null(strstr(err.message, "no answer within 1 s"));
    zdm_err_release(&err);
    free(settings);

    /* With a second server behind it, that one is taken. */
    struct zdm_conninfo info;
    assert_int_equal(zdm_conninfo_parse(scratch.settings, &info, &err), 0);
    const char *host = zdm_conninfo_get(&info, "host"), *own_port = zdm_conninfo_get(&info, "port");
    char *hosts = zdm_strf("127.0.0.1,%s", host ? host : "");
    char *ports = zdm_strf("%d,%s", port, own_port ? own_port : "");
    settings = settings_with("host", hosts, "port", ports, "connect_timeout", "1", NULL);
    conn = connect_to(settings, "t");
    assert_string_equal(zdm_conn_where(conn), zdm_conn_where(scratch.admin));
    zdm_conninfo_release(&info);
    zdm_conn_close(conn);
    free(settings);
    free(hosts);
    free(ports);
    close(fd);
}

int
main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, open_scratch, close_scratch)
    const struct CMUnitTest tests[] = {
        TEST(stop),
        TEST(stop_while_shielded),
        TEST(silent_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
