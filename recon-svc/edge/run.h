/* run.h - one run: everything, or what is new and what is open, from beginning to end. */
#ifndef RECON_EDGE_RUN_H
#define RECON_EDGE_RUN_H

#include "recon-svc/domain/account_table.h"
#include "recon-svc/domain/account_walk.h"
#include "recon-svc/domain/id_list.h"
#include "recon-svc/domain/pairing.h"
#include "recon-svc/domain/transaction_check.h"
#include "recon-svc/edge/config.h"
#include "recon-svc/store/run_rows.h"
#include "shared/io/bus.h"

#define RUN_IDS_MAX                                                                                          \
    ((size_t)2 << 20) /* 32 MB: a minute's transactions at twenty times what the ledger makes */

struct run_result;
struct run_options {
    bool is_full;
    const char *trigger, *actor;
    const char *trace_id;          /* of the request for it; "": nobody's */
    struct bus *bus;               /* for the stream of dead letters */
    bool (*is_due)(void *context); /* once no other is under way; NULL: it is, whatever others have done */
    void (*on_step)(void *context,
                    const struct uuid *run); /* now and then while it is under way; may be NULL */
    /* Of a full run; may be NULL: whether an incremental one is wanted at once, and one that it let through.
     */
    bool (*is_wanted)(void *context);
    void (*on_incremental)(void *context, const struct run_result *result);
    void *context;
};
/* RUN_PARTIAL: completed, but a transaction that does not end kept it from what is new. */
enum run_end { RUN_COMPLETED, RUN_PARTIAL, RUN_BUSY, RUN_FAILED, RUN_STOPPED };
struct run_result {
    enum run_end end;
    struct uuid
        id; /* zero: it did not begin; RUN_BUSY: of the one that is under way, or zero: it just ended */
    struct run_counts counts;
    int64_t took_ms, seq; /* the last event looked at */
    int64_t found[CHECK_COUNT];
};

/* The parts of a run share this. */
struct run {
    const struct recon_config *config;
    struct store *store;
    struct run_options options;
    struct uuid id;
    struct run_place from, to; /* to: as far as this run came */
    int64_t newest_seq;        /* when it began */
    int64_t mark_seq, now_us;  /* PostgreSQL's clock at its beginning */
    int64_t clock_us;          /* the same as last read */
    struct anomalies found;
    struct run_counts counts;
    struct id_list accounts, holds, originals; /* met on the way */
    size_t accounts_sorted;                    /* how many there were when they were last sorted */
    struct id_list behind;                     /* accounts that were ahead of their projection */
    struct id_list strays;                     /* transactions without an event */
    struct id_list changed; /* accounts that were frozen, closed, ...: a full run looks for their last fact */
    struct pairing pairing;
    struct account_table proved; /* of a full run: accounts as far as the entries of the events are right */
    bool is_dlq_unread;
    bool is_alone;               /* nobody else may run now: the stream has one reader */
    bool is_within;              /* a full run, which waits meanwhile */
    int64_t turn_us;             /* of a full run: when it last let an incremental one through, monotonic */
    struct run_place turn_place; /* how far that came */
    int64_t told_us;
    struct transaction_facts facts;
};

/* Takes the lock, runs, stores what was found. store may be connected or not; the lock is given back at the
 * end. */
enum run_end run_once(const struct recon_config *config, struct store *store,
                      const struct run_options *options, struct run_result *ret_result);

/* Between two steps: tells how far it is, lets what is due through, rests, and is false when the service is
 * to stop. */
bool run_may_go_on(struct run *r, int64_t step_us);

/* False when a stop was asked for meanwhile. */
bool run_rest(int64_t us);

/* Holds r->facts against the rules. It may be younger than the run: what was sealed meanwhile is looked at,
 * too. */
NODISCARD enum status run_check_transaction(struct run *r);

/* Its parts, in their order. */
NODISCARD enum status run_events(struct run *r);
NODISCARD enum status run_pairing_begin(struct run *r);
NODISCARD enum status run_pairing_end(struct run *r);
/* Of a full run, before its events: what earlier ones proved of accounts. */
NODISCARD enum status run_accounts_begin(struct run *r);
NODISCARD enum status run_accounts(struct run *r);
NODISCARD enum status run_objects(struct run *r);
NODISCARD enum status run_dead_letters(struct run *r);

#endif
