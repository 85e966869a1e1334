/* command.c - the table of command types, what a batch needs, and the answers they share. */
#include "ledger-svc/domain/command.h"

#include <string.h>

#include "shared/core/planted_bug.h"
#include "shared/core/typeid.h"

#define MEMBER_FIXED 6    /* a member's quotes, colon and comma; the braces */
#define PROBLEM_TEXT 2048 /* code, sentence, at most one error, two numbers */

static const struct command_type types[] = {
#define COMMAND(identifier, name, own_key)                                                                   \
    {name, identifier##_decode, identifier##_needs, identifier##_decide, own_key},
#include "ledger-svc/domain/commands.def"
#undef COMMAND
};

const struct command_type *command_type_list(size_t *ret_count)
{
    *ret_count = sizeof(types) / sizeof(types[0]);
    return types;
}

const struct command_type *command_type_find(struct str name)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (str_eq_c(name, types[i].name)) {
            return &types[i];
        }
    }
    return NULL;
}

struct uuid command_key_digest(const struct command_type *type, const struct command_envelope *e)
{
    return type->own_key != NULL ? type->own_key(e) : digest_key(e->owner, e->key, &e->id);
}

static void add_id(struct needs *n, struct arena *a, struct id_list *list, const struct uuid *id)
{
    struct uuid *ids = arena_grow(a, list->ids, list->count, &list->cap, sizeof(*ids));
    if (ids == NULL) {
        n->out_of_memory = true;
        return;
    }
    list->ids = ids;
    list->ids[list->count++] = *id;
}

static void add_lock(struct needs *n, struct arena *a, struct lock_list *list, int64_t number)
{
    int64_t *numbers = arena_grow(a, list->numbers, list->count, &list->cap, sizeof(*numbers));
    if (numbers == NULL) {
        n->out_of_memory = true;
        return;
    }
    list->numbers = numbers;
    list->numbers[list->count++] = number;
}

void needs_account(struct needs *n, struct arena *a, const struct uuid *id)
{
    add_id(n, a, &n->accounts, id);
}

void needs_whole_account(struct needs *n, struct arena *a, const struct uuid *id)
{
    n->whole_accounts = true;
    needs_account(n, a, id);
}

void needs_system_account(struct needs *n, struct arena *a, enum account_role role, const char *currency)
{
    struct uuid id = account_system_id(role, currency);
    needs_account(n, a, &id);
}

void needs_hold(struct needs *n, struct arena *a, const struct uuid *id)
{
    add_id(n, a, &n->holds, id);
}

void needs_original(struct needs *n, struct arena *a, const struct uuid *id)
{
    add_id(n, a, &n->originals, id);
}

void needs_endpoint(struct needs *n, struct arena *a, const struct uuid *id)
{
    add_id(n, a, &n->endpoints, id);
    needs_lock(n, a, lock_number(LOCK_OBJECT, id));
}

void needs_endpoint_count(struct needs *n, struct arena *a, struct str owner)
{
    struct owner_list *list = &n->endpoint_owners;
    struct str *names = arena_grow(a, list->names, list->count, &list->cap, sizeof(*names));
    if (names == NULL) {
        n->out_of_memory = true;
        return;
    }
    list->names = names;
    list->names[list->count++] = owner;
    struct uuid digest = digest_endpoints_of(owner);
    needs_lock(n, a, lock_number(LOCK_OBJECT, &digest));
}

void needs_exchanged_account(struct needs *n, struct arena *a, const struct uuid *id)
{
    needs_account(n, a, id);
    add_id(n, a, &n->exchanged, id);
}

void needs_webhook(struct needs *n, struct arena *a, const struct webhook_key *key)
{
    struct webhook_key_list *list = &n->webhooks;
    struct webhook_key *keys = arena_grow(a, list->keys, list->count, &list->cap, sizeof(*keys));
    if (keys == NULL) {
        n->out_of_memory = true;
        return;
    }
    list->keys = keys;
    list->keys[list->count++] = *key;
}

void needs_lock(struct needs *n, struct arena *a, int64_t number)
{
    add_lock(n, a, &n->locks, number);
}

void needs_account_lock(struct needs *n, struct arena *a, int64_t number)
{
    add_lock(n, a, &n->account_locks, number);
}

/* The space is the sign and the bit after it: keys are negative, objects in the lower half of the others,
   accounts in the upper. The rest mixes all bits of the id: many ids share their time, others their digits.
   The finalizer of splitmix64. */
