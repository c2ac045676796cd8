#include "pg/conn_info.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libpq-fe.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "pg/conn.h"

/* Shorter passwords stand in every text: hiding them would spoil it, and hide nothing. */
#define SECRET_MIN 4

static bool
is_uri(const char *conninfo)
{
    return strncmp(conninfo, "postgres://", 11) == 0 || strncmp(conninfo, "postgresql://", 13) == 0;
}

void
zdm_conninfo_set(struct zdm_conninfo *info, const char *key, const char *value)
{
    for (size_t i = 0; i < info->n; i++)
        if (strcmp(info->keys[i], key) == 0) {
            char *copy = zdm_strdup(value);
            free(info->values[i]);
            info->values[i] = copy;
            return;
        }
    info->keys = zdm_grow(info->keys, info->n + 2, sizeof *info->keys);
    info->values = zdm_grow(info->values, info->n + 2, sizeof *info->values);
    info->keys[info->n] = zdm_strdup(key);
    info->values[info->n++] = zdm_strdup(value);
    info->keys[info->n] = info->values[info->n] = NULL;
}

const char *
zdm_conninfo_get(const struct zdm_conninfo *info, const char *key)
{
    for (size_t i = 0; i < info->n; i++)
        if (strcmp(info->keys[i], key) == 0)
            return info->values[i];
    return NULL;
}

void
zdm_conninfo_release(struct zdm_conninfo *info)
{
    for (size_t i = 0; i < info->n; i++) {
        free(info->keys[i]);
        free(info->values[i]);
    }
    free(info->keys);
    free(info->values);
    *info = (struct zdm_conninfo){.keys = NULL};
}

char *
zdm_scrub(const char *text, size_t n, const char *const *secrets)
{
    char *now = zdm_strdup(text);

    for (size_t i = 0; i < n; i++) {
        size_t length = secrets[i] ? strlen(secrets[i]) : 0;
        struct zdm_buf out = ZDM_BUF_INIT;
        const char *p = now;

        for (const char *hit; length > 0 && (hit = strstr(p, secrets[i])); p = hit + length) {
            zdm_buf_addn(&out, p, (size_t)(hit - p));
            zdm_buf_add(&out, "***");
        }
        zdm_buf_add(&out, p);
        free(now);
        now = zdm_buf_take(&out);
    }
    return now;
}

/* Where in broken settings a password may stand: libpq quotes pieces of what it cannot read, and
 * `password=my secret` makes it quote half of the password. */
static char *
suspicious_part(const char *conninfo)
{
    if (is_uri(conninfo)) {
        const char *from = strchr(strstr(conninfo, "://") + 3, ':');
        const char *to = strrchr(conninfo, '@');
        if (from && to && to > from)
            return zdm_strndup(from + 1, (size_t)(to - from - 1));
    }
    const char *word = strcasestr(conninfo, "password");
    return word ? zdm_strdup(word + strlen("password")) : NULL;
}

/* Neither a URI nor settings nor a service's name, but meant as an address: "postgre://ann:pw@db",
 * "ann:pw@db/shop", "jdbc:...". No keyword of libpq holds these characters, and libpq would quote
 * the password in what it says about them. */
static bool
is_address(const char *conninfo)
{
    size_t word = strcspn(conninfo, "=");

    return !is_uri(conninfo) && (memchr(conninfo, ':', word) || memchr(conninfo, '@', word));
}

static int
hint_forms(struct zdm_err *err)
{
    return zdm_err_hint(err, "write \"host=... dbname=... user=...\", "
                             "\"postgresql://user@host:5432/database\" or the name of a service");
}

/* The keyword of libpq nearest to `word`, or NULL. View until PQconninfoFree(*options). */
static const char *
nearest_keyword(const char *word, PQconninfoOption **options)
{
    const char *names[64];
    size_t n = 0;

    *options = PQconndefaults();
    for (PQconninfoOption *o = *options; o && o->keyword && n < 64; o++)
        names[n++] = o->keyword;
    return zdm_nearest(word, names, n);
}

/* libpq's complaint without whatever may be part of a password. */
static char *
careful_message(const char *message, const char *conninfo)
{
    char *suspicious = suspicious_part(conninfo);
    struct zdm_buf out = ZDM_BUF_INIT;

    while (*message) {
        const char *open = strchr(message, '"');
        /* A quoted piece may hold quotes itself: then everything up to the last one is one. */
        const char *close = open ? strchr(open + 1, '"') : NULL;
        if (!close || !suspicious)
            break;
        char *word = zdm_strndup(open + 1, (size_t)(close - open - 1));
        PQconninfoOption *options;
        bool known = nearest_keyword(word, &options) != NULL || strcmp(word, "=") == 0;
        bool secret = *word && (strstr(suspicious, word) || strstr(word, suspicious));
        PQconninfoFree(options);
        zdm_buf_addn(&out, message, (size_t)(open - message + 1));
        zdm_buf_add(&out, secret && !known ? "***" : word);
        zdm_buf_addc(&out, '"');
        free(word);
        message = close + 1;
    }
    zdm_buf_add(&out, message);
    while (out.len > 0 && isspace((unsigned char)out.s[out.len - 1]))
        out.s[--out.len] = '\0';
    /* An odd number of quotes in the settings shifts the pairs: then trust nothing that is left. */
    if (suspicious && *suspicious && strstr(out.s, suspicious)) {
        zdm_buf_clear(&out);
        zdm_buf_add(&out, "they cannot be read");
    }
    free(suspicious);
    return zdm_buf_take(&out);
}

