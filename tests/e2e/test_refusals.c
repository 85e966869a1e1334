/* test_refusals.c - everything that accounts, deposits and transfers refuse, by table: what is asked for, the
   answer with its code and pointer, and that nothing was written but, where the ledger decided, the answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/api.h"
#include "tests/e2e/books.h"
#include "tests/e2e/cast.h"
#include "tests/e2e/scene.h"

#define ROWS(table)   (sizeof(table) / sizeof(table)[0])
#define FUNDS         1000
#define LARGEST       INT64_C(9007199254740991) /* 2^53-1 */
#define STRANGER      "stranger"
#define USER_SCOPES   "accounts:read,accounts:write,transactions:read,transactions:write,exchanges:write"
#define NAMED(length) "{'type':'user','currency':'EUR','name':'" length "'}"

static struct harness h;
static struct api api;
static struct db *db;
static struct api_key user; /* of the owner of most accounts, but not staff */

enum who { STAFF, USER };
enum kept { FORGOTTEN, STORED }; /* is the refusal kept under the key? */

struct row {
    const char *name, *path, *body;
    enum who who;
    int status;
    const char *code, *pointer;
    enum kept kept;
};

/* The accounts that the rows speak of: funded with FUNDS unless said otherwise. @frozen and @closed are that,
   @full holds LARGEST, @dollars are USD, @foreign is a stranger's, @cash is the system's, @missing no
   account. */

#define TO_BOB(from)     "{'from_account':'" from "','to_account':'@bob','amount':5}"
#define FROM_ALICE(to)   "{'from_account':'@alice','to_account':'" to "','amount':5}"
#define TRANSFER_OF(n)   "{'from_account':'@alice','to_account':'@bob','amount':" n "}"
#define TRANSFER_WITH(m) "{'from_account':'@alice','to_account':'@bob','amount':5," m "}"
#define DEPOSIT_TO(a)    "{'account':'" a "','amount':5,'currency':'EUR'}"
#define DEPOSIT_IN(c)    "{'account':'@alice','amount':5,'currency':" c "}"
#define DEPOSIT_OF(n)    "{'account':'@alice','currency':'EUR','amount':" n "}"

