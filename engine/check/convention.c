#include "check/convention.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

/* The first one that knows a folder or a file has it. */
const struct zdm_convention zdm_conventions[] = {
    {
        .name = "sqitch",
        .takes = "deploy/*.sql in the order of sqitch.plan; revert/ and verify/ are left out",
        .sends = "statement by statement through psql: transactions are those that the file begins",
        .wrap = ZDM_WRAP_NEVER,
        .owns = zdm_sqitch_owns,
        .list = zdm_sqitch_list,
        .named = zdm_sqitch_named,
    },
    {
        .name = "drizzle",
        .takes = "the .sql files that meta/_journal.json lists, in its order; or */migration.sql "
                 "beside a snapshot.json, by name",
        .sends = "in one transaction",
        .wrap = ZDM_WRAP_ALWAYS,
        .owns = zdm_drizzle_owns,
        .list = zdm_drizzle_list,
        .named = zdm_drizzle_named,
    },
    {
        .name = "prisma",
        .takes = "*/migration.sql, by name of the folder",
        .sends = "a file as one string: several statements are one transaction",
        .wrap = ZDM_WRAP_SEVERAL,
        .owns = zdm_prisma_owns,
        .list = zdm_prisma_list,
        .named = zdm_prisma_named,
        .version = zdm_prisma_version,
    },
    {
        .name = "flyway",
        .takes = "V*__*.sql by version, then R__*.sql by name, in subfolders too; U (undo), B "
                 "(baseline) and callbacks are left out",
        .sends = "a file in a transaction, unless it holds a statement that cannot run in one, or "
                 "its .sql.conf says executeInTransaction=false",
        .wrap = ZDM_WRAP_ALWAYS,
        .owns = zdm_flyway_owns,
        .list = zdm_flyway_list,
        .named = zdm_flyway_named,
        .cut = zdm_flyway_cut,
        .version = zdm_flyway_version,
    },
    {
        .name = "golang-migrate",
        .takes = "N_name.up.sql by number; .down.sql is left out",
        .sends = "a file as one string: several statements are one transaction",
        .wrap = ZDM_WRAP_SEVERAL,
        .owns = zdm_golang_migrate_owns,
        .list = zdm_golang_migrate_list,
        .named = zdm_golang_migrate_named,
        .version = zdm_leading_number,
    },
    {
        .name = "postgrator",
        .takes = "N.do.sql and N.do.name.sql by number; .undo. is left out",
        .sends = "a file as one string: several statements are one transaction",
        .wrap = ZDM_WRAP_SEVERAL,
        .owns = zdm_postgrator_owns,
        .list = zdm_postgrator_list,
        .named = zdm_postgrator_named,
    },
    {
        .name = "rails",
        .takes = "structure.sql; the migrations themselves are Ruby",
        .sends = "statement by statement through psql",
        .wrap = ZDM_WRAP_NEVER,
        .owns = zdm_rails_owns,
        .list = zdm_rails_list,
        .named = zdm_rails_named,
    },
    {
        .name = "goose",
        .takes = "files with \"-- +goose Up\", by number; what stands behind \"-- +goose Down\" is "
                 "left out",
        .sends =
            "a file in a transaction; statement by statement with \"-- +goose NO TRANSACTION\"",
        .wrap = ZDM_WRAP_ALWAYS,
        .marked = zdm_goose_marked,
        .cut = zdm_goose_cut,
        .version = zdm_leading_number,
    },
    {
        .name = "dbmate",
        .takes = "files with \"-- migrate:up\", by name; what stands behind \"-- migrate:down\" is "
                 "left out",
        .sends = "a file in a transaction; as one string with \"transaction:false\"",
        .wrap = ZDM_WRAP_ALWAYS,
        .marked = zdm_dbmate_marked,
        .cut = zdm_dbmate_cut,
        .version = zdm_leading_number,
    },
    {
        .name = "sql-migrate",
        .takes =
            "files with \"-- +migrate Up\", by number; what stands behind \"-- +migrate Down\" "
            "is left out",
        .sends = "a file in a transaction; statement by statement with \"notransaction\"",
        .wrap = ZDM_WRAP_ALWAYS,
        .marked = zdm_sql_migrate_marked,
        .cut = zdm_sql_migrate_cut,
    },
    {
        .name = "liquibase",
        .takes = "files that begin with \"--liquibase formatted sql\"; changesets for other "
                 "databases (dbms:) are left out",
        .sends = "each changeset in a transaction, unless it says runInTransaction:false",
        .wrap = ZDM_WRAP_ALWAYS,
        .marked = zdm_liquibase_marked,
        .cut = zdm_liquibase_cut,
    },
    {
        .name = "tern",
        .takes =
            "files with \"---- create above / drop below ----\", by number; what stands behind "
            "it is left out",
        .sends = "a file in a transaction; statement by statement with "
                 "\"---- tern: disable-tx ----\"",
        .wrap = ZDM_WRAP_ALWAYS,
        .marked = zdm_tern_marked,
        .cut = zdm_tern_cut,
    },
    {
        .name = "rambler",
        .takes = "files with \"-- rambler up\", by name; what stands behind \"-- rambler down\" is "
                 "left out",
        .sends = "each section as one string: several statements are one transaction",
        .wrap = ZDM_WRAP_SEVERAL,
        .marked = zdm_rambler_marked,
        .cut = zdm_rambler_cut,
    },
    {
        .name = "play",
        .takes =
            "evolutions with \"# --- !Ups\", by number; what stands behind \"# --- !Downs\" is "
            "left out",
        .sends = "statement by statement",
        .wrap = ZDM_WRAP_NEVER,
        .marked = zdm_play_marked,
        .cut = zdm_play_cut,
    },
    {
        .name = "node-pg-migrate",
        .takes = "files with \"-- Up Migration\" and \"-- Down Migration\", by name; what stands "
                 "behind the latter is left out",
        .sends = "in a transaction",
        .wrap = ZDM_WRAP_ALWAYS,
        .marked = zdm_node_pg_migrate_marked,
        .cut = zdm_node_pg_migrate_cut,
    },
    {
        .name = "plain",
        .takes = "every .sql file and every plan in natural order (2 before 10), folder by folder; "
                 "x.down.sql is left out beside x.up.sql, down.sql beside up.sql, x.rollback.sql "
                 "(yoyo) beside x.sql",
        .sends = "statement by statement, as psql does",
        .wrap = ZDM_WRAP_NEVER,
    },
};
const size_t zdm_n_conventions = sizeof zdm_conventions / sizeof *zdm_conventions;

