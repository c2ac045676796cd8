#include "base/mem.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

_Noreturn void
zdm_die_at(const char *file, int line, const char *what)
{
    fprintf(stderr, "zdm: %s:%d: %s; this is a bug in zdm or the machine is out of memory\n", file,
        line, what);
    abort();
}

void *
zdm_alloc(size_t size)
{
    void *ptr = calloc(1, size ? size : 1);

    if (!ptr)
        zdm_die("out of memory");
    return ptr;
}

void *
zdm_realloc(void *ptr, size_t size)
{
    void *moved = realloc(ptr, size ? size : 1);

    if (!moved)
        zdm_die("out of memory");
    return moved;
}

void *
zdm_grow(void *ptr, size_t n, size_t size)
{
    /* Powers of two: amortised, and the caller need not keep a capacity. */
    size_t room = 1, bytes;

    while (room <= n)
        room *= 2;
    if (__builtin_mul_overflow(room, size, &bytes))
        zdm_die("out of memory");
    return zdm_realloc(ptr, bytes);
}

/* One large piece is asked for and given back: what comes next is cut from it. */
void
zdm_expect_memory(size_t size)
{
    enum { LARGEST = 256 << 20, LARGE_PAGE = 2 << 20, MAPPINGS = 65536 };

    size = size < LARGEST ? size : LARGEST;
    mallopt(M_TRIM_THRESHOLD, 2 * LARGEST);
    mallopt(M_MMAP_THRESHOLD, 32 << 20); /* the most that is taken, see mallopt(3) */
    mallopt(M_MMAP_MAX, 0);
    char *room = malloc(size);
    mallopt(M_MMAP_MAX, MAPPINGS);
    if (room) {
        char *from = room + LARGE_PAGE - (uintptr_t)room % LARGE_PAGE;
        /* A system without large pages goes on with small ones. */
        if (from < room + size)
            (void)madvise(from, (size_t)(room + size - from), MADV_HUGEPAGE);
    }
    free(room);
}

char *
zdm_strndup(const char *s, size_t n)
{
    char *copy = zdm_alloc(n + 1);

    memcpy(copy, s, n);
    return copy;
}

char *
zdm_strdup(const char *s)
{
    return s ? zdm_strndup(s, strlen(s)) : NULL;
}

char *
zdm_vstrf(const char *fmt, va_list ap)
{
    va_list again;

    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (n < 0)
        zdm_die("bad format");

    char *s = zdm_alloc((size_t)n + 1);
    vsnprintf(s, (size_t)n + 1, fmt, ap);
    return s;
}

char *
zdm_strf(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    char *s = zdm_vstrf(fmt, ap);
    va_end(ap);
    return s;
}

#define BLOCK 8192 /* bytes */

struct block {
    struct block *next;
    size_t used;
    size_t size;
    _Alignas(max_align_t) char data[];
};

struct zdm_arena {
    struct block *blocks; /* newest first */
};

struct zdm_arena *
zdm_arena_new(void)
{
    return zdm_alloc(sizeof(struct zdm_arena));
}

void
zdm_arena_free(struct zdm_arena *arena)
{
    if (!arena)
        return;
    for (struct block *b = arena->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(arena);
}

void *
zdm_arena_alloc(struct zdm_arena *arena, size_t size)
{
    const size_t align = _Alignof(max_align_t);
    struct block *b = arena->blocks;

    size = (size + align - 1) / align * align;
    if (!b || b->size - b->used < size) {
        bool own = b && size > BLOCK / 4; /* the room that is left in the newest one stays in use */
        size_t room = size > BLOCK || own ? size : BLOCK;
        struct block **link = own ? &b->next : &arena->blocks;
        b = zdm_alloc(sizeof *b + room);
        b->size = room;
        b->next = *link;
        *link = b;
    }
    void *ptr = b->data + b->used;
    b->used += size;
    return ptr;
}

char *
zdm_arena_strndup(struct zdm_arena *arena, const char *s, size_t n)
{
    char *copy = zdm_arena_alloc(arena, n + 1);

    memcpy(copy, s, n);
    return copy;
}

char *
zdm_arena_strdup(struct zdm_arena *arena, const char *s)
{
    return s ? zdm_arena_strndup(arena, s, strlen(s)) : NULL;
}

char *
zdm_arena_strf(struct zdm_arena *arena, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    char *s = zdm_vstrf(fmt, ap);
    va_end(ap);

    char *copy = zdm_arena_strdup(arena, s);
    free(s);
    return copy;
}
