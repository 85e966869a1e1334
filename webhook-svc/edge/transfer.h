/* transfer.h - one try of a delivery as an HTTP request of libcurl: what is sent, and what is kept of the
 * answer. */
#ifndef WEBHOOK_EDGE_TRANSFER_H
#define WEBHOOK_EDGE_TRANSFER_H

#include <curl/curl.h>

#include "shared/core/webhook_signature.h"
#include "shared/io/webhook_target.h"
#include "webhook-svc/domain/delivery.h"

#define TRANSFER_ANSWER_KEPT 1024
#define TRANSFER_ERROR_SIZE  160

/* What is to be sent where; borrowed until transfer_end. */
struct transfer_request {
    const char *url;
    const struct webhook_target *target;
    const struct webhook_addresses *addresses; /* checked: it is connected to one of these and to no other */
    const char *id;                            /* webhook-id */
    const struct webhook_secret *secrets;      /* each signs */
    size_t secret_count;
    const char *traceparent; /* "": none */
    struct str body;
};
struct transfer_settings {
    bool development;
    const char *ca_file; /* NULL: the system's */
    int64_t timeout_ms;
};
/* How it ended. */
struct transfer_result {
    enum delivery_outcome outcome;
    int http_status; /* 0: no answer */
    bool was_cut;    /* the answer was too long: the rest of it was not read */
    int64_t retry_after_ms;
    char error[TRANSFER_ERROR_SIZE];
    char address[NET_ADDRESS_TEXT_SIZE];
    char answer[TRANSFER_ANSWER_KEPT + 1]; /* printable ASCII and line ends */
    size_t answer_len;
};

struct transfer;
/* Kept for many requests one after the other; NULL: out of memory. */
struct transfer *transfer_new(const struct transfer_settings *settings);
void transfer_free(struct transfer *t); /* NULL-safe */
/* Its easy handle, to be added to a multi handle; context is what transfer_context gives. STATUS_NO_MEMORY.
 */
NODISCARD enum status transfer_begin(struct transfer *t, const struct transfer_request *r, void *context,
                                     CURL **ret_easy);
struct transfer *transfer_of(CURL *easy);
CURL *transfer_easy(const struct transfer *t);
void *transfer_context(const struct transfer *t);
/* After its easy handle was taken out again. */
void transfer_end(struct transfer *t, CURLcode code, struct transfer_result *ret_result);

#endif
