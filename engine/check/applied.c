#include "check/applied.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "check/convention.h"

struct row {
    const char *version;
    bool taken; /* by a source: a change that was reworked stands there once for each script */
};

/* Numbers by their value, "1.0" as 1; names byte for byte. */
static int
compare(const char *a, const char *b)
{
    bool numbers = strspn(a, "0123456789._") == strlen(a) && strspn(b, "0123456789._") == strlen(b);

    return numbers ? zdm_flyway_compare(a, b) : strcmp(a, b);
}

static int
compare_rows(const void *a, const void *b)
{
    return compare(((const struct row *)a)->version, ((const struct row *)b)->version);
}

struct applied {
    struct row *rows; /* sorted */
    size_t n;
    const char *up_to; /* all versions up to it, or NULL */
};

static void
read_versions(struct applied *applied, char *const *versions, size_t n)
{
    applied->rows = zdm_alloc((n + 1) * sizeof *applied->rows);
    for (size_t i = 0; i < n; i++) {
        if (strncmp(versions[i], "<=", 2) != 0)
            applied->rows[applied->n++] = (struct row){.version = versions[i]};
        else if (!applied->up_to || compare(applied->up_to, versions[i] + 2) < 0)
            applied->up_to = versions[i] + 2;
    }
    if (applied->n)
        qsort(applied->rows, applied->n, sizeof *applied->rows, compare_rows);
}

static bool
is_applied(const struct applied *applied, const char *version)
{
    struct row wanted = {.version = version}, *rows = applied->rows;
    struct row *found =
        applied->n ? bsearch(&wanted, rows, applied->n, sizeof *rows, compare_rows) : NULL;

    if (applied->up_to && compare(version, applied->up_to) <= 0)
        return true;
    if (!found)
        return false;
    while (found > rows && compare_rows(found - 1, &wanted) == 0)
        found--;
    while (found < rows + applied->n && found->taken && compare_rows(found, &wanted) == 0)
        found++;
    if (found == rows + applied->n || compare_rows(found, &wanted) != 0)
        return false;
    found->taken = true;
    return true;
}

size_t
zdm_sources_drop_applied(
    struct zdm_sources *sources, const char *tool, char *const *versions, size_t n)
{
    struct applied applied = {.n = 0};
    size_t w = 0, before = sources->n;

    read_versions(&applied, versions, n);
    for (size_t i = 0; i < sources->n; i++) {
        struct zdm_source *source = &sources->items[i];
        if (source->version && strcmp(source->tool, tool) == 0 &&
            is_applied(&applied, source->version))
            zdm_source_release(source);
        else
            sources->items[w++] = *source;
    }
    sources->n = w;
    free(applied.rows);
    return before - w;
}
