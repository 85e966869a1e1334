/* work_event.h - work as the bus carries it: CloudEvents 1.0, JSON format, structured mode. What is done is
   read from the database; the data are for people and for who comes without a database. Pure. */
#ifndef SHARED_CONTRACT_WORK_EVENT_H
#define SHARED_CONTRACT_WORK_EVENT_H

#include "shared/core/json_out.h"

struct work_event {
    struct uuid id, object;
    struct str kind; /* "webhook" */
    int64_t enqueued_us;
    struct str traceparent; /* data NULL: none */
    /* Of kind webhook only. */
    struct str provider, event_id, event_type, payload;
    int64_t occurred_us; /* 0: not said */
};
/* The prefix of the ids of what a kind of work is done on: "whe" of webhook. */
const char *work_object_prefix(struct str kind);

/* {"specversion":"1.0","id":"wrk_..","source":"/paybus/work","type":"paybus.work.webhook","subject":"whe_..",
   "time","datacontenttype":"application/json","traceparent"?,"data":{"id", of a webhook
   "provider","event_id", "event_type","occurred_at","payload"}}. Replaces what is in out. */
void work_event_write(struct buf *out, const struct work_event *e);

#endif
