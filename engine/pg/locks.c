#include "pg/locks.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "base/text.h"

#define QUERY_BYTES 200
#define LINE_BYTES  200
#define MOST_SHOWN  20

extern const struct zdm_embedded zdm_pg_sql[];

void
zdm_add_array_member(struct zdm_buf *out, const char *member)
{
    zdm_buf_add(out, out->len > 1 ? ",\"" : "\"");
    for (const char *p = member; *p; p++) {
        if (*p == '"' || *p == '\\')
            zdm_buf_addc(out, '\\');
        zdm_buf_addc(out, *p);
    }
    zdm_buf_addc(out, '"');
}

/* At most n bytes of text, never half a UTF-8 character. */
static size_t
cut(const char *text, size_t n)
{
    size_t length = strlen(text);

    if (length <= n)
        return length;
    while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--;
    return n;
}

static char *
cell(const struct zdm_result *r, int row, int column)
{
    return zdm_strdup(zdm_result_get(r, row, column));
}

static struct zdm_blocker
blocker_of(const struct zdm_result *r, int row)
{
    const char *query = zdm_result_get(r, row, 9);

    return (struct zdm_blocker){
        .pid = (int)zdm_result_i64(r, row, 0),
        .user = cell(r, row, 1),
        .application = cell(r, row, 2),
        .client = cell(r, row, 3),
        .state = cell(r, row, 4),
        .mode = cell(r, row, 5),
        .relation = cell(r, row, 6),
        .transaction_age_ms = zdm_result_i64(r, row, 7),
        .statement_age_ms = zdm_result_i64(r, row, 8),
        .query = query ? zdm_strndup(query, cut(query, QUERY_BYTES)) : NULL,
        .backend = cell(r, row, 10),
        .prevents_wraparound = zdm_result_bool(r, row, 11),
        .since = cell(r, row, 12),
    };
}

static void
add_blocker(struct zdm_blockers *list, struct zdm_blocker blocker)
{
    list->items = zdm_grow(list->items, list->count + 1, sizeof *list->items);
    list->items[list->count++] = blocker;
}

int
zdm_blockers_find(struct zdm_conn *conn, size_t n, const struct zdm_wanted_lock *wanted,
    struct zdm_blockers *out, struct zdm_err *err)
{
    static const char *const below[] = {"alone", "partitions", "children"};
    struct zdm_buf names = ZDM_BUF_INIT, modes = ZDM_BUF_INIT, belows = ZDM_BUF_INIT;
    struct zdm_result *r = NULL;

    zdm_buf_addc(&names, '{');
    zdm_buf_addc(&modes, '{');
    zdm_buf_addc(&belows, '{');
    for (size_t i = 0; i < n; i++) {
        zdm_add_array_member(&names, wanted[i].relation);
        zdm_add_array_member(&modes, wanted[i].mode ? wanted[i].mode : "AccessExclusiveLock");
        zdm_add_array_member(&belows, below[wanted[i].below]);
    }
    zdm_buf_addc(&names, '}');
    zdm_buf_addc(&modes, '}');
    zdm_buf_addc(&belows, '}');
    int rc = ZDM_QUERY(conn, zdm_embedded_text(zdm_pg_sql, "sql/blockers.sql"), &r, err, names.s,
        modes.s, belows.s);
    zdm_buf_release(&belows);
    zdm_buf_release(&names);
    zdm_buf_release(&modes);
    if (rc < 0)
        return -1;
    *out = (struct zdm_blockers){.items = NULL};
    for (int i = 0; i < zdm_result_rows(r); i++)
        add_blocker(out, blocker_of(r, i));
    zdm_result_free(r);
    return 0;
}

int
zdm_lock_queue_look(struct zdm_conn *conn, int pid, struct zdm_lock_queue *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char *text = zdm_strf("%d", pid);
    int rc = ZDM_QUERY(conn, zdm_embedded_text(zdm_pg_sql, "sql/lock_queue.sql"), &r, err, text);

    free(text);
    if (rc < 0)
        return -1;
    *out = (struct zdm_lock_queue){.n_behind = 0};
    for (int i = 0; i < zdm_result_rows(r); i++) {
        bool behind = strcmp(zdm_result_get(r, i, 13), "behind") == 0;
        struct zdm_blockers *list = behind ? &out->behind : &out->blockers;
        if (behind && zdm_result_i64(r, i, 14) > out->behind_ms)
            out->behind_ms = zdm_result_i64(r, i, 14);
        if (behind)
            out->n_behind = (size_t)zdm_result_i64(r, i, 15);
        if (!behind && zdm_result_i64(r, i, 0) == 0)
            out->prepared = true;
        else if (list->count < MOST_SHOWN)
            add_blocker(list, blocker_of(r, i));
    }
    zdm_result_free(r);
    return 0;
}

