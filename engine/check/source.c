#include "check/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "check/convention.h"
#include "check/git.h"
#include "check/text_file.h"

struct file_id {
    dev_t dev;
    ino_t ino;
    bool taken;
};

struct reader {
    struct zdm_sources sources;
    /* Files that were read, by their hash: naming one twice does not run it twice. */
    struct file_id *seen;
    size_t n_seen, room;
    size_t n_met; /* files that were found, read or not */
    const struct zdm_source_options *options;
    bool in_folder;
    const struct zdm_convention *forced; /* --convention, or NULL */
};

static const struct zdm_convention *
by_comments(const char *text)
{
    for (size_t i = 0; i < zdm_n_conventions; i++)
        if (zdm_conventions[i].marked && zdm_conventions[i].marked(text))
            return &zdm_conventions[i];
    return NULL;
}

static const struct zdm_convention *
by_name(const char *path)
{
    for (size_t i = 0; i < zdm_n_conventions; i++)
        if (zdm_conventions[i].named && zdm_conventions[i].named(path))
            return &zdm_conventions[i];
    return NULL;
}

static const struct zdm_convention *
by_folder(const struct zdm_folder *folder)
{
    for (size_t i = 0; i < zdm_n_conventions; i++)
        if (zdm_conventions[i].owns && zdm_conventions[i].owns(folder))
            return &zdm_conventions[i];
    return NULL;
}

void
zdm_source_forget(struct zdm_source *source)
{
    if (source->text != source->original)
        free(source->text);
    free(source->original);
    free(source->parts);
    source->text = source->original = NULL;
    source->parts = NULL;
    source->n_parts = 0;
}

void
zdm_source_release(struct zdm_source *source)
{
    zdm_source_forget(source);
    free(source->path);
    free(source->version);
    free(source->trouble);
    free(source->advice);
}

static struct file_id *
slot_of(struct file_id *seen, size_t room, dev_t dev, ino_t ino)
{
    size_t i = ((size_t)ino * 0x9E3779B97F4A7C15u ^ (size_t)dev) & (room - 1);

    while (seen[i].taken && (seen[i].ino != ino || seen[i].dev != dev))
        i = (i + 1) & (room - 1);
    return &seen[i];
}

static void
make_room(struct reader *reader)
{
    size_t room = reader->room ? 2 * reader->room : 64;
    struct file_id *larger = zdm_alloc(room * sizeof *larger);

    for (size_t i = 0; i < reader->room; i++)
        if (reader->seen[i].taken)
            *slot_of(larger, room, reader->seen[i].dev, reader->seen[i].ino) = reader->seen[i];
    free(reader->seen);
    reader->seen = larger;
    reader->room = room;
}

/* Takes note of the file; true when it was read before. */
static bool
is_seen(struct reader *reader, const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
        return false;
    if (2 * (reader->n_seen + 1) > reader->room)
        make_room(reader);
    struct file_id *slot = slot_of(reader->seen, reader->room, st.st_dev, st.st_ino);
    if (slot->taken)
        return true;
    *slot = (struct file_id){.dev = st.st_dev, .ino = st.st_ino, .taken = true};
    reader->n_seen++;
    return false;
}

static void
override_wrap(struct zdm_source *source, enum zdm_wrap wrap)
{
    source->wrap = wrap;
    for (size_t i = 0; i < source->n_parts; i++)
        source->parts[i].wrap = wrap;
}

/* path NULL: standard input. convention NULL: told by the comments in it. version: that the order of
 * the folder gives, or NULL. */
