/* owner_event.c - see owner_event.h. */
#include "webhook-svc/domain/owner_event.h"

#include <stdlib.h>
#include <string.h>

#include "shared/core/typeid.h"

static struct str text_of(const json_t *value)
{
    return (struct str){json_string_value(value), json_string_length(value)};
}

static bool is_about(const json_t *event, const char *resource)
{
    return str_eq_c(text_of(json_object_get(json_object_get(event, "data"), "resource")), resource);
}

static const json_t *after_of(const json_t *event)
{
    return json_object_get(json_object_get(event, "data"), "after");
}

static size_t add_account(const json_t *id, struct uuid *ids, size_t count)
{
    bool is_one =
        count < OWNER_EVENT_ACCOUNTS_MAX && typeid_parse("acct", text_of(id), &ids[count]) == STATUS_OK;
    return count + (is_one ? 1 : 0);
}

size_t owner_event_accounts(const json_t *event, struct uuid ret_ids[OWNER_EVENT_ACCOUNTS_MAX])
{
    const json_t *data = json_object_get(event, "data"), *account;
    size_t count = 0, i;
    if (is_about(event, "account")) {
        return add_account(json_object_get(data, "object"), ret_ids, 0);
    }
    if (is_about(event, "hold")) {
        return add_account(json_object_get(after_of(event), "account"), ret_ids, 0);
    }
    if (is_about(event, "transaction")) {
        json_array_foreach(json_object_get(after_of(event), "accounts"), i, account)
        {
            count = add_account(json_object_get(account, "id"), ret_ids, count);
        }
    }
    return count;
}

static int compare_accounts(const void *a, const void *b)
{
    return uuid_compare(&((const struct account_owner *)a)->account,
                        &((const struct account_owner *)b)->account);
}

/* {NULL, 0}: nobody knows. */
static struct str owner_of(const struct account_owners *owners, const struct uuid *account)
{
    const struct account_owner wanted = {.account = *account};
    const struct account_owner *found =
        owners->count == 0 ? NULL
                           : bsearch(&wanted, owners->rows, owners->count, sizeof(wanted), compare_accounts);
    return found != NULL ? found->owner : (struct str){NULL, 0};
}

static size_t add_owner(struct str owner, struct str *owners, size_t count)
{
    if (owner.len == 0) {
        return count;
    }
    for (size_t i = 0; i < count; i++) {
        if (str_eq(owners[i], owner)) {
            return count;
        }
    }
    owners[count] = owner;
    return count + 1;
}

size_t owner_event_owners(const json_t *event, const struct account_owners *owners,
                          struct str ret_owners[OWNER_EVENT_OWNERS_MAX])
{
    struct uuid ids[OWNER_EVENT_ACCOUNTS_MAX];
    size_t accounts = owner_event_accounts(event, ids), count = 0;
    for (size_t i = 0; i < accounts; i++) {
        count = add_owner(owner_of(owners, &ids[i]), ret_owners, count);
    }
    if (is_about(event, "hold") || is_about(event, "webhook_endpoint")) {
        count = add_owner(text_of(json_object_get(after_of(event), "owner")), ret_owners, count);
    }
    bool is_money = is_about(event, "transaction") || is_about(event, "hold");
    if (is_money) {
        count =
            add_owner(text_of(json_object_get(json_object_get(event, "data"), "owner")), ret_owners, count);
    }
    return count;
}

struct viewer {
    const struct account_owners *owners;
    struct str owner;
};

static bool is_own(const struct viewer *v, const json_t *account)
{
    struct uuid id;
    return typeid_parse("acct", text_of(account), &id) == STATUS_OK &&
           str_eq(owner_of(v->owners, &id), v->owner);
}

static void hide(json_t *object, const char *member)
{
    if (json_object_get(object, member) != NULL) {
        (void)json_object_set_new(object, member, json_null());
    }
}

/* Of each row whose account is another's. */
static void hide_in_rows(const struct viewer *v, json_t *rows, const char *id, const char *const *members)
{
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        for (size_t k = 0; members[k] != NULL && !is_own(v, json_object_get(row, id)); k++) {
            hide(row, members[k]);
        }
    }
}

static void hide_balances(const struct viewer *v, json_t *data)
{
    static const char *const of_accounts[] = {"version", "posted", NULL};
    static const char *const of_entries[] = {"balance_after", NULL};
    json_t *before = json_object_get(data, "before"), *after = json_object_get(data, "after");
    json_t *transaction = json_object_get(after, "transaction");
    hide_in_rows(v, json_object_get(before, "accounts"), "id", of_accounts);
    hide_in_rows(v, json_object_get(after, "accounts"), "id", of_accounts);
    hide_in_rows(v, json_object_get(transaction, "entries"), "account", of_entries);
}

bool owner_event_is_ordered_by(const json_t *event, struct str owner)
{
    return str_eq(text_of(json_object_get(json_object_get(event, "data"), "owner")), owner);
}

/* The trace is its caller's: it would tell which of an owner's events have one cause. */
static void hide_order(json_t *event)
{
    static const char *const members[] = {"owner", "actor", "command", "source"};
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        hide(json_object_get(event, "data"), members[i]);
    }
    (void)json_object_del(event, "traceparent");
}

enum status owner_event_write(const json_t *event, const struct account_owners *owners, struct str owner,
                              struct buf *out)
{
    const struct viewer viewer = {owners, owner};
    json_t *copy = json_deep_copy(event);
    json_t *data = json_object_get(copy, "data");
    if (is_about(event, "transaction")) {
        hide_balances(&viewer, data);
    }
    if (!owner_event_is_ordered_by(event, owner)) {
        hide_order(copy);
    }
    char *text = json_dumps(copy, JSON_COMPACT);
    if (text != NULL) {
        buf_add_str(out, text);
    }
    free(text);
    json_decref(copy);
    return text != NULL ? buf_status(out) : STATUS_NO_MEMORY;
}
