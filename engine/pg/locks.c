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

extern const struct zdm_embedded zdm_pg_sql[];

/* The text form of a text[]. Owned. */
static char *
array_text(size_t n, const char *const *members)
{
    struct zdm_buf out = ZDM_BUF_INIT;

    zdm_buf_addc(&out, '{');
    for (size_t i = 0; i < n; i++) {
        zdm_buf_add(&out, i ? ",\"" : "\"");
        for (const char *p = members[i]; *p; p++) {
            if (*p == '"' || *p == '\\')
                zdm_buf_addc(&out, '\\');
            zdm_buf_addc(&out, *p);
        }
        zdm_buf_addc(&out, '"');
    }
    zdm_buf_addc(&out, '}');
    return zdm_buf_take(&out);
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

int
zdm_blockers_find(struct zdm_conn *conn, size_t n, const char *const *relations, const char *mode,
    struct zdm_blockers *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char *names = array_text(n, relations);
    int rc = ZDM_QUERY(conn, zdm_embedded_text(zdm_pg_sql, "sql/blockers.sql"), &r, err, names,
        mode ? mode : "AccessExclusiveLock");

    free(names);
    if (rc < 0)
        return -1;
    out->count = (size_t)zdm_result_rows(r);
    out->items = out->count ? zdm_alloc(out->count * sizeof *out->items) : NULL;
    for (int i = 0; i < zdm_result_rows(r); i++) {
        const char *query = zdm_result_get(r, i, 9);
        out->items[i] = (struct zdm_blocker){
            .pid = (int)zdm_result_i64(r, i, 0),
            .user = cell(r, i, 1),
            .application = cell(r, i, 2),
            .client = cell(r, i, 3),
            .state = cell(r, i, 4),
            .mode = cell(r, i, 5),
            .relation = cell(r, i, 6),
            .transaction_age_ms = zdm_result_i64(r, i, 7),
            .statement_age_ms = zdm_result_i64(r, i, 8),
            .query = query ? zdm_strndup(query, cut(query, QUERY_BYTES)) : NULL,
        };
    }
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
    }
    free(blockers->items);
    *blockers = (struct zdm_blockers){.items = NULL};
}

/* The first line with something in it, runs of white space as one blank. */
static void
add_query(struct zdm_buf *out, const char *query)
{
    bool gap = false, any = false;

    for (const char *p = query; *p && !(any && *p == '\n'); p++) {
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
