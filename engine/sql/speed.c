#include "sql/speed.h"

#include "base/mem.h"

/*
 * Bytes a millisecond, so 1000 is 1 MB/s. Measured on PostgreSQL 15 with a table of 335 MB in memory,
 * two cores, without fsync: a scan for CHECK or SET NOT NULL 2,000 MB/s and more, a rewrite 200 to
 * 300 MB/s, a b-tree 80 (text) to 290 (bigint) MB of table a second. The fast end is that, the slow
 * one a tenth: tables that come from a disk, servers that have other work.
 */
enum {
    SCAN_FAST = 2000 * 1000,
    SCAN_SLOW = 200 * 1000,
    WRITE_FAST = 300 * 1000,
    WRITE_SLOW = 30 * 1000,
};

enum {
    SAMPLE_BYTES = 64 * 1024 * 1024, /* of reads, for a speed */
    SAMPLE_MS = 100,
    STEP_BYTES = 1024 * 1024, /* of a table, for a speed: less is all overhead */
    STEP_MS = 20,
    MARGIN = 2, /* columns and widths differ, and so does what else the server does */
};

const char *
zdm_speed_name(enum zdm_speed_kind kind)
{
    static const char *const names[] = {"scan", "rewrite", "build"};

    return names[kind];
}

void
zdm_speeds_assume(struct zdm_speeds *out)
{
    *out = (struct zdm_speeds){.of = {
                                   [ZDM_SPEED_SCAN] = {SCAN_FAST, SCAN_SLOW, 0},
                                   [ZDM_SPEED_REWRITE] = {WRITE_FAST, WRITE_SLOW, 0},
                                   [ZDM_SPEED_BUILD] = {WRITE_FAST, WRITE_SLOW, 0},
                               }};
}

/* The next lower power of two: counts that grow all the time must not change every text. */
static int64_t
rounded(int64_t speed)
{
    int64_t power = 1;

    while (power <= speed / 2)
        power *= 2;
    return power;
}

void
zdm_speeds_measure(struct zdm_speeds *speeds, int64_t bytes, int64_t ms, bool whole)
{
    struct zdm_speed *scan = &speeds->of[ZDM_SPEED_SCAN];

    if (bytes < SAMPLE_BYTES || ms < SAMPLE_MS || scan->steps > 0)
        return;
    int64_t read = rounded(bytes / ms);
    if (!whole && read <= scan->slow)
        return; /* single pages say only what a scan is not slower than */
    speeds->read = read;
    scan->slow = read;
    if (scan->fast < read)
        scan->fast = MARGIN * read;
}

void
zdm_speeds_learn(struct zdm_speeds *speeds, enum zdm_speed_kind kind, int64_t bytes, int64_t ms)
{
    struct zdm_speed *speed = &speeds->of[kind];

    if (bytes < STEP_BYTES || ms < STEP_MS)
        return;
    int64_t now = bytes / ms + 1;
    if (speed->steps == 0 || now * MARGIN > speed->fast)
        speed->fast = now * MARGIN;
    if (speed->steps == 0 || now / MARGIN < speed->slow)
        speed->slow = now / MARGIN + 1;
    speed->steps++;
}

void
zdm_speeds_time(const struct zdm_speeds *speeds, const int64_t bytes[ZDM_SPEED_KINDS],
    int64_t *least_ms, int64_t *most_ms)
{
    int64_t least = 0, most = 0;

    for (size_t i = 0; i < ZDM_SPEED_KINDS; i++) {
        least += bytes[i] / speeds->of[i].fast;
        most += bytes[i] / speeds->of[i].slow;
    }
    *least_ms = least;
    *most_ms = most;
}

void
zdm_speeds_add_basis(
    struct zdm_buf *out, const struct zdm_speeds *speeds, const int64_t bytes[ZDM_SPEED_KINDS])
{
    static const char *const words[] = {"scan", "rewrite", "index build"};
    bool assumed = false;
    size_t from = out->len;

    for (size_t i = 0; i < ZDM_SPEED_KINDS; i++) {
        const char *comma = out->len > from ? " and " : "";
        long long steps = speeds->of[i].steps;
        if (bytes[i] <= 0)
            continue;
        if (steps > 0)
            zdm_buf_addf(out, "%sfrom %lld %s%s on this target", comma, steps, words[i],
                steps == 1 ? "" : "s");
        else if (i == ZDM_SPEED_SCAN && speeds->read > 0)
            zdm_buf_addf(out, "%sfrom reads of this server, %lld MB/s", comma,
                (long long)(speeds->read / 1000 ? speeds->read / 1000 : 1));
        else
            assumed = true;
    }
    if (assumed)
        zdm_buf_addf(out, "%s", out->len > from ? " and assumed speeds" : "assumed speeds");
    else if (out->len == from)
        zdm_buf_add(out, "there are no rows");
}