static int
bad_conninfo(const char *conninfo, const char *message, struct zdm_err *err)
{
    char *text = careful_message(message, conninfo);
    const char *quote = strstr(text, "option \"");
    char *word = quote ? zdm_strndup(quote + 8, strcspn(quote + 8, "\"")) : NULL;
    PQconninfoOption *options = NULL;
    const char *near = word ? nearest_keyword(word, &options) : NULL;

    zdm_fail(err, ZDM_ERR_USAGE, "bad connection settings: %s", text);
    if (near && strcmp(near, word) != 0)
        zdm_err_hint(err, "did you mean \"%s\"?", near);
    else
        hint_forms(err);
    PQconninfoFree(options);
    free(word);
    free(text);
    return -1;
}

/* A raw @ or / in a URI's password moves part of it into the host or the port, which are shown. */
static int
check_uri(const char *conninfo, const struct zdm_conninfo *info, struct zdm_err *err)
{
    const char *host = zdm_conninfo_get(info, "host");
    const char *port = zdm_conninfo_get(info, "port");

    bool odd_port = port && port[strspn(port, "0123456789,")] != '\0';

    if (!(host && strchr(host, '@')) && !(odd_port && strchr(conninfo, '@')))
        return 0;
    zdm_fail(err, ZDM_ERR_USAGE,
        "bad connection settings: the URI's user, password, host and port "
        "cannot be told apart");
    return zdm_err_hint(err, "in a URI's password write @ as %%40, / as %%2F, : as %%3A and %% as "
                             "%%25; or leave it out and use PGPASSWORD or ~/.pgpass");
}

static int
check_ports(const struct zdm_conninfo *info, struct zdm_err *err)
{
    const char *p = zdm_conninfo_get(info, "port");

    while (p && *p) {
        size_t n = strcspn(p, ",");
        char *port = zdm_strndup(p, n);
        int64_t number;
        bool good = n == 0 || (zdm_parse_i64(port, &number) && number > 0 && number < 65536);
        if (!good) {
            zdm_fail(err, ZDM_ERR_USAGE, "bad connection settings: \"%s\" is not a port", port);
            zdm_err_hint(err, "a port is a number from 1 to 65535; PostgreSQL's own is 5432");
        }
        free(port);
        if (!good)
            return -1;
        p += n + (p[n] == ',');
    }
    return 0;
}

/* libpq takes a URI in the place of the name as a name, and the server repeats it in its error. */
static int
check_dbname(const struct zdm_conninfo *info, struct zdm_err *err)
{
    const char *db = zdm_conninfo_get(info, "dbname");

    if (!db && !zdm_conninfo_get(info, "service"))
        db = getenv("PGDATABASE");
    if (!db || !strstr(db, "://"))
        return 0;
    zdm_fail(err, ZDM_ERR_USAGE,
        "bad connection settings: a URI stands where the name of the database belongs");
    return zdm_err_hint(
        err, "give the URI itself as --db or ZDM_DATABASE_URL, not as dbname or PGDATABASE");
}

static int
parse(const char *conninfo, struct zdm_conninfo *out, struct zdm_err *err)
{
    conninfo += strspn(conninfo, " \t\r\n");
    if (!*conninfo)
        return 0;
    if (is_address(conninfo)) {
        zdm_fail(err, ZDM_ERR_USAGE,
            "bad connection settings: neither a URI that begins with postgresql:// nor settings "
            "such as host=... nor a service");
        return hint_forms(err);
    }
    if (!strchr(conninfo, '=') && !strstr(conninfo, "://")) {
        zdm_conninfo_set(out, "service", conninfo);
        return 0;
    }

    char *message = NULL;
    PQconninfoOption *options = PQconninfoParse(conninfo, &message);
    if (!options) {
        bad_conninfo(conninfo, message ? message : "out of memory", err);
        PQfreemem(message);
        return -1;
    }
    for (PQconninfoOption *o = options; o->keyword; o++)
        if (o->val && strcmp(o->keyword, "client_encoding") != 0)
            zdm_conninfo_set(out, o->keyword, o->val);
    PQconninfoFree(options);
    if (is_uri(conninfo) && check_uri(conninfo, out, err) < 0)
        return -1;
    return check_ports(out, err);
}

