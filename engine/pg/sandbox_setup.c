#include "pg/sandbox_setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "pg/conn.h"

static int
read_text(const char *file, struct zdm_buf *text, struct zdm_err *err)
{
    char chunk[65536];
    ssize_t n;
    int fd = open(file, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return zdm_fail_errno(err, ZDM_ERR_USAGE, "cannot read setup file \"%s\"", file);
    while ((n = read(fd, chunk, sizeof chunk)) > 0)
        zdm_buf_addn(text, chunk, (size_t)n);
    if (n < 0) {
        zdm_fail_errno(err, ZDM_ERR_USAGE, "cannot read setup file \"%s\"", file);
        close(fd);
        return -1;
    }
    close(fd);
    const char *nul = memchr(text->s, '\0', text->len);
    if (nul) {
        struct zdm_place at = {.file = file};
        zdm_line_column(text->s, (size_t)(nul - text->s), &at.line, &at.column);
        zdm_fail(err, ZDM_ERR_USAGE, "setup file \"%s\" is not text: it holds a zero byte", file);
        return zdm_err_at(err, at);
    }
    return 0;
}

/* Where the n-th character (from 1) begins, in bytes. */
static size_t
byte_offset(const char *text, int n)
{
    size_t i = 0;

    for (; text[i]; i++)
        if (((unsigned char)text[i] & 0xC0) != 0x80 && --n == 0)
            break;
    return i;
}

/* pg_dump fences its output in for psql: a line \restrict KEY before all SQL, one \unrestrict KEY behind
 * it. Nothing here runs commands of psql, so there is nothing to fence; blanks keep the places. */
static void
blank_fences(char *text)
{
    char *line = text;

    while (*line == '\n' || *line == '\r' || strncmp(line, "--", 2) == 0) {
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    size_t len = strcspn(line, "\r\n");
    if (strncmp(line, "\\restrict ", 10) != 0)
        return;
    char *end = zdm_strf("\n\\unrestrict %.*s", (int)(len - 10), line + 10);
    memset(line, ' ', len);
    for (char *at = line; (at = strstr(at, end)); at += strlen(end)) {
        char after = at[strlen(end)];
        if (!after || after == '\n' || after == '\r')
            memset(at + 1, ' ', strlen(end) - 1);
    }
    free(end);
}

static int
run_text(struct zdm_conn *conn, const char *file, const char *text, struct zdm_err *err)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";

    if (strncmp(text, byte_order_mark, 3) == 0)
        text += 3;
    if (zdm_conn_exec(conn, text, NULL, err) == 0)
        return 0;
    struct zdm_place at = {.file = file};
    if (err->position > 0)
        zdm_line_column(text, byte_offset(text, err->position), &at.line, &at.column);
    zdm_err_at(err, at);
    if (err->position > 0 && text[byte_offset(text, err->position)] == '\\')
        zdm_err_hint(err, "setup files are SQL only: psql commands do not work in them");
    return -1;
}

/* Nobody subscribes to a sandbox. What was set up may publish all tables all the same, as the server does that
 * it was dumped from: consent to publishing zdm's (journal.h). */
static int
consent(struct zdm_conn *conn, struct zdm_err *err)
{
    return zdm_conn_exec(conn,
        "DO $$BEGIN IF pg_catalog.to_regnamespace('zdm') IS NULL AND EXISTS (SELECT FROM"
        " pg_catalog.pg_publication WHERE puballtables) THEN CREATE SCHEMA zdm; END IF; END$$",
        NULL, err);
}

int
zdm_sandbox_setup(const char *conninfo, const char *const *files, size_t n, struct zdm_err *err)
{
    struct zdm_conn *conn = NULL;
    int rc = -1;

    if (n == 0)
        return 0;
    struct zdm_buf *texts = zdm_alloc(n * sizeof *texts);
    for (size_t i = 0; i < n; i++)
        texts[i] = (struct zdm_buf)ZDM_BUF_INIT;
    for (size_t i = 0; i < n; i++)
        if (read_text(files[i], &texts[i], err) < 0)
            goto out;
        else
            blank_fences(texts[i].s);
    if (zdm_conn_open(conninfo, "zdm setup", &conn, err) < 0)
        goto out;
    for (size_t i = 0; i < n; i++)
        if (run_text(conn, files[i], texts[i].s, err) < 0)
            goto out;
    rc = consent(conn, err);

out:
    zdm_conn_close(conn);
    for (size_t i = 0; i < n; i++)
        zdm_buf_release(&texts[i]);
    free(texts);
    return rc;
}
