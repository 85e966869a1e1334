/* command_specs.c - the data of every command, field by field. A new command starts with a row here. */
#include <stddef.h>

#include "shared/contract/command.h"
#include "shared/core/money.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define NAME_MAX_LEN        255
#define REASON_MAX_LEN      280
#define DESCRIPTION_MAX_LEN 500
#define REFERENCE_MAX_LEN   128
#define TTL_SECONDS_MAX     31536000
#define ENTRIES_MIN         2
#define ENTRIES_MAX         100
#define CONDITIONS_MAX      100
#define WORK_KIND_MAX       16
#define ERROR_MAX_LEN       1000
#define NOTE_MAX_LEN        500
#define ATTEMPTS_MAX        1000000
#define URL_MAX_LEN         2048
#define EVENT_TYPES_MAX     50
#define SEALED_MAX_LEN      255

static const char *const account_types[] = {"user", "merchant", NULL};
static const char *const roundings[] = {"down", "half_even", NULL};
static const char *const directions[] = {"debit", "credit", NULL};
static const char *const endpoint_statuses[] = {"enabled", "disabled", NULL};
static const char *const happenings[] = {"created", "replayed", "discarded", NULL};
static const char *const batch_modes[] = {"each", "all_or_none", NULL};

/* A row reads better than a column. */
/* clang-format off */
#define DESCRIPTION {.name = "description", .type = FIELD_STRING, .min = 1, .max = DESCRIPTION_MAX_LEN, \
                     .help = "What it is for, in words."}
#define REFERENCE   {.name = "reference", .type = FIELD_STRING, .min = 1, .max = REFERENCE_MAX_LEN, \
                     .help = "Your own name for it; lists can be filtered by it."}
#define METADATA    {.name = "metadata", .type = FIELD_METADATA, \
                     .help = "Up to 50 of your own strings, keys to 40 and values to 500 characters."}
#define AMOUNT      {.name = "amount", .type = FIELD_AMOUNT, .required = true, \
                     .help = "Minor units of the currency, 1 to 9007199254740991."}

static const struct field_spec account_create[] = {
    {.name = "owner", .type = FIELD_NAME, .min = 1, .max = COMMAND_OWNER_MAX,
     .help = "Whose account it is; staff may name another owner than themselves."},
    {.name = "type", .type = FIELD_ENUM, .required = true, .words = account_types, .help = "user or merchant."},
    {.name = "currency", .type = FIELD_CURRENCY, .required = true, .help = "ISO 4217 code."},
    {.name = "name", .type = FIELD_STRING, .required = true, .min = 1, .max = NAME_MAX_LEN,
     .help = "What people call it."},
    METADATA,
};

/* Freeze, unfreeze and close. */
static const struct field_spec account_change[] = {
    {.name = "account", .type = FIELD_ID, .required = true, .prefix = "acct",
     .not_found_as = OUTCOME_not_found, .help = "The account."},
    {.name = "reason", .type = FIELD_STRING, .min = 1, .max = REASON_MAX_LEN,
     .help = "Why, for the audit trail."},
};

static const struct field_spec deposit_create[] = {
    {.name = "account", .type = FIELD_ID, .required = true, .prefix = "acct",
     .not_found_as = OUTCOME_account_not_found, .help = "The account that receives."},
    AMOUNT,
    {.name = "currency", .type = FIELD_CURRENCY, .required = true, .help = "The account's currency."},
    DESCRIPTION,
    REFERENCE,
    METADATA,
};

static const struct field_spec withdrawal_create[] = {
    {.name = "account", .type = FIELD_ID, .required = true, .prefix = "acct",
     .not_found_as = OUTCOME_account_not_found, .help = "The account that pays."},
    AMOUNT,
    {.name = "currency", .type = FIELD_CURRENCY, .required = true, .help = "The account's currency."},
    DESCRIPTION,
    REFERENCE,
    METADATA,
};

static const struct field_spec transfer_create[] = {
    {.name = "from_account", .type = FIELD_ID, .required = true, .prefix = "acct",
     .not_found_as = OUTCOME_account_not_found, .help = "The account that pays."},
    {.name = "to_account", .type = FIELD_ID, .required = true, .prefix = "acct",
     .not_found_as = OUTCOME_account_not_found, .help = "The account that receives."},
    AMOUNT,
    {.name = "currency", .type = FIELD_CURRENCY, .help = "If given, it must be that of both accounts."},
    DESCRIPTION,
    REFERENCE,
    METADATA,
};

