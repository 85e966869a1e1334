/* status.c - words for statuses. */
#include "shared/core/status.h"

const char *status_name(enum status s)
{
    switch (s) {
    case STATUS_OK:
        return "ok";
    case STATUS_INVALID:
        return "invalid";
    case STATUS_NOT_FOUND:
        return "not_found";
    case STATUS_FULL:
        return "full";
    case STATUS_NO_MEMORY:
        return "no_memory";
    case STATUS_TIMEOUT:
        return "timeout";
    case STATUS_UNAVAILABLE:
        return "unavailable";
    case STATUS_RETRY:
        return "retry";
    case STATUS_UNKNOWN:
        return "unknown";
    case STATUS_FAILED:
        return "failed";
    }
    return "?";
}