static int
add_sql(struct reader *reader, const char *path, const struct zdm_convention *convention,
    const char *version, struct zdm_err *err)
{
    struct zdm_source source = {.kind = ZDM_SOURCE_SQL, .wrap = ZDM_WRAP_NEVER};
    size_t len;

    reader->n_met++;
    if (path && is_seen(reader, path))
        return 0;
    if (zdm_text_file_read(path, false, &source.original, &len, err) < 0)
        return -1;
    source.path = zdm_strdup(path ? path : "<stdin>");
    source.text = source.original;
    if (!convention)
        convention = by_comments(source.text);
    if (convention && (convention->owns || convention->marked))
        source.tool = convention->name;
    if (version)
        source.version = zdm_strdup(version);
    else if (source.tool && reader->in_folder && convention->version)
        source.version = convention->version(source.path);
    if (convention)
        source.wrap = convention->wrap;
    if (convention && convention->cut) {
        source.text = zdm_strndup(source.original, len);
        if (convention->cut(&source, err) < 0) {
            zdm_source_release(&source);
            return -1;
        }
    }
    if (reader->options->wrap_given)
        override_wrap(&source, reader->options->wrap);
    struct zdm_sources *sources = &reader->sources;
    sources->items = zdm_grow(sources->items, sources->n, sizeof *sources->items);
    sources->items[sources->n++] = source;
    return 0;
}

static int
add_plan(struct reader *reader, const char *path, struct zdm_err *err)
{
    struct zdm_source source = {.kind = ZDM_SOURCE_PLAN};
    size_t len;

    reader->n_met++;
    if (is_seen(reader, path))
        return 0;
    if (zdm_text_file_read(path, true, &source.original, &len, err) < 0)
        return -1;
    source.path = zdm_strdup(path);
    struct zdm_sources *sources = &reader->sources;
    sources->items = zdm_grow(sources->items, sources->n, sizeof *sources->items);
    sources->items[sources->n++] = source;
    return 0;
}

/* x.down.sql beside x.up.sql, down.sql beside up.sql, x.rollback.sql beside x.sql: there is a way back,
 * which is not taken. */
static bool
is_way_back(const struct zdm_folder *folder, const char *name)
{
    size_t n = strlen(name), down = strlen("down.sql"), rollback = strlen(".rollback.sql");

    if (n > rollback && zdm_name_ends(name, ".rollback.sql")) {
        char *forth = zdm_strf("%.*s.sql", (int)(n - rollback), name);
        bool beside = zdm_folder_entry(folder, forth) != NULL;
        free(forth);
        return beside;
    }

    if (!zdm_name_ends(name, "down.sql") || (n > down && name[n - down - 1] != '.'))
        return false;
    char *up = zdm_strf("%.*sup.sql", (int)(n - down), name);
    bool paired = zdm_folder_entry(folder, up) != NULL;
    free(up);
    return paired;
}

static int add_folder(struct reader *reader, const struct zdm_folder *folder, struct zdm_err *err);

static int
add_entry(struct reader *reader, const struct zdm_folder *folder, const struct zdm_entry *entry,
    struct zdm_err *err)
{
    if (entry->folder)
        return add_folder(reader, entry->folder, err);

    char *path = zdm_folder_path(folder, entry->name);
    int rc = 0;
    if (zdm_name_ends(entry->name, ".sql")) {
        if (!is_way_back(folder, entry->name))
            rc = add_sql(reader, path, reader->forced, NULL, err);
    } else if (zdm_name_ends(entry->name, ".lua") && strcmp(entry->name, "zdm.conf.lua") != 0) {
        rc = add_plan(reader, path, err);
    }
    free(path);
    return rc;
}

static int
add_folder(struct reader *reader, const struct zdm_folder *folder, struct zdm_err *err)
{
    const struct zdm_convention *convention = reader->forced ? reader->forced : by_folder(folder);
    struct zdm_paths paths = {.items = NULL};
    int rc = 0;

    if (!convention || !convention->list) {
        for (size_t i = 0; i < folder->n && rc == 0; i++)
            rc = add_entry(reader, folder, &folder->entries[i], err);
        return rc;
    }
    rc = convention->list(folder, &paths, err);
    for (size_t i = 0; i < paths.n && rc == 0; i++)
        rc = add_sql(reader, paths.items[i], convention, paths.versions[i], err);
    zdm_paths_release(&paths);
    /* Plans stand in their own order behind what another tool runs. */
    for (size_t i = 0; i < folder->n && rc == 0; i++)
        if (!folder->entries[i].folder && zdm_name_ends(folder->entries[i].name, ".lua"))
            rc = add_entry(reader, folder, &folder->entries[i], err);
    return rc;
}