int
zdm_convention_find(const char *name, const struct zdm_convention **out, struct zdm_err *err)
{
    const char *names[sizeof zdm_conventions / sizeof *zdm_conventions];
    struct zdm_buf list = ZDM_BUF_INIT;

    for (size_t i = 0; i < zdm_n_conventions; i++) {
        names[i] = zdm_conventions[i].name;
        zdm_buf_addf(&list, "%s%s", i ? ", " : "", names[i]);
        if (strcmp(names[i], name) == 0) {
            zdm_buf_release(&list);
            *out = &zdm_conventions[i];
            return 0;
        }
    }
    const char *nearest = zdm_nearest(name, names, zdm_n_conventions);
    zdm_fail(err, ZDM_ERR_USAGE, "there is no convention \"%s\"", name);
    if (nearest)
        zdm_err_hint(err, "did you mean %s?", nearest);
    else
        zdm_err_hint(err, "it is one of %s", list.s);
    zdm_buf_release(&list);
    return -1;
}

void
zdm_paths_add_version(struct zdm_paths *paths, char *path, char *version)
{
    paths->items = zdm_grow(paths->items, paths->n, sizeof *paths->items);
    paths->versions = zdm_grow(paths->versions, paths->n, sizeof *paths->versions);
    paths->items[paths->n] = path;
    paths->versions[paths->n++] = version;
}

void
zdm_paths_add(struct zdm_paths *paths, char *path)
{
    zdm_paths_add_version(paths, path, NULL);
}

void
zdm_paths_release(struct zdm_paths *paths)
{
    for (size_t i = 0; i < paths->n; i++) {
        free(paths->items[i]);
        free(paths->versions[i]);
    }
    free(paths->items);
    free(paths->versions);
    *paths = (struct zdm_paths){.items = NULL};
}

void
zdm_blank(char *text, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (text[i] != '\n')
            text[i] = ' ';
}

void
zdm_source_add_part(struct zdm_source *source, size_t start, size_t end, enum zdm_wrap wrap)
{
    source->parts = zdm_grow(source->parts, source->n_parts, sizeof *source->parts);
    source->parts[source->n_parts++] =
        (struct zdm_source_part){.start = start, .end = end, .wrap = wrap};
}