static const struct row transfers[] = {
    {"more than there is", "/v1/transfers", TO_BOB("@empty"), STAFF, 402, "insufficient_funds", NULL, STORED},
    {"one more than there is", "/v1/transfers", TRANSFER_OF("1001"), USER, 402, "insufficient_funds", NULL,
     STORED},
    {"as much as can be said", "/v1/transfers", TRANSFER_OF("9007199254740991"), USER, 402,
     "insufficient_funds", NULL, STORED},
    {"to itself", "/v1/transfers", FROM_ALICE("@alice"), STAFF, 422, "same_account", "/to_account", STORED},
    {"to itself, but unknown", "/v1/transfers",
     "{'from_account':'@missing','to_account':'@missing','amount':5}", STAFF, 422, "same_account",
     "/to_account", STORED},
    {"from nobody", "/v1/transfers", TO_BOB("@missing"), STAFF, 422, "account_not_found", "/from_account",
     STORED},
    {"to nobody", "/v1/transfers", FROM_ALICE("@missing"), STAFF, 422, "account_not_found", "/to_account",
     STORED},
    {"from a stranger's account", "/v1/transfers", TO_BOB("@foreign"), USER, 422, "account_not_found",
     "/from_account", STORED},
    {"from the system's account", "/v1/transfers", TO_BOB("@cash"), USER, 422, "account_not_found",
     "/from_account", STORED},
    {"from what is no id", "/v1/transfers", TO_BOB("alice"), STAFF, 422, "account_not_found", "/from_account",
     FORGOTTEN},
    {"to an id of another kind", "/v1/transfers", FROM_ALICE("txn_01h455vb4pex5vsknk084sn02q"), STAFF, 422,
     "account_not_found", "/to_account", FORGOTTEN},
    {"to an id in capitals", "/v1/transfers", FROM_ALICE("ACCT_01H455VB4PEX5VSKNK084SN02Q"), STAFF, 422,
     "account_not_found", "/to_account", FORGOTTEN},
    {"to an id with an injection", "/v1/transfers", FROM_ALICE("acct_\\u0027; drop table entries;--"), STAFF,
     422, "account_not_found", "/to_account", FORGOTTEN},
    {"in another currency than both", "/v1/transfers", TRANSFER_WITH("'currency':'USD'"), STAFF, 422,
     "currency_mismatch", "/currency", STORED},
    {"between two currencies", "/v1/transfers", FROM_ALICE("@dollars"), STAFF, 422, "currency_mismatch",
     "/to_account", STORED},
    {"from a frozen account", "/v1/transfers", TO_BOB("@frozen"), STAFF, 409, "account_frozen",
     "/from_account", STORED},
    {"from a closed account", "/v1/transfers", TO_BOB("@closed"), STAFF, 409, "account_closed",
     "/from_account", STORED},
    {"to a closed account", "/v1/transfers", FROM_ALICE("@closed"), STAFF, 409, "account_closed",
     "/to_account", STORED},
    {"to a full account", "/v1/transfers", FROM_ALICE("@full"), STAFF, 422, "balance_overflow", "/to_account",
     STORED},
    {"without an amount", "/v1/transfers", "{'from_account':'@alice','to_account':'@bob'}", STAFF, 400,
     "missing_field", "/amount", FORGOTTEN},
    {"without anything", "/v1/transfers", "{}", STAFF, 400, "missing_field", "/from_account", FORGOTTEN},
    {"from a number", "/v1/transfers", "{'from_account':1,'to_account':'@bob','amount':5}", STAFF, 400,
     "wrong_type", "/from_account", FORGOTTEN},
    {"from null", "/v1/transfers", "{'from_account':null,'to_account':'@bob','amount':5}", STAFF, 400,
     "wrong_type", "/from_account", FORGOTTEN},
    {"an unknown field", "/v1/transfers", TRANSFER_WITH("'ammount':5"), STAFF, 400, "unknown_field",
     "/ammount", FORGOTTEN},
    {"an unknown field with / and ~", "/v1/transfers", TRANSFER_WITH("'a/b~c':5"), STAFF, 400,
     "unknown_field", "/a~1b~0c", FORGOTTEN},
    {"a field twice", "/v1/transfers", TRANSFER_WITH("'amount':5"), STAFF, 400, "duplicate_field", "/amount",
     FORGOTTEN},
    {"a field twice, once escaped", "/v1/transfers", TRANSFER_WITH("'\\u0061mount':500"), STAFF, 400,
     "duplicate_field", "/amount", FORGOTTEN},
    {"metadata twice", "/v1/transfers", TRANSFER_WITH("'metadata':{'a':'1','\\u0061':'2'}"), STAFF, 400,
     "duplicate_field", "/metadata/a", FORGOTTEN},
    {"a description of a number", "/v1/transfers", TRANSFER_WITH("'description':7"), STAFF, 400, "wrong_type",
     "/description", FORGOTTEN},
    {"an empty description", "/v1/transfers", TRANSFER_WITH("'description':''"), STAFF, 422, "invalid_value",
     "/description", FORGOTTEN},
    {"a line end in the reference", "/v1/transfers", TRANSFER_WITH("'reference':'a\\r\\nSet-Cookie: b'"),
     STAFF, 422, "invalid_value", "/reference", FORGOTTEN},
    {"a terminal's escape", "/v1/transfers", TRANSFER_WITH("'reference':'\\u001b[2J'"), STAFF, 422,
     "invalid_value", "/reference", FORGOTTEN},
    {"metadata of an array", "/v1/transfers", TRANSFER_WITH("'metadata':[]"), STAFF, 400, "wrong_type",
     "/metadata", FORGOTTEN},
    {"metadata with a number", "/v1/transfers", TRANSFER_WITH("'metadata':{'a':1}"), STAFF, 400, "wrong_type",
     "/metadata/a", FORGOTTEN},
    {"metadata in metadata", "/v1/transfers", TRANSFER_WITH("'metadata':{'a':{'b':'c'}}"), STAFF, 400,
     "wrong_type", "/metadata/a", FORGOTTEN},
    {"metadata with a key of 41", "/v1/transfers",
     TRANSFER_WITH("'metadata':{'aaaaaaaaaabbbbbbbbbbccccccccccdddddddddde':''}"), STAFF, 422,
     "invalid_value", "/metadata/aaaaaaaaaabbbbbbbbbbccccccccccdddddddddde", FORGOTTEN},
    {"two errors at once", "/v1/transfers", "{'from_account':'@alice','to_account':7,'amount':0}", STAFF, 400,
     "wrong_type", "/amount", FORGOTTEN},
};

/* Fields that a caller would like to choose, and that only the ledger sets. */
static const struct row mass_assignments[] = {
    {"id", "/v1/transfers", TRANSFER_WITH("'id':'txn_01h455vb4pex5vsknk084sn02q'"), STAFF, 400,
     "unknown_field", "/id", FORGOTTEN},
    {"status", "/v1/transfers", TRANSFER_WITH("'status':'posted'"), STAFF, 400, "unknown_field", "/status",
     FORGOTTEN},
    {"balance", "/v1/transfers", TRANSFER_WITH("'balance':1"), STAFF, 400, "unknown_field", "/balance",
     FORGOTTEN},
    {"version", "/v1/transfers", TRANSFER_WITH("'version':1"), STAFF, 400, "unknown_field", "/version",
     FORGOTTEN},
    {"created_at", "/v1/transfers", TRANSFER_WITH("'created_at':'2020-01-01T00:00:00Z'"), STAFF, 400,
     "unknown_field", "/created_at", FORGOTTEN},
    {"owner", "/v1/transfers", TRANSFER_WITH("'owner':'stranger'"), USER, 400, "unknown_field", "/owner",
     FORGOTTEN},
    {"kind", "/v1/transfers", TRANSFER_WITH("'kind':'deposit'"), STAFF, 400, "unknown_field", "/kind",
     FORGOTTEN},
    {"entries", "/v1/transfers", TRANSFER_WITH("'entries':[]"), STAFF, 400, "unknown_field", "/entries",
     FORGOTTEN},
    {"actor", "/v1/transfers", TRANSFER_WITH("'actor':'key_1'"), STAFF, 400, "unknown_field", "/actor",
     FORGOTTEN},
    {"staff", "/v1/transfers", TRANSFER_WITH("'staff':true"), USER, 400, "unknown_field", "/staff",
     FORGOTTEN},
    {"source", "/v1/transfers", TRANSFER_WITH("'source':'webhook:1'"), USER, 400, "unknown_field", "/source",
     FORGOTTEN},
    {"account's balance", "/v1/accounts", "{'type':'user','currency':'EUR','name':'A','posted':100}", STAFF,
     400, "unknown_field", "/posted", FORGOTTEN},
    {"account's status", "/v1/accounts", "{'type':'user','currency':'EUR','name':'A','status':'open'}", STAFF,
     400, "unknown_field", "/status", FORGOTTEN},
    {"account's role", "/v1/accounts", "{'type':'user','currency':'EUR','name':'A','role':'cash'}", STAFF,
     400, "unknown_field", "/role", FORGOTTEN},
    {"account below zero", "/v1/accounts",
     "{'type':'user','currency':'EUR','name':'A','allow_negative':true}", STAFF, 400, "unknown_field",
     "/allow_negative", FORGOTTEN},
    {"account's id", "/v1/accounts", "{'type':'user','currency':'EUR','name':'A','id':'@alice'}", STAFF, 400,
     "unknown_field", "/id", FORGOTTEN},
    {"deposit's cash", "/v1/deposits",
     "{'account':'@alice','amount':5,'currency':'EUR','from_account':'@bob'}", STAFF, 400, "unknown_field",
     "/from_account", FORGOTTEN},
};

