/* translate.c - JSON by the contract's own writers and readers. */
#include "tests/sim/translate.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const currencies[SIM_CURRENCIES] = {"EUR", "USD", "KWD"};
static const char *const owners[SIM_OWNERS + 1] = {"o0", "o1", "o2", "o3", "o4", "o5", [SIM_STAFF] = "ops"};
static const char *const names[INTENT_TYPE_COUNT] = {
    [INTENT_ACCOUNT_CREATE] = "account.create", [INTENT_FREEZE] = "account.freeze",
    [INTENT_UNFREEZE] = "account.unfreeze",     [INTENT_CLOSE] = "account.close",
    [INTENT_DEPOSIT] = "deposit.create",        [INTENT_TRANSFER] = "transfer.create",
};

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

static void write_money(struct json_out *json, const struct intent *in)
{
    json_key(json, "amount");
    json_int(json, in->amount);
    if (in->note % 3 == 0) {
        write_text(json, "reference", "order 7");
    }
    if (in->note % 5 == 0) {
        json_key(json, "metadata");
        json_raw(json, STR_LIT("{\"b\":\"2\",\"a\":\"1\\\"\"}"));
    }
}

static void write_members(struct json_out *json, const struct intent *in, const struct uuid *from,
                          const struct uuid *account)
{
    bool moves_money = in->type == INTENT_TRANSFER || in->type == INTENT_DEPOSIT;
    if (in->type == INTENT_ACCOUNT_CREATE) {
        write_new_account(json, in);
    } else {
        json_key(json, in->type == INTENT_TRANSFER ? "to_account" : "account");
        json_typeid(json, "acct", account);
    }
    if (in->type == INTENT_TRANSFER) {
        json_key(json, "from_account");
        json_typeid(json, "acct", from);
    }
    if (moves_money) {
        write_money(json, in);
    }
    if (in->currency >= 0) {
        write_text(json, "currency", currencies[in->currency]);
    }
}

void translate_request(const struct intent *in, const struct uuid *from, const struct uuid *account,
                       struct request *ret_request)
{
    struct buf text;
    buf_init(&text, SIM_TEXT_MAX - 1);
    struct json_out json;
    json_out_init(&json, &text);
    json_object_open(&json);
    write_members(&json, in, from, account);
    json_object_close(&json);
    assert(!text.failed);
    memcpy(ret_request->text, text.data, text.len + 1);
    ret_request->name = names[in->type];
    buf_free(&text);
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
                        .envelope = {.id = uuid7_make(1, (uint32_t)in->command, 5),
                                     .owner = str_of(owners[in->sender]),
                                     .actor = STR_LIT("key_1"),
                                     .staff = intent_is_staff(in),
                                     .key = str_of(in->key),
                                     .source = str_of(in->source),
                                     .data = data}};
    digest_request(STR_LIT("POST"), str_of(request->name), STR_LIT(""), str_of(request->text),
                   &c.envelope.fingerprint);
    c.key_digest = digest_key(c.envelope.owner, c.envelope.key, &c.envelope.id);
    if (in->source[0] != '\0') {
        c.source_digest = digest_source(c.envelope.source);
    }
    assert(c.type != NULL);
    c.data = c.type->decode(&c.envelope, a);
    assert(c.data != NULL);
    *ret_command = c;
    return data;
}
