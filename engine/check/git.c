#include "check/git.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/spawn.h"
#include "check/folder.h"
#include "check/text_file.h"

#define MAX_ARGS 12

/* A user's configuration must not start programs or change what is printed. */
static const char *const quiet[] = {"GIT_OPTIONAL_LOCKS=0", "GIT_PAGER=cat", "LC_ALL=C", NULL};

/* git ARGS: 0 with its exit code and what it said. Everything runs in the current folder, where a
 * GIT_DIR that a hook inherited means what it should. */
static int
git(const char *const *args, const char *output_file, int *status, char **said, struct zdm_err *err)
{
    const char *argv[MAX_ARGS + 4] = {"git", "-c", "core.fsmonitor=false"};
    size_t n = 3;
    struct zdm_spawn spawn = {.argv = argv,
        .env = quiet,
        .capture = !output_file,
        .output_file = output_file,
        .drop_stderr = output_file != NULL,
        .quiet_stdin = true};

    while (*args)
        argv[n++] = *args++;
    if (zdm_spawn_wait(&spawn, status, said, err) == 0)
        return 0;
    if (err->code == ZDM_ERR_FAILED)
        err->code = ZDM_ERR_USAGE;
    zdm_err_wrap(err, "--git-diff");
    return -1;
}
#define GIT(status, said, err, ...)                                                                \
    git((const char *const[]){__VA_ARGS__, NULL}, NULL, (status), (said), (err))

/* The last line of what git said, without its end. */
static const char *
last_line(char *said)
{
    size_t n = strlen(said);

    while (n > 0 && (said[n - 1] == '\n' || said[n - 1] == '\r'))
        said[--n] = '\0';
    char *line = strrchr(said, '\n');
    return line ? line + 1 : said;
}

static int
find_top(char **top, struct zdm_err *err)
{
    char *said = NULL;
    int status, rc = -1;

    if (GIT(&status, &said, err, "rev-parse", "--show-toplevel") < 0)
        return -1;
    const char *line = last_line(said);
    if (status == 0 && *line == '/') {
        *top = zdm_strdup(line);
        rc = 0;
    } else {
        zdm_fail(err, ZDM_ERR_USAGE, "--git-diff: this folder is in no git repository");
        if (*line)
            zdm_err_detail(err, "git: %s", line);
        zdm_err_hint(err, "run zdm inside the working tree that holds the migrations");
    }
    free(said);
    return rc;
}

/* The commit where HEAD and the revision parted. */
static int
find_base(const char *revision, char **base, struct zdm_err *err)
{
    char *commit = zdm_strf("%s^{commit}", revision), *said = NULL;
    int status, rc = -1;

    if (*revision == '-') {
        zdm_fail(err, ZDM_ERR_USAGE, "--git-diff takes a revision, not \"%s\"", revision);
        zdm_err_hint(err, "give a branch, a tag or a commit: --git-diff origin/main");
        goto out;
    }
    if (GIT(&status, &said, err, "rev-parse", "--verify", "--quiet", commit) < 0)
        goto out;
    if (status != 0) {
        zdm_fail(err, ZDM_ERR_USAGE, "--git-diff: there is no revision \"%s\"", revision);
        if (strcmp(revision, "HEAD") == 0)
            zdm_err_hint(err, "the repository has no commit yet: leave --git-diff out");
        else
            zdm_err_hint(err, "fetch it first (a shallow clone has the last commit only), such as: "
                              "git fetch origin main");
        goto out;
    }
    char *id = zdm_strdup(last_line(said));
    free(said);
    said = NULL;
    rc = GIT(&status, &said, err, "merge-base", id, "HEAD");
    free(id);
    if (rc == 0 && status == 0) {
        *base = zdm_strdup(last_line(said));
    } else if (rc == 0) {
        rc = -1;
        zdm_fail(
            err, ZDM_ERR_USAGE, "--git-diff: HEAD and \"%s\" have no commit in common", revision);
        zdm_err_hint(err, "a shallow clone lacks it: git fetch --unshallow");
    }
out:
    free(said);
    free(commit);
    return rc;
}

struct names { /* sorted; views of text */
    char *text;
    const char **items;
    size_t n;
};

static void
release(struct names *names)
{
    free(names->text);
    free(names->items);
}

static int
compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
has(const struct names *names, const char *name)
{
    return names->n && bsearch(&name, names->items, names->n, sizeof *names->items, compare);
}