static const struct row deposits[] = {
    {"to nobody", "/v1/deposits", DEPOSIT_TO("@missing"), STAFF, 422, "account_not_found", "/account",
     STORED},
    {"in another currency", "/v1/deposits", DEPOSIT_IN("'USD'"), STAFF, 422, "currency_mismatch", "/currency",
     STORED},
    {"to the cash account", "/v1/deposits", DEPOSIT_TO("@cash"), STAFF, 422, "same_account", "/account",
     STORED},
    {"to a closed account", "/v1/deposits", DEPOSIT_TO("@closed"), STAFF, 409, "account_closed", "/account",
     STORED},
    {"to a full account", "/v1/deposits", DEPOSIT_TO("@full"), STAFF, 422, "balance_overflow", "/account",
     STORED},
    {"without a currency", "/v1/deposits", "{'account':'@alice','amount':5}", STAFF, 400, "missing_field",
     "/currency", FORGOTTEN},
    {"without a scope", "/v1/deposits", DEPOSIT_TO("@alice"), USER, 403, "forbidden", NULL, FORGOTTEN},
};

#define WITHDRAWAL_OF(a, n) "{'account':'" a "','amount':" n ",'currency':'EUR'}"

static const struct row withdrawals[] = {
    {"from nobody", "/v1/withdrawals", WITHDRAWAL_OF("@missing", "5"), STAFF, 422, "account_not_found",
     "/account", STORED},
    {"in another currency", "/v1/withdrawals", WITHDRAWAL_OF("@dollars", "5"), STAFF, 422,
     "currency_mismatch", "/currency", STORED},
    {"from the cash account", "/v1/withdrawals", WITHDRAWAL_OF("@cash", "5"), STAFF, 422, "same_account",
     "/account", STORED},
    {"from a closed account", "/v1/withdrawals", WITHDRAWAL_OF("@closed", "5"), STAFF, 409, "account_closed",
     "/account", STORED},
    {"from a frozen account", "/v1/withdrawals", WITHDRAWAL_OF("@frozen", "5"), STAFF, 409, "account_frozen",
     "/account", STORED},
    {"more than there is", "/v1/withdrawals", WITHDRAWAL_OF("@alice", "1001"), STAFF, 402,
     "insufficient_funds", NULL, STORED},
    {"without a scope", "/v1/withdrawals", WITHDRAWAL_OF("@alice", "5"), USER, 403, "forbidden", NULL,
     FORGOTTEN},
};

#define ENTRY(account, direction, amount, currency)                                                          \
    "{'account':'" account "','direction':'" direction "','amount':" amount ",'currency':'" currency "'}"
#define JOURNAL(list)         "{'entries':[" list "]}"
#define DEBIT(account)        ENTRY(account, "debit", "5", "EUR")
#define CREDIT(account)       ENTRY(account, "credit", "5", "EUR")
#define PAIR(from, to)        JOURNAL(DEBIT(from) "," CREDIT(to))
#define CONDITION(account, n) "{'account':'" account "','min_available':" n "}"
#define PAIR_IF(condition)    "{'entries':[" DEBIT("@alice") "," CREDIT("@bob") "],'conditions':[" condition "]}"

