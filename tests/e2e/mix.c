/* mix.c - see mix.h. */
#include "tests/e2e/mix.h"

#include <stdio.h>
#include <stdlib.h>

#include "e2e_statements.h"
#include "shared/core/clock.h"
#include "tests/e2e/api.h"
#include "tests/e2e/mix_internal.h"
#include "tests/support/process.h"

#define HOLDS_KEPT     64
#define TRIES_MAX      4    /* then a client gives up */
#define TRY_TIMEOUT_MS 1500 /* shorter than a route's: the answer may come when nobody listens any more */
#define AGAIN_ONE_IN   12
#define PATIENCE_MS    30000
#define PAUSE_MS       100
#define GIVE_UP_MS     1000

static void *client_main(void *context)
{
    struct mix_client *c = context;
    struct mix *m = c->mix;
    int64_t limit = m->options.calls_per_client;
    for (int64_t done = 0; !atomic_load(&m->stopping) && (limit == 0 || done < limit); done++) {
        struct call *call = mix_make_call(c);
        int tries = 1 + mix_below(c, TRIES_MAX);
        bool is_final = call_send(call, &c->http);
        for (int i = 1; i < tries && !is_final; i++) {
            c->http.base = (c->http.base + 1) % c->http.base_count;
            pause_ms(1 + mix_below(c, PAUSE_MS));
            is_final = call_send(call, &c->http);
        }
        if (is_final && mix_below(c, AGAIN_ONE_IN) == 0)
            (void)call_send(call, &c->http);
        else if (!is_final)
            pause_ms(1 + mix_below(c, GIVE_UP_MS));
        mix_share(c, call);
        call_log_add(&m->log, call);
        atomic_fetch_add(&m->calls, 1);
    }
    return NULL;
}

/* Staff is the harness's own key; the others are made by paybus-admin. */
static const struct {
    const char *owner;
    const char *scopes; /* NULL: staff */
    bool is_gateway;
} senders[MIX_SENDERS] = {
    {HARNESS_OWNER, NULL, true},
    {"alice",
     "accounts:write,transactions:write,holds:write,deposits:write,withdrawals:write,exchanges:write", true},
    {"bob", "accounts:write,transactions:write,holds:write", false},
    {"carol", "accounts:write,transactions:write,holds:write", false},
};

static void open_senders(struct mix *m)
{
    for (int i = 0; i < MIX_SENDERS; i++) {
        struct call_sender *s = &m->senders[i];
        struct api_key key;
        *s = (struct call_sender){.owner = senders[i].owner,
                                  .is_staff = senders[i].scopes == NULL,
                                  .is_gateway = senders[i].is_gateway};
        if (!s->is_staff)
            api_key_make(m->options.harness, s->owner, senders[i].scopes, &key);
        (void)snprintf(s->api_key, sizeof s->api_key, "%s",
                       s->is_staff ? m->options.harness->api_key : key.secret);
    }
}

/* Funded accounts, the senders' in turn. */
static void open_accounts(struct mix *m, struct pool *pool, const char *currency, int count)
{
    struct harness *h = m->options.harness;
    char id[TYPEID_TEXT_SIZE];
    for (int i = 0; i < count; i++) {
        harness_open_account_of(h, senders[i % MIX_SENDERS].owner, currency, id);
        harness_deposit(h, id, currency, MIX_FUNDS);
        pool_add(pool, id, i % MIX_SENDERS);
    }
}

/* Those of the currency's system accounts that are there by now. */
static void find_house(struct mix *m)
{
    CLEANUP(db_params_free) struct db_params params = {0};
    db_params_init(&params, sizeof MIX_CURRENCY);
    db_param_text(&params, str_of(MIX_CURRENCY));
    struct db *db = harness_database(m->options.harness);
    PGresult *r = NULL;
    if (db_query(db, E2E_SQL_LIST_SYSTEM_ACCOUNTS, &params, &r) != STATUS_OK)
        servers_fail("no system accounts: %s", db_error(db));
    for (int i = 0; i < PQntuples(r); i++) {
        struct uuid id = db_get_uuid(r, i, 0);
        char text[TYPEID_TEXT_SIZE];
        typeid_format("acct", &id, text);
        pool_add(&m->house, text, 0);
    }
    PQclear(r);
    db_close(db);
}

