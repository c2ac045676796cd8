#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "batch/reading.h"

int
zdm_read_file(struct zdm_reading *r, struct zdm_err *err)
{
    struct zdm_signal *s = zdm_reading_signal(r, ZDM_SIGNAL_FILE);
    const char *file = r->options->limits->file;
    bool there = access(file, F_OK) == 0;

    if (!there && errno != ENOENT && errno != ENOTDIR)
        return zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot look for the file %s", file);
    zdm_signal_set(s, there, NULL, zdm_monotonic_us());
    zdm_signal_words(s, "file %s is there", file);
    return 0;
}
