#include <stdlib.h>
#include <string.h>

#include "sql/alter.h"

#define AT(name) PG_QUERY__ALTER_TABLE_TYPE__AT_##name

static const PgQuery__DefElem *
option_at(const PgQuery__Node *list, size_t i)
{
    const PgQuery__Node *item = list->list->items[i];

    return item->node_case == PG_QUERY__NODE__NODE_DEF_ELEM ? item->def_elem : NULL;
}

static size_t
n_options(const PgQuery__Node *list)
{
    return list && list->node_case == PG_QUERY__NODE__NODE_LIST ? list->list->n_items : 0;
}

static const struct option {
    const char *name; /* one that ends with _ stands for all that begin so */
    const char *where;
    bool weak; /* can be set beside writers */
} options[] = {
    {"fillfactor", "table btree hash gist spgist", true},
    {"autovacuum_", "table toast", true},
    {"log_autovacuum_min_duration", "table toast", true},
    {"vacuum_", "table toast", true},
    {"toast_tuple_target", "table", true},
    {"parallel_workers", "table", true},
    {"user_catalog_table", "table", false},
    {"deduplicate_items", "btree", true},
    {"buffering", "gist", false},
    {"fastupdate", "gin", false},
    {"gin_pending_list_limit", "gin", false},
    {"pages_per_range", "brin", false},
    {"autosummarize", "brin", false},
    {"security_barrier", "view", false},
    {"security_invoker", "view", false},
    {"check_option", "view", false},
};

static const struct option *
find_option(const char *name)
{
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        size_t len = strlen(options[i].name);
        bool family = options[i].name[len - 1] == '_';
        if (family ? strncmp(name, options[i].name, len) == 0 : strcmp(name, options[i].name) == 0)
            return &options[i];
    }
    return NULL;
}

enum zdm_lock_mode
zdm_options_mode(const PgQuery__AlterTableCmd *cmd)
{
    for (size_t i = 0; i < n_options(cmd->def); i++) {
        const PgQuery__DefElem *given = option_at(cmd->def, i);
        const struct option *option = given ? find_option(given->defname) : NULL;
        if (!option || !option->weak)
            return ZDM_LOCK_ACCESS_EXCLUSIVE;
    }
    return ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE;
}

/* Where the options of a relation come from; NULL when it is not known. */
static const char *
home_of(const struct zdm_relation *relation)
{
    switch (relation->kind) {
    case ZDM_RELATION_TABLE:
    case ZDM_RELATION_MATVIEW:
        return "table";
    case ZDM_RELATION_PARTITIONED:
        return "partitioned";
    case ZDM_RELATION_VIEW:
        return "view";
    case ZDM_RELATION_INDEX:
        return relation->index ? relation->index->method : NULL;
    default:
        return NULL;
    }
}

static bool
known_to(const char *home, const PgQuery__DefElem *given)
{
    static const char *const built_in[] = {
        "table", "partitioned", "view", "btree", "hash", "gist", "spgist", "gin", "brin"};
    const struct option *option = find_option(given->defname);
    bool mine = false;

    if (strcmp(given->defnamespace, "toast") == 0)
        home = "toast";
    else if (given->defnamespace[0])
        return false;
    else
        for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
            mine |= strcmp(home, built_in[i]) == 0;
    if (!mine && strcmp(home, "toast") != 0)
        return true; /* an index of an extension has options of its own */
    if (!option)
        return false;
    const char *at = strstr(option->where, home);
    size_t len = strlen(home);
    return at && (at == option->where || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0');
}

void
zdm_alter_options(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    const struct zdm_relation *relation = alter->relation;
    const char *home = relation->known ? home_of(relation) : NULL;
    bool reset = alter->cmd->subtype == AT(ResetRelOptions);
    bool partitioned = relation->kind == ZDM_RELATION_PARTITIONED;
    const char *state = partitioned && draft->pg_version >= 16 ? "42809" : "22023";

    for (size_t i = 0; home && i < n_options(alter->cmd->def); i++) {
        const PgQuery__DefElem *given = option_at(alter->cmd->def, i);
        if (given && !reset && !known_to(home, given))
            zdm_draft_fails(draft, state, "%s has no storage parameter %s", alter->table,
                zdm_ident_text(draft->arena, given->defname));
    }
    ZDM_FIND(draft, SET_STORAGE_OPTIONS, .table = alter->table);
}
