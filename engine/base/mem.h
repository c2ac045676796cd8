/*
 * mem.h - allocation that aborts with its place when memory is out, and arenas.
 *
 * Everything else than out-of-memory and impossible states is an error value
 * (err.h).
 */
#ifndef ZDM_BASE_MEM_H
#define ZDM_BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

/* All return owned memory, zero-filled for alloc and for nothing else. */
void *zdm_alloc(size_t size);
void *zdm_realloc(void *ptr, size_t size);
/* Room for at least n + 1 items of `size` (n may be what is there, or what there shall be); returns
 * owned. */
void *zdm_grow(void *ptr, size_t n, size_t size);
/* About this much will be allocated soon, in pieces: then it comes in pages of 2 MB where the system has
 * them, which it clears in a fraction of the time. Nothing is taken before it is used; what is freed
 * later stays with the process. Measured: 25 of 90 ms of the processor for a catalog of 30 MB. */
void zdm_expect_memory(size_t size);
char *zdm_strdup(const char *s); /* NULL stays NULL */
char *zdm_strndup(const char *s, size_t n);
char *zdm_strf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *zdm_vstrf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

/* Prints the place and aborts: for states that cannot be. */
_Noreturn void zdm_die_at(const char *file, int line, const char *what);
#define zdm_die(what) zdm_die_at(__FILE__, __LINE__, (what))

/* An arena: many small allocations freed at once. A plan lives in one. */
struct zdm_arena;
struct zdm_arena *zdm_arena_new(void);
void zdm_arena_free(struct zdm_arena *arena);
/* Zero-filled, aligned for any type; view until zdm_arena_free. */
void *zdm_arena_alloc(struct zdm_arena *arena, size_t size);
char *zdm_arena_strdup(struct zdm_arena *arena, const char *s); /* NULL stays NULL */
char *zdm_arena_strndup(struct zdm_arena *arena, const char *s, size_t n);
char *zdm_arena_strf(struct zdm_arena *arena, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
