/* test_transaction_check.c - a transaction with its entries: each thing that can be wrong is named alone. */
#include "recon-svc/domain/transaction_check.h"
#include "tests/unit/recon-svc/recon_expect.h"

#define NOW_US 1000

struct leg {
    int number;
    int64_t net; /* 0: no more */
    const char *currency;
    int account, counterparty; /* 0: not noted */
    const char *kind;          /* NULL: not noted */
};
static const struct {
    const char *name, *kind, *currency;
    int64_t amount, entry_count, created_us;
    struct leg legs[4];
    int64_t rate[2];
    bool half_even;
    int reverses;
    const char *wanted;
} cases[] = {
    {"a transfer",
     "transfer",
     "EUR",
     5,
     2,
     9,
     {{0, -5, "EUR", 1, 2, "transfer"}, {1, 5, "EUR", 2, 1, NULL}},
     .wanted = ""},
    {"unbalanced",
     "transfer",
     "EUR",
     5,
     2,
     9,
     {{0, -5, "EUR", 1, 0, NULL}, {1, 6, "EUR", 2, 0, NULL}},
     .wanted = "unbalanced_transaction 0 1;"},
    {"one leg", "transfer", "EUR", 5, 2, 9, {{0, -5, "EUR", 1, 0, NULL}}, .wanted = "wrong_entry_count 2 1;"},
    {"no leg",
     "transfer",
     "EUR",
     5,
     2,
     9,
     {{0, 0, NULL, 0, 0, NULL}},
     .wanted = "transaction_without_entries 2 0;"},
    {"legs numbered wrongly",
     "transfer",
     "EUR",
     5,
     2,
     9,
     {{0, -5, "EUR", 1, 0, NULL}, {2, 5, "EUR", 2, 0, NULL}},
     .wanted = "wrong_entry_count 2 2;"},
    {"an entry in another currency",
     "transfer",
     "EUR",
     5,
     2,
     9,
     {{0, -5, "EUR", 1, 0, NULL}, {1, 5, "USD", 2, 0, NULL}},
     .wanted = "currency_mismatch;"},
    {"another amount",
     "transfer",
     "EUR",
     6,
     2,
     9,
     {{0, -5, "EUR", 1, 0, NULL}, {1, 5, "EUR", 2, 0, NULL}},
     .wanted = "amount_mismatch 5 6;"},
    {"a journal's amount is its own",
     "journal",
     "EUR",
     6,
     2,
     9,
     {{0, -5, "EUR", 1, 0, NULL}, {1, 5, "EUR", 2, 0, NULL}},
     .wanted = ""},
    {"a journal in two currencies",
     "journal",
     "EUR",
     5,
     4,
     9,
     {{0, -5, "EUR", 1, 0, NULL},
      {1, 5, "EUR", 2, 0, NULL},
      {2, -7, "USD", 3, 0, NULL},
      {3, 7, "USD", 4, 0, NULL}},
     .wanted = ""},
    {"a journal that mixes them",
     "journal",
     "EUR",
     5,
     2,
     9,
     {{0, -5, "EUR", 1, 0, NULL}, {1, 5, "USD", 2, 0, NULL}},
     .wanted = "unbalanced_transaction 0 -5;"},
    {"an exchange",
     "exchange",
     "EUR",
     7,
     4,
     9,
     {{0, -7, "EUR", 1, 0, NULL},
      {1, 7, "EUR", 2, 0, NULL},
      {2, -3, "USD", 3, 0, NULL},
      {3, 3, "USD", 4, 0, NULL}},
     {1, 2},
     .wanted = ""},
    {"an exchange, half to even",
     "exchange",
     "EUR",
     7,
     4,
     9,
     {{0, -7, "EUR", 1, 0, NULL},
      {1, 7, "EUR", 2, 0, NULL},
      {2, -4, "USD", 3, 0, NULL},
      {3, 4, "USD", 4, 0, NULL}},
     {1, 2},
     .half_even = true,
     .wanted = ""},
    {"an exchange off its rate",
     "exchange",
     "EUR",
     7,
     4,
     9,
     {{0, -7, "EUR", 1, 0, NULL},
      {1, 7, "EUR", 2, 0, NULL},
      {2, -4, "USD", 3, 0, NULL},
      {3, 4, "USD", 4, 0, NULL}},
     {1, 2},
     .wanted = "exchange_off_rate 3 4;"},
    {"another counterparty",
     "transfer",
     "EUR",
     5,
     2,
     9,
     {{0, -5, "EUR", 1, 3, NULL}, {1, 5, "EUR", 2, 1, NULL}},
     .wanted = "entry_note_mismatch;"},
    {"another kind",
     "transfer",
     "EUR",
     5,
     2,
     9,
     {{0, -5, "EUR", 1, 2, "deposit"}, {1, 5, "EUR", 2, 1, NULL}},
     .wanted = "entry_note_mismatch;"},
    {"to come",
     "transfer",
     "EUR",
     5,
     2,
     NOW_US + 1,
     {{0, -5, "EUR", 1, 0, NULL}, {1, 5, "EUR", 2, 0, NULL}},
     .wanted = "time_in_future;"},
    {"a reversal",
     "reversal",
     "EUR",
     5,
     2,
     9,
     {{0, -5, "EUR", 1, 0, NULL}, {1, 5, "EUR", 2, 0, NULL}},
     .reverses = 1,
     .wanted = ""},
    {"a reversal of nothing",
     "reversal",
     "EUR",
     5,
     2,
     9,
     {{0, -5, "EUR", 1, 0, NULL}, {1, 5, "EUR", 2, 0, NULL}},
     .wanted = "reversal_without_original;"},
};

static struct uuid id_of(int number)
{
    return (struct uuid){.bytes = {[15] = (uint8_t)number}};
}

static void fill_leg(const struct leg *from, struct transaction_leg *to)
{
    *to = (struct transaction_leg){.account = id_of(from->account),
                                   .counterparty = id_of(from->counterparty),
                                   .has_counterparty = from->counterparty != 0,
                                   .number = from->number,
                                   .amount = from->net < 0 ? -from->net : from->net,
                                   .is_debit = from->net < 0,
                                   .kind = from->kind != NULL ? str_of(from->kind) : (struct str){NULL, 0}};
    (void)snprintf(to->currency, sizeof to->currency, "%s", from->currency);
}

static void each_fault_is_named(void **state)
{
    (void)state;
    static struct transaction_facts t;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct anomalies found = {0};
        t = (struct transaction_facts){.id = id_of(99),
                                       .reverses = id_of(cases[i].reverses),
                                       .kind = str_of(cases[i].kind),
                                       .amount = cases[i].amount,
                                       .entry_count = cases[i].entry_count,
                                       .created_us = cases[i].created_us,
                                       .rate_numerator = cases[i].rate[0],
                                       .rate_denominator = cases[i].rate[1],
                                       .rounds_half_even = cases[i].half_even};
        (void)snprintf(t.currency, sizeof t.currency, "%s", cases[i].currency);
        for (; t.leg_count < COUNT(cases[i].legs) && cases[i].legs[t.leg_count].net != 0; t.leg_count++) {
            fill_leg(&cases[i].legs[t.leg_count], &t.legs[t.leg_count]);
        }
        transaction_check(&t, NOW_US, &found);
        expect_found(cases[i].name, &found, cases[i].wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
