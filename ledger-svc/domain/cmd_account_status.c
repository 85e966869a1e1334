/* cmd_account_status.c - account.freeze, account.unfreeze and account.close: one body, three events.
   Refusals in order of precedence:
     not_found          the account is unknown, or not the sender's
     forbidden          freeze and unfreeze, unless by staff; close of a system account
     account_closed     freeze and unfreeze of a closed account
     account_not_empty  close with posted or held money
   Repeating what is already so answers 200 and writes no event. */
#include "ledger-svc/domain/event.h"

struct status_change {
    enum account_event event;
    struct uuid account;
    struct str reason; /* empty: none given */
};

static const char *const facts[ACCOUNT_EVENT_COUNT] = {
    [ACCOUNT_EVENT_freeze] = "account.frozen",
    [ACCOUNT_EVENT_unfreeze] = "account.unfrozen",
    [ACCOUNT_EVENT_close] = "account.closed",
};

static void *decode(const struct command_envelope *e, struct arena *a, enum account_event event)
{
    struct status_change *s = arena_alloc(a, sizeof(*s));
    if (s == NULL) {
        return NULL;
    }
    s->event = event;
    (void)json_get_id(e->data, "account", "acct", &s->account);
    s->reason = json_get_str(e->data, "reason");
    return s;
}

static void needs(const struct command *c, struct needs *n, struct arena *a)
{
    const struct status_change *s = c->data;
    needs_whole_account(n, a, &s->account);
}

static bool is_empty(const struct account *a)
{
    return account_posted(a) == 0 && a->debits_pending == 0 && a->credits_pending == 0;
}

/* OUTCOME_ok and the next status, or why not. detail may be left NULL. */
static enum outcome check(const struct command *c, const struct account *a, enum account_status *ret_next,
                          const char **ret_detail)
{
    const struct status_change *s = c->data;
    *ret_detail = NULL;
    if (a == NULL || !command_may_use(c, a)) {
        return OUTCOME_not_found;
    }
    if (s->event != ACCOUNT_EVENT_close && !c->envelope.staff) {
        *ret_detail = "Only staff may freeze and unfreeze accounts.";
        return OUTCOME_forbidden;
    }
    if (s->event == ACCOUNT_EVENT_close && a->type == ACCOUNT_TYPE_system) {
        *ret_detail = "A system account serves its currency for ever and cannot be closed.";
        return OUTCOME_forbidden;
    }
    enum outcome refusal = account_status_next(a->status, s->event, ret_next);
    if (refusal == OUTCOME_ok && *ret_next == ACCOUNT_closed && !is_empty(a)) {
        return OUTCOME_account_not_empty;
    }
    return refusal;
}

/* {"status"} and, after the change, {"status","reason"} */
static struct str status_text(struct ledger *l, enum account_status status, const struct str *reason)
{
    struct json_out json;
    json_out_init(&json, ledger_scratch(l, 64 + JSON_ESCAPE_MAX * (reason == NULL ? 0 : reason->len)));
    json_object_open(&json);
    json_key(&json, "status");
    json_cstr(&json, account_status_name(status));
    if (reason != NULL) {
        json_key(&json, "reason");
        if (reason->len > 0) {
            json_str(&json, *reason);
        } else {
            json_write_null(&json);
        }
    }
    json_object_close(&json);
    return ledger_keep(l);
}

static void apply(struct ledger *l, const struct command *c, struct account *a, enum account_status next)
{
    const struct status_change *s = c->data;
    const struct event_row fact = {
        .type = facts[s->event],
        .resource = "account",
        .object_id = a->id,
        .before = status_text(l, a->status, NULL),
        .after = status_text(l, next, &s->reason),
    };
    a->status = next;
    a->is_changed = !a->is_new;
    event_add(l, c, &fact);
}

static void decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    const struct status_change *s = c->data;
    struct account *account = ledger_find_account(l, &s->account);
    enum account_status next;
    const char *detail;
    enum outcome refusal = check(c, account, &next, &detail);
    if (refusal != OUTCOME_ok) {
        answer_refuse(l, ret_answer, refusal, NULL, detail);
        return;
    }
    if (next != account->status) {
        apply(l, c, account, next);
    }
    answer_account(l, ret_answer, OUTCOME_ok, account);
}

void *account_freeze_decode(const struct command_envelope *e, struct arena *a)
{
    return decode(e, a, ACCOUNT_EVENT_freeze);
}

void account_freeze_needs(const struct command *c, struct needs *n, struct arena *a)
{
    needs(c, n, a);
}

void account_freeze_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    decide(l, c, ret_answer);
}

void *account_unfreeze_decode(const struct command_envelope *e, struct arena *a)
{
    return decode(e, a, ACCOUNT_EVENT_unfreeze);
}

void account_unfreeze_needs(const struct command *c, struct needs *n, struct arena *a)
{
    needs(c, n, a);
}

void account_unfreeze_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    decide(l, c, ret_answer);
}

void *account_close_decode(const struct command_envelope *e, struct arena *a)
{
    return decode(e, a, ACCOUNT_EVENT_close);
}

void account_close_needs(const struct command *c, struct needs *n, struct arena *a)
{
    needs(c, n, a);
}

void account_close_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    decide(l, c, ret_answer);
}