static const struct field_spec transfer_batch[] = {
    {.name = "mode", .type = FIELD_ENUM, .required = true, .words = batch_modes,
     .help = "each: every transfer by itself; all_or_none: one refusal refuses all."},
    {.name = "transfers", .type = FIELD_LIST, .required = true, .min = 1, .max = COMMAND_BATCH_MAX,
     .items = transfer_create, .item_field_count = COUNT(transfer_create), .help = "They are made in this order."},
};

static const struct field_spec journal_entry[] = {
    {.name = "account", .type = FIELD_ID, .required = true, .prefix = "acct",
     .not_found_as = OUTCOME_account_not_found, .help = "Whose money."},
    {.name = "direction", .type = FIELD_ENUM, .required = true, .words = directions,
     .help = "debit takes from the account, credit gives to it."},
    AMOUNT,
    {.name = "currency", .type = FIELD_CURRENCY, .required = true, .help = "The account's currency."},
};

static const struct field_spec journal_condition[] = {
    {.name = "account", .type = FIELD_ID, .required = true, .prefix = "acct",
     .not_found_as = OUTCOME_account_not_found, .help = "An account that you may read."},
    {.name = "min_available", .type = FIELD_INT, .required = true, .min = -MONEY_AMOUNT_MAX, .max = MONEY_AMOUNT_MAX,
     .help = "What it must have available before the transaction, in minor units."},
};

/* As ingress sends it, which has checked the signature and the payload. */
static const struct field_spec webhook_accept[] = {
    {.name = "provider", .type = FIELD_NAME, .required = true, .min = 1, .max = WEBHOOK_PROVIDER_MAX,
     .help = "Who sent it."},
    {.name = "event_id", .type = FIELD_STRING, .required = true, .min = 1, .max = WEBHOOK_EVENT_ID_MAX,
     .help = "The provider's own id."},
    {.name = "event_type", .type = FIELD_STRING, .required = true, .min = 1, .max = WEBHOOK_EVENT_TYPE_MAX,
     .help = "What happened."},
    {.name = "occurred_at", .type = FIELD_TIME, .help = "When, says the provider."},
    {.name = "payload", .type = FIELD_STRING, .required = true, .min = 2, .max = WEBHOOK_PAYLOAD_MAX,
     .help = "Canonical JSON text of an object."},
};

/* As webhook-svc sends it. */
static const struct field_spec dead_letter_record[] = {
    {.name = "dead_letter", .type = FIELD_ID, .required = true, .prefix = "dl", .not_found_as = OUTCOME_not_found,
     .help = "The dead letter."},
    {.name = "happened", .type = FIELD_ENUM, .required = true, .words = happenings,
     .help = "created, replayed or discarded."},
    {.name = "work", .type = FIELD_ID, .prefix = "wrk", .not_found_as = OUTCOME_not_found,
     .help = "The work that was given up; absent: its message named none."},
    {.name = "kind", .type = FIELD_NAME, .required = true, .min = 1, .max = WORK_KIND_MAX, .help = "Its kind."},
    {.name = "event_type", .type = FIELD_STRING, .min = 1, .max = WEBHOOK_EVENT_TYPE_MAX,
     .help = "Of webhook events and deliveries: their type."},
    {.name = "error", .type = FIELD_STRING, .required = true, .min = 0, .max = ERROR_MAX_LEN,
     .help = "Why it was given up."},
    {.name = "attempts", .type = FIELD_INT, .required = true, .min = 0, .max = ATTEMPTS_MAX,
     .help = "After how many attempts."},
    {.name = "note", .type = FIELD_STRING, .min = 1, .max = NOTE_MAX_LEN, .help = "Why it was discarded."},
};

static const struct field_spec transaction_create[] = {
    {.name = "entries", .type = FIELD_LIST, .required = true, .min = ENTRIES_MIN, .max = ENTRIES_MAX,
     .items = journal_entry, .item_field_count = COUNT(journal_entry),
     .help = "2 to 100 debits and credits, as much of the one as of the other in each currency."},
    {.name = "conditions", .type = FIELD_LIST, .min = 0, .max = CONDITIONS_MAX,
     .items = journal_condition, .item_field_count = COUNT(journal_condition),
     .help = "What must hold for anything to happen."},
    DESCRIPTION,
    REFERENCE,
    METADATA,
};

static const struct field_spec rate[] = {
    {.name = "numerator", .type = FIELD_INT, .required = true, .min = 1, .max = MONEY_AMOUNT_MAX,
     .help = "Minor units bought for so many sold as denominator says."},
    {.name = "denominator", .type = FIELD_INT, .required = true, .min = 1, .max = MONEY_AMOUNT_MAX,
     .help = "Minor units sold for so many bought as numerator says."},
};

