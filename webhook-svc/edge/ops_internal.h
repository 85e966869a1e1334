/* ops_internal.h - what the ops files share; nobody else includes it. */
#ifndef WEBHOOK_EDGE_OPS_INTERNAL_H
#define WEBHOOK_EDGE_OPS_INTERNAL_H

#include "shared/io/monitor.h"
#include "shared/io/requests.h"
#include "webhook-svc/domain/ops_request.h"
#include "webhook-svc/edge/ids.h"
#include "webhook-svc/edge/link.h"
#include "webhook-svc/edge/ops.h"
#include "webhook-svc/edge/stream_calls.h"
#include "webhook-svc/store/replay.h"

#define OPS_SERVICES 7

struct ops {
    struct bus *bus;
    natsSubscription *subscriptions[2 * OPS_SERVICES]; /* of people, then of ingress */
    struct monitor monitor;                            /* guards what follows: one request at a time */
    struct link link;
    struct requests *requests;
    struct ids ids;
    struct stream_acks work_acks;
    int64_t asks_per_minute; /* of an owner; 0: without limit */
};
struct ops_answer {
    int status;        /* as HTTP's; 200 before */
    const char *error; /* an outcome's code; NULL: none */
    struct buf body;
};
/* Answers with a problem; STATUS_OK. */
enum status ops_refuse(struct ops_answer *answer, enum outcome outcome, const char *detail);

/* Answers that so many a minute are enough, and when there is one again; STATUS_OK. */
enum status ops_refuse_for_now(struct ops_answer *answer, int64_t per_minute, int64_t wait_ms);

/* What was put back to work is counted, by kind. */
void ops_note_replayed(const struct replayed_work *done);

/* ops_services.c: a failure is the database's. */
NODISCARD enum status ops_replay(struct ops *o, struct ops_request *request, struct ops_answer *answer);
NODISCARD enum status ops_list(struct ops *o, struct ops_request *request, struct ops_answer *answer);
NODISCARD enum status ops_discard(struct ops *o, struct ops_request *request, struct ops_answer *answer);
NODISCARD enum status ops_inject(struct ops *o, struct ops_request *request, struct ops_answer *answer);
/* ops_webhooks.c */
NODISCARD enum status ops_retry(struct ops *o, struct ops_request *request, struct ops_answer *answer);
NODISCARD enum status ops_test(struct ops *o, struct ops_request *request, struct ops_answer *answer);
NODISCARD enum status ops_recover(struct ops *o, struct ops_request *request, struct ops_answer *answer);

#endif
