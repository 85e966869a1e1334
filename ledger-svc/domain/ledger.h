/* ledger.h - the state that one batch decides on: loaded accounts, holds and originals, time, fresh ids, and
   the plan it fills. Pure. */
#ifndef LEDGER_DOMAIN_LEDGER_H
#define LEDGER_DOMAIN_LEDGER_H

#include "ledger-svc/domain/endpoint.h"
#include "ledger-svc/domain/hold.h"
#include "ledger-svc/domain/original.h"
#include "ledger-svc/domain/plan.h"
#include "ledger-svc/domain/uuid_map.h"
#include "ledger-svc/domain/webhook_event.h"

/* Fresh ids from arguments: time, a running sequence, and a seed for the random bits. */
struct id_source {
    int64_t now_us;
    uint32_t sequence;
    uint64_t random_state; /* never 0 */
};
struct uuid id_next(struct id_source *ids);
struct uuid id_next_at(struct id_source *ids, int64_t unix_us); /* for what happens at another time */

/* An account and how it was before a change. */
struct account_before {
    struct account *account;
    struct account was;
};

/* A currency whose fx account was looked for. */
struct fx_currency {
    char code[4];
};

/* An owner of webhook endpoints: how many there are, deleted ones left out, and how many came to be within 24
   hours, deleted or not. */
struct endpoint_owner {
    struct str name;
    int64_t living, made_of_late;
};

struct ledger {
    struct arena *arena; /* everything of the batch lives here */
    int64_t now_us; /* PostgreSQL's clock after the locks; entries of an account with a later one follow that
                       one */
    struct id_source ids;
    struct plan plan;
    /* the accounts by id, and in order of arrival */
    struct uuid_map by_id;
    struct account **accounts;
    size_t account_count, account_cap;
    struct uuid_map holds_by_id;
    struct hold **holds;
    size_t hold_count, hold_cap;
    struct uuid_map originals_by_id;
    struct original **originals;
    size_t original_count, original_cap;
    struct uuid_map webhooks_by_key;
    struct uuid_map endpoints_by_id;
    struct endpoint **endpoints;
    size_t endpoint_count, endpoint_cap;
    struct endpoint_owner *endpoint_owners;
    size_t endpoint_owner_count, endpoint_owner_cap;
    /* between ledger_mark and its end: what has to be put back, latest last */
    bool is_marked;
    struct account_before *before;
    size_t before_count, before_cap;
    struct fx_currency *fx_currencies;
    size_t fx_count, fx_cap;
    struct buf scratch; /* texts are written here, then kept at their exact length */
    bool out_of_memory; /* sticky: the batch is then too large and is split */
};

/* expected_accounts only sizes the map; it grows if need be. */
void ledger_init(struct ledger *l, struct arena *arena, size_t expected_accounts);
/* Sets the time and seeds ids. */
void ledger_start(struct ledger *l, int64_t db_now_us, uint64_t random_seed, uint32_t first_sequence);
/* A zeroed account under this id to fill (loading, or a new one with is_new set); NULL when out of memory.
   The id must not be present. */
struct account *ledger_add_account(struct ledger *l, const struct uuid *id);
struct account *ledger_find_account(const struct ledger *l, const struct uuid *id); /* NULL: none */
/* The system account, made now if this is its first use; NULL when out of memory. */
struct account *ledger_system_account(struct ledger *l, enum account_role role, const char *currency);
/* The same for holds, and for transactions that are to be given back. */
struct hold *ledger_add_hold(struct ledger *l, const struct uuid *id);
struct hold *ledger_find_hold(const struct ledger *l, const struct uuid *id);
struct original *ledger_add_original(struct ledger *l, const struct uuid *id);
struct original *ledger_find_original(const struct ledger *l, const struct uuid *id);
/* A further entry to fill; NULL when out of memory. */
struct original_entry *ledger_add_original_entry(struct ledger *l, struct original *o);
/* The same for webhook events, by digest_webhook_event(). */
struct webhook_event *ledger_add_webhook(struct ledger *l, const struct uuid *key_digest);
struct webhook_event *ledger_find_webhook(const struct ledger *l, const struct uuid *key_digest);

struct endpoint *ledger_add_endpoint(struct ledger *l, const struct uuid *id);
struct endpoint *ledger_find_endpoint(const struct ledger *l, const struct uuid *id);
/* How many endpoints an owner has, to be counted on; starts at 0. NULL when out of memory. The next call ends
   what it points to. */
struct endpoint_owner *ledger_endpoints_of(struct ledger *l, struct str owner);

/* Exchanges need the fx accounts of currencies that are known only when their accounts are looked up. */
void ledger_add_fx(struct ledger *l, struct str currency);
bool ledger_knows_fx(const struct ledger *l, const char *currency);

/* Where the ledger stands: a command that does several things and is refused in the middle goes back there,
   and nothing of it is left. For commands that only post: holds and originals are not put back. One mark at a
   time. */
struct ledger_mark {
    struct plan plan;
    size_t account_count;
    struct id_source ids;
};
struct ledger_mark ledger_mark(struct ledger *l);
/* Before each change of an account: remembers it while there is a mark. */
void ledger_will_change(struct ledger *l, struct account *a);
void ledger_unmark(struct ledger *l); /* what was done since the mark stays */
void ledger_rewind(struct ledger *l, const struct ledger_mark *mark);

/* A text of n bytes takes at most JSON_ESCAPE_MAX * n in JSON, each as \u00xx. */
#define JSON_ESCAPE_MAX 6
/* An empty buffer in the arena for at most max bytes, until the next call; beyond max or memory it fails by
 * itself. */
struct buf *ledger_scratch(struct ledger *l, size_t max);
/* The scratch's text, copied to stay; empty and out_of_memory set when it failed or there is no room. */
struct str ledger_keep(struct ledger *l);
struct str ledger_account_text(struct ledger *l, const struct account *a); /* its JSON, kept */

#endif
