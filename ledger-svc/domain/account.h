/* account.h - an account in memory and the rules of what it may give and take. Pure: no I/O, no clock. */
#ifndef LEDGER_DOMAIN_ACCOUNT_H
#define LEDGER_DOMAIN_ACCOUNT_H

#include "shared/contract/resources.h"
#include "shared/core/outcome.h"

enum account_status {
#define ACCOUNT_STATUS(name) ACCOUNT_##name,
#include "ledger-svc/domain/account_status.def"
#undef ACCOUNT_STATUS
    ACCOUNT_STATUS_COUNT
};
enum account_type { ACCOUNT_TYPE_user, ACCOUNT_TYPE_merchant, ACCOUNT_TYPE_system, ACCOUNT_TYPE_COUNT };
/* System accounts exist once per currency, under an id that follows from both, and are made on first use. */
enum account_role {
    ACCOUNT_ROLE_none,
    ACCOUNT_ROLE_cash,
    ACCOUNT_ROLE_escrow,
    ACCOUNT_ROLE_fx,
    ACCOUNT_ROLE_fees,
    ACCOUNT_ROLE_clearing,
    ACCOUNT_ROLE_COUNT
};

struct account {
    struct uuid id;
    struct str owner, name, metadata; /* metadata: JSON object text */
    enum account_type type;
    enum account_role role;
    char currency[4];
    enum account_status status;
    bool allow_negative;
    int64_t debits_posted, credits_posted;   /* what happened */
    int64_t debits_pending, credits_pending; /* what is held */
    int64_t version;                         /* how many entries the account has */
    int64_t last_entry_us;                   /* 0: none yet */
    int64_t created_us;
    /* batch state */
    bool is_new, is_changed;
    int64_t loaded_version;
    uint8_t place[6]; /* the store's: where it saw the row */
    enum account_status loaded_status;
};

int64_t account_posted(const struct account *a);    /* credits - debits */
int64_t account_held(const struct account *a);      /* debits pending */
int64_t account_available(const struct account *a); /* posted - held */

/* Whether it is as walls and commands keep every account: what may not go below zero has what it holds. Else
   somebody changed the books by hand, and no command touches it until they are repaired. */
bool account_is_sound(const struct account *a);

/* OUTCOME_ok or why not, in order of precedence: internal_error (not sound), account_closed, account_frozen,
   insufficient_funds, balance_overflow. Frozen refuses debits and takes credits; closed refuses all. */
enum outcome account_check_debit(const struct account *a, int64_t amount);
enum outcome account_check_credit(const struct account *a, int64_t amount);
/* The last of a credit's checks alone, also of an account between two entries of one transaction. */
enum outcome account_check_room(const struct account *a, int64_t amount);
/* May the amount be held? As a debit; an account that may go below zero has nothing to hold: invalid_value.
 */
enum outcome account_check_hold(const struct account *a, int64_t amount);
/* May an amount that is held be debited? Also of a frozen account: it was promised before. */
enum outcome account_check_capture(const struct account *a, int64_t amount);

/* State machine of {status, event}: one table. OUTCOME_ok and the next status, or the refusal. Repeating an
   event on an account already there is ok and changes nothing. Close needs zero posted and held (checked by
   the command). */
enum account_event { ACCOUNT_EVENT_freeze, ACCOUNT_EVENT_unfreeze, ACCOUNT_EVENT_close, ACCOUNT_EVENT_COUNT };
enum outcome account_status_next(enum account_status from, enum account_event event,
                                 enum account_status *ret_to);

const char *account_status_name(enum account_status s);
const char *account_type_name(enum account_type t);
const char *account_role_name(enum account_role r); /* "cash"; "" for none */
bool account_status_parse(struct str s, enum account_status *ret);
bool account_type_parse(struct str s, enum account_type *ret);
bool account_role_parse(struct str s, enum account_role *ret);

/* The id of a system account: version 7 layout with time 0 and bits of a digest of role and currency. */
struct uuid account_system_id(enum account_role role, const char *currency);
/* A fresh system account: owner "system", cash is named "Mint Source", cash and fx may go negative. */
void account_system_init(struct account *ret, enum account_role role, const char *currency, int64_t now_us);
struct account_resource account_resource_of(const struct account *a);

#endif
