/* Settings that the text changes: what names mean, how long locks are waited for. SET is taken back
 * by a rollback, SET LOCAL by any end of the transaction, and both by the end of the text. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "sql/sequence.h"

static struct zdm_session
session_now(const struct zdm_sequence *sequence)
{
    const struct zdm_catalog *catalog = sequence->catalog;
    struct zdm_session session = {.timeouts = sequence->now,
        .search_path_known = catalog->search_path_known,
        .user = catalog->user,
        .time_zone = catalog->time_zone,
        .default_tablespace = catalog->default_tablespace,
        .bodies_unchecked = catalog->bodies_unchecked};

    memcpy(&session.search_path, &catalog->search_path, sizeof session.search_path);
    return session;
}

/* Nothing of it is remembered for a rollback of the catalog: this is one. */
static void
restore(struct zdm_sequence *sequence, const struct zdm_session *session)
{
    struct zdm_catalog *catalog = sequence->catalog;

    sequence->now = session->timeouts;
    memcpy(&catalog->search_path, &session->search_path, sizeof catalog->search_path);
    catalog->search_path_known = session->search_path_known;
    catalog->user = session->user;
    catalog->time_zone = session->time_zone;
    catalog->default_tablespace = session->default_tablespace;
    catalog->bodies_unchecked = session->bodies_unchecked;
}

void
zdm_settings_open(struct zdm_sequence *sequence)
{
    const struct zdm_catalog *catalog = sequence->catalog;

    sequence->now = (struct zdm_timeouts){
        .lock = catalog->lock_timeout_ms, .statement = catalog->statement_timeout_ms};
    sequence->original = sequence->session = session_now(sequence);
}

void
zdm_settings_end_transaction(struct zdm_sequence *sequence, bool committed)
{
    if (!committed)
        sequence->session = sequence->begun;
    restore(sequence, &sequence->session);
}

void
zdm_settings_rollback_to(struct zdm_sequence *sequence, const struct zdm_savepoint *savepoint)
{
    sequence->session = savepoint->session;
    sequence->now = savepoint->now;
}

/* Whatever was called so may be called otherwise now. With a complete catalog every name is known. */
static void
change_names(struct zdm_sequence *sequence)
{
    zdm_catalog_settle(sequence->catalog);
    if (!sequence->catalog->complete)
        zdm_catalog_forget_unqualified(sequence->catalog);
    sequence->other_names = true;
}

void
zdm_settings_close(struct zdm_sequence *sequence)
{
    restore(sequence, &sequence->original);
    if (sequence->other_names)
        change_names(sequence);
}

/* "2s", "500 ms", "1min", or a number of milliseconds; -1: none of these. */
static int64_t
milliseconds(const char *text)
{
    static const struct {
        const char *unit;
        double factor;
    } units[] = {{"", 1}, {"us", 0.001}, {"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000},
        {"d", 86400000}};
    char *rest;
    double value = strtod(text, &rest);

    if (rest == text || !(value >= 0 && value < 1e12))
        return -1;
    while (*rest == ' ')
        rest++;
    size_t n = strcspn(rest, " ");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strlen(units[i].unit) == n && memcmp(units[i].unit, rest, n) == 0)
            return (int64_t)(value * units[i].factor + 0.5);
    return -1;
}

/* The text of a constant; NULL when it is none. */
static const char *
constant(struct zdm_arena *arena, const PgQuery__Node *node)
{
    if (node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST)
        node = node->type_cast->arg;
    if (!node || node->node_case != PG_QUERY__NODE__NODE_A_CONST || node->a_const->isnull)
        return NULL;
    switch (node->a_const->val_case) {
    case PG_QUERY__A__CONST__VAL_SVAL:
        return node->a_const->sval->sval;
    case PG_QUERY__A__CONST__VAL_IVAL:
        return zdm_arena_strf(arena, "%d", node->a_const->ival->ival);
    case PG_QUERY__A__CONST__VAL_FVAL:
        return node->a_const->fval->fval;
    case PG_QUERY__A__CONST__VAL_BOOLVAL:
        return node->a_const->boolval->boolval ? "on" : "off";
    default:
        return NULL;
    }
}