static const struct row journals[] = {
    {"unbalanced", "/v1/transactions", JOURNAL(DEBIT("@alice") "," ENTRY("@bob", "credit", "4", "EUR")),
     STAFF, 422, "unbalanced", "/entries", STORED},
    {"balanced across currencies", "/v1/transactions",
     JOURNAL(DEBIT("@alice") "," ENTRY("@dollars", "credit", "5", "USD")), STAFF, 422, "unbalanced",
     "/entries", STORED},
    {"too large a sum", "/v1/transactions",
     JOURNAL(DEBIT("@alice") "," CREDIT("@bob") "," ENTRY(
         "@full", "debit", "9007199254740991", "EUR") "," ENTRY("@bob", "credit", "9007199254740991", "EUR")),
     STAFF, 422, "amount_out_of_range", "/entries", STORED},
    {"from nobody", "/v1/transactions", PAIR("@missing", "@bob"), STAFF, 422, "account_not_found",
     "/entries/0/account", STORED},
    {"from a stranger's account", "/v1/transactions", PAIR("@foreign", "@bob"), USER, 422,
     "account_not_found", "/entries/0/account", STORED},
    {"from the system's account", "/v1/transactions", PAIR("@cash", "@bob"), USER, 422, "account_not_found",
     "/entries/0/account", STORED},
    {"to nobody", "/v1/transactions", PAIR("@alice", "@missing"), STAFF, 422, "account_not_found",
     "/entries/1/account", STORED},
    {"in another currency", "/v1/transactions", PAIR("@alice", "@dollars"), STAFF, 422, "currency_mismatch",
     "/entries/1/currency", STORED},
    {"a condition on nobody's account", "/v1/transactions", PAIR_IF(CONDITION("@missing", "1")), STAFF, 422,
     "account_not_found", "/conditions/0/account", STORED},
    {"a condition on a stranger's account", "/v1/transactions", PAIR_IF(CONDITION("@foreign", "0")), USER,
     422, "account_not_found", "/conditions/0/account", STORED},
    {"a condition that does not hold", "/v1/transactions",
     PAIR_IF(CONDITION("@alice", "1000") "," CONDITION("@empty", "1")), USER, 409, "condition_not_met",
     "/conditions/1/min_available", STORED},
    {"from a closed account", "/v1/transactions", PAIR("@closed", "@bob"), STAFF, 409, "account_closed",
     "/entries/0/account", STORED},
    {"from a frozen account", "/v1/transactions", PAIR("@frozen", "@bob"), STAFF, 409, "account_frozen",
     "/entries/0/account", STORED},
    {"to a full account", "/v1/transactions", PAIR("@alice", "@full"), STAFF, 422, "balance_overflow",
     "/entries/1/account", STORED},
    {"more than there is", "/v1/transactions", JOURNAL(CREDIT("@alice") "," DEBIT("@empty")), STAFF, 402,
     "insufficient_funds", "/entries/1/account", STORED},
    {"one entry", "/v1/transactions", JOURNAL(DEBIT("@alice")), STAFF, 422, "invalid_value", "/entries",
     FORGOTTEN},
    {"entries of an object", "/v1/transactions", "{'entries':{'0':" DEBIT("@alice") "}}", STAFF, 400,
     "wrong_type", "/entries", FORGOTTEN},
    {"an entry that is none", "/v1/transactions", JOURNAL(DEBIT("@alice") ",7"), STAFF, 400, "wrong_type",
     "/entries/1", FORGOTTEN},
    {"a direction that is none", "/v1/transactions",
     JOURNAL(DEBIT("@alice") "," ENTRY("@bob", "in", "5", "EUR")), STAFF, 422, "invalid_value",
     "/entries/1/direction", FORGOTTEN},
    {"an amount of nothing", "/v1/transactions",
     JOURNAL(DEBIT("@alice") "," ENTRY("@bob", "credit", "0", "EUR")), STAFF, 422, "amount_out_of_range",
     "/entries/1/amount", FORGOTTEN},
    {"an unknown field of an entry", "/v1/transactions",
     JOURNAL(DEBIT("@alice") ",{'account':'@bob','direction':'credit','amount':5,'currency':'EUR','fee':1}"),
     STAFF, 400, "unknown_field", "/entries/1/fee", FORGOTTEN},
    {"an entry without a currency", "/v1/transactions",
     JOURNAL(DEBIT("@alice") ",{'account':'@bob','direction':'credit','amount':5}"), STAFF, 400,
     "missing_field", "/entries/1/currency", FORGOTTEN},
    {"a field of an entry twice", "/v1/transactions",
     JOURNAL(
         DEBIT("@alice") ",{'account':'@bob','direction':'credit','amount':5,'amount':5,'currency':'EUR'}"),
     STAFF, 400, "duplicate_field", "/entries/1/amount", FORGOTTEN},
};

#define EXCHANGE(from, to, amount, numerator, denominator, rounding)                                         \
    "{'from_account':'" from "','to_account':'" to "','sell_amount':" amount                                 \
    ",'rate':{'numerator':" numerator ",'denominator':" denominator "},'rounding':'" rounding "'}"
#define SELL(from, to) EXCHANGE(from, to, "5", "1", "1", "down")

