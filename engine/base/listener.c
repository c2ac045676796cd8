#include "base/listener.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bell.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"

#define CLIENTS  8
#define QUEUE    128 /* a burst of them waits to be taken or turned away, and is not refused */
#define QUIET_US (10 * INT64_C(1000000))
#define FOLDER   "zdm-XXXXXX"
#define NAME     "control"

struct client {
    int fd; /* -1: free */
    struct zdm_buf in, out;
    int64_t heard_us;
};

struct zdm_listener {
    pthread_t thread;
    int fd, quit_fd;
    char *folder, *path;
    char *(*answer)(void *self, const char *line);
    void *self;
    struct client clients[CLIENTS]; /* of the thread */
};

static void
drop(struct client *c)
{
    close(c->fd);
    c->fd = -1;
    zdm_buf_release(&c->in);
    zdm_buf_release(&c->out);
}

static void
take_client(struct zdm_listener *l)
{
    int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    for (int i = 0; i < CLIENTS && fd >= 0; i++) {
        if (l->clients[i].fd >= 0)
            continue;
        l->clients[i] = (struct client){
            .fd = fd, .in = ZDM_BUF_INIT, .out = ZDM_BUF_INIT, .heard_us = zdm_monotonic_us()};
        return;
    }
    if (fd >= 0)
        close(fd);
}

static bool
again(void)
{
    return errno == EAGAIN || errno == EINTR;
}

/* Answers every whole line that has come. False: it is to be dropped. */
static bool
answer_lines(struct zdm_listener *l, struct client *c)
{
    char *end;

    while (c->in.len > 0 && (end = memchr(c->in.s, '\n', c->in.len)) != NULL) {
        size_t used = (size_t)(end + 1 - c->in.s);
        *end = '\0';
        char *reply = l->answer(l->self, c->in.s);
        zdm_buf_addf(&c->out, "%s\n", reply);
        free(reply);

        struct zdm_buf rest = ZDM_BUF_INIT;
        zdm_buf_addn(&rest, c->in.s + used, c->in.len - used);
        zdm_buf_release(&c->in);
        c->in = rest;
        if (c->out.len > 4 * ZDM_LINE_MOST)
            return false; /* it asks and does not listen */
    }
    return c->in.len < ZDM_LINE_MOST;
}

static bool
hear(struct zdm_listener *l, struct client *c)
{
    char piece[4096];
    ssize_t n = recv(c->fd, piece, sizeof piece, 0);

    if (n == 0)
        return false;
    if (n < 0)
        return again();
    c->heard_us = zdm_monotonic_us();
    zdm_buf_addn(&c->in, piece, (size_t)n);
    return answer_lines(l, c);
}

static bool
speak(struct client *c)
{
    if (c->out.len == 0)
        return true;
    ssize_t n = send(c->fd, c->out.s, c->out.len, MSG_NOSIGNAL);
    if (n < 0)
        return again();
    struct zdm_buf rest = ZDM_BUF_INIT;
    zdm_buf_addn(&rest, c->out.s + n, c->out.len - (size_t)n);
    zdm_buf_release(&c->out);
    c->out = rest;
    return true;
}

static void *
listen_thread(void *arg)
{
    struct zdm_listener *l = arg;

    for (;;) {
        struct pollfd fds[2 + CLIENTS] = {
            {.fd = l->quit_fd, .events = POLLIN}, {.fd = l->fd, .events = POLLIN}};
        for (int i = 0; i < CLIENTS; i++)
            fds[2 + i] = (struct pollfd){.fd = l->clients[i].fd,
                .events = (short)(POLLIN | (l->clients[i].out.len > 0 ? POLLOUT : 0))};
        if (poll(fds, 2 + CLIENTS, 1000) < 0 && errno != EINTR)
            zdm_die("cannot poll");
        if (fds[0].revents)
            return NULL;
        int64_t now = zdm_monotonic_us();
        for (int i = 0; i < CLIENTS; i++) {
            struct client *c = &l->clients[i];
            if (c->fd < 0)
                continue;
            bool stays = now - c->heard_us < QUIET_US;
            if (fds[2 + i].revents & (POLLIN | POLLHUP | POLLERR))
                stays = hear(l, c);
            if (!stays || !speak(c))
                drop(c);
        }
        if (fds[1].revents)
            take_client(l);
    }
}

