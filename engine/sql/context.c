#include "sql/context.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sql/catalog.h"
#include "sql/lookup.h"
#include "sql/rules.h"

struct zdm_sql_context {
    struct zdm_catalog *catalog;
    int pg_version;
    int *severities; /* of each rule, -1: as it is; NULL: all as they are */
    bool styled;     /* one of the style rules is on */
    struct zdm_arena *arena;
    struct zdm_lookup waits; /* statements that wait for a lock on a relation */
    bool asks_rows;
    struct zdm_lookup changed; /* relations whose rows are not what they were */
};

struct zdm_sql_context *
zdm_sql_context_on(struct zdm_catalog *catalog, int pg_version)
{
    struct zdm_sql_context *context = zdm_alloc(sizeof *context);

    context->arena = zdm_arena_new();
    context->catalog = catalog;
    context->pg_version = pg_version ? pg_version : catalog->server_version / 10000;
    return context;
}

struct zdm_sql_context *
zdm_sql_context_new(void)
{
    return zdm_sql_context_on(zdm_catalog_new(), 0);
}

struct zdm_catalog *
zdm_sql_context_catalog(struct zdm_sql_context *context)
{
    return context->catalog;
}

void
zdm_sql_context_ask_rows(struct zdm_sql_context *context)
{
    context->asks_rows = true;
}

bool
zdm_context_asks_rows(const struct zdm_sql_context *context)
{
    return context->asks_rows;
}

void
zdm_context_change_rows(struct zdm_sql_context *context, const char *relation)
{
    if (!zdm_lookup_get(&context->changed, relation))
        zdm_lookup_put(&context->changed, zdm_arena_strdup(context->arena, relation), 1);
}

bool
zdm_context_rows_changed(const struct zdm_sql_context *context, const char *relation)
{
    return zdm_lookup_get(&context->changed, relation) != NULL;
}

int
zdm_sql_context_version(const struct zdm_sql_context *context)
{
    return context->pg_version;
}

static const enum zdm_rule_id style[] = {
#define RULE(symbol, id, hazard, severity, message, hint) ZDM_RULE_##symbol,
#include "sql/rules/style.def"
#undef RULE
};

int
zdm_sql_context_set_severity(
    struct zdm_sql_context *context, const char *rule, enum zdm_severity severity)
{
    size_t n;
    const struct zdm_rule *rules = zdm_sql_rules(&n), *found = zdm_sql_rule(rule);

    if (!found)
        return -1;
    if (!context->severities) {
        context->severities = zdm_alloc(n * sizeof *context->severities);
        for (size_t i = 0; i < n; i++)
            context->severities[i] = -1;
    }
    context->severities[found - rules] = (int)severity;
    context->styled = false;
    for (size_t i = 0; i < sizeof style / sizeof *style; i++)
        context->styled |= context->severities[style[i]] > ZDM_SEVERITY_OFF;
    return 0;
}

size_t
zdm_sql_context_count_wait(struct zdm_sql_context *context, const char *relation)
{
    size_t *n = zdm_lookup_get(&context->waits, relation);

    if (!n)
        n = zdm_lookup_put(&context->waits, zdm_arena_strdup(context->arena, relation), 0);
    return ++*n;
}

bool
zdm_sql_context_is_styled(const struct zdm_sql_context *context)
{
    return context->styled;
}

int
zdm_sql_context_asked(const struct zdm_sql_context *context, const struct zdm_rule *rule)
{
    size_t n;

    return context->severities ? context->severities[rule - zdm_sql_rules(&n)] : -1;
}

enum zdm_severity
zdm_sql_context_severity(const struct zdm_sql_context *context, const struct zdm_rule *rule)
{
    int severity = zdm_sql_context_asked(context, rule);

    return severity < 0 ? rule->severity : (enum zdm_severity)severity;
}

void
zdm_sql_context_free(struct zdm_sql_context *context)
{
    if (!context)
        return;
    zdm_catalog_free(context->catalog);
    zdm_arena_free(context->arena);
    free(context->severities);
    zdm_lookup_release(&context->changed);
    zdm_lookup_release(&context->waits);
    free(context);
}

struct zdm_catalog *
zdm_sql_context_leave(struct zdm_sql_context *context)
{
    struct zdm_catalog *catalog = context->catalog;

    context->catalog = NULL;
    zdm_sql_context_free(context);
    return catalog;
}

void
zdm_sql_context_settle(struct zdm_sql_context *context)
{
    zdm_catalog_settle(context->catalog);
}
