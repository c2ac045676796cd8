#include <string.h>

#include "sql/expression.h"
#include "sql/families.h"
#include "sql/object.h"

/* A table of a publication: with those that inherit from it, but not with its partitions. */
static void
lock_published(struct zdm_draft *draft, struct zdm_relation *relation, bool inherits)
{
    size_t n = 1;
    struct zdm_relation **family = &relation;

    if (inherits && relation->kind == ZDM_RELATION_TABLE)
        family = zdm_draft_family(draft, relation, &n);
    for (size_t i = 0; i < n; i++)
        zdm_draft_lock_on(draft, family[i], ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, ZDM_HELD_BRIEF);
}

static struct zdm_dependent *
membership(const struct zdm_relation *relation, const char *publication)
{
    for (size_t i = 0; i < relation->dependents.n; i++)
        if (strcmp(relation->dependents.items[i]->kind, "publication") == 0 &&
            strcmp(relation->dependents.items[i]->name, publication) == 0)
            return relation->dependents.items[i];
    return NULL;
}

static void
set_published(struct zdm_draft *draft, struct zdm_relation *relation, bool published)
{
    if (relation->published == published)
        return;
    zdm_catalog_touch(draft->catalog, relation, sizeof *relation);
    relation->published = published;
}

/* Partitions, too, send what their table is to send. */
static void
become_member(
    struct zdm_draft *draft, struct zdm_relation *relation, const char *publication, bool sends)
{
    struct zdm_dependent *dependent = zdm_catalog_alloc(draft->catalog, sizeof *dependent);
    size_t n = 1;

    dependent->kind = "publication";
    dependent->name = zdm_catalog_string(draft->catalog, publication);
    dependent->automatic = true;
    zdm_catalog_append(draft->catalog, &relation->dependents, dependent);
    if (!sends)
        return;
    struct zdm_relation **family = &relation;
    if (relation->kind == ZDM_RELATION_PARTITIONED)
        family = zdm_draft_family(draft, relation, &n);
    for (size_t i = 0; i < n; i++)
        set_published(draft, family[i], true);
}

bool
zdm_publication_names(const struct zdm_relation *relation)
{
    for (size_t i = 0; i < relation->dependents.n; i++)
        if (strcmp(relation->dependents.items[i]->kind, "publication") == 0)
            return true;
    return false;
}

static bool
is_member_of_any(const struct zdm_relation *relation)
{
    if (zdm_publication_names(relation))
        return true;
    return relation->is_partition && relation->parents.n &&
           is_member_of_any(relation->parents.items[0]);
}

void
zdm_publication_lose(
    struct zdm_draft *draft, struct zdm_relation *relation, const char *publication)
{
    size_t n = 1;
    struct zdm_relation **family = &relation;
    struct zdm_dependent *dependent;

    while ((dependent = membership(relation, publication))) /* one more of each column it names */
        zdm_catalog_remove(draft->catalog, &relation->dependents, dependent);
    if (relation->kind == ZDM_RELATION_PARTITIONED)
        family = zdm_draft_family(draft, relation, &n);
    for (size_t i = 0; i < n; i++)
        if (!draft->catalog->publications_all.n && !is_member_of_any(family[i]))
            set_published(draft, family[i], false);
}

void
zdm_publication_follow(struct zdm_draft *draft, struct zdm_relation *partition)
{
    size_t n;
    struct zdm_relation **family = zdm_draft_family(draft, partition, &n);

    for (size_t i = 0; i < n; i++)
        set_published(draft, family[i], true);
}

void
zdm_publication_leave(
    struct zdm_draft *draft, const struct zdm_relation *parent, struct zdm_relation *child)
{
    size_t n;
    struct zdm_relation **family = zdm_draft_family(draft, child, &n);

    if (!is_member_of_any(parent) || draft->catalog->publications_all.n)
        return;
    for (size_t i = 0; i < n; i++)
        if (!is_member_of_any(family[i]))
            set_published(draft, family[i], false);
}

struct members { /* of a publication, while something happens to all of them */
    struct zdm_draft *draft;
    const char *name;   /* quoted */
    const char *schema; /* unquoted */
    bool sends;
};

