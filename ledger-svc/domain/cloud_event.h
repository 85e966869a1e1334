/* cloud_event.h - a fact as the bus carries it: CloudEvents 1.0, JSON format, structured mode. Pure. */
#ifndef LEDGER_DOMAIN_CLOUD_EVENT_H
#define LEDGER_DOMAIN_CLOUD_EVENT_H

#include "shared/contract/resources.h"

/* A leg of a posted transaction, with the account's version after it. */
struct fact_entry {
    struct entry_resource entry;
    int64_t account_version;
};
struct fact {
    int64_t seq, created_us;
    struct uuid id, object, command;
    struct str type, resource, owner, actor, source, traceparent; /* data NULL: none */
    struct str before, after;                                     /* JSON; data NULL: none */
    /* Of transaction.posted, whose before and after are made from these; NULL of all others. */
    const struct transaction_resource *transaction;
    const struct fact_entry *entries; /* by leg */
    size_t entry_count;
};

/* {"specversion":"1.0","id":"evt_..","source":"/paybus/ledger","type":"transaction.posted","subject":"txn_..",
   "time","datacontenttype":"application/json","sequence":"00000000000000000017","traceparent"?,
   "data":{"resource","object","command","owner","actor","source","before","after"}}
   sequence is that of the CloudEvents extension: numbers as text of equal length. Replaces what is in out. */
void cloud_event_write(struct buf *out, const struct fact *f);

#endif