static const struct field_spec exchange_create[] = {
    {.name = "from_account", .type = FIELD_ID, .required = true, .prefix = "acct",
     .not_found_as = OUTCOME_account_not_found, .help = "The account that sells."},
    {.name = "to_account", .type = FIELD_ID, .required = true, .prefix = "acct",
     .not_found_as = OUTCOME_account_not_found, .help = "The account of another currency that gets what is bought."},
    {.name = "sell_amount", .type = FIELD_AMOUNT, .required = true,
     .help = "Minor units of from_account's currency, 1 to 9007199254740991."},
    {.name = "rate", .type = FIELD_OBJECT, .required = true, .members = rate, .member_count = COUNT(rate),
     .help = "Minor units bought (numerator) for minor units sold (denominator)."},
    {.name = "rounding", .type = FIELD_ENUM, .required = true, .words = roundings,
     .help = "How what is bought becomes whole: down, or half_even to the nearest, from the middle to the even one."},
    DESCRIPTION,
    REFERENCE,
    METADATA,
};

static const struct field_spec transaction_reverse[] = {
    {.name = "transaction", .type = FIELD_ID, .required = true, .prefix = "txn", .not_found_as = OUTCOME_not_found,
     .help = "The transaction."},
    {.name = "amount", .type = FIELD_AMOUNT,
     .help = "Minor units of its headline currency to give back; all that is left if absent."},
    {.name = "reason", .type = FIELD_STRING, .required = true, .min = 1, .max = REASON_MAX_LEN,
     .help = "Why, for the audit trail."},
};

#define ENDPOINT   {.name = "endpoint", .type = FIELD_ID, .required = true, .prefix = "we", \
                    .not_found_as = OUTCOME_not_found, .help = "The webhook endpoint."}
#define ENDPOINT_DESCRIPTION {.name = "description", .type = FIELD_STRING, .min = 1, .max = DESCRIPTION_MAX_LEN, \
                    .help = "What it is, in words."}
#define URL_HELP   "Where events are sent by POST: https, port 443 or 8443, an address that is public."
#define TYPES_HELP "Which events: a type such as transaction.posted, a resource such as hold.*, or * for all."
/* Ingress looks at the address and makes the secret, sealed for the endpoint, whose id it makes therefore; they travel with the
   command, so that a replay finds the first. */
#define URL_REFUSAL {.name = "url_refusal", .type = FIELD_STRING, .made = true, .min = 1, .max = REASON_MAX_LEN, \
                    .help = "What is wrong with the url."}
#define SECRET     {.name = "secret", .type = FIELD_STRING, .made = true, .min = 1, .max = SEALED_MAX_LEN, \
                    .help = "The sealed secret."}
#define NEW_ENDPOINT {.name = "id", .type = FIELD_ID, .made = true, .prefix = "we", .not_found_as = OUTCOME_invalid_value, \
                    .help = "The id of the endpoint that is made."}

static const struct field_spec webhook_endpoint_create[] = {
    {.name = "owner", .type = FIELD_NAME, .min = 1, .max = COMMAND_OWNER_MAX,
     .help = "Whose events; staff may name another owner than themselves."},
    {.name = "url", .type = FIELD_STRING, .required = true, .min = 1, .max = URL_MAX_LEN, .help = URL_HELP},
    {.name = "event_types", .type = FIELD_STRINGS, .required = true, .min = 1, .max = EVENT_TYPES_MAX, .help = TYPES_HELP},
    ENDPOINT_DESCRIPTION,
    URL_REFUSAL,
    NEW_ENDPOINT,
    SECRET,
};

static const struct field_spec webhook_endpoint_update[] = {
    ENDPOINT,
    {.name = "url", .type = FIELD_STRING, .min = 1, .max = URL_MAX_LEN, .help = URL_HELP},
    {.name = "event_types", .type = FIELD_STRINGS, .min = 1, .max = EVENT_TYPES_MAX, .help = TYPES_HELP},
    ENDPOINT_DESCRIPTION,
    {.name = "status", .type = FIELD_ENUM, .words = endpoint_statuses, .help = "enabled or disabled."},
    URL_REFUSAL,
};

static const struct field_spec webhook_endpoint_delete[] = {ENDPOINT};

/* webhook-svc's own. */
static const struct field_spec webhook_endpoint_disable[] = {
    ENDPOINT,
    {.name = "reason", .type = FIELD_STRING, .required = true, .min = 1, .max = REASON_MAX_LEN,
     .help = "Why nothing is sent there any more."},
    {.name = "url_version", .type = FIELD_INT, .min = 1, .max = INT32_MAX, .help = "Which of its urls this is about."},
};

