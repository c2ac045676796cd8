/*
 * signals.h - ^C and friends.
 *
 * The first SIGINT, SIGTERM or SIGHUP asks to stop: zdm_stop_requested() turns
 * true and the pipe of zdm_stop_fd() becomes readable, so that whoever waits on
 * a socket can wait on it too. The second leaves at once through _exit(130)
 * after running the emergency hook (which removes a sandbox).
 */
#ifndef ZDM_BASE_SIGNALS_H
#define ZDM_BASE_SIGNALS_H

#include <stdbool.h>

void zdm_signals_install(void);
bool zdm_stop_requested(void);
/* As if the first signal had come; for any thread. */
void zdm_stop_request(void);
/* Readable (never read from it) once a stop was requested; -1 before install. */
int zdm_stop_fd(void);
/* Async-signal-safe function to run before the second signal's _exit; NULL for none. */
void zdm_signals_emergency(void (*hook)(void));

#endif
