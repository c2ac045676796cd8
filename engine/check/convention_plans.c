/*
 * Tools that keep the order of their migrations in a file.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "check/convention.h"
#include "check/text_file.h"

/* Adds the file; one that the order names and that is not there is an error. */
static int
add_listed(struct zdm_paths *out, char *path, char *version, const char *list, const char *name,
    struct zdm_err *err)
{
    if (access(path, F_OK) < 0) {
        zdm_fail(err, ZDM_ERR_USAGE, "%s names \"%s\", but there is no \"%s\"", list, name, path);
        free(path);
        free(version);
        return -1;
    }
    zdm_paths_add_version(out, path, version);
    return 0;
}

bool
zdm_drizzle_owns(const struct zdm_folder *folder)
{
    const struct zdm_entry *meta = zdm_folder_entry(folder, "meta");

    if (meta && meta->folder && zdm_folder_entry(meta->folder, "_journal.json"))
        return true;
    for (size_t i = 0; i < folder->n; i++) {
        const struct zdm_folder *below = folder->entries[i].folder;
        if (below && zdm_folder_entry(below, "migration.sql") &&
            zdm_folder_entry(below, "snapshot.json"))
            return true;
    }
    return false;
}

static int
list_journal(const struct zdm_folder *folder, const char *journal, const char *text,
    struct zdm_paths *out, struct zdm_err *err)
{
    json_error_t trouble;
    json_t *root = json_loads(text, 0, &trouble), *entry;
    json_t *entries = json_object_get(root, "entries");
    int rc = 0;
    size_t i;

    if (!root || !json_is_array(entries)) {
        zdm_fail(err, ZDM_ERR_USAGE, "\"%s\" is no journal of Drizzle%s%s", journal,
            root ? ": it has no list of entries" : ": ", root ? "" : trouble.text);
        json_decref(root);
        return -1;
    }
    json_array_foreach(entries, i, entry)
    {
        const char *tag = json_string_value(json_object_get(entry, "tag"));
        if (!tag || strchr(tag, '/')) {
            rc = zdm_fail(err, ZDM_ERR_USAGE, "entry %zu of \"%s\" has no tag", i, journal);
            break;
        }
        char *name = zdm_strf("%s.sql", tag);
        const json_t *when = json_object_get(entry, "when");
        char *version =
            json_is_integer(when) ? zdm_strf("%lld", (long long)json_integer_value(when)) : NULL;
        rc = add_listed(out, zdm_folder_path(folder, name), version, journal, tag, err);
        free(name);
        if (rc < 0)
            break;
    }
    json_decref(root);
    return rc;
}

int
zdm_drizzle_list(const struct zdm_folder *folder, struct zdm_paths *out, struct zdm_err *err)
{
    char *journal = zdm_folder_path(folder, "meta/_journal.json"), *text = NULL;
    int rc = zdm_text_file_beside(journal, &text, err);

    if (rc == 0 && text)
        rc = list_journal(folder, journal, text, out, err);
    else if (rc == 0)
        rc = zdm_prisma_list(folder, out, err); /* a folder each, as Prisma has them */
    free(text);
    free(journal);
    return rc;
}

bool
zdm_drizzle_named(const char *path)
{
    return zdm_is_beside(path, "meta/_journal.json") ||
           (strcmp(zdm_base_name(path), "migration.sql") == 0 &&
               zdm_is_beside(path, "snapshot.json"));
}

/* The folder that has sqitch.plan: this one, or the one above a deploy/. Owned; NULL: neither. */
static char *
sqitch_top(const struct zdm_folder *folder)
{
    size_t n = strlen(folder->path);

    if (zdm_folder_entry(folder, "sqitch.plan"))
        return zdm_folder_path(folder, "");
    if (n >= 6 && strcmp(folder->path + n - 6, "deploy") == 0 &&
        (n == 6 || folder->path[n - 7] == '/')) {
        char *plan = zdm_folder_path(folder, "../sqitch.plan");
        bool there = access(plan, F_OK) == 0;
        free(plan);
        if (there)
            return zdm_strndup(folder->path, n - 6);
    }
    return NULL;
}

