/*
 * listener.h - a unix socket that answers lines.
 *
 * A thread of its own accepts connections, reads a line from each, and writes back the line that
 * `answer` makes of it, as often as the client likes. Nobody can hold it up: nothing blocks, at most
 * 8 clients are heard at once, one that sends or takes nothing for 10 s is dropped, and so is one
 * whose line is longer than ZDM_LINE_MOST.
 *
 * The socket lies in a folder of its own (0700, the socket 0600) under XDG_RUNTIME_DIR, TMPDIR or
 * /tmp, whichever can be written and is short enough for a socket. One that was left behind by a
 * process that was killed is known by nobody answering; zdm_listener_open removes those that lie beside
 * the new one, zdm_listener_sweep one that lies elsewhere.
 */
#ifndef ZDM_BASE_LISTENER_H
#define ZDM_BASE_LISTENER_H

#include <stdint.h>

#include "base/err.h"

#define ZDM_LINE_MOST 16384 /* bytes, with its newline */

struct zdm_listener;

/* answer is called on the listener's thread and returns an owned text without a newline. */
int zdm_listener_open(char *(*answer)(void *self, const char *line), void *self,
    struct zdm_listener **out, struct zdm_err *err);
const char *zdm_listener_path(const struct zdm_listener *listener); /* view */
void zdm_listener_close(struct zdm_listener *listener);             /* NULL is fine */

/* Sends a line and waits for the answer, owned in *reply; at most patience_ms. *reply NULL: nobody
 * listens there (any more), or not to us. */
int zdm_listener_ask(
    const char *path, const char *line, int64_t patience_ms, char **reply, struct zdm_err *err);
/* Removes the socket of a listener that is gone. One that answers, and what is no socket of a listener
 * in a folder of ours, is left alone. */
void zdm_listener_sweep(const char *path);

#endif