int
zdm_conninfo_parse(const char *conninfo, struct zdm_conninfo *out, struct zdm_err *err)
{
    *out = (struct zdm_conninfo){.keys = NULL};
    zdm_conninfo_set(out, "client_encoding", "UTF8");
    if (parse(conninfo, out, err) == 0 && check_dbname(out, err) == 0)
        return 0;
    zdm_conninfo_release(out);
    return -1;
}

bool
zdm_conninfo_is_public(const char *conninfo)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_conninfo info;

    /* What cannot be read may hold anything. */
    if (strcasestr(conninfo, "password") || zdm_conninfo_parse(conninfo, &info, &err) < 0) {
        zdm_err_release(&err);
        return false;
    }
    bool secret = zdm_conninfo_get(&info, "password") || zdm_conninfo_get(&info, "sslpassword");
    zdm_conninfo_release(&info);
    return !secret;
}

char *
zdm_conninfo_public_key(const char *conninfo)
{
    static const char *const keys[] = {"host", "hostaddr", "port", "dbname", "user", "service"};
    struct zdm_conninfo info = {.keys = NULL};
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_buf out = ZDM_BUF_INIT;

    /* What cannot be read connects nowhere: any key will do. */
    if (zdm_conninfo_parse(conninfo, &info, &err) < 0)
        zdm_err_clear(&err);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *value = zdm_conninfo_get(&info, keys[i]);
        zdm_buf_addf(&out, "%s\n", value ? value : "");
    }
    zdm_conninfo_release(&info);
    return zdm_buf_take(&out);
}

char *
zdm_conninfo_hide(const char *conninfo, const char *text)
{
    const char *secrets[] = {NULL, NULL, NULL, getenv("PGPASSWORD")};
    struct zdm_conninfo info = {.keys = NULL};
    struct zdm_err err = ZDM_ERR_INIT;

    if (!zdm_conninfo_is_public(conninfo))
        secrets[0] = conninfo;
    if (zdm_conninfo_parse(conninfo, &info, &err) == 0) {
        secrets[1] = zdm_conninfo_get(&info, "password");
        secrets[2] = zdm_conninfo_get(&info, "sslpassword");
    }
    for (size_t i = 1; i < sizeof secrets / sizeof *secrets; i++)
        if (secrets[i] && strlen(secrets[i]) < SECRET_MIN)
            secrets[i] = NULL;
    char *shown = zdm_scrub(text, sizeof secrets / sizeof *secrets, secrets);
    zdm_conninfo_release(&info);
    zdm_err_release(&err);
    return shown;
}

/* The list behind its first n members; NULL when it has no more than n. */
static const char *
list_behind(const char *list, size_t n)
{
    while (n-- > 0) {
        list = strchr(list, ',');
        if (!list)
            return NULL;
        list++;
    }
    return list;
}

bool
zdm_conninfo_skip_host(struct zdm_conninfo *info, const char *host)
{
    static const char *const lists[] = {"host", "hostaddr"};
    size_t index = 0;
    bool found = false;

    for (size_t i = 0; i < 2 && !found; i++) {
        const char *member = zdm_conninfo_get(info, lists[i]);
        for (index = 0; member && !found; index++, member = list_behind(member, 1))
            found =
                strlen(host) == strcspn(member, ",") && strncmp(member, host, strlen(host)) == 0;
    }
    if (!found)
        return false;

    bool more = false;
    for (size_t i = 0; i < 2; i++) {
        const char *list = zdm_conninfo_get(info, lists[i]);
        const char *rest = list && *list ? list_behind(list, index) : NULL;
        if (rest) {
            char *copy = zdm_strdup(rest);
            zdm_conninfo_set(info, lists[i], copy);
            free(copy);
            more = true;
        }
    }
    /* One port for all hosts stays as it is. */
    const char *ports = zdm_conninfo_get(info, "port");
    const char *rest = ports ? list_behind(ports, index) : NULL;
    if (more && rest) {
        char *copy = zdm_strdup(rest);
        zdm_conninfo_set(info, "port", copy);
        free(copy);
    }
    return more;
}

char *
zdm_conninfo_where(const char *user, const char *host, const char *port, const char *db)
{
    struct zdm_buf out = ZDM_BUF_INIT;
    bool brackets = host && (host[0] == '/' || host[0] == '@' || strchr(host, ':'));

    if (user && *user)
        zdm_buf_addf(&out, "%s@", user);
    zdm_buf_addf(&out, brackets ? "[%s]" : "%s", host && *host ? host : "localhost");
    if (port && *port)
        zdm_buf_addf(&out, ":%s", port);
    if (db && *db)
        zdm_buf_addf(&out, "/%s", db);
    return zdm_buf_take(&out);
}