static const struct row exchanges[] = {
    {"to itself", "/v1/exchanges", SELL("@alice", "@alice"), STAFF, 422, "same_account", "/to_account",
     STORED},
    {"from nobody", "/v1/exchanges", SELL("@missing", "@dollars"), STAFF, 422, "account_not_found",
     "/from_account", STORED},
    {"from a stranger's account", "/v1/exchanges", SELL("@foreign", "@dollars"), USER, 422,
     "account_not_found", "/from_account", STORED},
    {"to nobody", "/v1/exchanges", SELL("@alice", "@missing"), STAFF, 422, "account_not_found", "/to_account",
     STORED},
    {"in one currency", "/v1/exchanges", SELL("@alice", "@bob"), STAFF, 422, "same_currency", "/to_account",
     STORED},
    {"for nothing", "/v1/exchanges", EXCHANGE("@alice", "@dollars", "5", "1", "6", "down"), STAFF, 422,
     "amount_out_of_range", "/sell_amount", STORED},
    {"for too much", "/v1/exchanges", EXCHANGE("@alice", "@dollars", "2", "9007199254740991", "1", "down"),
     STAFF, 422, "amount_out_of_range", "/sell_amount", STORED},
    {"from a closed account", "/v1/exchanges", SELL("@closed", "@dollars"), STAFF, 409, "account_closed",
     "/from_account", STORED},
    {"from a frozen account", "/v1/exchanges", SELL("@frozen", "@dollars"), STAFF, 409, "account_frozen",
     "/from_account", STORED},
    {"more than there is", "/v1/exchanges", SELL("@empty", "@dollars"), STAFF, 402, "insufficient_funds",
     NULL, STORED},
    {"to a full account", "/v1/exchanges", SELL("@dollars", "@full"), STAFF, 422, "balance_overflow",
     "/to_account", STORED},
    {"a rate of nothing", "/v1/exchanges", EXCHANGE("@alice", "@dollars", "5", "0", "1", "down"), STAFF, 422,
     "invalid_value", "/rate/numerator", FORGOTTEN},
    {"a rate by nothing", "/v1/exchanges", EXCHANGE("@alice", "@dollars", "5", "1", "0", "down"), STAFF, 422,
     "invalid_value", "/rate/denominator", FORGOTTEN},
    {"a rate that is a number", "/v1/exchanges",
     "{'from_account':'@alice','to_account':'@dollars','sell_amount':5,'rate':1.5,'rounding':'down'}", STAFF,
     400, "wrong_type", "/rate", FORGOTTEN},
    {"a rate without a denominator", "/v1/exchanges",
     "{'from_account':'@alice','to_account':'@dollars','sell_amount':5,'rate':{'numerator':1},'rounding':'"
     "down'}",
     STAFF, 400, "missing_field", "/rate/denominator", FORGOTTEN},
    {"an unknown field of the rate", "/v1/exchanges",
     EXCHANGE("@alice", "@dollars", "5", "1", "1,'scale':2", "down"), STAFF, 400, "unknown_field",
     "/rate/scale", FORGOTTEN},
    {"rounded up", "/v1/exchanges", EXCHANGE("@alice", "@dollars", "5", "1", "1", "up"), STAFF, 422,
     "invalid_value", "/rounding", FORGOTTEN},
};

static const struct row reversals[] = {
    {"of nothing", "/v1/transactions/txn_01h455vb4pex5vsknk084sn02q/reverse", "{'reason':'x'}", STAFF, 404,
     "not_found", NULL, STORED},
    {"of what is no id", "/v1/transactions/@alice/reverse", "{'reason':'x'}", STAFF, 404, "not_found", NULL,
     FORGOTTEN},
    {"of a stranger's transaction", "/v1/transactions/@foreign_txn/reverse", "{'reason':'x'}", USER, 404,
     "not_found", NULL, STORED},
    {"of a deposit by who received it", "/v1/transactions/@deposit_txn/reverse", "{'reason':'x'}", USER, 403,
     "forbidden", NULL, FORGOTTEN},
    {"more than it was", "/v1/transactions/@deposit_txn/reverse", "{'amount':6,'reason':'x'}", STAFF, 422,
     "amount_exceeds_original", "/amount", STORED},
    {"without a reason", "/v1/transactions/@deposit_txn/reverse", "{}", STAFF, 400, "missing_field",
     "/reason", FORGOTTEN},
    {"with a transaction in the body", "/v1/transactions/@deposit_txn/reverse",
     "{'reason':'x','transaction':'@deposit_txn'}", STAFF, 400, "unknown_field", "/transaction", FORGOTTEN},
};

static const struct row accounts[] = {
    {"for another owner", "/v1/accounts", "{'owner':'stranger','type':'user','currency':'EUR','name':'A'}",
     USER, 403, "forbidden", "/owner", FORGOTTEN},
    {"an owner with a space", "/v1/accounts", "{'owner':'a b','type':'user','currency':'EUR','name':'A'}",
     STAFF, 422, "invalid_value", "/owner", FORGOTTEN},
    {"an owner that is a subject", "/v1/accounts",
     "{'owner':'a.>','type':'user','currency':'EUR','name':'A'}", STAFF, 422, "invalid_value", "/owner",
     FORGOTTEN},
    {"a system account", "/v1/accounts", "{'type':'system','currency':'EUR','name':'A'}", STAFF, 422,
     "invalid_value", "/type", FORGOTTEN},
    {"a type in capitals", "/v1/accounts", "{'type':'User','currency':'EUR','name':'A'}", STAFF, 422,
     "invalid_value", "/type", FORGOTTEN},
    {"no type", "/v1/accounts", "{'currency':'EUR','name':'A'}", STAFF, 400, "missing_field", "/type",
     FORGOTTEN},
    {"no currency", "/v1/accounts", "{'type':'user','name':'A'}", STAFF, 400, "missing_field", "/currency",
     FORGOTTEN},
    {"no name", "/v1/accounts", "{'type':'user','currency':'EUR'}", STAFF, 400, "missing_field", "/name",
     FORGOTTEN},
    {"an empty name", "/v1/accounts", NAMED(""), STAFF, 422, "invalid_value", "/name", FORGOTTEN},
    {"a name with a tabulator", "/v1/accounts", NAMED("a\\tb"), STAFF, 422, "invalid_value", "/name",
     FORGOTTEN},
    {"a name of a number", "/v1/accounts", "{'type':'user','currency':'EUR','name':1}", STAFF, 400,
     "wrong_type", "/name", FORGOTTEN},
};

