/*
 * pg_proxy.h - a proxy between zdm and the server, which cuts connections as a test wants it.
 *
 *     struct proxy p;
 *     proxy_start(&p, folder, port, decide, self);   p.folder is the host to connect to, port 5432
 *     proxy_stop(&p);
 *
 * decide() is called, on the proxy's thread, for what a client sent on its connection, a number below PROXY_PAIRS:
 * forward it, or cut the connection before the server sees it, while it is at work on it, or after its reply was read.
 */
#ifndef ZDM_TESTS_PG_PROXY_H
#define ZDM_TESTS_PG_PROXY_H

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PROXY_PAIRS 32

enum cut { CUT_BEFORE, CUT_REPLY, CUT_RUNNING, CUTS, FORWARD = CUTS };

struct proxy {
    char folder[64], upstream[108];
    int listener, stop[2];
    int client[PROXY_PAIRS], server[PROXY_PAIRS];
    enum cut (*decide)(void *self, int connection, const char *data, ssize_t n);
    void *self;
    pthread_t thread;
};

static inline int
proxy_unix_socket(const char *path, bool listening)
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

static inline void
proxy_hang_up(struct proxy *p, int i)
{
    close(p->client[i]);
    close(p->server[i]);
    p->client[i] = p->server[i] = -1;
}

static inline bool
proxy_forward(int to, const char *data, ssize_t n)
{
    for (ssize_t sent = 0; sent < n;) {
        ssize_t k = send(to, data + sent, (size_t)(n - sent), MSG_NOSIGNAL);
        if (k <= 0)
            return false;
        sent += k;
    }
    return true;
}

static inline bool
proxy_says(const char *data, ssize_t n, const char *word)
{
    return memmem(data, (size_t)n, word, strlen(word)) != NULL;
}

/* The reply leaves the server when the transaction is over: only then is it lost. */
static inline void
proxy_swallow_reply(struct proxy *p, int i, const char *data, ssize_t n)
{
    char reply[8192];

    if (proxy_forward(p->server[i], data, n) && recv(p->server[i], reply, sizeof reply, 0) < 0)
        perror("recv");
}

/* What a client sent; false when the connection is to be cut. */
static inline bool
proxy_from_client(struct proxy *p, int i, char *data, ssize_t n)
{
    enum cut cut = p->decide(p->self, i, data, n);

    if (cut == FORWARD)
        return proxy_forward(p->server[i], data, n);
    if (cut == CUT_RUNNING)
        proxy_forward(p->server[i], data, n);
    if (cut == CUT_REPLY)
        proxy_swallow_reply(p, i, data, n);
    return false;
}

static inline void *
proxy_main(void *arg)
{
    static char data[1 << 18];
    struct proxy *p = arg;

    for (;;) {
        struct pollfd fds[2 + 2 * PROXY_PAIRS];
        fds[0] = (struct pollfd){.fd = p->stop[0], .events = POLLIN};
        fds[1] = (struct pollfd){.fd = p->listener, .events = POLLIN};
        for (int i = 0; i < PROXY_PAIRS; i++) {
            fds[2 + 2 * i] = (struct pollfd){.fd = p->client[i], .events = POLLIN};
            fds[3 + 2 * i] = (struct pollfd){.fd = p->server[i], .events = POLLIN};
        }
        if (poll(fds, 2 + 2 * PROXY_PAIRS, -1) < 0)
            continue;
        if (fds[0].revents)
            return NULL;
        for (int i = 0; i < PROXY_PAIRS; i++) {
            if (p->client[i] >= 0 && fds[2 + 2 * i].revents) {
                ssize_t n = recv(p->client[i], data, sizeof data, 0);
                if (n <= 0 || !proxy_from_client(p, i, data, n))
                    proxy_hang_up(p, i);
            }
            if (p->client[i] >= 0 && fds[3 + 2 * i].revents) {
                ssize_t n = recv(p->server[i], data, sizeof data, 0);
                if (n <= 0 || !proxy_forward(p->client[i], data, n))
                    proxy_hang_up(p, i);
            }
        }
        for (int i = 0; fds[1].revents && i < PROXY_PAIRS; i++) {
            if (p->client[i] >= 0)
                continue;
            p->client[i] = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);
            p->server[i] = proxy_unix_socket(p->upstream, false);
            break;
        }
    }
}

static inline void
proxy_start(struct proxy *p, const char *folder, const char *port,
    enum cut (*decide)(void *self, int connection, const char *data, ssize_t n), void *self)
{
    *p = (struct proxy){.listener = -1, .decide = decide, .self = self};
    snprintf(p->folder, sizeof p->folder, "/tmp/zdm-proxy-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->upstream, sizeof p->upstream, "%s/.s.PGSQL.%s", folder, port);
    for (int i = 0; i < PROXY_PAIRS; i++)
        p->client[i] = p->server[i] = -1;
    char path[108];
    snprintf(path, sizeof path, "%s/.s.PGSQL.5432", p->folder);
    p->listener = proxy_unix_socket(path, true);
    assert_int_equal(pipe(p->stop), 0);
    assert_int_equal(pthread_create(&p->thread, NULL, proxy_main, p), 0);
}

static inline void
proxy_stop(struct proxy *p)
{
    char path[108];

    snprintf(path, sizeof path, "%s/.s.PGSQL.5432", p->folder);
    assert_int_equal(write(p->stop[1], "x", 1), 1);
    pthread_join(p->thread, NULL);
    for (int i = 0; i < PROXY_PAIRS; i++)
        if (p->client[i] >= 0)
            proxy_hang_up(p, i);
    close(p->listener);
    close(p->stop[0]);
    close(p->stop[1]);
    unlink(path);
    rmdir(p->folder);
}

#endif
