/*
 * Flyway: V1_2__name.sql by version, R__name.sql behind them, in any subfolder.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "check/convention.h"
#include "check/text_file.h"

/* 'V', 'R', 'U', 'B'; 0 when it is none of Flyway's names. */
static char
kind_of(const char *path)
{
    const char *name = zdm_base_name(path), *rest = name + 1;

    if (!*name || !strchr("VRUB", *name) || !zdm_name_ends(name, ".sql"))
        return 0;
    if (*name != 'R') {
        size_t version = strspn(rest, "0123456789._");
        if (!isdigit((unsigned char)*rest))
            return 0;
        /* The version takes no underscore of the two that end it. */
        rest += version;
        while (rest > name + 1 && rest[-1] == '_')
            rest--;
    }
    return strncmp(rest, "__", 2) == 0 ? *name : 0;
}

int
zdm_flyway_compare(const char *a, const char *b)
{
    for (;;) {
        bool more_a = isdigit((unsigned char)*a), more_b = isdigit((unsigned char)*b);
        if (!more_a && !more_b)
            return 0;
        while (*a == '0')
            a++;
        while (*b == '0')
            b++;
        size_t n = strspn(a, "0123456789"), m = strspn(b, "0123456789");
        int order = n != m ? (n < m ? -1 : 1) : strncmp(a, b, n);
        if (order)
            return order;
        a += n;
        b += m;
        a += (*a == '.' || *a == '_') && isdigit((unsigned char)a[1]);
        b += (*b == '.' || *b == '_') && isdigit((unsigned char)b[1]);
    }
}

static int
compare(const void *a, const void *b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    char kind_x = kind_of(x), kind_y = kind_of(y);

    if (kind_x != kind_y)
        return kind_x == 'V' ? -1 : 1;
    int order = kind_x == 'V' ? zdm_flyway_compare(zdm_base_name(x) + 1, zdm_base_name(y) + 1)
                              : strcmp(zdm_base_name(x), zdm_base_name(y));
    return order ? order : strcmp(x, y);
}

static void
collect(const struct zdm_folder *folder, struct zdm_paths *out)
{
    for (size_t i = 0; i < folder->n; i++) {
        const struct zdm_entry *entry = &folder->entries[i];
        char kind = entry->folder ? 0 : kind_of(entry->name);
        if (entry->folder)
            collect(entry->folder, out);
        else if (kind == 'V' || kind == 'R')
            zdm_paths_add(out, zdm_folder_path(folder, entry->name));
    }
}

char *
zdm_flyway_version(const char *path)
{
    const char *name = zdm_base_name(path);
    size_t n = strspn(name + 1, "0123456789._");

    if (kind_of(path) != 'V')
        return NULL;
    while (n > 0 && name[n] == '_')
        n--;
    return zdm_strndup(name + 1, n);
}

bool
zdm_flyway_named(const char *path)
{
    return kind_of(path) != 0;
}

bool
zdm_flyway_owns(const struct zdm_folder *folder)
{
    for (size_t i = 0; i < folder->n; i++)
        if (!folder->entries[i].folder && kind_of(folder->entries[i].name))
            return true;
    return false;
}

int
zdm_flyway_list(const struct zdm_folder *folder, struct zdm_paths *out, struct zdm_err *err)
{
    (void)err;
    collect(folder, out);
    if (out->n)
        qsort(out->items, out->n, sizeof *out->items, compare);
    return 0;
}

/* What the .conf beside the script says: 1 in a transaction, 0 not, -1 nothing. */
static int
read_conf(const char *path, int *says, struct zdm_err *err)
{
    char *conf = zdm_strf("%s.conf", path), *text = NULL;
    int rc = zdm_text_file_beside(conf, &text, err);

    *says = -1;
    for (const char *line = text; line && *line;) {
        const char *s = line + strspn(line, " \t");
        if (strncasecmp(s, "executeInTransaction", 20) == 0) {
            s += 20 + strspn(s + 20, " \t=:");
            *says = strncasecmp(s, "false", 5) != 0;
        }
        line = strchr(line, '\n');
        if (line)
            line++;
    }
    free(text);
    free(conf);
    return rc;
}

/* Words without which a script has no statement that refuses to run in a transaction. */
static bool
may_refuse(const char *text)
{
    static const char *const words[] = {"concurrently", "vacuum", "database", "tablespace",
        "system", "reindex", "subscription", "cluster"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasestr(text, words[i]))
            return true;
    return false;
}

struct refusals {
    size_t n, statements;
};

static void
count_refusals(void *self, struct zdm_parsed *parsed)
{
    struct refusals *refusals = self;

    for (size_t i = 0; i < parsed->count; i++)
        refusals->n += parsed->statements[i].transaction == ZDM_TX_FORBIDDEN;
    refusals->statements += parsed->count;
    zdm_parsed_free(parsed);
}

/* Flyway looks at each statement; only some: it wants to be told by `mixed`. */
static void
look_for_refusal(struct zdm_source *source)
{
    struct refusals refusals = {0};
    const struct zdm_script_listener listener = {&refusals, 256, count_refusals};

    zdm_sql_classify_pieces(source->text, ZDM_WRAP_NEVER, NULL, &listener);
    if (refusals.n > 0)
        source->wrap = ZDM_WRAP_NEVER;
    if (refusals.n > 0 && refusals.n < refusals.statements) {
        source->trouble = zdm_strdup("the script holds statements that need a transaction and "
                                     "statements that refuse one");
        source->advice = zdm_strdup("Flyway runs such a script only with mixed=true; give the "
                                    "statements that refuse one a migration of their own");
    }
}

int
zdm_flyway_cut(struct zdm_source *source, struct zdm_err *err)
{
    int says;

    if (read_conf(source->path, &says, err) < 0)
        return -1;
    if (says == 0)
        source->wrap = ZDM_WRAP_NEVER;
    else if (says < 0 && may_refuse(source->text))
        look_for_refusal(source);
    return 0;
}