static const struct row changes[] = {
    {"freeze nobody's", "/v1/accounts/@missing/freeze", "{}", STAFF, 404, "not_found", NULL, STORED},
    {"freeze what is no id", "/v1/accounts/alice/freeze", "{}", STAFF, 404, "not_found", NULL, FORGOTTEN},
    {"freeze a stranger's", "/v1/accounts/@foreign/freeze", "{}", USER, 404, "not_found", NULL, STORED},
    {"freeze one's own", "/v1/accounts/@alice/freeze", "{}", USER, 403, "forbidden", NULL, FORGOTTEN},
    {"unfreeze one's own", "/v1/accounts/@frozen/unfreeze", "{}", USER, 403, "forbidden", NULL, FORGOTTEN},
    {"freeze a closed one", "/v1/accounts/@closed/freeze", "{}", STAFF, 409, "account_closed", NULL, STORED},
    {"unfreeze a closed one", "/v1/accounts/@closed/unfreeze", "{}", STAFF, 409, "account_closed", NULL,
     STORED},
    {"close one with money", "/v1/accounts/@alice/close", "{}", USER, 409, "account_not_empty", NULL, STORED},
    {"close a stranger's", "/v1/accounts/@foreign/close", "{}", USER, 404, "not_found", NULL, STORED},
    {"close the system's", "/v1/accounts/@cash/close", "{}", STAFF, 403, "forbidden", NULL, FORGOTTEN},
    {"the account in the body", "/v1/accounts/@alice/freeze", "{'account':'@bob'}", STAFF, 400,
     "unknown_field", "/account", FORGOTTEN},
    {"an empty reason", "/v1/accounts/@alice/freeze", "{'reason':''}", STAFF, 422, "invalid_value", "/reason",
     FORGOTTEN},
    {"a field that is none", "/v1/accounts/@alice/freeze", "{'until':'tomorrow'}", STAFF, 400,
     "unknown_field", "/until", FORGOTTEN},
};

/* Everything but an integer from 1 to 2^53-1. */
static const struct {
    const char *amount;
    int status;
    const char *code;
} amounts[] = {
    {"0", 422, "amount_out_of_range"},
    {"-1", 422, "amount_out_of_range"},
    {"-0", 422, "amount_out_of_range"},
    {"9007199254740992", 422, "amount_out_of_range"},
    {"9007199254740993", 422, "amount_out_of_range"},
    {"9223372036854775807", 422, "amount_out_of_range"},
    {"9223372036854775808", 422, "amount_out_of_range"},
    {"18446744073709551616", 422, "amount_out_of_range"},
    {"18446744073709551621", 422, "amount_out_of_range"}, /* 5 more than 2^64 */
    {"-9223372036854775809", 422, "amount_out_of_range"},
    {"100000000000000000000000000000000000000000000000000000000000000000000", 422, "amount_out_of_range"},
    {"1.0", 400, "wrong_type"},
    {"0.1", 400, "wrong_type"},
    {"5.0", 400, "wrong_type"},
    {"1e2", 400, "wrong_type"},
    {"1E2", 400, "wrong_type"},
    {"1E400", 400, "wrong_type"},
    {"-1e400", 400, "wrong_type"},
    {"1e-5", 400, "wrong_type"},
    {"'100'", 400, "wrong_type"},
    {"' 100'", 400, "wrong_type"},
    {"'1,000'", 400, "wrong_type"},
    {"'0x10'", 400, "wrong_type"},
    {"'\xd9\xa1\xd9\xa0\xd9\xa0'", 400, "wrong_type"}, /* 100 in Arabic digits */
    {"true", 400, "wrong_type"},
    {"false", 400, "wrong_type"},
    {"null", 400, "wrong_type"},
    {"[1]", 400, "wrong_type"},
    {"{'minor':1}", 400, "wrong_type"},
    {"\xd9\xa1\xd9\xa0\xd9\xa0", 400, "invalid_json"},
    {"007", 400, "invalid_json"},
    {"+5", 400, "invalid_json"},
    {"0x10", 400, "invalid_json"},
    {"1_000", 400, "invalid_json"},
    {"1,000", 400, "invalid_json"},
    {".5", 400, "invalid_json"},
    {"5.", 400, "invalid_json"},
    {"--5", 400, "invalid_json"},
    {"NaN", 400, "invalid_json"},
    {"Infinity", 400, "invalid_json"},
    {"-Infinity", 400, "invalid_json"},
    {"", 400, "invalid_json"},
};

/* Everything but a code of the currency table. */
static const struct {
    const char *currency;
    int status;
    const char *code;
} currencies[] = {
    {"'usd'", 422, "unknown_currency"},  {"'US'", 422, "unknown_currency"},
    {"'USDX'", 422, "unknown_currency"}, {"''", 422, "unknown_currency"},
    {"'XTS'", 422, "unknown_currency"},  {"'ZZZ'", 422, "unknown_currency"},
    {"'Eur'", 422, "unknown_currency"},  {"' EUR'", 422, "unknown_currency"},
    {"'EUR '", 422, "unknown_currency"}, {"'\xd0\x95UR'", 422, "unknown_currency"}, /* a Cyrillic E */
    {"978", 400, "wrong_type"},          {"null", 400, "wrong_type"},
    {"['EUR']", 400, "wrong_type"},      {"true", 400, "wrong_type"},
};