/* One schema more; "$user" and temporary ones are looked up when they are met. */
static void
add_schema(struct zdm_sequence *sequence, const char *name, bool *known)
{
    struct zdm_catalog *catalog = sequence->catalog;

    if (strcmp(name, "$user") == 0) {
        if (!catalog->user)
            *known = false;
        name = catalog->user ? catalog->user : "";
    }
    if (!*name || strcmp(name, "pg_catalog") == 0 || strcmp(name, "pg_temp") == 0)
        return;
    if (!catalog->complete || zdm_catalog_schema(catalog, name))
        zdm_catalog_append(catalog, &catalog->search_path, zdm_catalog_string(catalog, name));
}

static void
begin_path(struct zdm_sequence *sequence)
{
    struct zdm_catalog *catalog = sequence->catalog;

    change_names(sequence);
    zdm_catalog_touch(catalog, &catalog->search_path, sizeof catalog->search_path);
    zdm_catalog_touch(catalog, &catalog->search_path_known, sizeof catalog->search_path_known);
    memset(&catalog->search_path, 0, sizeof catalog->search_path);
}

/* The text of a setting, as set_config() takes it: names, quoted or not, with commas between. */
static void
set_path_text(struct zdm_sequence *sequence, const char *text)
{
    bool known = true;

    begin_path(sequence);
    while (*text) {
        struct zdm_buf name = ZDM_BUF_INIT;
        text += strspn(text, ", \t\r\n");
        if (*text == '"') {
            for (text++; *text && (*text != '"' || text[1] == '"'); text++) {
                text += *text == '"';
                zdm_buf_addc(&name, *text);
            }
            text += *text == '"';
        } else {
            for (; *text && !strchr(", \t\r\n", *text); text++)
                zdm_buf_addc(&name, *text >= 'A' && *text <= 'Z' ? (char)(*text + 32) : *text);
        }
        add_schema(sequence, name.s, &known);
        zdm_buf_release(&name);
    }
    sequence->catalog->search_path_known = known;
}

static void
set_path(
    struct zdm_sequence *sequence, struct zdm_draft *draft, size_t n, PgQuery__Node *const *args)
{
    bool known = true;

    begin_path(sequence);
    for (size_t i = 0; i < n; i++) {
        const char *name = constant(draft->arena, args[i]);
        if (name)
            add_schema(sequence, name, &known);
        else
            known = false;
    }
    sequence->catalog->search_path_known = known;
}

static void
set_text(struct zdm_catalog *catalog, const char **field, const char *value)
{
    zdm_catalog_touch(catalog, field, sizeof *field);
    *field = zdm_catalog_string(catalog, value);
}

static bool
is_on(const char *value)
{
    return strchr("tTyY1", *value) || strcasecmp(value, "on") == 0;
}

static void
set_bodies_unchecked(struct zdm_catalog *catalog, bool unchecked)
{
    zdm_catalog_touch(catalog, &catalog->bodies_unchecked, sizeof catalog->bodies_unchecked);
    catalog->bodies_unchecked = unchecked;
}

/* Another user: "$user" in the search path is another schema, if there is one. */
static void
set_user(struct zdm_sequence *sequence, struct zdm_draft *draft, const char *role)
{
    struct zdm_catalog *catalog = sequence->catalog;

    if (catalog->complete && ((catalog->user && zdm_catalog_schema(catalog, catalog->user)) ||
                                 !role || zdm_catalog_schema(catalog, role)))
        zdm_draft_uncertain(draft);
    change_names(sequence);
    set_text(catalog, &catalog->user, role);
}

static void
set_timeout(struct zdm_sequence *sequence, int64_t *timeout, const char *value, int64_t otherwise)
{
    *timeout = value ? milliseconds(value) : otherwise;
    if (timeout == &sequence->now.lock) {
        sequence->timeout_set = value != NULL;
        sequence->timeout_told = false;
    }
}

/* value NULL: back to what it was before the text. */
static void
set_one(struct zdm_sequence *sequence, struct zdm_draft *draft, const char *name, const char *value)
{
    struct zdm_catalog *catalog = sequence->catalog;
    const struct zdm_session *was = &sequence->original;

    if (strcasecmp(name, "lock_timeout") == 0)
        set_timeout(sequence, &sequence->now.lock, value, was->timeouts.lock);
    else if (strcasecmp(name, "statement_timeout") == 0)
        set_timeout(sequence, &sequence->now.statement, value, was->timeouts.statement);
    else if (strcasecmp(name, "timezone") == 0)
        set_text(catalog, &catalog->time_zone, value ? value : was->time_zone);
    else if (strcasecmp(name, "default_tablespace") == 0)
        set_text(catalog, &catalog->default_tablespace, value ? value : was->default_tablespace);
    else if (strcasecmp(name, "check_function_bodies") == 0)
        set_bodies_unchecked(catalog, value ? !is_on(value) : was->bodies_unchecked);
    else if (strcasecmp(name, "role") == 0 || strcasecmp(name, "session_authorization") == 0)
        set_user(sequence, draft, value && strcmp(value, "none") != 0 ? value : was->user);
    else if (strcasecmp(name, "search_path") == 0 && value)
        set_path_text(sequence, value);
    else if (strcasecmp(name, "search_path") == 0) {
        begin_path(sequence);
        memcpy(&catalog->search_path, &was->search_path, sizeof catalog->search_path);
        catalog->search_path_known = was->search_path_known;
    }
}