/* publish = 'insert, ...': does it send changes of rows that are there? */
static bool
sends(size_t n, PgQuery__Node *const *options)
{
    for (size_t i = 0; i < n; i++) {
        const PgQuery__DefElem *option = options[i]->def_elem;
        if (strcmp(option->defname, "publish") != 0 || !option->arg)
            continue;
        const char *what = zdm_node_string(option->arg);
        return strstr(what, "update") || strstr(what, "delete");
    }
    return true;
}

static bool
names_publish(size_t n, PgQuery__Node *const *options)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(options[i]->def_elem->defname, "publish") == 0)
            return true;
    return false;
}

static bool
see_table(void *self, struct zdm_relation *relation)
{
    struct members *members = self;

    if ((relation->kind == ZDM_RELATION_TABLE || relation->kind == ZDM_RELATION_PARTITIONED) &&
        !relation->unlogged && !relation->temporary &&
        (!members->schema || (relation->schema && strcmp(relation->schema, members->schema) == 0)))
        set_published(members->draft, relation, true);
    return true;
}

static bool
see_leaving(void *self, struct zdm_relation *relation)
{
    struct members *members = self;

    if (membership(relation, members->name))
        zdm_publication_lose(members->draft, relation, members->name);
    return true;
}

static bool
see_sending(void *self, struct zdm_relation *relation)
{
    struct members *members = self;

    if (membership(relation, members->name))
        set_published(members->draft, relation, members->sends);
    return true;
}

void
zdm_publication_dropped(struct zdm_draft *draft, const char *publication)
{
    struct members members = {.draft = draft, .name = zdm_ident_text(draft->arena, publication)};
    struct zdm_catalog *catalog = draft->catalog;

    for (size_t i = catalog->publications_all.n; i > 0; i--)
        if (strcmp(catalog->publications_all.items[i - 1], publication) == 0)
            zdm_catalog_remove(
                catalog, &catalog->publications_all, catalog->publications_all.items[i - 1]);
    zdm_catalog_each_relation(catalog, see_leaving, &members);
}

static bool
may_be_published(struct zdm_draft *draft, const struct zdm_relation *relation, const char *text)
{
    const char *why = NULL;

    if (relation->kind != ZDM_RELATION_ANY && !strchr("rp", (int)relation->kind))
        why = "only tables can be published";
    else if (relation->unlogged || relation->temporary)
        why = "changes of it are not logged";
    if (why)
        zdm_draft_fails(draft, "22023", "%s cannot be in a publication: %s", text, why);
    return !why;
}

static bool
columns_exist(struct zdm_draft *draft, const struct zdm_relation *relation,
    const PgQuery__PublicationTable *table, const char *text)
{
    for (size_t i = 0; relation->known && i < table->n_columns; i++) {
        const char *name = zdm_node_string(table->columns[i]);
        const struct zdm_column *column = zdm_relation_column(relation, name);
        if (column)
            continue;
        if (zdm_is_system_column(name))
            zdm_draft_fails(draft, "42P10", "the system column %s cannot be published", name);
        else
            zdm_draft_fails(draft, "42703", "column %s of %s does not exist",
                zdm_ident_text(draft->arena, name), text);
        return false;
    }
    return true;
}

/* The columns of its list, in place of those of the former list: none of them can be dropped. */
static void
list_columns(struct zdm_draft *draft, struct zdm_relation *relation, const char *name,
    const PgQuery__PublicationTable *table)
{
    for (size_t i = relation->dependents.n; i > 0; i--) {
        const struct zdm_dependent *dependent = relation->dependents.items[i - 1];
        if (strcmp(dependent->kind, "publication") == 0 && dependent->column &&
            strcmp(dependent->name, name) == 0)
            zdm_catalog_remove(
                draft->catalog, &relation->dependents, relation->dependents.items[i - 1]);
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        struct zdm_dependent *dependent = zdm_catalog_alloc(draft->catalog, sizeof *dependent);
        dependent->kind = "publication";
        dependent->name = zdm_catalog_string(draft->catalog, name);
        dependent->column = zdm_catalog_string(draft->catalog, zdm_node_string(table->columns[i]));
        zdm_catalog_append(draft->catalog, &relation->dependents, dependent);
    }
}

