/* db_wait.c - every wait on a PostgreSQL socket, each with an absolute deadline. */
#include <errno.h>
#include <poll.h>

#include "shared/core/clock.h"
#include "shared/io/db_internal.h"

#define DEFAULT_QUERY_TIMEOUT_MS 5000

int64_t db_timeout_us(const struct db *db)
{
    int timeout_ms = db->options->query_timeout_ms;
    if (timeout_ms == 0)
        timeout_ms = DEFAULT_QUERY_TIMEOUT_MS;
    return (int64_t)timeout_ms * 1000;
}

int64_t db_deadline(const struct db *db)
{
    return clock_monotonic_us() + db_timeout_us(db);
}

enum status db_wait_socket(PGconn *conn, short events, int64_t deadline_us)
{
    struct pollfd p = {.fd = PQsocket(conn), .events = events};
    if (p.fd < 0)
        return STATUS_FAILED;
    for (;;) {
        int64_t left_us = deadline_us - clock_monotonic_us();
        if (left_us <= 0)
            return STATUS_TIMEOUT;
        struct timespec left = {.tv_sec = left_us / 1000000, .tv_nsec = (left_us % 1000000) * 1000};
        int ready = ppoll(&p, 1, &left, NULL);
        if (ready > 0)
            return STATUS_OK;
        if (ready < 0 && errno != EINTR)
            return STATUS_FAILED;
    }
}

enum status db_next_result(struct db *db, int64_t deadline_us, PGresult **ret_result)
{
    /* Reading while there is still something to write: a server that blocks on sending results to us would
       never read the rest of a long pipeline. */
    int unsent = PQflush(db->conn);
    while (unsent >= 0 && PQisBusy(db->conn)) {
        short events = unsent > 0 ? POLLIN | POLLOUT : POLLIN;
        enum status s = db_wait_socket(db->conn, events, deadline_us);
        if (s == STATUS_TIMEOUT)
            return db_fail_timeout(db);
        if (s != STATUS_OK || !PQconsumeInput(db->conn))
            break; /* PQgetResult has the reason and does not wait on a lost connection */
        unsent = PQflush(db->conn);
    }
    *ret_result = PQgetResult(db->conn);
    return STATUS_OK;
}