/* Sends the row and looks at the answer and at all tables. */
static void expect_refusal(const struct row *row)
{
    struct books before, after;
    char path[256], body[API_TEXT_MAX], key[HARNESS_KEY_SIZE];
    print_message("  %s %s\n", row->path, row->name);
    cast_text(row->path, path, sizeof path);
    cast_text(row->body, body, sizeof body);
    harness_new_key(key);
    books_read(db, &before);
    (void)api_send(
        &api, &(struct api_request){
                  .path = path, .key = key, .body = body, .api_key = row->who == USER ? user.secret : NULL});
    api_expect_problem(&api, row->status, row->code, row->pointer);
    assert_null(api_header(&api, "Idempotency-Replayed"));
    books_read(db, &after);
    assert_true(books_same(&before, &after, row->kept == STORED ? 1 : 0));
}

static void refused(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect_refusal(&rows[i]);
}

static void transfers_refused(void **state)
{
    (void)state;
    refused(transfers, ROWS(transfers));
}

static void mass_assignment_refused(void **state)
{
    (void)state;
    refused(mass_assignments, ROWS(mass_assignments));
}

static void deposits_refused(void **state)
{
    (void)state;
    refused(deposits, ROWS(deposits));
}

static void withdrawals_refused(void **state)
{
    (void)state;
    refused(withdrawals, ROWS(withdrawals));
}

static void journals_refused(void **state)
{
    (void)state;
    refused(journals, ROWS(journals));
}

static void exchanges_refused(void **state)
{
    (void)state;
    refused(exchanges, ROWS(exchanges));
}

static void reversals_refused(void **state)
{
    (void)state;
    refused(reversals, ROWS(reversals));
}

static void accounts_refused(void **state)
{
    (void)state;
    refused(accounts, ROWS(accounts));
}

static void changes_refused(void **state)
{
    (void)state;
    refused(changes, ROWS(changes));
}

static void expect_bad_member(const char *path, const char *member, const char *body, int status,
                              const char *code)
{
    char name[128];
    (void)snprintf(name, sizeof name, "%s", body);
    const char *pointer = strcmp(code, "invalid_json") == 0 ? NULL : member;
    expect_refusal(&(struct row){name, path, body, STAFF, status, code, pointer, FORGOTTEN});
}

static void amounts_refused(void **state)
{
    (void)state;
    char body[512];
    for (size_t i = 0; i < ROWS(amounts); i++) {
        (void)snprintf(body, sizeof body, TRANSFER_OF("%s"), amounts[i].amount);
        expect_bad_member("/v1/transfers", "/amount", body, amounts[i].status, amounts[i].code);
        (void)snprintf(body, sizeof body, DEPOSIT_OF("%s"), amounts[i].amount);
        expect_bad_member("/v1/deposits", "/amount", body, amounts[i].status, amounts[i].code);
    }
}

static void currencies_refused(void **state)
{
    (void)state;
    char body[512];
    for (size_t i = 0; i < ROWS(currencies); i++) {
        (void)snprintf(body, sizeof body, TRANSFER_WITH("'currency':%s"), currencies[i].currency);
        expect_bad_member("/v1/transfers", "/currency", body, currencies[i].status, currencies[i].code);
        (void)snprintf(body, sizeof body, DEPOSIT_IN("%s"), currencies[i].currency);
        expect_bad_member("/v1/deposits", "/currency", body, currencies[i].status, currencies[i].code);
        (void)snprintf(body, sizeof body, "{'type':'user','name':'A','currency':%s}", currencies[i].currency);
        expect_bad_member("/v1/accounts", "/currency", body, currencies[i].status, currencies[i].code);
    }
}

/* Texts at their longest are taken, one character more is not; characters count, not bytes. */
static void lengths(void **state)
{
    (void)state;
    static const struct {
        const char *path, *before, *pointer;
        int max;
    } rows[] = {
        {"/v1/accounts", "{'type':'user','currency':'EUR','name':'", "/name", 255},
        {"/v1/transfers", "{'from_account':'@alice','to_account':'@bob','amount':1,'description':'",
         "/description", 500},
    };
    static char text[4096], body[API_TEXT_MAX];
    for (size_t i = 0; i < ROWS(rows); i++) {
        char key[HARNESS_KEY_SIZE];
        size_t len = (size_t)snprintf(text, sizeof text, "%s", rows[i].before);
        for (int k = 0; k < rows[i].max; k++)
            len += (size_t)snprintf(text + len, sizeof text - len, "\xe2\x82\xac"); /* the euro sign */
        (void)snprintf(text + len, sizeof text - len, "'}");
        harness_new_key(key);
        (void)api_post(&api, rows[i].path, key, "%s", text);
        assert_int_equal(api.status, 201);
        (void)snprintf(text + len, sizeof text - len, "x'}");
        cast_text(text, body, sizeof body);
        expect_refusal(&(struct row){"one more", rows[i].path, body, STAFF, 422, "invalid_value",
                                     rows[i].pointer, FORGOTTEN});
    }
}

static void metadata_of(int keys, int value_len, char *ret_body, size_t size)
{
    size_t len = (size_t)snprintf(ret_body, size, "{'type':'user','currency':'EUR','name':'A','metadata':{");
    for (int i = 0; i < keys; i++)
        len += (size_t)snprintf(ret_body + len, size - len, "%s'key%d':'%0*d'", i > 0 ? "," : "", i,
                                value_len, i);
    (void)snprintf(ret_body + len, size - len, "}}");
}