static const struct field_spec webhook_endpoint_rotate_secret[] = {ENDPOINT, SECRET};
/* clang-format on */

static const struct field_spec hold_authorize[] = {
    {.name = "account",
     .type = FIELD_ID,
     .required = true,
     .prefix = "acct",
     .not_found_as = OUTCOME_account_not_found,
     .help = "The account whose money is held."},
    AMOUNT,
    {.name = "currency", .type = FIELD_CURRENCY, .help = "If given, it must be the account's."},
    {.name = "ttl_seconds",
     .type = FIELD_INT,
     .min = 1,
     .max = TTL_SECONDS_MAX,
     .help = "After this time the hold expires by itself; 900 if absent, at most a year."},
    {.name = "destination",
     .type = FIELD_ID,
     .prefix = "acct",
     .not_found_as = OUTCOME_account_not_found,
     .help = "The account that captures pay into; the currency's escrow if absent."},
    DESCRIPTION,
    REFERENCE,
    METADATA,
};

#define HOLD                                                                                                 \
    {                                                                                                        \
        .name = "hold", .type = FIELD_ID, .required = true, .prefix = "hold",                                \
        .not_found_as = OUTCOME_not_found, .help = "The hold."                                               \
    }

static const struct field_spec hold_capture[] = {
    HOLD,
    {.name = "amount",
     .type = FIELD_AMOUNT,
     .help = "Minor units to take; all that is still held if absent."},
    {.name = "final",
     .type = FIELD_BOOL,
     .help = "Whether what is left is free again, which it is if absent; false leaves it held for more "
             "captures."},
};

/* Release and expiry. */
static const struct field_spec hold_end[] = {HOLD};

static const struct command_spec specs[] = {
    {"account.create", account_create, COUNT(account_create), NULL, false},
    {"account.freeze", account_change, COUNT(account_change), "account", false},
    {"account.unfreeze", account_change, COUNT(account_change), "account", false},
    {"account.close", account_change, COUNT(account_change), "account", false},
    {"dead_letter.record", dead_letter_record, COUNT(dead_letter_record), NULL, false},
    {"deposit.create", deposit_create, COUNT(deposit_create), NULL, false},
    {"hold.authorize", hold_authorize, COUNT(hold_authorize), NULL, false},
    {"hold.capture", hold_capture, COUNT(hold_capture), "hold", false},
    {"hold.expire", hold_end, COUNT(hold_end), "hold", false},
    {"hold.release", hold_end, COUNT(hold_end), "hold", false},
    {"withdrawal.create", withdrawal_create, COUNT(withdrawal_create), NULL, false},
    {"transfer.create", transfer_create, COUNT(transfer_create), NULL, false},
    {"transfer.batch", transfer_batch, COUNT(transfer_batch), NULL, true},
    {"transaction.create", transaction_create, COUNT(transaction_create), NULL, false},
    {"exchange.create", exchange_create, COUNT(exchange_create), NULL, false},
    {"transaction.reverse", transaction_reverse, COUNT(transaction_reverse), "transaction", false},
    {"webhook.accept", webhook_accept, COUNT(webhook_accept), NULL, false},
    {"webhook_endpoint.create", webhook_endpoint_create, COUNT(webhook_endpoint_create), NULL, false},
    {"webhook_endpoint.update", webhook_endpoint_update, COUNT(webhook_endpoint_update), "endpoint", false},
    {"webhook_endpoint.delete", webhook_endpoint_delete, COUNT(webhook_endpoint_delete), "endpoint", false},
    {"webhook_endpoint.disable", webhook_endpoint_disable, COUNT(webhook_endpoint_disable), "endpoint",
     false},
    {"webhook_endpoint.rotate_secret", webhook_endpoint_rotate_secret, COUNT(webhook_endpoint_rotate_secret),
     "endpoint", false},
};

const struct command_spec *command_spec_find(struct str name)
{
    for (size_t i = 0; i < COUNT(specs); i++) {
        if (str_eq_c(name, specs[i].name)) {
            return &specs[i];
        }
    }
    return NULL;
}

const char *command_subject_prefix(const struct command_spec *spec)
{
    return spec->bulk ? COMMAND_BULK_PREFIX : COMMAND_SUBJECT_PREFIX;
}

int command_values_max(const struct command_spec *spec)
{
    return spec->bulk ? COMMAND_BULK_VALUES : JSON_VALUES_MAX;
}

const struct command_spec *command_spec_list(size_t *ret_count)
{
    *ret_count = COUNT(specs);
    return specs;
}
