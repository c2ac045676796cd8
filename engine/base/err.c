#include "base/err.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
zdm_err_clear(struct zdm_err *err)
{
    free(err->message);
    free(err->detail);
    free(err->hint);
    free(err->file);
    *err = (struct zdm_err)ZDM_ERR_INIT;
}

int
zdm_fail(struct zdm_err *err, enum zdm_code code, const char *fmt, ...)
{
    va_list ap;

    /* Format first: the arguments may be parts of the error that is replaced. */
    va_start(ap, fmt);
    char *message = zdm_vstrf(fmt, ap);
    va_end(ap);

    zdm_err_clear(err);
    err->code = code;
    err->message = message;
    return -1;
}

int
zdm_fail_errno(struct zdm_err *err, enum zdm_code code, const char *fmt, ...)
{
    const char *why = strerror(errno);
    va_list ap;

    va_start(ap, fmt);
    char *what = zdm_vstrf(fmt, ap);
    va_end(ap);

    zdm_fail(err, code, "%s: %s", what, why);
    free(what);
    return -1;
}

__attribute__((format(printf, 2, 0))) static int
set_part(char **part, const char *fmt, va_list ap)
{
    char *text = zdm_vstrf(fmt, ap);

    free(*part);
    *part = text;
    return -1;
}

int
zdm_err_detail(struct zdm_err *err, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    set_part(&err->detail, fmt, ap);
    va_end(ap);
    return -1;
}

int
zdm_err_hint(struct zdm_err *err, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    set_part(&err->hint, fmt, ap);
    va_end(ap);
    return -1;
}

int
zdm_err_at(struct zdm_err *err, struct zdm_place at)
{
    char *file = zdm_strdup(at.file);

    free(err->file);
    err->file = file;
    err->line = at.line;
    err->column = at.column;
    return -1;
}

int
zdm_err_wrap(struct zdm_err *err, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    char *context = zdm_vstrf(fmt, ap);
    va_end(ap);

    char *message = zdm_strf("%s: %s", context, err->message ? err->message : "unknown error");
    free(context);
    free(err->message);
    err->message = message;
    return -1;
}

void
zdm_err_move(struct zdm_err *to, struct zdm_err *from)
{
    if (to == from)
        return;
    zdm_err_clear(to);
    *to = *from;
    *from = (struct zdm_err)ZDM_ERR_INIT;
}

int
zdm_err_exit_code(enum zdm_code code)
{
    switch (code) {
    case ZDM_OK:
        return 0;
    case ZDM_ERR_FAILED:
        return 1;
    case ZDM_ERR_USAGE:
    case ZDM_ERR_PLAN:
        return 2;
    case ZDM_ERR_CLOSED:
        return 3;
    case ZDM_ERR_REFUSED:
        return 4;
    case ZDM_ERR_OWNED:
        return 5;
    case ZDM_ERR_PAUSED:
        return 6;
    case ZDM_ERR_MISMATCH:
        return 7;
    case ZDM_ERR_INTERRUPTED:
        return 130;
    }
    zdm_die("unknown error code");
}

struct zdm_err *
zdm_errlist_add(struct zdm_errlist *list)
{
    list->items = zdm_grow(list->items, list->count + 1, sizeof *list->items);
    list->items[list->count] = (struct zdm_err)ZDM_ERR_INIT;
    return &list->items[list->count++];
}

void
zdm_errlist_release(struct zdm_errlist *list)
{
    for (size_t i = 0; i < list->count; i++)
        zdm_err_clear(&list->items[i]);
    free(list->items);
    *list = (struct zdm_errlist)ZDM_ERRLIST_INIT;
}
