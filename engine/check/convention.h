/*
 * convention.h - how migration tools keep their files, and how they send them. Private to
 * engine/check, but for the table, which is documentation too.
 *
 * A tool is known by its folder (names of files, a plan, a journal) or by comments in each file.
 */
#ifndef ZDM_CHECK_CONVENTION_H
#define ZDM_CHECK_CONVENTION_H

#include "check/folder.h"
#include "check/source.h"

struct zdm_paths { /* owned strings */
    char **items;
    char **versions; /* by which the tool remembers each, or NULL where its name says it */
    size_t n;
};
void zdm_paths_add(struct zdm_paths *paths, char *path);                        /* takes path */
void zdm_paths_add_version(struct zdm_paths *paths, char *path, char *version); /* takes both */
void zdm_paths_release(struct zdm_paths *paths);

struct zdm_convention {
    const char *name;
    const char *takes; /* which files, in which order: for people */
    const char *sends; /* how the tool runs a file: for people */
    enum zdm_wrap wrap;
    /* Known by its folder; all three NULL when known by comments. `named` tells a file that was
     * given by itself. */
    bool (*owns)(const struct zdm_folder *folder);
    int (*list)(const struct zdm_folder *folder, struct zdm_paths *out, struct zdm_err *err);
    bool (*named)(const char *path);
    bool (*marked)(const char *text); /* known by comments in the text */
    /* How the tool's table calls a file that was applied; owned. NULL: it has none that zdm reads, or
     * `list` tells. */
    char *(*version)(const char *path);
    /* Blanks out what is not run, sets parts and wrap. NULL: nothing to do. */
    int (*cut)(struct zdm_source *source, struct zdm_err *err);
};

extern const struct zdm_convention zdm_conventions[];
extern const size_t zdm_n_conventions;

/* Unknown: ZDM_ERR_USAGE with the nearest name. */
int zdm_convention_find(const char *name, const struct zdm_convention **out, struct zdm_err *err);

/* Puts blanks over text[from..to), newlines excepted. */
void zdm_blank(char *text, size_t from, size_t to);
/* A range of the text that is sent apart from the others. */
void zdm_source_add_part(struct zdm_source *source, size_t start, size_t end, enum zdm_wrap wrap);

/* convention_folders.c */
bool zdm_golang_migrate_owns(const struct zdm_folder *folder);
int zdm_golang_migrate_list(
    const struct zdm_folder *folder, struct zdm_paths *out, struct zdm_err *err);
bool zdm_golang_migrate_named(const char *path);
bool zdm_postgrator_owns(const struct zdm_folder *folder);
int zdm_postgrator_list(
    const struct zdm_folder *folder, struct zdm_paths *out, struct zdm_err *err);
bool zdm_postgrator_named(const char *path);
char *zdm_leading_number(const char *path); /* of a file's name; NULL: none */
bool zdm_prisma_owns(const struct zdm_folder *folder);
int zdm_prisma_list(const struct zdm_folder *folder, struct zdm_paths *out, struct zdm_err *err);
bool zdm_prisma_named(const char *path);
char *zdm_prisma_version(const char *path);
bool zdm_rails_owns(const struct zdm_folder *folder);
int zdm_rails_list(const struct zdm_folder *folder, struct zdm_paths *out, struct zdm_err *err);
bool zdm_rails_named(const char *path);

/* flyway.c */
bool zdm_flyway_owns(const struct zdm_folder *folder);
int zdm_flyway_list(const struct zdm_folder *folder, struct zdm_paths *out, struct zdm_err *err);
bool zdm_flyway_named(const char *path);
char *zdm_flyway_version(const char *path);
/* Parts of a version are numbers between dots or underscores; a missing one is 0. */
int zdm_flyway_compare(const char *a, const char *b);
int zdm_flyway_cut(struct zdm_source *source, struct zdm_err *err);

/* convention_plans.c */
bool zdm_drizzle_owns(const struct zdm_folder *folder);
int zdm_drizzle_list(const struct zdm_folder *folder, struct zdm_paths *out, struct zdm_err *err);
bool zdm_drizzle_named(const char *path);
bool zdm_sqitch_owns(const struct zdm_folder *folder);
int zdm_sqitch_list(const struct zdm_folder *folder, struct zdm_paths *out, struct zdm_err *err);
bool zdm_sqitch_named(const char *path);

/* convention_marks.c */
bool zdm_goose_marked(const char *text);
int zdm_goose_cut(struct zdm_source *source, struct zdm_err *err);
bool zdm_sql_migrate_marked(const char *text);
int zdm_sql_migrate_cut(struct zdm_source *source, struct zdm_err *err);
bool zdm_dbmate_marked(const char *text);
int zdm_dbmate_cut(struct zdm_source *source, struct zdm_err *err);
bool zdm_liquibase_marked(const char *text);
int zdm_liquibase_cut(struct zdm_source *source, struct zdm_err *err);
bool zdm_tern_marked(const char *text);
int zdm_tern_cut(struct zdm_source *source, struct zdm_err *err);
bool zdm_rambler_marked(const char *text);
int zdm_rambler_cut(struct zdm_source *source, struct zdm_err *err);
bool zdm_play_marked(const char *text);
int zdm_play_cut(struct zdm_source *source, struct zdm_err *err);
bool zdm_node_pg_migrate_marked(const char *text);
int zdm_node_pg_migrate_cut(struct zdm_source *source, struct zdm_err *err);

#endif
