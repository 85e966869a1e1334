/* ids.c - see ids.h. */
#include "webhook-svc/edge/ids.h"

#include <sodium.h>

#include "shared/core/clock.h"

struct uuid ids_next(struct ids *ids)
{
    return uuid7_make(clock_unix_us(), ids->sequence++, randombytes_random());
}
