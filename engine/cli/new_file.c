#include "cli/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
zdm_new_file(const char *path, const char *text, bool *made, struct zdm_err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

    *made = fd >= 0;
    if (fd < 0)
        return errno == EEXIST ? 0 : zdm_fail_errno(err, ZDM_ERR_USAGE, "cannot write %s", path);
    ssize_t n = write(fd, text, strlen(text));
    if (close(fd) != 0 || n != (ssize_t)strlen(text)) {
        zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot write %s", path);
        unlink(path);
        return -1;
    }
    return 0;
}

int
zdm_new_folder(const char *path, mode_t mode, bool *made, struct zdm_err *err)
{
    struct stat st;

    *made = mkdir(path, mode) == 0;
    if (*made || (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
        return 0;
    return zdm_fail_errno(err, ZDM_ERR_USAGE, "cannot make the folder %s", path);
}
