/*
 * driver [--seeds FOLDER] [COUNT [FILE...]]: a target without libFuzzer.
 *
 * Runs it on COUNT inputs that are the same in every run: the statements of the corpus, cut short and
 * with single bytes changed, then numbers. With FILE... only on those: what libFuzzer found. --seeds
 * writes the corpus as libFuzzer wants it, a file each, and runs nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "corpus.h"
#include "fuzz.h"

/* xorshift: the same numbers everywhere. */
static uint32_t
number(void)
{
    static uint32_t x = 2463534242u;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return x;
}

static void
run_seed(const char *seed, uint8_t mode)
{
    size_t size = strlen(seed) + 1;
    uint8_t *data = zdm_alloc(size + 1);

    data[0] = mode;
    memcpy(data + 1, seed, size - 1);
    switch (number() % 3) {
    case 0:
        size = 1 + number() % size;
        break;
    case 1:
        data[number() % size] = (uint8_t)number();
        break;
    default:
        break;
    }
    zdm_fuzz_one(data, size);
    free(data);
}

static void
run_numbers(void)
{
    uint8_t data[64];

    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(number() >> 8);
    zdm_fuzz_one(data, 1 + number() % sizeof data);
}

static int
run_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    static uint8_t data[1 << 20];

    if (!f) {
        perror(path);
        return 1;
    }
    size_t size = fread(data, 1, sizeof data, f);
    fclose(f);
    zdm_fuzz_one(data, size);
    return 0;
}

/* The first byte of an input says how it is run: see fuzz_script.c. */
static int
write_seeds(const char *folder)
{
    size_t n;
    const char *const *seeds = zdm_fuzz_seeds(&n);

    for (size_t i = 0; i < n; i++) {
        char *path = zdm_strf("%s/%zu", folder, i);
        FILE *f = fopen(path, "wb");
        free(path);
        if (!f || fputc((int)(i % 6), f) == EOF || fputs(seeds[i], f) == EOF || fclose(f) != 0) {
            perror(folder);
            return 1;
        }
    }
    return 0;
}

int
main(int argc, char **argv)
{
    int64_t count = 1000;
    size_t n;

    if (argc == 3 && strcmp(argv[1], "--seeds") == 0)
        return write_seeds(argv[2]);
    if (argc > 1 && !zdm_parse_i64(argv[1], &count)) {
        fputs("usage: driver [--seeds FOLDER] [COUNT [FILE...]]\n", stderr);
        return 2;
    }
    for (int i = 2; i < argc; i++)
        if (run_file(argv[i]) != 0)
            return 1;
    if (argc > 2)
        return 0;
    const char *const *seeds = zdm_fuzz_seeds(&n);
    for (int64_t i = 0; i < count; i++) {
        if (n && i % 2)
            run_seed(seeds[(size_t)i % n], (uint8_t)number());
        else
            run_numbers();
    }
    printf("%lld inputs\n", (long long)count);
    return 0;
}
