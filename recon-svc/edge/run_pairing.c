/* run_pairing.c - every transaction has an event. Ids of transactions rise with time and so do numbers of
   events, but only nearly: two that ran at the same time may be the other way round. So events are read ahead
   of transactions, by a minute of what the ids say; at the end both are read to their ends in one snapshot.
 */
#include <string.h>

#include "recon-svc/edge/run_parts.h"
#include "recon-svc/store/objects.h"

#define AHEAD_US    INT64_C(60000000)
#define SAMPLE_US   INT64_C(1000000)
#define POSTED_MANY 100000

/* Up to sample.seq no event posted a transaction above sample.highest. */
struct sample {
    int64_t seq;
    struct uuid highest;
};
#define SAMPLES 128
static struct {
    struct sample ring[SAMPLES];
    size_t count;
    struct uuid highest;
    size_t left; /* of what was posted, after it was last held against transactions */
} met;           /* of the one run */

static const struct uuid last_id = {
    {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}};

void pairing_add(struct run *r, int64_t seq, const struct uuid *transaction)
{
    id_list_add(&r->posted, transaction);
    if (uuid_compare(transaction, &met.highest) > 0)
        met.highest = *transaction;
    const struct sample *newest = &met.ring[(met.count + SAMPLES - 1) % SAMPLES];
    if (met.count == 0 || uuid7_unix_us(&met.highest) - uuid7_unix_us(&newest->highest) >= SAMPLE_US)
        met.ring[met.count++ % SAMPLES] = (struct sample){seq, met.highest};
}

static void find_lost_events(struct run *r, const struct id_list *transactions)
{
    for (size_t i = 0; i < transactions->count; i++) {
        if (!id_list_has(&r->posted, &transactions->ids[i])) {
            struct anomaly a = {.check = CHECK_transaction_without_event,
                                .type = OBJECT_transaction,
                                .id = transactions->ids[i]};
            anomalies_add(&r->found, &a);
            id_list_add(&r->strays, &transactions->ids[i]);
        }
    }
}

/* One page of transactions up to an id; *ret_end when there are no more. */
static enum status compare_page(struct run *r, const struct uuid *up_to, bool *ret_end)
{
    struct id_list transactions;
    id_list_init(&transactions, (size_t)OBJECTS_PAGE * 10);
    struct uuid bounds[] = {r->to.transaction, *up_to};
    enum status s = objects_page_transactions(r->store, bounds, &transactions);
    *ret_end = transactions.count < (size_t)OBJECTS_PAGE * 10;
    if (s == STATUS_OK && !*ret_end)
        bounds[1] = transactions.ids[transactions.count - 1];
    if (s == STATUS_OK)
        s = objects_find_lost_entries(r->store, bounds, &r->accounts, &r->found);
    if (s == STATUS_OK) {
        find_lost_events(r, &transactions);
        r->to.transaction = bounds[1];
    }
    id_list_free(&transactions);
    return s;
}

static enum status compare_up_to(struct run *r, const struct uuid *up_to)
{
    id_list_sort(&r->posted);
    enum status s = STATUS_OK;
    for (bool is_end = false; s == STATUS_OK && !is_end;)
        s = compare_page(r, up_to, &is_end);
    id_list_drop_up_to(&r->posted, up_to);
    met.left = r->posted.count;
    return s;
}

enum status pairing_go_on(struct run *r)
{
    if (r->posted.count <
        POSTED_MANY + 2 * met.left) /* sorting costs: each id takes part a few times at most */
        return STATUS_OK;
    struct uuid up_to = uuid7_make(uuid7_unix_us(&met.highest) - AHEAD_US, 0, 0);
    return uuid_compare(&up_to, &r->to.transaction) > 0 ? compare_up_to(r, &up_to) : STATUS_OK;
}

/* What earlier runs read of the events that transactions still to come may belong to. */
enum status run_pairing_begin(struct run *r)
{
    memset(&met, 0, sizeof met);
    met.highest = r->from.transaction;
    size_t count = 1;
    for (int64_t seq = r->from.pairing_seq; seq < r->from.seq && count > 0;) {
        enum status s = objects_list_posted(r->store, &seq, &r->posted, &count);
        if (s != STATUS_OK)
            return s;
    }
    return STATUS_OK;
}

static enum status compare_rest(struct run *r)
{
    size_t count = 1;
    for (int64_t seq = r->to.seq; count > 0;) {
        enum status s = objects_list_posted(r->store, &seq, &r->posted, &count);
        if (s != STATUS_OK)
            return s;
    }
    return compare_up_to(r, &last_id);
}

/* Where the next run begins: far enough back that what was not there yet will not come before it. */
static void note_place(struct run *r)
{
    r->to.pairing_seq = r->from.pairing_seq;
    r->to.transaction = r->from.transaction;
    size_t kept = met.count < SAMPLES ? met.count : SAMPLES;
    for (size_t i = 1; i <= kept; i++) {
        const struct sample *s = &met.ring[(met.count - i) % SAMPLES];
        if (uuid7_unix_us(&s->highest) <= uuid7_unix_us(&met.highest) - AHEAD_US) {
            r->to.pairing_seq = s->seq;
            r->to.transaction = s->highest;
            return;
        }
    }
}

enum status run_pairing_end(struct run *r)
{
    enum status s = store_snapshot_begin(r->store);
    if (s == STATUS_OK)
        s = compare_rest(r);
    if (s == STATUS_OK)
        s = store_snapshot_end(r->store);
    if (s == STATUS_OK && r->posted.is_full)
        s = STATUS_FULL;
    note_place(r);
    return s;
}