int64_t lock_number(enum lock_space space, const struct uuid *id)
{
    uint64_t high, low;
    memcpy(&high, id->bytes, sizeof(high));
    memcpy(&low, id->bytes + sizeof(high), sizeof(low));
    uint64_t z = (high * UINT64_C(0x9E3779B97F4A7C15)) ^ low;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    int64_t number = (int64_t)((z ^ (z >> 31)) >> 2);
    switch (space) {
    case LOCK_KEY:
        return -number - 1;
    case LOCK_OBJECT:
        return number;
    case LOCK_ACCOUNT:
        break;
    }
    return number | INT64_C(1) << 62;
}

void needs_entries(struct needs *n, size_t count)
{
    n->entries += count;
}

bool command_decode_metadata(const json_t *object, struct arena *a, struct str *ret_text)
{
    json_t *metadata = json_object_get(object, "metadata");
    if (metadata == NULL) {
        *ret_text = (struct str){NULL, 0};
        return true;
    }
    size_t max = MEMBER_FIXED;
    const char *key;
    json_t *value;
    json_object_foreach(metadata, key, value)
    {
        max += JSON_ESCAPE_MAX * (strlen(key) + json_string_length(value)) + MEMBER_FIXED;
    }
    struct buf text = {.data = arena_alloc(a, max + 1), .cap = max + 1, .max = max};
    if (text.data == NULL || json_canonical(metadata, &text) != STATUS_OK) {
        return false;
    }
    arena_trim(a, text.data, text.len + 1);
    *ret_text = (struct str){text.data, text.len};
    return true;
}

bool command_may_use(const struct command *c, const struct account *a)
{
    return c->envelope.staff || (a->type != ACCOUNT_TYPE_system &&
                                 (str_eq(a->owner, c->envelope.owner) || PLANTED_BUG(foreign_account)));
}

void command_decode_currency(const json_t *object, char ret_code[4])
{
    struct str code = json_get_str(object, "currency");
    size_t len = code.len < 3 ? code.len : 3;
    memset(ret_code, 0, 4);
    if (len > 0) {
        memcpy(ret_code, code.data, len);
    }
}

bool command_may_credit(const struct command *c, const struct account *a)
{
    return c->envelope.staff || a->type != ACCOUNT_TYPE_system || PLANTED_BUG(house_credit);
}

void answer_with(struct answer *ret_answer, enum outcome o, struct str body)
{
    *ret_answer = (struct answer){.outcome = o, .status = outcome_http_status(o), .body = body};
}

void answer_account(struct ledger *l, struct answer *ret_answer, enum outcome o, const struct account *a)
{
    answer_with(ret_answer, o, ledger_account_text(l, a));
}

void answer_write_balance(struct json_out *json, const struct command *c, const struct account *a)
{
    char id[TYPEID_TEXT_SIZE];
    typeid_format("acct", &a->id, id);
    json_key(json, id);
    if (!command_may_use(c, a) && !PLANTED_BUG(shown_balance)) {
        json_write_null(json);
        return;
    }
    json_object_open(json);
    json_key(json, "posted");
    json_int(json, account_posted(a));
    json_key(json, "held");
    json_int(json, account_held(a));
    json_key(json, "available");
    json_int(json, account_available(a));
    json_object_close(json);
}

void answer_refuse(struct ledger *l, struct answer *ret_answer, enum outcome o, const char *pointer,
                   const char *detail)
{
    struct problem problem;
    problem_init(&problem, o);
    if (pointer != NULL) {
        problem_add_error(&problem, pointer, "%s", detail == NULL ? outcome_sentence(o) : detail);
    } else if (detail != NULL) {
        problem_detail(&problem, "%s", detail);
    }
    problem_write(&problem, ledger_scratch(l, PROBLEM_TEXT));
    answer_with(ret_answer, o, ledger_keep(l));
}

void answer_refuse_funds(struct ledger *l, struct answer *ret_answer, const struct command *c,
                         const struct account *a, int64_t required)
{
    const struct shortfall shortfall = {.account = a, .required = required};
    answer_refuse_shortfall(l, ret_answer, c, &shortfall);
}

void answer_refuse_shortfall(struct ledger *l, struct answer *ret_answer, const struct command *c,
                             const struct shortfall *s)
{
    struct problem problem;
    problem_init(&problem, OUTCOME_insufficient_funds);
    if (s->pointer != NULL) {
        problem_add_error(&problem, s->pointer, "%s", outcome_sentence(OUTCOME_insufficient_funds));
    }
    struct json_out json;
    json_out_init(&json, ledger_scratch(l, PROBLEM_TEXT));
    problem_open(&problem, &json);
    json_key(&json, "available");
    if (command_may_use(c, s->account)) {
        json_int(&json, account_available(s->account));
    } else {
        json_write_null(&json);
    }
    json_key(&json, "required");
    json_int(&json, s->required);
    problem_close(&json);
    answer_with(ret_answer, OUTCOME_insufficient_funds, ledger_keep(l));
}
