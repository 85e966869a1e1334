/* translate.c - JSON by the contract's own writers and readers. */
#include "tests/sim/translate.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const currencies[SIM_CURRENCIES] = {"EUR", "USD", "KWD"};
static const char *const owners[SIM_OWNERS + 1] = {"o0", "o1", "o2", "o3", "o4", "o5", [SIM_STAFF] = "ops"};
static const char *const names[INTENT_TYPE_COUNT] = {
    [INTENT_ACCOUNT_CREATE] = "account.create",
    [INTENT_FREEZE] = "account.freeze",
    [INTENT_UNFREEZE] = "account.unfreeze",
    [INTENT_CLOSE] = "account.close",
    [INTENT_DEPOSIT] = "deposit.create",
    [INTENT_WITHDRAWAL] = "withdrawal.create",
    [INTENT_TRANSFER] = "transfer.create",
    [INTENT_JOURNAL] = "transaction.create",
    [INTENT_EXCHANGE] = "exchange.create",
    [INTENT_REVERSE] = "transaction.reverse",
    [INTENT_BATCH] = "transfer.batch",
    [INTENT_AUTHORIZE] = "hold.authorize",
    [INTENT_CAPTURE] = "hold.capture",
    [INTENT_RELEASE] = "hold.release",
    [INTENT_EXPIRE] = "hold.expire",
    [INTENT_WEBHOOK] = "webhook.accept",
    [INTENT_DEAD_LETTER] = "dead_letter.record",
    [INTENT_ENDPOINT_CREATE] = "webhook_endpoint.create",
    [INTENT_ENDPOINT_UPDATE] = "webhook_endpoint.update",
    [INTENT_ENDPOINT_DELETE] = "webhook_endpoint.delete",
    [INTENT_ENDPOINT_DISABLE] = "webhook_endpoint.disable",
    [INTENT_ENDPOINT_ROTATE] = "webhook_endpoint.rotate_secret",
};

static const char *const urls[] = {NULL, "https://a.example/hook", "https://b.example/hook",
                                   "https://c.example/"};
static const char *const types[] = {
    NULL, "[\"*\"]", "[\"hold.*\",\"account.created\"]",
    "[\"transaction.posted\"]", [SIM_TYPES_UNKNOWN] = "[\"hold.*\",\"hold.broken\"]"};
static const char *const descriptions[] = {NULL, "Orders", "Stock \"and\" orders"};
static const char *const endpoint_statuses[] = {NULL, "enabled", "disabled"};
static const char *const happenings[] = {"created", "replayed", "discarded"};

const char *owner_name(int number)
{
    return owners[number];
}

const char *endpoint_url(int number)
{
    return urls[number];
}

const char *endpoint_types(int number)
{
    return types[number];
}

const char *endpoint_description(int number)
{
    return descriptions[number];
}

void endpoint_secret(int number, char ret_secret[static SIM_SECRET_SIZE])
{
    (void)snprintf(ret_secret, SIM_SECRET_SIZE, "sealed_%d", number);
}

const char *currency_code(int number)
{
    return currencies[number];
}

static void write_text(struct json_out *json, const char *key, const char *text)
{
    json_key(json, key);
    json_cstr(json, text);
}

static void write_new_account(struct json_out *json, const struct intent *in)
{
    write_text(json, "type", in->note % 2 == 0 ? "user" : "merchant");
    write_text(json, "name", in->note % 3 == 0 ? "A \"wallet\"" : "Wallet");
    if (in->for_owner >= 0) {
        write_text(json, "owner", owners[in->for_owner]);
    }
}

static void write_int(struct json_out *json, const char *key, int64_t value)
{
    json_key(json, key);
    json_int(json, value);
}

static void write_account(struct json_out *json, const char *key, const struct uuid *id)
{
    json_key(json, key);
    json_typeid(json, "acct", id);
}

static void write_journal(struct json_out *json, const struct intent *in, const struct intent_ids *ids)
{
    json_key(json, "entries");
    json_array_open(json);
    for (int i = 0; i < in->entry_count; i++) {
        json_object_open(json);
        write_account(json, "account", &ids->entries[i]);
        write_text(json, "direction", in->entries[i].is_debit ? "debit" : "credit");
        write_int(json, "amount", in->entries[i].amount);
        write_text(json, "currency", currencies[in->entries[i].currency]);
        json_object_close(json);
    }
    json_array_close(json);
    if (in->condition_count == 0) {
        return;
    }
    json_key(json, "conditions");
    json_array_open(json);
    for (int i = 0; i < in->condition_count; i++) {
        json_object_open(json);
        write_account(json, "account", &ids->conditions[i]);
        write_int(json, "min_available", in->conditions[i].min_available);
        json_object_close(json);
    }
    json_array_close(json);
}