static void size_of_metadata(void **state)
{
    (void)state;
    static char body[API_TEXT_MAX * 2];
    char key[HARNESS_KEY_SIZE];
    metadata_of(50, 100, body, sizeof body);
    harness_new_key(key);
    (void)api_post(&api, "/v1/accounts", key, "%s", body);
    assert_int_equal(api.status, 201);
    metadata_of(1, 500, body, sizeof body);
    harness_new_key(key);
    (void)api_post(&api, "/v1/accounts", key, "%s", body);
    assert_int_equal(api.status, 201);
    metadata_of(51, 10, body, sizeof body);
    expect_refusal(
        &(struct row){"51 keys", "/v1/accounts", body, STAFF, 422, "invalid_value", "/metadata", FORGOTTEN});
    metadata_of(1, 501, body, sizeof body);
    expect_refusal(&(struct row){"a value of 501", "/v1/accounts", body, STAFF, 422, "invalid_value",
                                 "/metadata/key0", FORGOTTEN});
}

/* 402 says what there is and what was wanted. */
static void insufficient_funds(void **state)
{
    (void)state;
    char key[HARNESS_KEY_SIZE];
    harness_new_key(key);
    int64_t there = harness_available(&h, cast_id("bob"));
    (void)api_post(&api, "/v1/transfers", key, "{'from_account':'@bob','to_account':'@alice','amount':%lld}",
                   (long long)there + 1);
    api_expect_problem(&api, 402, "insufficient_funds", NULL);
    assert_int_equal(api_int(&api, "available"), there);
    assert_int_equal(api_int(&api, "required"), there + 1);
    harness_new_key(key);
    (void)api_post(&api, "/v1/transfers", key, "{'from_account':'@bob','to_account':'@alice','amount':%lld}",
                   (long long)there);
    assert_int_equal(api.status, 201);
    assert_int_equal(harness_available(&h, cast_id("bob")), 0);
}

/* What frozen and closed still allow. */
static void allowed_all_the_same(void **state)
{
    (void)state;
    static const struct {
        const char *path, *body;
        int status;
    } rows[] = {
        {"/v1/transfers", FROM_ALICE("@frozen"), 201},  {"/v1/deposits", DEPOSIT_TO("@frozen"), 201},
        {"/v1/accounts/@frozen/freeze", "{}", 200},     {"/v1/accounts/@closed/close", "{}", 200},
        {"/v1/transfers", FROM_ALICE("@foreign"), 201},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        char key[HARNESS_KEY_SIZE];
        harness_new_key(key);
        (void)api_post(&api, rows[i].path, key, "%s", rows[i].body);
        if (api.status != rows[i].status)
            fail_msg("%s: wanted %d, got %d: %s", rows[i].path, rows[i].status, api.status, api.body.data);
    }
}

static void books_are_right(void **state)
{
    (void)state;
    assert_int_equal(money_check(&h, NULL), 0);
}

static void open_account(const char *name, const char *currency, int64_t funds)
{
    char id[TYPEID_TEXT_SIZE];
    harness_open_account(&h, currency, id);
    cast_add(name, id);
    if (funds > 0)
        harness_deposit(&h, id, currency, funds);
}

static void must(int wanted, int status)
{
    if (status != wanted)
        servers_fail("the set-up was answered %d: %s", status, api.body.data);
}

static void set_up_accounts(void)
{
    open_account("alice", "EUR", FUNDS);
    open_account("bob", "EUR", FUNDS);
    open_account("empty", "EUR", 0);
    open_account("frozen", "EUR", FUNDS);
    open_account("closed", "EUR", 0);
    open_account("full", "EUR", LARGEST);
    open_account("dollars", "USD", FUNDS);
    must(200, api_post(&api, "/v1/accounts/@frozen/freeze", NULL, "{}"));
    must(200, api_post(&api, "/v1/accounts/@closed/close", NULL, "{}"));
    must(201, api_post(&api, "/v1/accounts", "foreign",
                       "{'owner':'" STRANGER "','type':'merchant','currency':'EUR','name':'Foreign'}"));
    cast_add("foreign", api_string(&api, "id"));
    must(201, api_post(&api, "/v1/deposits", "cash", DEPOSIT_TO("@foreign")));
    cast_add("cash", api_string(&api, "entries.0.account"));
    cast_add("foreign_txn", api_string(&api, "id"));
    must(201, api_post(&api, "/v1/deposits", "deposit", DEPOSIT_TO("@empty")));
    cast_add("deposit_txn", api_string(&api, "id"));
    must(201, api_post(&api, "/v1/withdrawals", "withdrawal", DEPOSIT_TO("@empty")));
    cast_add("missing", "acct_01h455vb4pex5vsknk084sn02q");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transfers_refused),    cmocka_unit_test(mass_assignment_refused),
        cmocka_unit_test(deposits_refused),     cmocka_unit_test(accounts_refused),
        cmocka_unit_test(withdrawals_refused),  cmocka_unit_test(journals_refused),
        cmocka_unit_test(exchanges_refused),    cmocka_unit_test(reversals_refused),
        cmocka_unit_test(changes_refused),      cmocka_unit_test(amounts_refused),
        cmocka_unit_test(currencies_refused),   cmocka_unit_test(lengths),
        cmocka_unit_test(size_of_metadata),     cmocka_unit_test(insufficient_funds),
        cmocka_unit_test(allowed_all_the_same), cmocka_unit_test(books_are_right),
    };
    harness_start(&h, &(struct harness_options){0});
    api_open(&api, &h, 0);
    db = harness_database(&h);
    api_key_make(&h, HARNESS_OWNER, USER_SCOPES, &user);
    set_up_accounts();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    api_close(&api);
    db_close(db);
    harness_stop(&h, failed != 0);
    return failed;
}