bool
zdm_sqitch_owns(const struct zdm_folder *folder)
{
    char *top = sqitch_top(folder);

    free(top);
    return top != NULL;
}

bool
zdm_sqitch_named(const char *path)
{
    const char *deploy = strstr(path, "deploy/");

    for (; deploy; deploy = strstr(deploy + 1, "deploy/")) {
        if (deploy > path && deploy[-1] != '/')
            continue;
        char *plan = zdm_strf("%.*ssqitch.plan", (int)(deploy - path), path);
        bool there = access(plan, F_OK) == 0;
        free(plan);
        if (there)
            return true;
    }
    return false;
}

/* A line of sqitch.plan: a change, or a tag that belongs to the change before it. */
struct change {
    char *name;
    char *tag; /* the first one behind it; a reworked change keeps its old script under it */
};

/* "%project=name"; owned, NULL: the plan has none. */
static char *
project_of(const char *text)
{
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, "%project=", 9) == 0)
            return zdm_strndup(line + 9, strcspn(line + 9, " \t\r\n"));
    }
    return NULL;
}

static void
read_plan(char *text, struct change **changes, size_t *n)
{
    char *save = NULL;

    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        line += strspn(line, " \t\r");
        size_t len = strcspn(line, " \t\r");
        if (len == 0 || *line == '#' || *line == '%')
            continue;
        line[len] = '\0';
        if (*line == '@') {
            for (size_t i = *n; i > 0 && !(*changes)[i - 1].tag; i--)
                (*changes)[i - 1].tag = line;
            continue;
        }
        *changes = zdm_grow(*changes, *n, sizeof **changes);
        (*changes)[(*n)++] = (struct change){.name = line + (*line == '+')};
    }
}

struct place {
    const char *name;
    size_t last; /* index of its last change */
};

static int
compare_places(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    return order ? order : (x->last > y->last) - (x->last < y->last);
}

static int
find_name(const void *a, const void *b)
{
    return strcmp(((const struct place *)a)->name, ((const struct place *)b)->name);
}

/* Names with the index where each stands last, sorted. */
static struct place *
last_places(const struct change *changes, size_t n, size_t *n_places)
{
    struct place *places = zdm_alloc((n + 1) * sizeof *places);
    size_t w = 0;

    for (size_t i = 0; i < n; i++)
        places[i] = (struct place){.name = changes[i].name, .last = i};
    qsort(places, n, sizeof *places, compare_places);
    for (size_t i = 0; i < n; i++)
        if (i + 1 == n || strcmp(places[i].name, places[i + 1].name) != 0)
            places[w++] = places[i];
    *n_places = w;
    return places;
}

static int
list_changes(const char *top, const char *plan, const char *project, const struct change *changes,
    size_t n, struct zdm_paths *out, struct zdm_err *err)
{
    size_t n_places;
    struct place *places = last_places(changes, n, &n_places);
    int rc = 0;

    for (size_t i = 0; i < n && rc == 0; i++) {
        const char *name = changes[i].name, *tag = "";
        const struct place *place =
            bsearch(&(struct place){.name = name}, places, n_places, sizeof *places, find_name);
        if (place->last != i && changes[i].tag)
            tag = changes[i].tag;
        char *version = project ? zdm_strf("%s:%s", project, name) : NULL;
        rc = add_listed(
            out, zdm_strf("%sdeploy/%s%s.sql", top, name, tag), version, plan, name, err);
    }
    free(places);
    return rc;
}

int
zdm_sqitch_list(const struct zdm_folder *folder, struct zdm_paths *out, struct zdm_err *err)
{
    char *top = sqitch_top(folder), *text = NULL;
    struct change *changes = NULL;
    char *project = NULL;
    size_t n = 0, len;
    int rc = -1;

    if (!top)
        top = zdm_folder_path(folder, ""); /* somebody says so: the error names what is missing */
    char *plan = zdm_strf("%ssqitch.plan", top);
    if (zdm_text_file_read(plan, false, &text, &len, err) == 0) {
        project = project_of(text);
        read_plan(text, &changes, &n);
        rc = list_changes(top, plan, project, changes, n, out, err);
    }
    free(changes);
    free(project);
    free(text);
    free(plan);
    free(top);
    return rc;
}