/* Children of plain inheritance become members themselves. */
static void
publish_family(struct zdm_draft *draft, struct zdm_relation *relation, const char *name,
    const PgQuery__PublicationTable *table, bool sending)
{
    size_t n = 1;
    struct zdm_relation **family = &relation;

    if (table->relation->inh && relation->kind == ZDM_RELATION_TABLE)
        family = zdm_draft_family(draft, relation, &n);
    for (size_t i = 0; i < n; i++) {
        if (membership(family[i], name))
            continue;
        become_member(draft, family[i], name, sending);
        list_columns(draft, family[i], name, table);
    }
}

static void
whole_schema(struct zdm_draft *draft, const char *schema, bool sending)
{
    struct members members = {.draft = draft, .schema = schema};

    if (zdm_object_check_schema(draft, schema) && sending)
        zdm_catalog_each_relation(draft->catalog, see_table, &members);
}

static void
objects(struct zdm_draft *draft, const char *publication, size_t n, PgQuery__Node *const *specs,
    PgQuery__AlterPublicationAction action, bool sending)
{
    const char *name = zdm_ident_text(draft->arena, publication);

    for (size_t i = 0; i < n && !zdm_draft_failed(draft); i++) {
        const PgQuery__PublicationObjSpec *spec = specs[i]->publication_obj_spec;
        if (!spec->pubtable || !spec->pubtable->relation) {
            if (spec->pubobjtype ==
                PG_QUERY__PUBLICATION_OBJ_SPEC_TYPE__PUBLICATIONOBJ_TABLES_IN_SCHEMA)
                whole_schema(draft, spec->name, sending);
            continue;
        }
        const PgQuery__RangeVar *range = spec->pubtable->relation;
        const char *text = zdm_range_text(draft->arena, range);
        struct zdm_relation *relation = zdm_draft_relation(draft, range);
        if (relation->missing || !may_be_published(draft, relation, text))
            continue;
        struct zdm_dependent *member = membership(relation, name);
        if (member && action == PG_QUERY__ALTER_PUBLICATION_ACTION__AP_AddObjects) {
            zdm_draft_fails(draft, "42710", "%s is in %s already", text, name);
            return;
        }
        if (!member && relation->known && draft->catalog->complete &&
            action == PG_QUERY__ALTER_PUBLICATION_ACTION__AP_DropObjects) {
            zdm_draft_fails(draft, "42704", "%s is not in %s", text, name);
            return;
        }
        if (!columns_exist(draft, relation, spec->pubtable, text))
            return;
        lock_published(draft, relation, range->inh);
        if (action == PG_QUERY__ALTER_PUBLICATION_ACTION__AP_DropObjects)
            zdm_publication_lose(draft, relation, name);
        else if (!member)
            publish_family(draft, relation, name, spec->pubtable, sending);
        else
            list_columns(draft, relation, name, spec->pubtable);
    }
}

void
zdm_family_publication(struct zdm_draft *draft)
{
    const PgQuery__CreatePublicationStmt *stmt = draft->node->create_publication_stmt;
    bool sending = sends(stmt->n_options, stmt->options);
    struct members members = {.draft = draft};

    objects(draft, stmt->pubname, stmt->n_pubobjects, stmt->pubobjects,
        PG_QUERY__ALTER_PUBLICATION_ACTION__AP_SetObjects, sending);
    if (!stmt->for_all_tables || !sending)
        return;
    zdm_catalog_append(draft->catalog, &draft->catalog->publications_all,
        zdm_catalog_string(draft->catalog, stmt->pubname));
    zdm_catalog_each_relation(draft->catalog, see_table, &members);
}

struct replaced { /* members that a SET takes out, unless it names them again */
    struct zdm_draft *draft;
    const char *name;
    const PgQuery__AlterPublicationStmt *stmt;
};

