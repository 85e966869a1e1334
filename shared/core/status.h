/* status.h - did the machinery work? What the ledger says (refusals) is an outcome: outcome.h. */
#ifndef SHARED_CORE_STATUS_H
#define SHARED_CORE_STATUS_H

#define NODISCARD         __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define CLEANUP(f)        __attribute__((cleanup(f)))

enum status {
    STATUS_OK,
    STATUS_INVALID,     /* the input is malformed */
    STATUS_NOT_FOUND,   /* what was asked for is not there */
    STATUS_FULL,        /* a stated limit was reached */
    STATUS_NO_MEMORY,   /* an allocation failed */
    STATUS_TIMEOUT,     /* the deadline passed first */
    STATUS_UNAVAILABLE, /* a dependency is gone and nothing was handed to it */
    STATUS_RETRY,   /* the database asks for the whole transaction again (40001, 40P01, connection lost) */
    STATUS_UNKNOWN, /* handed over, answer lost: it may or may not have happened */
    STATUS_FAILED   /* anything else */
};

/* A word for logs: "ok", "invalid", ... */
const char *status_name(enum status s);

#endif
