/* scene.c - see scene.h. */
#include "tests/e2e/scene.h"

#include <unistd.h>

#include "e2e_statements.h"
#include "tests/support/process.h"

#define IDLE_MS 5000

int scene_main(struct harness *h, const struct harness_options *options, int (*run)(void))
{
    harness_start(h, options);
    int failed = run();
    harness_stop(h, failed != 0);
    if (failed != 0)
        _exit(1);
    return 0;
}

void scene_start(struct scene *s, struct harness *h, int accounts, int clients)
{
    if (s->load != NULL)
        skip();
    *s = (struct scene){.account_count = accounts};
    history_init(&s->history);
    harness_open_funded(h, SCENE_CURRENCY, SCENE_FUNDS, accounts, s->accounts);
    const struct load_options options = {.harness = h,
                                         .accounts = (const char(*)[TYPEID_TEXT_SIZE])s->accounts,
                                         .account_count = accounts,
                                         .shape = LOAD_ANY_PAIR,
                                         .clients = clients,
                                         .amount_max = SCENE_AMOUNT_MAX,
                                         .history = &s->history};
    if (clients > 0)
        s->load = load_start(&options);
}

static bool no_transaction_is_open(void *context)
{
    return harness_number(context, E2E_SQL_COUNT_OPEN_TRANSACTIONS) == 0;
}

void scene_finish(struct scene *s, struct harness *h, const char *name)
{
    if (s->load != NULL) {
        struct load *load = s->load;
        s->load = NULL;
        load_stop(load, &s->report);
        assert_true(load_was_smooth(name, &s->report));
    }
    assert_true(eventually(no_transaction_is_open, h, IDLE_MS));
    int64_t funds = 0;
    for (int i = 0; i < s->account_count; i++)
        funds += harness_available(h, s->accounts[i]);
    assert_int_equal(funds, (int64_t)s->account_count * SCENE_FUNDS);
    assert_int_equal(money_check(h, &s->history), 0);
    history_free(&s->history);
}

bool scene_never_logged(const struct harness *h, const char *event)
{
    for (int i = 0; i < h->ledger_count; i++)
        if (program_logged(&h->ledgers[i], event))
            return false;
    return true;
}