static bool
is_named(struct zdm_draft *draft, const PgQuery__AlterPublicationStmt *stmt,
    const struct zdm_relation *relation)
{
    for (size_t i = 0; i < stmt->n_pubobjects; i++) {
        const PgQuery__PublicationObjSpec *spec = stmt->pubobjects[i]->publication_obj_spec;
        const PgQuery__RangeVar *range = spec->pubtable ? spec->pubtable->relation : NULL;
        if (range &&
            zdm_catalog_relation(draft->catalog, range->schemaname[0] ? range->schemaname : NULL,
                range->relname) == relation)
            return true;
    }
    return false;
}

static bool
see_replaced(void *self, struct zdm_relation *relation)
{
    struct replaced *replaced = self;

    if (!membership(relation, replaced->name))
        return true;
    zdm_draft_lock_on(replaced->draft, relation, ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, ZDM_HELD_BRIEF);
    if (!is_named(replaced->draft, replaced->stmt, relation))
        zdm_publication_lose(replaced->draft, relation, replaced->name);
    return true;
}

void
zdm_family_alter_publication(struct zdm_draft *draft)
{
    const PgQuery__AlterPublicationStmt *stmt = draft->node->alter_publication_stmt;
    const char *name = zdm_ident_text(draft->arena, stmt->pubname);
    struct replaced replaced = {.draft = draft, .name = name, .stmt = stmt};
    struct members members = {
        .draft = draft, .name = name, .sends = sends(stmt->n_options, stmt->options)};

    if (stmt->n_pubobjects && stmt->action == PG_QUERY__ALTER_PUBLICATION_ACTION__AP_SetObjects)
        zdm_catalog_each_relation(draft->catalog, see_replaced, &replaced);
    objects(draft, stmt->pubname, stmt->n_pubobjects, stmt->pubobjects, stmt->action, true);
    if (names_publish(stmt->n_options, stmt->options))
        zdm_catalog_each_relation(draft->catalog, see_sending, &members);
    ZDM_FIND(draft, ALTER_PUBLICATION, .name = name);
}

void
zdm_family_subscription(struct zdm_draft *draft)
{
    const PgQuery__CreateSubscriptionStmt *stmt = draft->node->create_subscription_stmt;

    /* It makes a slot on the other server unless told not to. */
    for (size_t i = 0; i < stmt->n_options; i++) {
        const PgQuery__DefElem *option = stmt->options[i]->def_elem;
        if ((strcmp(option->defname, "create_slot") == 0 ||
                strcmp(option->defname, "connect") == 0) &&
            !zdm_option_is_on(stmt->n_options, stmt->options, option->defname))
            return;
    }
    zdm_draft_probe_named(draft, ZDM_PROBE_PRESENT, "subscription", stmt->subname);
    zdm_draft_forbid_transaction(draft, false);
}

/* Those that fetch the list of tables anew look at the other server, and may not run in a
 * transaction. */
void
zdm_family_alter_subscription(struct zdm_draft *draft)
{
    const PgQuery__AlterSubscriptionStmt *stmt = draft->node->alter_subscription_stmt;
    bool refreshes = false;

    switch (stmt->kind) {
    case PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_REFRESH:
        draft->st->probe = ZDM_PROBE_REPEAT;
        refreshes = true;
        break;
    case PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_SET_PUBLICATION:
    case PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_ADD_PUBLICATION:
    case PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_DROP_PUBLICATION:
        /* Added or dropped a second time it would fail. */
        if (stmt->kind == PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_SET_PUBLICATION)
            draft->st->probe = ZDM_PROBE_REPEAT;
        refreshes = true;
        for (size_t i = 0; i < stmt->n_options; i++)
            if (strcmp(stmt->options[i]->def_elem->defname, "refresh") == 0)
                refreshes = zdm_option_is_on(stmt->n_options, stmt->options, "refresh");
        break;
    default:
        break;
    }
    if (refreshes)
        zdm_draft_forbid_transaction(draft, false);
    ZDM_FIND(draft, ALTER_SUBSCRIPTION, .name = zdm_ident_text(draft->arena, stmt->subname));
}
