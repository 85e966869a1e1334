/* dumps.h - what a process has in its memory stays there. */
#ifndef SHARED_IO_DUMPS_H
#define SHARED_IO_DUMPS_H

#include "shared/core/status.h"

/* From now on a crash writes no core, and other processes of the same user can neither trace this one nor
   read its memory: it holds passwords, sealing keys and what these open. */
NODISCARD enum status dumps_forbid(void);

#endif