static void
set_all(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    static const char *const names[] = {"lock_timeout", "statement_timeout", "timezone",
        "default_tablespace", "check_function_bodies", "search_path"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        set_one(sequence, draft, names[i], NULL);
}

/* It holds beyond the transaction; what SET LOCAL did to the others does not. */
static void
keep(struct zdm_sequence *sequence, const char *name)
{
    struct zdm_session now = session_now(sequence);
    struct zdm_timeouts *timeouts = &sequence->session.timeouts;

    if (strcasecmp(name, "lock_timeout") == 0) {
        timeouts->lock = now.timeouts.lock;
    } else if (strcasecmp(name, "statement_timeout") == 0) {
        timeouts->statement = now.timeouts.statement;
    } else {
        now.timeouts = *timeouts;
        sequence->session = now;
    }
}

static void
follow_set(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    const PgQuery__VariableSetStmt *stmt = draft->node->variable_set_stmt;

    /* Outside of a transaction it does nothing. */
    if (stmt->is_local && sequence->block == ZDM_BLOCK_NONE)
        return;
    switch (stmt->kind) {
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_VALUE:
        if (strcasecmp(stmt->name, "search_path") == 0)
            set_path(sequence, draft, stmt->n_args, stmt->args);
        else if (stmt->n_args)
            set_one(sequence, draft, stmt->name, constant(draft->arena, stmt->args[0]));
        break;
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_DEFAULT:
    case PG_QUERY__VARIABLE_SET_KIND__VAR_RESET:
        set_one(sequence, draft, stmt->name, NULL);
        break;
    case PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL:
        set_all(sequence, draft);
        break;
    default:
        break;
    }
    if (!stmt->is_local)
        keep(sequence, stmt->name);
}

struct configs { /* set_config() calls of a query */
    struct zdm_sequence *sequence;
    struct zdm_draft *draft;
};

static bool
see_config(void *self, const ProtobufCMessage *message)
{
    struct configs *configs = self;
    struct zdm_sequence *sequence = configs->sequence;

    if (message->descriptor != &pg_query__func_call__descriptor)
        return true;
    const PgQuery__FuncCall *call = (const PgQuery__FuncCall *)message;
    if (call->n_args != 3 ||
        strcmp(zdm_last_string(call->n_funcname, call->funcname), "set_config") != 0)
        return true;
    const char *name = constant(configs->draft->arena, call->args[0]);
    const char *value = constant(configs->draft->arena, call->args[1]);
    const char *local = constant(configs->draft->arena, call->args[2]);
    bool stays =
        local && strcmp(local, "on") != 0 && strcmp(local, "true") != 0 && strcmp(local, "t") != 0;
    if (!name || !value)
        zdm_draft_uncertain(configs->draft);
    else if (stays || sequence->block != ZDM_BLOCK_NONE)
        set_one(sequence, configs->draft, name, value);
    if (stays && name)
        keep(sequence, name);
    return true;
}

void
zdm_settings_follow(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    struct configs configs = {sequence, draft};

    if (draft->node->node_case == PG_QUERY__NODE__NODE_VARIABLE_SET_STMT) {
        follow_set(sequence, draft);
    } else if (draft->node->node_case == PG_QUERY__NODE__NODE_SELECT_STMT &&
               draft->node->select_stmt->n_from_clause == 0) {
        zdm_node_walk(draft->node, see_config, &configs);
    } else if (draft->node->node_case == PG_QUERY__NODE__NODE_DISCARD_STMT &&
               draft->node->discard_stmt->target == PG_QUERY__DISCARD_MODE__DISCARD_ALL) {
        set_all(sequence, draft);
        sequence->session = session_now(sequence);
    }
}