struct mix *mix_open(const struct mix_options *options)
{
    struct mix *m = calloc(1, sizeof *m);
    if (m == NULL || options->accounts > MIX_POOL_MAX || options->clients > MIX_CLIENTS_MAX)
        servers_fail("no room for the mix");
    m->options = *options;
    pool_init(&m->accounts, MIX_POOL_MAX);
    pool_init(&m->others, MIX_SENDERS);
    pool_init(&m->house, MIX_POOL_MAX);
    pool_init(&m->holds, HOLDS_KEPT);
    pool_init(&m->transactions, MIX_POOL_MAX);
    call_log_init(&m->log);
    open_senders(m);
    open_accounts(m, &m->accounts, MIX_CURRENCY, options->accounts);
    open_accounts(m, &m->others, MIX_OTHER_CURRENCY, MIX_SENDERS);
    find_house(m);
    return m;
}

void mix_start(struct mix *m)
{
    const struct mix_options *o = &m->options;
    for (int i = 0; i < o->clients; i++) {
        struct mix_client *c = &m->clients[i];
        c->mix = m;
        c->seed = o->seed + (unsigned)i * 7919U;
        harness_client(o->harness, i % o->harness->ingress_count, &c->http);
        c->http.timeout_ms = TRY_TIMEOUT_MS;
        if (pthread_create(&c->thread, NULL, client_main, c) != 0)
            servers_fail("no thread for a client");
    }
}

const struct harness *mix_harness(const struct mix *m)
{
    return m->options.harness;
}

bool mix_progress(const struct mix *m, int64_t more, int timeout_ms)
{
    int64_t target = atomic_load(&m->calls) + more, deadline_ms = clock_monotonic_ms() + timeout_ms;
    while (atomic_load(&m->calls) < target) {
        if (clock_monotonic_ms() > deadline_ms)
            return false;
        pause_ms(2);
    }
    return true;
}

/* Asks again until there is an answer. */
static bool resolve(struct mix *m, struct call *call)
{
    struct client *http = &m->clients[0].http;
    int64_t deadline_ms = clock_monotonic_ms() + PATIENCE_MS;
    while (call->told == NULL && call->try_count < CALL_TRIES_MAX && clock_monotonic_ms() < deadline_ms)
        if (!call_send(call, http))
            pause_ms(PAUSE_MS);
    return call->told != NULL;
}

static void print_summary(const struct call_log *log, size_t unknown, size_t lost)
{
    size_t done = 0, refused = 0;
    for (size_t i = 0; i < log->count; i++) {
        done += call_succeeded(log->calls[i]);
        refused += !call_succeeded(log->calls[i]);
    }
    (void)fprintf(stderr,
                  "%zu calls: %zu done, %zu refused; %zu outcomes asked for afterwards, %zu not learned\n",
                  log->count, done, refused, unknown, lost);
}

bool mix_stop(struct mix *m, struct call_log *ret_log)
{
    size_t unknown = 0, lost = 0;
    if (m->options.calls_per_client == 0)
        atomic_store(&m->stopping, true);
    for (int i = 0; i < m->options.clients; i++)
        (void)pthread_join(m->clients[i].thread, NULL);
    m->clients[0].http.timeout_ms = PATIENCE_MS;
    for (size_t i = 0; i < m->log.count; i++) {
        unknown += m->log.calls[i]->told == NULL;
        lost += !resolve(m, m->log.calls[i]);
    }
    print_summary(&m->log, unknown, lost);
    for (int i = 0; i < m->options.clients; i++)
        client_close(&m->clients[i].http);
    *ret_log = m->log;
    free(m);
    return lost == 0;
}
