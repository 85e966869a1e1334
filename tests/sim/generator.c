/* generator.c - chances of everything in tables and one place. */
#include "tests/sim/generator.h"

#include <stdio.h>
#include <string.h>

#define HOT_ACCOUNTS  4
#define HOT_HOLDS     16
#define EVENTS        200
#define LETTERS       60
#define HOT_ENDPOINTS 12
#define SOON_US       INT64_C(4000000)
#define AMOUNT_MAX    INT64_C(9007199254740991)

void generator_init(struct generator *g, uint64_t seed)
{
    *g = (struct generator){.state = seed, .next_command = 1};
}

/* Steele, Lea and Flood's splitmix64: any seed is good, and every compiler gives the same numbers. */
uint64_t generator_random(struct generator *g)
{
    uint64_t z = g->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

int64_t generator_between(struct generator *g, int64_t low, int64_t high)
{
    return low + (int64_t)(generator_random(g) % (uint64_t)(high - low + 1));
}

bool generator_percent(struct generator *g, int percent)
{
    return generator_between(g, 0, 99) < percent;
}

static int below(struct generator *g, int count)
{
    return (int)generator_between(g, 0, count - 1);
}

static struct account_ref any_account(struct generator *g, const struct model *m)
{
    if (generator_percent(g, 2)) {
        return (struct account_ref){REF_UNKNOWN, 0};
    }
    if (generator_percent(g, 3)) {
        return (struct account_ref){REF_CASH, below(g, SIM_CURRENCIES)};
    }
    if (generator_percent(g, 1)) {
        return (struct account_ref){REF_FX, below(g, SIM_CURRENCIES)};
    }
    if (generator_percent(g, 3)) {
        return (struct account_ref){REF_ESCROW, below(g, SIM_CURRENCIES)};
    }
    bool hot = generator_percent(g, 50);
    return (struct account_ref){REF_ACCOUNT, below(g, hot ? HOT_ACCOUNTS : model_account_count(m))};
}

/* Mostly of the same currency as another one. */
static struct account_ref partner(struct generator *g, const struct model *m, struct account_ref other)
{
    const struct model_account *wanted = model_account(m, other);
    struct account_ref ref = any_account(g, m);
    for (int tries = 0; tries < 12 && wanted != NULL && !generator_percent(g, 3); tries++) {
        const struct model_account *found = model_account(m, ref);
        if (found != NULL && found != wanted && found->currency == wanted->currency) {
            break;
        }
        ref = any_account(g, m);
    }
    return ref;
}

static int64_t clamp(__int128 amount)
{
    return amount < 1 ? 1 : amount > AMOUNT_MAX ? AMOUNT_MAX : (int64_t)amount;
}

/* Everyday amounts, and those that just fit or just do not. Either account may be NULL. */
static int64_t any_amount(struct generator *g, const struct model_account *from,
                          const struct model_account *to)
{
    switch (below(g, 24)) {
    case 0:
        return 1;
    case 1:
        return AMOUNT_MAX;
    case 2:
        return generator_between(g, 1, AMOUNT_MAX);
    case 3:
        return from == NULL ? 2 : clamp(model_available(from));
    case 4:
        return from == NULL ? 3 : clamp(model_available(from) + 1);
    case 5:
        return to == NULL ? 4 : clamp(AMOUNT_MAX - model_posted(to));
    case 6:
        return to == NULL ? 5 : clamp(AMOUNT_MAX - model_posted(to) + 1);
    case 7:
        return generator_between(g, 1, 1000000);
    default:
        return generator_between(g, 1, 300);
    }
}

static int any_sender(struct generator *g, const struct model_account *acting_on, int staff_percent)
{
    if (generator_percent(g, staff_percent)) {
        return SIM_STAFF;
    }
    bool own = acting_on != NULL && acting_on->owner >= 0 && generator_percent(g, 90);
    return own ? acting_on->owner : below(g, SIM_OWNERS);
}

static void make_transfer(struct generator *g, const struct model *m, struct intent *in)
{
    in->from = any_account(g, m);
    in->account = generator_percent(g, 2) ? in->from : partner(g, m, in->from);
    const struct model_account *from = model_account(m, in->from);
    in->sender = any_sender(g, from, 15);
    in->amount = any_amount(g, from, model_account(m, in->account));
    in->currency = -1;
    if (generator_percent(g, 30)) {
        in->currency = from != NULL && generator_percent(g, 90) ? from->currency : below(g, SIM_CURRENCIES);
    }
}

static void make_deposit(struct generator *g, const struct model *m, struct intent *in)
{
    in->account = any_account(g, m);
    const struct model_account *to = model_account(m, in->account);
    in->sender = any_sender(g, to, 95);
    in->currency = to != NULL && generator_percent(g, 95) ? to->currency : below(g, SIM_CURRENCIES);
    in->amount = any_amount(g, NULL, to);
}

static void make_withdrawal(struct generator *g, const struct model *m, struct intent *in)
{
    in->account = any_account(g, m);
    const struct model_account *from = model_account(m, in->account);
    in->sender = any_sender(g, from, 90);
    in->currency = from != NULL && generator_percent(g, 95) ? from->currency : below(g, SIM_CURRENCIES);
    in->amount = any_amount(g, from, NULL);
}

static void add_entry(struct intent *in, struct account_ref account, bool is_debit, int64_t amount)
{
    in->entries[in->entry_count++] = (struct intent_entry){
        .account = account, .is_debit = is_debit, .amount = amount, .currency = in->currency};
}

/* One account pays one or two others, all in in->currency. */
static void add_payment(struct generator *g, const struct model *m, struct intent *in,
                        struct account_ref from)
{
    const struct model_account *payer = model_account(m, from);
    struct account_ref to = generator_percent(g, 10) ? from : partner(g, m, from);
    int64_t amount = any_amount(g, payer, model_account(m, to));
    in->currency = payer != NULL ? payer->currency : below(g, SIM_CURRENCIES);
    add_entry(in, from, true, amount);
    if (amount > 1 && generator_percent(g, 50)) {
        int64_t part = generator_between(g, 1, amount - 1);
        add_entry(in, partner(g, m, from), false, part);
        amount -= part;
    }
    add_entry(in, to, false, amount);
}

static void shuffle_entries(struct generator *g, struct intent *in)
{
    for (int i = in->entry_count - 1; i > 0; i--) {
        int k = below(g, i + 1);
        struct intent_entry entry = in->entries[i];
        in->entries[i] = in->entries[k];
        in->entries[k] = entry;
    }
}

/* Several payments at once, often round trips; sometimes one that does not add up or has another currency. */
static void make_journal(struct generator *g, const struct model *m, struct intent *in)
{
    struct account_ref from = any_account(g, m);
    in->sender = any_sender(g, model_account(m, from), 40);
    add_payment(g, m, in, from);
    if (generator_percent(g, 50)) {
        add_payment(g, m, in, generator_percent(g, 50) ? in->entries[in->entry_count - 1].account : from);
    }
    if (generator_percent(g, 70)) {
        shuffle_entries(g, in);
    }
    struct intent_entry *odd = &in->entries[below(g, in->entry_count)];
    if (generator_percent(g, 5)) {
        odd->amount = any_amount(g, NULL, NULL);
    } else if (generator_percent(g, 3)) {
        odd->currency = below(g, SIM_CURRENCIES);
    }
    in->currency = -1;
    in->condition_count = generator_percent(g, 25) ? 1 + below(g, SIM_CONDITIONS) : 0;
    for (int i = 0; i < in->condition_count; i++) {
        struct account_ref ref = generator_percent(g, 60) ? from : any_account(g, m);
        const struct model_account *a = model_account(m, ref);
        in->conditions[i].account = ref;
        in->conditions[i].min_available =
            a != NULL ? clamp(model_available(a) - below(g, 3) + 1) : generator_between(g, -5, 5);
    }
}

/* An account that is there, or one that never was: what a system account's currency is, is not known before.
 */
static struct account_ref known_account(struct generator *g, const struct model *m)
{
    struct account_ref ref = any_account(g, m);
    return model_account(m, ref) != NULL ? ref : (struct account_ref){REF_UNKNOWN, 0};
}

/* Rates from 1/4 to 6, sometimes any; often with a middle to round from. */
static void make_exchange(struct generator *g, const struct model *m, struct intent *in)
{
    in->from = known_account(g, m);
    in->account = generator_percent(g, 3) ? in->from : known_account(g, m);
    const struct model_account *from = model_account(m, in->from), *to = model_account(m, in->account);
    for (int tries = 0; tries < 3 && from != NULL && to != NULL && from->currency == to->currency; tries++) {
        in->account = known_account(g, m);
        to = model_account(m, in->account);
    }
    in->sender = any_sender(g, from, 30);
    in->amount = any_amount(g, from, NULL);
    in->numerator = generator_between(g, 1, generator_percent(g, 10) ? AMOUNT_MAX : 6);
    in->denominator = generator_between(g, 1, generator_percent(g, 10) ? AMOUNT_MAX : 4);
    in->is_half_even = generator_percent(g, 60);
}

/* Mostly by who received the money; all, a part, or more than there was. */
static void make_reversal(struct generator *g, const struct model *m, struct intent *in)
{
    int count = model_transaction_count(m);
    in->transaction = count == 0 || generator_percent(g, 2) ? -1 : below(g, count);
    const struct model_transaction *t = model_transaction(m, in->transaction);
    const struct model_account *receiver =
        t == NULL ? NULL : model_account(m, t->entries[t->entry_count - 1].account);
    in->sender = any_sender(g, receiver, 50);
    if (t != NULL && generator_percent(g, 60)) {
        __int128 left = t->amount - t->reversed;
        in->amount =
            generator_percent(g, 25) ? clamp(left + below(g, 3) - 1) : clamp(left / (1 + below(g, 4)));
    }
}

/* Chains and round trips: what one item brings the next one may take on. */
static void make_batch(struct generator *g, const struct model *m, struct intent *in)
{
    struct intent item = {0};
    in->item_count = 1 + below(g, SIM_ITEMS);
    in->all_or_none = generator_percent(g, 50);
    for (int i = 0; i < in->item_count; i++) {
        bool goes_on = i > 0 && generator_percent(g, 40);
        struct account_ref before = item.account;
        make_transfer(g, m, &item);
        if (goes_on) {
            item.from = before;
        }
        in->items[i] = (struct intent_item){item.from, item.account, item.amount, item.currency};
    }
    in->sender = generator_percent(g, 60) ? SIM_STAFF : item.sender;
}

static void make_change(struct generator *g, const struct model *m, struct intent *in)
{
    in->account = any_account(g, m);
    in->sender = any_sender(g, model_account(m, in->account), in->type == INTENT_CLOSE ? 30 : 85);
}

static void make_account(struct generator *g, struct intent *in)
{
    in->sender = any_sender(g, NULL, 50);
    in->for_owner = generator_percent(g, 50) ? below(g, SIM_OWNERS) : -1;
    in->currency = below(g, SIM_CURRENCIES);
}

static void make_hold(struct generator *g, const struct model *m, struct intent *in)
{
    static const int64_t ttls_s[] = {0, 1, 1, 1, 2, 2, 3, 31536000};
    in->from = any_account(g, m);
    const struct model_account *a = model_account(m, in->from);
    in->has_destination = generator_percent(g, 50);
    if (in->has_destination) {
        in->account = generator_percent(g, 3) ? in->from : partner(g, m, in->from);
    }
    in->sender = any_sender(g, a, 25);
    in->amount = any_amount(g, a, NULL);
    in->ttl_s = ttls_s[below(g, sizeof(ttls_s) / sizeof(ttls_s[0]))];
    if (generator_percent(g, 20)) {
        in->currency = a != NULL && generator_percent(g, 90) ? a->currency : below(g, SIM_CURRENCIES);
    }
}

/* Mostly one of the latest. */
static int any_hold(struct generator *g, const struct model *m)
{
    int count = model_hold_count(m);
    if (count == 0 || generator_percent(g, 3)) {
        return -1;
    }
    int among = generator_percent(g, 80) && count > HOT_HOLDS ? HOT_HOLDS : count;
    return count - 1 - below(g, among);
}

/* Of a capture: all, all that is left, one too much, or a part. */
static int64_t any_part(struct generator *g, const struct model_hold *h)
{
    int64_t rest = h == NULL ? 10 : model_hold_rest(h);
    switch (below(g, 8)) {
    case 0:
    case 1:
    case 2:
        return 0;
    case 3:
        return clamp(rest);
    case 4:
        return clamp((__int128)rest + 1);
    default:
        return generator_between(g, 1, clamp(rest));
    }
}

static void make_hold_end(struct generator *g, const struct model *m, struct intent *in)
{
    in->hold = any_hold(g, m);
    const struct model_hold *h = model_hold(m, in->hold);
    bool own = h != NULL && generator_percent(g, 85);
    in->sender = generator_percent(g, in->type == INTENT_EXPIRE ? 90 : 15) ? SIM_STAFF
                 : own                                                     ? h->owner
                                                                           : below(g, SIM_OWNERS);
    if (in->type == INTENT_CAPTURE) {
        in->amount = any_part(g, h);
        in->final = below(g, 3) - 1;
    }
}

int64_t generator_clock(struct generator *g, const struct model *m, int64_t now_us)
{
    for (int tries = 0; tries < 4 && generator_percent(g, 60); tries++) {
        const struct model_hold *h = model_hold(m, any_hold(g, m));
        if (h != NULL && model_hold_rest(h) > 0 && h->expires_us > now_us &&
            h->expires_us < now_us + SOON_US) {
            return h->expires_us + generator_between(g, -1, 1);
        }
    }
    return now_us +
           (generator_percent(g, 10) ? -generator_between(g, 0, 5000) : generator_between(g, 0, 300000));
}

static enum intent_type any_type(struct generator *g, const struct model *m)
{
    static const int percents[INTENT_TYPE_COUNT] = {
        [INTENT_ACCOUNT_CREATE] = 4,  [INTENT_FREEZE] = 4,          [INTENT_UNFREEZE] = 8,
        [INTENT_CLOSE] = 2,           [INTENT_DEPOSIT] = 12,        [INTENT_WITHDRAWAL] = 4,
        [INTENT_TRANSFER] = 13,       [INTENT_JOURNAL] = 6,         [INTENT_EXCHANGE] = 5,
        [INTENT_REVERSE] = 6,         [INTENT_BATCH] = 4,           [INTENT_AUTHORIZE] = 8,
        [INTENT_CAPTURE] = 7,         [INTENT_RELEASE] = 3,         [INTENT_EXPIRE] = 2,
        [INTENT_WEBHOOK] = 3,         [INTENT_DEAD_LETTER] = 1,     [INTENT_ENDPOINT_CREATE] = 2,
        [INTENT_ENDPOINT_UPDATE] = 3, [INTENT_ENDPOINT_DELETE] = 1, [INTENT_ENDPOINT_DISABLE] = 1,
        [INTENT_ENDPOINT_ROTATE] = 1,
    };
    int rest = below(g, 100);
    int type = 0;
    while (rest >= percents[type]) {
        rest -= percents[type++];
    }
    /* Half the room is left to creates of the batch that the model has not seen yet. */
    bool full = (type == INTENT_ACCOUNT_CREATE && model_account_count(m) > MODEL_ACCOUNTS_MAX / 4) ||
                (type == INTENT_AUTHORIZE && model_hold_count(m) > MODEL_HOLDS_MAX / 2) ||
                (type == INTENT_ENDPOINT_CREATE && model_endpoint_count(m) > MODEL_ENDPOINTS_MAX / 2);
    return full ? INTENT_TRANSFER : (enum intent_type)type;
}

static void make_endpoint(struct generator *g, struct intent *in)
{
    in->sender = any_sender(g, NULL, 40);
    in->for_owner = generator_percent(g, 40) ? (generator_percent(g, 50) ? 0 : below(g, SIM_OWNERS)) : -1;
    in->endpoint.url = 1 + below(g, 3);
    in->endpoint.types = 1 + below(g, generator_percent(g, 10) ? SIM_TYPES_UNKNOWN : SIM_TYPES_UNKNOWN - 1);
    in->endpoint.description = below(g, 3);
    in->endpoint.secret = generator_percent(g, 95) ? 1 + below(g, 1000) : 0;
    in->endpoint.is_url_refused = generator_percent(g, 5);
}

/* Mostly one of the latest; what is said of it is often what is so already. */
static void make_endpoint_change(struct generator *g, const struct model *m, struct intent *in)
{
    int count = model_endpoint_count(m);
    struct intent_endpoint *e = &in->endpoint;
    if (count > 0 && !generator_percent(g, 4)) {
        bool is_hot = count > HOT_ENDPOINTS && generator_percent(g, 85);
        e->number = count - 1 - below(g, is_hot ? HOT_ENDPOINTS : count);
    }
    const struct model_endpoint *found = model_endpoint(m, e->number);
    bool is_own = found != NULL && found->owner != SIM_STAFF && generator_percent(g, 70);
    in->sender = is_own ? found->owner : generator_percent(g, 70) ? SIM_STAFF : below(g, SIM_OWNERS);
    if (in->type == INTENT_ENDPOINT_UPDATE) {
        e->url = below(g, 4);
        e->types = below(g, generator_percent(g, 10) ? SIM_TYPES_UNKNOWN + 1 : SIM_TYPES_UNKNOWN);
        e->description = below(g, 3);
        e->status = below(g, 3);
        e->is_url_refused = e->url > 0 && generator_percent(g, 5);
    }
    if (in->type == INTENT_ENDPOINT_DISABLE) {
        e->url_version = below(g, 4);
    }
    if (in->type == INTENT_ENDPOINT_ROTATE && generator_percent(g, 95)) {
        e->secret = 1 + below(g, 1000);
    }
}

static void fill(struct generator *g, const struct model *m, struct intent *in)
{
    switch (in->type) {
    case INTENT_TRANSFER:
        make_transfer(g, m, in);
        break;
    case INTENT_DEPOSIT:
        make_deposit(g, m, in);
        break;
    case INTENT_WITHDRAWAL:
        make_withdrawal(g, m, in);
        break;
    case INTENT_EXCHANGE:
        make_exchange(g, m, in);
        break;
    case INTENT_REVERSE:
        make_reversal(g, m, in);
        break;
    case INTENT_JOURNAL:
        make_journal(g, m, in);
        break;
    case INTENT_BATCH:
        make_batch(g, m, in);
        break;
    case INTENT_ACCOUNT_CREATE:
        make_account(g, in);
        break;
    case INTENT_AUTHORIZE:
        make_hold(g, m, in);
        break;
    case INTENT_CAPTURE:
    case INTENT_RELEASE:
    case INTENT_EXPIRE:
        make_hold_end(g, m, in);
        break;
    case INTENT_WEBHOOK:
        in->event = below(g, EVENTS);
        break;
    case INTENT_DEAD_LETTER:
        in->sender = SIM_STAFF;
        in->event = below(g, LETTERS);
        in->happening = below(g, 3);
        break;
    case INTENT_ENDPOINT_CREATE:
        make_endpoint(g, in);
        break;
    case INTENT_ENDPOINT_UPDATE:
    case INTENT_ENDPOINT_DELETE:
    case INTENT_ENDPOINT_DISABLE:
    case INTENT_ENDPOINT_ROTATE:
        make_endpoint_change(g, m, in);
        break;
    case INTENT_FREEZE:
    case INTENT_UNFREEZE:
    case INTENT_CLOSE:
    case INTENT_TYPE_COUNT:
        make_change(g, m, in);
        break;
    }
}

/* What happened to a dead letter has a source of its own, for which it is told once. */
static void name(struct generator *g, struct intent *in)
{
    if (generator_percent(g, 70)) {
        (void)snprintf(in->key, sizeof(in->key), "k%llu", (unsigned long long)g->next_key++);
    }
    if (in->type == INTENT_DEAD_LETTER) {
        (void)snprintf(in->source, sizeof(in->source), "letter:%d:%d", in->event, in->happening);
    } else if (generator_percent(g, 15)) {
        (void)snprintf(in->source, sizeof(in->source), "webhook:%llu", (unsigned long long)g->next_source++);
    }
}

static struct intent fresh(struct generator *g, const struct model *m)
{
    struct intent in = {.type = any_type(g, m),
                        .command = g->next_command++,
                        .from = {REF_UNKNOWN, 0},
                        .account = {REF_UNKNOWN, 0},
                        .currency = -1,
                        .for_owner = -1,
                        .transaction = -1,
                        .hold = -1,
                        .endpoint = {.number = -1},
                        .final = -1,
                        .note = below(g, 1000)};
    fill(g, m, &in);
    name(g, &in);
    return in;
}

/* Something sent before comes again: itself, as a retry, or with a used key or source on another request. */
static struct intent again(struct generator *g, const struct model *m)
{
    size_t kept = g->history_count < GENERATOR_HISTORY ? g->history_count : GENERATOR_HISTORY;
    const struct intent *old = &g->history[generator_random(g) % kept];
    struct intent in = *old;
    switch (below(g, 5)) {
    case 0: /* the same message */
        return in;
    case 1: /* another request under its key */
        in = fresh(g, m);
        in.sender = old->sender;
        memcpy(in.key, old->key, sizeof(in.key));
        return in;
    case 2: /* its cause again, under another key */
        (void)snprintf(in.key, sizeof(in.key), "k%llu", (unsigned long long)g->next_key++);
        break;
    default: /* a retry */
        break;
    }
    in.command = g->next_command++;
    return in;
}

struct intent generator_next(struct generator *g, const struct model *m)
{
    struct intent in = g->history_count > 0 && generator_percent(g, 25) ? again(g, m) : fresh(g, m);
    in.expired = generator_percent(g, 4);
    g->history[g->history_count++ % GENERATOR_HISTORY] = in;
    return in;
}
