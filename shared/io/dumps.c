/* dumps.c - see dumps.h. */
#include "shared/io/dumps.h"

#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>

enum status dumps_forbid(void)
{
    /* The hard limit too: nothing that runs here later can raise it again. Where cores are piped to a program
       the kernel goes by the second. */
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0)
        return STATUS_FAILED;
    return STATUS_OK;
}
