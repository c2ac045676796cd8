#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/listener.h"
#include "base/mem.h"

/* The socket's descriptor; -1: nobody listens there, or we may not speak to it (errno). */
static int
dial(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

/* The answer's line into *in. */
static int
hear_line(int fd, int64_t until_us, struct zdm_buf *in, struct zdm_err *err)
{
    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        char piece[4096];
        int64_t left = (until_us - zdm_monotonic_us()) / 1000;
        if (left <= 0 || poll(&wait, 1, (int)left) == 0)
            return zdm_fail(err, ZDM_ERR_FAILED, "the run did not answer in time");
        ssize_t n = recv(fd, piece, sizeof piece, 0);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (n <= 0)
            return zdm_fail(err, ZDM_ERR_FAILED, "the run closed its socket without an answer");
        zdm_buf_addn(in, piece, (size_t)n);
        if (memchr(piece, '\n', (size_t)n))
            return 0;
    }
}

int
zdm_listener_ask(
    const char *path, const char *line, int64_t patience_ms, char **reply, struct zdm_err *err)
{
    struct zdm_buf in = ZDM_BUF_INIT;
    int fd = dial(path), rc = -1;

    if (fd < 0) {
        *reply = NULL;
        return 0;
    }
    char *whole = zdm_strf("%s\n", line);
    size_t n = strlen(whole);
    /* It is shorter than any buffer of a socket. */
    if (send(fd, whole, n, MSG_NOSIGNAL) != (ssize_t)n)
        zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot speak to the run at \"%s\"", path);
    else
        rc = hear_line(fd, zdm_monotonic_us() + patience_ms * 1000, &in, err);
    free(whole);
    close(fd);
    if (rc == 0) {
        char *text = zdm_buf_take(&in);
        text[strcspn(text, "\n")] = '\0';
        *reply = text;
    }
    zdm_buf_release(&in);
    return rc;
}

void
zdm_listener_sweep(const char *path)
{
    const char *name = strrchr(path, '/');
    struct stat st;

    if (!name || strcmp(name, "/control") != 0 || lstat(path, &st) < 0 || !S_ISSOCK(st.st_mode) ||
        st.st_uid != geteuid())
        return;
    int fd = dial(path);
    if (fd >= 0) {
        close(fd);
        return;
    }
    if (errno != ECONNREFUSED)
        return;
    unlink(path);
    char *folder = zdm_strndup(path, (size_t)(name - path));
    rmdir(folder); /* empty, when it is ours */
    free(folder);
}
