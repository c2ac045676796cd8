#include "base/regex.h"

#include <regex.h>

#include "base/mem.h"

int
zdm_regex_check(const char *pattern, struct zdm_err *err)
{
    char why[128];
    regex_t compiled;
    int rc = regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB);

    if (rc == 0) {
        regfree(&compiled);
        return 0;
    }
    regerror(rc, &compiled, why, sizeof why);
    return zdm_fail(err, ZDM_ERR_PLAN, "%s", why);
}

bool
zdm_regex_occurs(const char *pattern, const char *text)
{
    regex_t compiled;

    if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        zdm_die("a regular expression was not checked");
    bool occurs = regexec(&compiled, text, 0, NULL, 0) == 0;
    regfree(&compiled);
    return occurs;
}
