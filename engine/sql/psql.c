#include <string.h>

#include "sql/script.h"

/* What shows, formats, sets a variable or a file name. Sorted. */
static const char *const harmless[] = {"?", "C", "H", "T", "\\", "a", "bind", "cd", "conninfo",
    "copyright", "echo", "encoding", "errverbose", "f", "getenv", "h", "help", "html", "l", "list",
    "p", "parse", "print", "prompt", "pset", "q", "qecho", "quit", "r", "reset", "restrict", "s",
    "sf", "sv", "setenv", "t", "timing", "unrestrict", "unset", "w", "warn", "write", "x", "z"};

/* What sends the statement before it. \gexec runs the answer, \gset keeps it. */
static const char *const sends[] = {"crosstabview", "g", "gdesc", "gset", "gx", "watch"};

static bool
listed(const char *name, size_t n, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(list[i]) == n && memcmp(list[i], name, n) == 0)
            return true;
    return false;
}
#define LISTED(name, n, list) listed((name), (n), (list), sizeof(list) / sizeof *(list))

enum zdm_psql
zdm_psql_kind(const char *s, size_t n)
{
    size_t name = 1;

    while (name < n && !strchr(" \t\r\f\v|(", s[name]))
        name++;
    const char *rest = s + name;
    size_t left = n - name;

    s++;
    name--;
    if (LISTED(s, name, harmless) || (name > 0 && s[0] == 'd') ||
        (name == 7 && memcmp(s, "lo_list", 7) == 0))
        return ZDM_PSQL_HARMLESS;
    if (LISTED(s, name, sends))
        return ZDM_PSQL_SENDS;
    /* A pipe runs a program; AUTOCOMMIT opens transactions that the text does not show. */
    if (name == 1 && s[0] == 'o')
        return memchr(rest, '|', left) ? ZDM_PSQL_HIDDEN : ZDM_PSQL_HARMLESS;
    if (name == 3 && memcmp(s, "set", 3) == 0)
        return memmem(rest, left, "AUTOCOMMIT", 10) ? ZDM_PSQL_HIDDEN : ZDM_PSQL_HARMLESS;
    return ZDM_PSQL_HIDDEN;
}