void
zdm_lock_queue_release(struct zdm_lock_queue *queue)
{
    zdm_blockers_release(&queue->blockers);
    zdm_blockers_release(&queue->behind);
    queue->n_behind = 0;
}

int
zdm_blocker_end(struct zdm_conn *conn, const struct zdm_blocker *blocker, bool terminate,
    enum zdm_unblock *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char *pid = zdm_strf("%d", blocker->pid);
    int rc = ZDM_QUERY(conn, zdm_embedded_text(zdm_pg_sql, "sql/unblock.sql"), &r, err, pid,
        blocker->since, terminate ? "terminate" : "cancel");

    free(pid);
    if (rc < 0 && strcmp(err->sqlstate, "42501") == 0) {
        *out = ZDM_UNBLOCK_DENIED;
        return 0;
    }
    if (rc < 0)
        return -1;
    *out =
        zdm_result_rows(r) == 1 && zdm_result_bool(r, 0, 0) ? ZDM_UNBLOCK_TOLD : ZDM_UNBLOCK_OVER;
    zdm_result_free(r);
    return 0;
}

void
zdm_blockers_release(struct zdm_blockers *blockers)
{
    for (size_t i = 0; i < blockers->count; i++) {
        struct zdm_blocker *b = &blockers->items[i];
        free(b->user);
        free(b->application);
        free(b->client);
        free(b->state);
        free(b->mode);
        free(b->relation);
        free(b->query);
        free(b->backend);
        free(b->since);
    }
    free(blockers->items);
    *blockers = (struct zdm_blockers){.items = NULL};
}

/* The first line with something in it, runs of white space as one blank, without a last semicolon. */
static void
add_query(struct zdm_buf *out, const char *query)
{
    bool gap = false, any = false;
    size_t end = strlen(query);

    while (end > 0 && (query[end - 1] == ';' || isspace((unsigned char)query[end - 1])))
        end--;
    for (const char *p = query; p < query + end && !(any && *p == '\n'); p++) {
        if (isspace((unsigned char)*p) || iscntrl((unsigned char)*p)) {
            gap = true;
            continue;
        }
        if (gap && any)
            zdm_buf_addc(out, ' ');
        zdm_buf_addc(out, *p);
        gap = false;
        any = true;
    }
}

static void
add_fact(struct zdm_buf *out, const char *label, const char *fact)
{
    if (fact && *fact)
        zdm_buf_addf(out, "%s%s%s", out->len ? ", " : "", label, fact);
}

char *
zdm_blocker_line(const struct zdm_blocker *b)
{
    struct zdm_buf facts = ZDM_BUF_INIT, line = ZDM_BUF_INIT;
    char age[32];

    if (b->pid)
        add_fact(&facts, "app ", b->application);
    add_fact(&facts, "user ", b->user);
    if (b->transaction_age_ms >= 0) {
        zdm_show_duration(b->transaction_age_ms, age);
        zdm_buf_addf(
            &facts, "%s%s %s", facts.len ? ", " : "", age, b->pid ? "in transaction" : "prepared");
    }
    /* "idle in transaction" says its second half already. */
    if (b->pid)
        add_fact(&facts, "", b->state && strncmp(b->state, "idle in", 7) == 0 ? "idle" : b->state);

    if (b->pid)
        zdm_buf_addf(&line, "pid %d", b->pid);
    else
        zdm_buf_addf(&line, "prepared transaction \"%s\"", b->application ? b->application : "?");
    if (facts.len)
        zdm_buf_addf(&line, " (%s)", facts.s);
    if (b->pid && b->query && *b->query) {
        zdm_buf_add(&line, ": ");
        add_query(&line, strcmp(b->query, "<insufficient privilege>") == 0
                             ? "(query hidden: needs pg_read_all_stats)"
                             : b->query);
    }
    zdm_buf_release(&facts);
    if (line.len > LINE_BYTES) {
        char *whole = zdm_buf_take(&line);
        zdm_buf_addn(&line, whole, cut(whole, LINE_BYTES - 3));
        zdm_buf_add(&line, "...");
        free(whole);
    }
    return zdm_buf_take(&line);
}