static void write_exchange(struct json_out *json, const struct intent *in, const struct intent_ids *ids)
{
    write_account(json, "from_account", &ids->from);
    write_account(json, "to_account", &ids->account);
    write_int(json, "sell_amount", in->amount);
    json_key(json, "rate");
    json_object_open(json);
    write_int(json, "numerator", in->numerator);
    write_int(json, "denominator", in->denominator);
    json_object_close(json);
    write_text(json, "rounding", in->is_half_even ? "half_even" : "down");
}

static void write_reversal(struct json_out *json, const struct intent *in, const struct intent_ids *ids)
{
    json_key(json, "transaction");
    json_typeid(json, "txn", &ids->transaction);
    write_text(json, "reason", "broken");
    if (in->amount > 0) {
        write_int(json, "amount", in->amount);
    }
}

static void write_notes(struct json_out *json, const struct intent *in)
{
    if (in->note % 3 == 0) {
        write_text(json, "reference", "order 7");
    }
    if (in->note % 5 == 0) {
        json_key(json, "metadata");
        json_raw(json, STR_LIT("{\"b\":\"2\",\"a\":\"1\\\"\"}"));
    }
}

/* What most movements of money have. */
static void write_money(struct json_out *json, const struct intent *in)
{
    write_int(json, "amount", in->amount);
    if (in->currency >= 0) {
        write_text(json, "currency", currencies[in->currency]);
    }
    write_notes(json, in);
}

static void write_members(struct json_out *json, const struct intent *in, const struct intent_ids *ids);

static void write_batch(struct json_out *json, const struct intent *in, const struct intent_ids *ids)
{
    write_text(json, "mode", in->all_or_none ? "all_or_none" : "each");
    json_key(json, "transfers");
    json_array_open(json);
    for (int i = 0; i < in->item_count; i++) {
        const struct intent item = intent_of_item(in, i);
        const struct intent_ids item_ids = {.from = ids->item_froms[i], .account = ids->item_accounts[i]};
        json_object_open(json);
        write_members(json, &item, &item_ids);
        json_object_close(json);
    }
    json_array_close(json);
}

static void write_hold(struct json_out *json, const struct intent *in, const struct intent_ids *ids)
{
    write_account(json, "account", &ids->from);
    if (in->has_destination) {
        write_account(json, "destination", &ids->account);
    }
    if (in->ttl_s > 0) {
        write_int(json, "ttl_seconds", in->ttl_s);
    }
}

static void write_hold_end(struct json_out *json, const struct intent *in, const struct intent_ids *ids)
{
    json_key(json, "hold");
    json_typeid(json, "hold", &ids->hold);
    if (in->amount > 0) {
        write_int(json, "amount", in->amount);
    }
    if (in->final >= 0) {
        json_key(json, "final");
        json_bool(json, in->final == 1);
    }
}

/* Two providers, three different contents. */
static void write_webhook(struct json_out *json, const struct intent *in)
{
    char event_id[16];
    (void)snprintf(event_id, sizeof(event_id), "evt_%d", in->event / 2);
    write_text(json, "provider", in->event % 2 == 0 ? "gateway" : "bank");
    write_text(json, "event_id", event_id);
    write_text(json, "event_type", in->note % 3 == 1 ? "payment.failed" : "payment.succeeded");
    if (in->note % 3 == 2) {
        write_text(json, "occurred_at", "2026-11-21T15:06:54Z");
    }
    write_text(json, "payload", "{\"payment\":\"po_1\"}");
}

static void write_dead_letter(struct json_out *json, const struct intent *in)
{
    const struct uuid letter = uuid7_make(3, (uint32_t)in->event, 7),
                      work = uuid7_make(4, (uint32_t)in->event, 7);
    json_key(json, "dead_letter");
    json_typeid(json, "dl", &letter);
    write_text(json, "happened", happenings[in->happening]);
    if (in->event % 3 > 0) {
        json_key(json, "work");
        json_typeid(json, "wrk", &work);
    }
    write_text(json, "kind", "webhook");
    if (in->event % 2 == 0) {
        write_text(json, "event_type", "payment.succeeded");
    }
    write_text(json, "error", in->note % 2 == 0 ? "no \"account\"" : "");
    write_int(json, "attempts", in->event % 7);
}

static void write_optional(struct json_out *json, const char *key, const char *text)
{
    if (text != NULL) {
        write_text(json, key, text);
    }
}

