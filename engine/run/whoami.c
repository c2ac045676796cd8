#include <pwd.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/runner.h"

char *
zdm_whoami(void)
{
    char host[256] = "localhost";
    gethostname(host, sizeof(host));
    host[sizeof(host) - 1] = '\0';
    const struct passwd *user = getpwuid(geteuid());
    if (user)
        return zdm_strf("%s@%s", user->pw_name, host);
    return zdm_strf("uid %u@%s", (unsigned)geteuid(), host);
}
