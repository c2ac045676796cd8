#include "base/bell.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"

int
zdm_bell_new(void)
{
    int bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    if (bell < 0)
        zdm_die("cannot make an eventfd");
    return bell;
}

void
zdm_bell_ring(int bell)
{
    uint64_t one = 1;

    if (write(bell, &one, sizeof one) < 0 && errno != EAGAIN)
        zdm_die("cannot write to an eventfd");
}

void
zdm_bell_silence(int bell)
{
    uint64_t count;

    if (read(bell, &count, sizeof count) < 0 && errno != EAGAIN)
        zdm_die("cannot read from an eventfd");
}