static void write_endpoint(struct json_out *json, const struct intent *in, const struct intent_ids *ids)
{
    const struct intent_endpoint *e = &in->endpoint;
    if (in->type != INTENT_ENDPOINT_CREATE) {
        json_key(json, "endpoint");
        json_typeid(json, "we", &ids->endpoint);
    } else if (in->for_owner >= 0) {
        write_text(json, "owner", owners[in->for_owner]);
    }
    write_optional(json, "url", urls[e->url]);
    if (e->types > 0) {
        json_key(json, "event_types");
        json_raw(json, str_of(types[e->types]));
    }
    write_optional(json, "description", descriptions[e->description]);
    write_optional(json, "status", endpoint_statuses[e->status]);
    write_optional(json, "url_refusal", e->is_url_refused ? "it is not public" : NULL);
    if (in->type == INTENT_ENDPOINT_DISABLE) {
        write_text(json, "reason", "it failed");
    }
    if (e->url_version > 0) {
        write_int(json, "url_version", e->url_version);
    }
    if (e->secret > 0) {
        char secret[SIM_SECRET_SIZE];
        endpoint_secret(e->secret, secret);
        write_text(json, "secret", secret);
    }
}

static void write_members(struct json_out *json, const struct intent *in, const struct intent_ids *ids)
{
    switch (in->type) {
    case INTENT_ACCOUNT_CREATE:
        write_new_account(json, in);
        write_text(json, "currency", currencies[in->currency]);
        break;
    case INTENT_TRANSFER:
        write_account(json, "from_account", &ids->from);
        write_account(json, "to_account", &ids->account);
        write_money(json, in);
        break;
    case INTENT_BATCH:
        write_batch(json, in, ids);
        break;
    case INTENT_AUTHORIZE:
        write_hold(json, in, ids);
        write_money(json, in);
        break;
    case INTENT_CAPTURE:
    case INTENT_RELEASE:
    case INTENT_EXPIRE:
        write_hold_end(json, in, ids);
        break;
    case INTENT_DEPOSIT:
    case INTENT_WITHDRAWAL:
        write_account(json, "account", &ids->account);
        write_money(json, in);
        break;
    case INTENT_JOURNAL:
        write_journal(json, in, ids);
        write_notes(json, in);
        break;
    case INTENT_EXCHANGE:
        write_exchange(json, in, ids);
        write_notes(json, in);
        break;
    case INTENT_REVERSE:
        write_reversal(json, in, ids);
        break;
    case INTENT_WEBHOOK:
        write_webhook(json, in);
        break;
    case INTENT_DEAD_LETTER:
        write_dead_letter(json, in);
        break;
    case INTENT_ENDPOINT_CREATE:
    case INTENT_ENDPOINT_UPDATE:
    case INTENT_ENDPOINT_DELETE:
    case INTENT_ENDPOINT_DISABLE:
    case INTENT_ENDPOINT_ROTATE:
        write_endpoint(json, in, ids);
        break;
    case INTENT_FREEZE:
    case INTENT_UNFREEZE:
    case INTENT_CLOSE:
    case INTENT_TYPE_COUNT:
        write_account(json, "account", &ids->account);
        break;
    }
}

void translate_request(const struct intent *in, const struct intent_ids *ids, struct request *ret_request)
{
    struct buf text;
    buf_init(&text, SIM_TEXT_MAX - 1);
    struct json_out json;
    json_out_init(&json, &text);
    json_object_open(&json);
    write_members(&json, in, ids);
    json_object_close(&json);
    assert(!text.failed && in->type < INTENT_TYPE_COUNT);
    memcpy(ret_request->text, text.data, text.len + 1);
    ret_request->name = names[in->type];
    buf_free(&text);
}

struct uuid translate_command_id(uint64_t command)
{
    return uuid7_make(1, (uint32_t)command, 5);
}

static json_t *checked_data(const struct request *request)
{
    struct problem problem;
    json_t *data = NULL;
    const struct command_spec *spec = command_spec_find(str_of(request->name));
    assert(spec != NULL);
    enum status status = json_parse_object(str_of(request->text), &data, &problem);
    assert(status == STATUS_OK);
    status = json_check(data, spec->fields, spec->field_count, &problem);
    assert(status == STATUS_OK);
    return data;
}

json_t *translate_command(const struct intent *in, const struct request *request, struct arena *a,
                          int64_t now_us, struct command *ret_command)
{
    json_t *data = checked_data(request);
    struct command c = {.type = command_type_find(str_of(request->name)),
                        .deadline_us = in->expired ? now_us - 1 : now_us,
                        .envelope = {.id = translate_command_id(in->command),
                                     .owner = str_of(owners[in->sender]),
                                     .actor = STR_LIT("key_1"),
                                     .staff = intent_is_staff(in),
                                     .key = str_of(in->key),
                                     .source = str_of(in->source),
                                     .data = data}};
    digest_request(STR_LIT("POST"), str_of(request->name), STR_LIT(""), str_of(request->text),
                   &c.envelope.fingerprint);
    c.key_digest = command_key_digest(c.type, &c.envelope);
    if (in->source[0] != '\0') {
        c.source_digest = digest_source(c.envelope.source);
    }
    assert(c.type != NULL);
    c.data = c.type->decode(&c.envelope, a);
    assert(c.data != NULL);
    *ret_command = c;
    return data;
}
