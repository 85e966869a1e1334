/* command.h - a command in memory and the table of command types. Adding one: a file cmd_<name>.c and a row
   in commands.def. Pure. */
#ifndef LEDGER_DOMAIN_COMMAND_H
#define LEDGER_DOMAIN_COMMAND_H

#include "ledger-svc/domain/ledger.h"
#include "shared/contract/command.h"

struct command_type;
struct command {
    const struct command_type *type;
    struct command_envelope envelope; /* strings borrowed from the message's JSON, which outlives the batch */
    int64_t deadline_us;              /* unix microseconds */
    struct str traceparent;           /* empty: none */
    struct uuid key_digest;           /* command_key_digest() */
    struct uuid source_digest;        /* digest_source(), if there is a source */
    void *data;                       /* the type's own struct, from decode */
};

/* The answer: what the HTTP client gets. Of a stored one only status and body are known: outcome ok. */
struct answer {
    enum outcome outcome;
    int status; /* HTTP status; a replayed 201 is 200 */
    bool replayed;
    struct str body; /* exact bytes, in the batch's arena */
};

struct id_list {
    struct uuid *ids;
    size_t count, cap;
};
struct webhook_key {
    struct str provider, event_id;
};
struct webhook_key_list {
    struct webhook_key *keys;
    size_t count, cap;
};
struct owner_list {
    struct str *names;
    size_t count, cap;
};
struct lock_list {
    int64_t *numbers; /* of advisory locks, see lock_number */
    size_t count, cap;
};
/* What a command must see before it can be decided: to lock and load; absent ones simply are not found. */
struct needs {
    struct id_list accounts;
    struct id_list holds, originals;   /* they tell further accounts when they are loaded */
    struct id_list endpoints;          /* webhook endpoints */
    struct owner_list endpoint_owners; /* whose webhook endpoints are to be counted */
    struct id_list exchanged;          /* accounts that do so by their currency: its fx account */
    struct webhook_key_list webhooks;
    bool whole_accounts; /* with what moving money never looks at: role, name, metadata, time of creation */
    struct lock_list locks;         /* taken first */
    struct lock_list account_locks; /* taken when all accounts are known; empty unless there are objects */
    size_t entries;                 /* most entries that the commands can write */
    bool out_of_memory;
};
void needs_account(struct needs *n, struct arena *a, const struct uuid *id);
/* The same, to be shown whole. */
void needs_whole_account(struct needs *n, struct arena *a, const struct uuid *id);
void needs_system_account(struct needs *n, struct arena *a, enum account_role role, const char *currency);
/* A hold that is to be changed, a transaction that is to be given back: with all accounts that they name. */
void needs_hold(struct needs *n, struct arena *a, const struct uuid *id);
void needs_original(struct needs *n, struct arena *a, const struct uuid *id);
/* A webhook endpoint that is to be changed; how many an owner has. */
void needs_endpoint(struct needs *n, struct arena *a, const struct uuid *id);
void needs_endpoint_count(struct needs *n, struct arena *a, struct str owner);
/* An account and the fx account of its currency. */
void needs_exchanged_account(struct needs *n, struct arena *a, const struct uuid *id);
/* A webhook event, to know whether it was accepted before. */
void needs_webhook(struct needs *n, struct arena *a, const struct webhook_key *key);
void needs_lock(struct needs *n, struct arena *a, int64_t number);
void needs_account_lock(struct needs *n, struct arena *a, int64_t number);
/* Advisory locks stand for what a batch may make or change. Everybody takes all of theirs in ascending order:
   first the keys, then the objects, then the accounts. Two ids with one number only wait for each other. */
enum lock_space { LOCK_KEY, LOCK_OBJECT, LOCK_ACCOUNT };
int64_t lock_number(enum lock_space space, const struct uuid *id);
void needs_entries(struct needs *n, size_t count);

struct command_type {
    const char *name; /* "transfer.create", as in shared/contract/command.h */
    /* envelope.data has passed the spec. Gives the type's struct in the arena; NULL when out of memory. */
    void *(*decode)(const struct command_envelope *e, struct arena *a);
    void (*needs)(const struct command *c, struct needs *n, struct arena *a);
    /* Decides on what is loaded: answers and adds to the plan, or refuses and leaves all as it was. */
    void (*decide)(struct ledger *l, const struct command *c, struct answer *ret_answer);
    /* NULL: the answer is stored under the sender's key, and a repeat finds it there. Otherwise this is the
       key: what the command made is found by it for ever and tells the answer, so nothing is stored under it.
       Such a command has no source, and minds its deadline itself, after it has looked for what it made. */
    struct uuid (*own_key)(const struct command_envelope *e);
};
const struct command_type *command_type_find(struct str name); /* NULL: unknown */
const struct command_type *command_type_list(size_t *ret_count);
/* The functions of each type, as its file defines them. */
#define COMMAND(identifier, name, own_key)                                                                   \
    void *identifier##_decode(const struct command_envelope *e, struct arena *a);                            \
    void identifier##_needs(const struct command *c, struct needs *n, struct arena *a);                      \
    void identifier##_decide(struct ledger *l, const struct command *c, struct answer *ret_answer);
#include "ledger-svc/domain/commands.def"
#undef COMMAND

struct uuid webhook_accept_key(const struct command_envelope *e);
/* By what a repeat is known: the type's own key, or digest_key() of owner and key (or command id). */
struct uuid command_key_digest(const struct command_type *type, const struct command_envelope *e);

/* For decode, of the data or of an object within it: the field "metadata" as canonical JSON text, empty if
 * absent; false when out of memory. */
NODISCARD bool command_decode_metadata(const json_t *object, struct arena *a, struct str *ret_text);

/* For decode: the field "currency", empty if absent. */
void command_decode_currency(const json_t *object, char ret_code[4]);

/* May this command's sender act on that account and see its balances? Staff may; owners may, but nobody else
   owns a system account. */
bool command_may_use(const struct command *c, const struct account *a);
/* May this command's sender let money go into that account by naming it? Into a system account only staff
   may: money that customers put into cash or fx would be a payout that nobody pays out. */
bool command_may_credit(const struct command *c, const struct account *a);
void answer_with(struct answer *ret_answer, enum outcome o, struct str body);
/* Answers with the account as it is now: OUTCOME_created or OUTCOME_ok. */
void answer_account(struct ledger *l, struct answer *ret_answer, enum outcome o, const struct account *a);
/* "acct_..":{"posted","held","available"} into an open object, or null unless the sender may read the
 * account. */
void answer_write_balance(struct json_out *json, const struct command *c, const struct account *a);
/* Writes a problem answer; detail may be NULL. */
void answer_refuse(struct ledger *l, struct answer *ret_answer, enum outcome o, const char *pointer,
                   const char *detail);
/* 402 with "available" and "required" members; available is null unless the sender may read the account. */
void answer_refuse_funds(struct ledger *l, struct answer *ret_answer, const struct command *c,
                         const struct account *a, int64_t required);
/* The same where several accounts could be meant: pointer says which. */
struct shortfall {
    const struct account *account;
    int64_t required;
    const char *pointer; /* NULL: none */
};
void answer_refuse_shortfall(struct ledger *l, struct answer *ret_answer, const struct command *c,
                             const struct shortfall *s);

#endif