static bool
fill_address(const char *path, struct sockaddr_un *address)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address->sun_path)
        return false;
    memcpy(address->sun_path, path, strlen(path) + 1);
    return true;
}

/* What killed runs left there, whatever their plans were: nobody else may know of it any more. */
static void
sweep_below(const char *above)
{
    const size_t head = strcspn(FOLDER, "X");
    DIR *dir = opendir(above);
    const struct dirent *entry;

    while (dir && (entry = readdir(dir)) != NULL) {
        if (strncmp(entry->d_name, FOLDER, head) != 0)
            continue;
        char *path = zdm_strf("%s/%s/" NAME, above, entry->d_name);
        zdm_listener_sweep(path);
        free(path);
    }
    if (dir)
        closedir(dir);
}

/* A socket in a new folder below `above`; false: not possible there, errno says why. It gets its name
 * when it listens: one of that name that refuses is dead. */
static bool
bind_below(struct zdm_listener *l, const char *above)
{
    struct sockaddr_un address;
    char *folder = zdm_strf("%s/" FOLDER, above), *path = NULL, *before = NULL;
    bool made = false;

    errno = ENAMETOOLONG;
    if (above[0] != '/' || strlen(folder) + sizeof NAME >= sizeof address.sun_path ||
        !mkdtemp(folder))
        goto out;
    path = zdm_strf("%s/" NAME, folder);
    before = zdm_strf("%s/new", folder);
    made = fill_address(before, &address) &&
           bind(l->fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
           chmod(before, 0600) == 0 && listen(l->fd, QUEUE) == 0 && rename(before, path) == 0;
    if (!made) {
        int why = errno;
        unlink(before);
        rmdir(folder);
        errno = why;
        goto out;
    }
    free(before);
    l->folder = folder;
    l->path = path;
    return true;
out:
    free(folder);
    free(path);
    free(before);
    return false;
}

static int
bind_somewhere(struct zdm_listener *l, struct zdm_err *err)
{
    const char *const above[] = {getenv("XDG_RUNTIME_DIR"), getenv("TMPDIR"), "/tmp"};

    for (size_t i = 0; i < sizeof above / sizeof *above; i++)
        if (above[i] && *above[i] && bind_below(l, above[i])) {
            sweep_below(above[i]);
            return 0;
        }
    return zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot make a socket in /tmp");
}

int
zdm_listener_open(char *(*answer)(void *self, const char *line), void *self,
    struct zdm_listener **out, struct zdm_err *err)
{
    struct zdm_listener *l = zdm_alloc(sizeof *l);
    sigset_t all, before;

    *l = (struct zdm_listener){.answer = answer, .self = self, .quit_fd = -1};
    for (int i = 0; i < CLIENTS; i++)
        l->clients[i].fd = -1;
    l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (l->fd < 0) {
        zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot make a socket");
        free(l);
        return -1;
    }
    if (bind_somewhere(l, err) < 0)
        goto failed;
    l->quit_fd = zdm_bell_new();
    /* ^C is for the main thread. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&l->thread, NULL, listen_thread, l) != 0)
        zdm_die("cannot start a thread");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    *out = l;
    return 0;
failed:
    close(l->fd);
    free(l);
    return -1;
}

const char *
zdm_listener_path(const struct zdm_listener *listener)
{
    return listener->path;
}

void
zdm_listener_close(struct zdm_listener *l)
{
    if (!l)
        return;
    zdm_bell_ring(l->quit_fd);
    pthread_join(l->thread, NULL);
    for (int i = 0; i < CLIENTS; i++)
        if (l->clients[i].fd >= 0)
            drop(&l->clients[i]);
    close(l->quit_fd);
    close(l->fd);
    unlink(l->path);
    rmdir(l->folder);
    free(l->path);
    free(l->folder);
    free(l);
}