static bool
holds_name(const struct zdm_folder *folder, const char *end)
{
    for (size_t i = 0; i < folder->n; i++)
        if (folder->entries[i].folder ? holds_name(folder->entries[i].folder, end)
                                      : zdm_name_ends(folder->entries[i].name, end))
            return true;
    return false;
}

/* Migrations in another language: what to do to get SQL. */
static int
nothing_in(const struct zdm_folder *folder, const struct reader *reader, struct zdm_err *err)
{
    static const struct {
        const char *end, *says;
    } languages[] = {
        {".rb", "its migrations are Ruby: with config.active_record.schema_format = :sql Rails "
                "writes db/structure.sql, which zdm reads; or give the SQL that a migration runs"},
        {".ts", "its migrations are TypeScript (TypeORM, Knex, ...), not SQL: give the SQL that "
                "they run, such as what TypeORM's migration:run logs"},
        {".js", "its migrations are JavaScript (Knex, Sequelize, ...), not SQL: give the SQL that "
                "they run"},
        {".py", "its migrations are Python: pipe in what manage.py sqlmigrate or alembic upgrade "
                "--sql prints: ... | zdm check -"},
        {".xml",
            "its changelog is XML: pipe in what liquibase update-sql prints: ... | zdm check -"},
        {".yaml",
            "its changelog is YAML: pipe in what liquibase update-sql prints: ... | zdm check -"},
    };
    const char *name = *folder->path ? folder->path : ".";

    if (reader->forced && reader->forced->list) {
        zdm_fail(err, ZDM_ERR_USAGE, "no migrations of %s in \"%s\"", reader->forced->name, name);
        return zdm_err_hint(err, "it takes %s", reader->forced->takes);
    }
    zdm_fail(err, ZDM_ERR_USAGE, "no SQL files and no plans in \"%s\"", name);
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        if (holds_name(folder, languages[i].end))
            return zdm_err_hint(err, "%s", languages[i].says);
    return zdm_err_hint(err, "give the folder that holds the migrations");
}

static int
add_path(struct reader *reader, const char *path, struct zdm_err *err)
{
    struct zdm_folder *folder;
    struct stat st;
    size_t before = reader->n_met;

    if (strcmp(path, "-") == 0)
        return add_sql(reader, NULL, reader->forced, NULL, err);
    if (stat(path, &st) < 0) {
        int reason = errno;
        zdm_fail_errno(err, ZDM_ERR_USAGE, "cannot read \"%s\"", path);
        return reason == ENOENT
                   ? zdm_err_hint(err, "give a plan, an .sql file, a folder, or - for stdin")
                   : -1;
    }
    if (!S_ISDIR(st.st_mode)) {
        if (zdm_name_ends(path, ".lua"))
            return add_plan(reader, path, err);
        return add_sql(reader, path, reader->forced ? reader->forced : by_name(path), NULL, err);
    }
    if (zdm_folder_read(path, &folder, err) < 0)
        return -1;
    reader->in_folder = true;
    int rc = add_folder(reader, folder, err);
    reader->in_folder = false;
    if (rc == 0 && reader->n_met == before)
        rc = nothing_in(folder, reader, err);
    zdm_folder_free(folder);
    return rc;
}

int
zdm_sources_read(const char *const *paths, size_t n, const struct zdm_source_options *options,
    struct zdm_sources *out, struct zdm_err *err)
{
    struct reader reader = {.options = options};
    int rc = -1;

    if (options->convention && zdm_convention_find(options->convention, &reader.forced, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (add_path(&reader, paths[i], err) < 0)
            goto out;
    if (options->git_diff && zdm_git_mark(options->git_diff, &reader.sources, err) < 0)
        goto out;
    *out = reader.sources;
    reader.sources = (struct zdm_sources){.items = NULL};
    rc = 0;
out:
    free(reader.seen);
    zdm_sources_release(&reader.sources);
    return rc;
}

void
zdm_sources_release(struct zdm_sources *sources)
{
    for (size_t i = 0; i < sources->n; i++)
        zdm_source_release(&sources->items[i]);
    free(sources->items);
    *sources = (struct zdm_sources){.items = NULL};
}