/* Names from the top of the working tree, each ended by a NUL byte. */
static int
read_names(const char *path, struct names *out, struct zdm_err *err)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    char chunk[65536];
    size_t n;
    FILE *file = fopen(path, "re");

    if (!file)
        return zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot read \"%s\"", path);
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
        zdm_buf_addn(&text, chunk, n);
    if (ferror(file)) {
        zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot read \"%s\"", path);
        fclose(file);
        zdm_buf_release(&text);
        return -1;
    }
    fclose(file);
    size_t len = text.len;
    out->text = zdm_buf_take(&text);
    for (size_t i = 0; i < len; i += strlen(out->text + i) + 1) {
        out->items = zdm_grow(out->items, out->n, sizeof *out->items);
        out->items[out->n++] = out->text + i;
    }
    if (out->n)
        qsort(out->items, out->n, sizeof *out->items, compare);
    return 0;
}

/* What a git command lists: its output has no limit, so it goes through a file. */
static int
list(const char *const *args, struct names *out, struct zdm_err *err)
{
    const char *folder = getenv("TMPDIR");
    char *path = zdm_strf("%s/zdm-git-XXXXXX", folder && *folder ? folder : "/tmp");
    int fd = mkstemp(path), status, rc = -1;

    if (fd < 0) {
        zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot make \"%s\"", path);
        free(path);
        return -1;
    }
    close(fd);
    if (git(args, path, &status, NULL, err) == 0) {
        if (status == 0)
            rc = read_names(path, out, err);
        else
            zdm_fail(
                err, ZDM_ERR_FAILED, "--git-diff: git %s ended with exit code %d", args[0], status);
    }
    unlink(path);
    free(path);
    return rc;
}
#define LIST(out, err, ...) list((const char *const[]){__VA_ARGS__, NULL}, (out), (err))

/* `path` as git calls it: from the top. NULL: it is not below the top. Owned. */
static char *
name_below(const char *top, const char *path)
{
    size_t n = strlen(top);
    const char *base = zdm_base_name(path);
    char *folder = base == path ? zdm_strdup(".") : zdm_strndup(path, (size_t)(base - path));
    char *real = realpath(folder, NULL), *name = NULL;

    if (real && strncmp(real, top, n) == 0 && (real[n] == '/' || !real[n] || n == 1))
        name = zdm_strf("%s%s%s", real + n + (real[n] == '/'), real[n] ? "/" : "", base);
    free(real);
    free(folder);
    return name;
}

/* The same and known to git: nothing that needs a report. */
static bool
is_unchanged(const char *name, const struct names *tracked, const struct names *changed)
{
    return has(tracked, name) && !has(changed, name);
}

static int
mark(struct zdm_source *source, const char *top, const struct names *tracked,
    const struct names *changed, struct zdm_err *err)
{
    char *name = name_below(top, source->path), *real = realpath(source->path, NULL);
    char *target = real ? name_below(top, real) : NULL;
    int rc = 0;

    if (name)
        /* What a link leads to counts too. */
        source->context =
            is_unchanged(name, tracked, changed) &&
            (!target || strcmp(target, name) == 0 || is_unchanged(target, tracked, changed));
    else if (strcmp(source->path, "<stdin>") != 0 && strncmp(source->path, "/dev/", 5) != 0)
        rc = zdm_fail(err, ZDM_ERR_USAGE, "--git-diff: \"%s\" is outside of the repository \"%s\"",
            source->path, top);
    free(target);
    free(real);
    free(name);
    return rc;
}

int
zdm_git_mark(const char *revision, struct zdm_sources *sources, struct zdm_err *err)
{
    struct names tracked = {.n = 0}, changed = {.n = 0};
    char *top = NULL, *base = NULL;
    int rc = -1;

    if (find_top(&top, err) < 0 || find_base(revision, &base, err) < 0)
        goto out;
    /* A rename is the end of one name and the beginning of another. */
    if (LIST(&changed, err, "diff", "--name-only", "-z", "--no-ext-diff", "--no-renames",
            "--no-relative", "--diff-filter=d", base, "--") < 0 ||
        LIST(&tracked, err, "ls-files", "-z", "--full-name", ":/") < 0)
        goto out;
    for (size_t i = 0; i < sources->n; i++)
        if (mark(&sources->items[i], top, &tracked, &changed, err) < 0)
            goto out;
    rc = 0;
out:
    release(&tracked);
    release(&changed);
    free(base);
    free(top);
    return rc;
}
