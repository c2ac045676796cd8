#include "corpus.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/text.h"

char *
truth_read_file(const char *path, struct zdm_err *err)
{
    FILE *f = fopen(path, "rb");
    struct zdm_buf buf = ZDM_BUF_INIT;
    char block[65536];
    size_t n;

    if (!f) {
        zdm_fail_errno(err, ZDM_ERR_USAGE, "cannot read %s", path);
        return NULL;
    }
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        zdm_buf_addn(&buf, block, n);
    bool bad = ferror(f);
    fclose(f);
    if (bad) {
        zdm_buf_release(&buf);
        zdm_fail(err, ZDM_ERR_USAGE, "cannot read %s", path);
        return NULL;
    }
    return zdm_buf_take(&buf);
}

static void
add_text(struct zdm_arena *arena, const char ***list, size_t *n, const char *text)
{
    const char **grown = zdm_arena_alloc(arena, (*n + 1) * sizeof *grown);

    if (*n)
        memcpy(grown, *list, *n * sizeof *grown);
    grown[(*n)++] = text;
    *list = grown;
}

/* "15-", "-16", "15-17", "18" */
static bool
read_versions(const char *text, int *out_since, int *out_until)
{
    char *end;
    long since = strtol(text, &end, 10), until = since;

    if (end == text)
        since = until = 0;
    if (since < 0) { /* "-16" reads as a number */
        until = -since;
        since = 0;
    } else if (*end == '-') {
        const char *rest = end + 1;
        until = strtol(rest, &end, 10);
        if (end == rest)
            until = 0;
    }
    *out_since = (int)since;
    *out_until = (int)until;
    return !*end && (since || until);
}

static const char *
behind(const char *line, const char *word)
{
    size_t len = strlen(word);

    return strncmp(line, word, len) == 0 ? line + len : NULL;
}

/* "15-17: reason", "reason" with no versions in front */
static bool
read_differs(struct zdm_arena *arena, const char *text, struct truth_case *c)
{
    bool some = *text == ' ';
    size_t len = strcspn(text, ":");

    c->differs = text + len + 1 + (text[len] == ':' && text[len + 1] == ' ');
    return text[len] == ':' && *c->differs &&
           (!some || read_versions(zdm_arena_strndup(arena, text + 1, len - 1), &c->differs_since,
                         &c->differs_until));
}

static int
read_directive(struct zdm_arena *arena, struct truth_case *c, const char *line, struct zdm_err *err)
{
    const char *rest;
    bool read = true;

    if ((rest = behind(line, "--! after: ")))
        add_text(arena, &c->after, &c->n_after, rest);
    else if ((rest = behind(line, "--! settings: ")))
        add_text(arena, &c->settings, &c->n_settings, rest);
    else if ((rest = behind(line, "--! differs")))
        read = read_differs(arena, rest, c);
    else if ((rest = behind(line, "--! versions: ")))
        read = read_versions(rest, &c->since, &c->until);
    else if ((rest = behind(line, "--! grammar: ")))
        read = (c->grammar = atoi(rest)) > 0;
    else
        read = behind(line, "--! sqlstate: ");
    return read ? 0
                : zdm_fail(err, ZDM_ERR_USAGE, "%s:%d: cannot read \"%s\"", c->file, c->line, line);
}

static void
add_case(struct truth_corpus *corpus, struct truth_case *c, struct zdm_buf *sql)
{
    while (sql->len && strchr("; \t\r\n", sql->s[sql->len - 1]))
        sql->s[--sql->len] = '\0';
    c->sql = zdm_arena_strdup(corpus->arena, sql->s);
    corpus->cases = zdm_grow(corpus->cases, corpus->n, sizeof *corpus->cases);
    corpus->cases[corpus->n++] = *c;
    zdm_buf_clear(sql);
    *c = (struct truth_case){.file = c->file};
}

static int
read_cases(struct truth_corpus *corpus, const char *file, const char *text, struct zdm_err *err)
{
    struct truth_case c = {.file = file};
    struct zdm_buf sql = ZDM_BUF_INIT;
    int rc = 0, line = 0;

    while (*text && rc == 0) {
        size_t len = strcspn(text, "\n");
        char *now = zdm_arena_strndup(corpus->arena, text, len);
        bool blank = !now[strspn(now, " \t\r")];

        line++;
        text += len + (text[len] == '\n');
        if (blank && sql.len) {
            add_case(corpus, &c, &sql);
        } else if (blank) {
            continue;
        } else if (!sql.len && now[0] == '-' && now[1] == '-') {
            c.line = line;
            if (now[2] == '!')
                rc = read_directive(corpus->arena, &c, now, err);
        } else {
            if (!sql.len)
                c.line = line;
            zdm_buf_add(&sql, now);
            zdm_buf_addc(&sql, '\n');
        }
    }
    if (rc == 0 && sql.len)
        add_case(corpus, &c, &sql);
    zdm_buf_release(&sql);
    return rc;
}

static int
read_one(struct truth_corpus *corpus, const char *path, struct zdm_err *err)
{
    char *text = truth_read_file(path, err);
    const char *slash = strrchr(path, '/');

    if (!text)
        return -1;
    const char *file = zdm_arena_strdup(corpus->arena, slash ? slash + 1 : path);
    add_text(corpus->arena, &corpus->files, &corpus->n_files, file);
    int rc = read_cases(corpus, file, text, err);
    free(text);
    return rc;
}

static int
is_sql(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return len > 4 && strcmp(entry->d_name + len - 4, ".sql") == 0;
}

int
truth_corpus_read(struct truth_corpus *corpus, const char *path, struct zdm_err *err)
{
    struct dirent **entries = NULL;
    struct stat st;
    int rc = 0;

    if (!corpus->arena)
        corpus->arena = zdm_arena_new();
    if (stat(path, &st) < 0)
        return zdm_fail_errno(err, ZDM_ERR_USAGE, "cannot read %s", path);
    if (!S_ISDIR(st.st_mode))
        return read_one(corpus, path, err);

    int n = scandir(path, &entries, is_sql, alphasort);
    if (n < 0)
        return zdm_fail_errno(err, ZDM_ERR_USAGE, "cannot read %s", path);
    for (int i = 0; i < n; i++) {
        char *file = zdm_strf("%s/%s", path, entries[i]->d_name);
        if (rc == 0)
            rc = read_one(corpus, file, err);
        free(file);
        free(entries[i]);
    }
    free(entries);
    return rc;
}

void
truth_corpus_release(struct truth_corpus *corpus)
{
    free(corpus->cases);
    zdm_arena_free(corpus->arena);
    *corpus = (struct truth_corpus){.cases = NULL};
}
