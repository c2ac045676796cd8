#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "pg/conn_private.h"

/* Where the target is, and what of several servers is meant: a replica's own. */
static bool
is_of_the_place(const char *key)
{
    static const char *const keys[] = {"service", "host", "hostaddr", "port",
        "target_session_attrs", "load_balance_hosts", "application_name",
        "fallback_application_name"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

/* What the replica's settings leave out is as the target's session has it. */
static void
inherit(struct zdm_conninfo *info, const struct zdm_conn *conn)
{
    PQconninfoOption *options = PQconninfo(conn->pg);
    const char *user = zdm_conninfo_get(info, "user");
    bool other_user = user && strcmp(user, PQuser(conn->pg)) != 0;

    for (PQconninfoOption *o = options; o && o->keyword; o++) {
        bool secret = strcmp(o->keyword, "password") == 0;
        if (o->val && *o->val && !zdm_conninfo_get(info, o->keyword) &&
            !is_of_the_place(o->keyword) && !(secret && other_user))
            zdm_conninfo_set(info, o->keyword, o->val);
    }
    PQconninfoFree(options);
}

/* As keyword = 'value' ...; owned. */
static char *
as_text(const struct zdm_conninfo *info)
{
    struct zdm_buf out = ZDM_BUF_INIT;

    for (size_t i = 0; i < info->n; i++) {
        zdm_buf_addf(&out, "%s%s='", i ? " " : "", info->keys[i]);
        for (const char *p = info->values[i]; *p; p++) {
            if (*p == '\'' || *p == '\\')
                zdm_buf_addc(&out, '\\');
            zdm_buf_addc(&out, *p);
        }
        zdm_buf_addc(&out, '\'');
    }
    return zdm_buf_take(&out);
}

int
zdm_conn_open_replica(
    const struct zdm_conn *conn, const char *conninfo, struct zdm_conn **out, struct zdm_err *err)
{
    struct zdm_conninfo info;

    if (zdm_conninfo_parse(conninfo, &info, err) < 0)
        return -1;
    if (!zdm_conninfo_get(&info, "service"))
        inherit(&info, conn);
    if (!zdm_conninfo_get(&info, "target_session_attrs"))
        zdm_conninfo_set(&info, "target_session_attrs", "any");
    char *text = as_text(&info);
    int rc = zdm_conn_open(text, conn->application, out, err);
    free(text);
    zdm_conninfo_release(&info);
    return rc;
}
