/*
 * bell.h - a descriptor by which one thread wakes another out of poll(): readable once it is rung.
 */
#ifndef ZDM_BASE_BELL_H
#define ZDM_BASE_BELL_H

int zdm_bell_new(void); /* to be closed */
void zdm_bell_ring(int bell);
/* As if it had not been rung. */
void zdm_bell_silence(int bell);

#endif
