/* test_batch.c - replays, twins, the same message again, sources, deadlines, effects within a batch, needs.
 */
#include "tests/unit/ledger-svc/domain_expect.h"

#define PAY       "{\"from_account\":\"$1\",\"to_account\":\"$2\",\"amount\":100}"
#define PAY_OTHER "{\"from_account\":\"$1\",\"to_account\":\"$2\",\"amount\":101}"
#define PAY_MUCH  "{\"from_account\":\"$1\",\"to_account\":\"$2\",\"amount\":1000}"
#define PAY_BACK  "{\"from_account\":\"$2\",\"to_account\":\"$1\",\"amount\":500}"
#define FREEZE    "{\"account\":\"$1\"}"
#define STEPS_MAX 6
#define NO_REPLAY false
#define REPLAY    true

static const struct given two[] = {
    {1, "ann", "EUR", 500, 0, 0, ACCOUNT_open}, {2, "bob", "EUR", 0, 0, 0, ACCOUNT_open}, {.number = 0}};

/* What the database knows: the key "k" of ann, or the source "s". fingerprint of PAY unless other. */
enum stored { NOTHING, KEY_201, KEY_402, KEY_OTHER, SOURCE_201, SOURCE_402, KEY_AND_SOURCE };

struct step {
    const char *command, *data, *key, *source;
    const struct sender *sender;
    bool expired;
    int status; /* wanted */
    bool replayed;
    int same_body_as; /* 1 + an earlier step; 0: any */
};
struct batch_case {
    const char *name;
    enum stored stored;
    struct step steps[STEPS_MAX];
    const char *entries;
    size_t keys, sources; /* stored rows */
};

#define TRANSFER(data, key, source, expired, status, replayed, same)                                         \
    {                                                                                                        \
        "transfer.create", data, key, source, &ann, expired, status, replayed, same                          \
    }
#define STORED_BODY "{\"stored\":true}"

static const struct batch_case cases[] = {
    {"stored under the key",
     NOTHING,
     {TRANSFER(PAY, "k", NULL, false, 201, NO_REPLAY, 0)},
     "1 debit 100 v1 =400, 2 credit 100 v1 =100",
     1,
     0},
    {"keyless is stored too",
     NOTHING,
     {TRANSFER(PAY, NULL, NULL, false, 201, NO_REPLAY, 0)},
     "1 debit 100 v1 =400, 2 credit 100 v1 =100",
     1,
     0},
    {"keyless ones are no twins",
     NOTHING,
     {TRANSFER(PAY, NULL, NULL, false, 201, NO_REPLAY, 0),
      TRANSFER(PAY, NULL, NULL, false, 201, NO_REPLAY, 0)},
     "1 debit 100 v1 =400, 2 credit 100 v1 =100, 1 debit 100 v2 =300, 2 credit 100 v2 =200",
     2,
     0},
    {"a stored 201 comes back as 200", KEY_201, {TRANSFER(PAY, "k", NULL, false, 200, REPLAY, 0)}, "", 0, 0},
    {"a stored 402 comes back", KEY_402, {TRANSFER(PAY, "k", NULL, false, 402, REPLAY, 0)}, "", 0, 0},
    {"a replay comes before the deadline",
     KEY_201,
     {TRANSFER(PAY, "k", NULL, true, 200, REPLAY, 0)},
     "",
     0,
     0},
    {"another request under a stored key",
     KEY_OTHER,
     {TRANSFER(PAY, "k", NULL, false, 409, NO_REPLAY, 0)},
     "",
     0,
     0},
    {"another request comes before the deadline",
     KEY_OTHER,
     {TRANSFER(PAY, "k", NULL, true, 409, NO_REPLAY, 0)},
     "",
     0,
     0},
    {"keys are scoped by owner",
     KEY_201,
     {{"transfer.create", "{\"from_account\":\"$2\",\"to_account\":\"$1\",\"amount\":1}", "k", NULL, &bob,
       false, 402, NO_REPLAY, 0}},
     "",
     1,
     0},
    {"twins: one effect",
     NOTHING,
     {TRANSFER(PAY, "k", NULL, false, 201, NO_REPLAY, 0), TRANSFER(PAY, "k", NULL, false, 200, REPLAY, 1),
      TRANSFER(PAY, "k", NULL, true, 200, REPLAY, 1)},
     "1 debit 100 v1 =400, 2 credit 100 v1 =100",
     1,
     0},
    {"twins that are refused",
     NOTHING,
     {TRANSFER(PAY_MUCH, "k", NULL, false, 402, NO_REPLAY, 0),
      TRANSFER(PAY_MUCH, "k", NULL, false, 402, REPLAY, 1)},
     "",
     1,
     0},
    {"a stored refusal stays although the money came",
     NOTHING,
     {TRANSFER(PAY_MUCH, "k", NULL, false, 402, NO_REPLAY, 0),
      {"deposit.create", "{\"account\":\"$1\",\"amount\":5000,\"currency\":\"EUR\"}", NULL, NULL, &staff,
       false, 201, NO_REPLAY, 0},
      TRANSFER(PAY_MUCH, "k", NULL, false, 402, REPLAY, 1),
      TRANSFER(PAY_MUCH, "k2", NULL, false, 201, NO_REPLAY, 0)},
     "9 debit 5000 v1 =-5000, 1 credit 5000 v1 =5500, 1 debit 1000 v2 =4500, 2 credit 1000 v1 =1000",
     3,
     0},
    {"same key, another body in the batch",
     NOTHING,
     {TRANSFER(PAY, "k", NULL, false, 201, NO_REPLAY, 0),
      TRANSFER(PAY_OTHER, "k", NULL, false, 409, NO_REPLAY, 0),
      TRANSFER(PAY, "k", NULL, false, 200, REPLAY, 1)},
     "1 debit 100 v1 =400, 2 credit 100 v1 =100",
     1,
     0},
    {"an expired twin was not stored: the next is executed",
     NOTHING,
     {TRANSFER(PAY, "k", NULL, true, 503, NO_REPLAY, 0), TRANSFER(PAY, "k", NULL, false, 201, NO_REPLAY, 0),
      TRANSFER(PAY, "k", NULL, false, 200, REPLAY, 2)},
     "1 debit 100 v1 =400, 2 credit 100 v1 =100",
     1,
     0},
    {"forbidden is not stored: the key is free",
     NOTHING,
     {{"account.freeze", FREEZE, "k", NULL, &ann, false, 403, NO_REPLAY, 0},
      TRANSFER(PAY, "k", NULL, false, 201, NO_REPLAY, 0)},
     "1 debit 100 v1 =400, 2 credit 100 v1 =100",
     1,
     0},
    {"not found is stored",
     NOTHING,
     {{"account.freeze", FREEZE, "k", NULL, &bob, false, 404, NO_REPLAY, 0},
      {"account.freeze", FREEZE, "k", NULL, &bob, false, 404, REPLAY, 1}},
     "",
     1,
     0},
    {"a source has its effect once",
     NOTHING,
     {TRANSFER(PAY, NULL, "s", false, 201, NO_REPLAY, 0), TRANSFER(PAY, NULL, "s", false, 200, REPLAY, 1),
      TRANSFER(PAY, "k", "s", false, 200, REPLAY, 1), TRANSFER(PAY, "k", NULL, false, 200, REPLAY, 1)},
     "1 debit 100 v1 =400, 2 credit 100 v1 =100",
     3,
     1},
    {"a source's refusal is no effect: the work may try again",
     NOTHING,
     {TRANSFER(PAY_MUCH, NULL, "s", false, 402, NO_REPLAY, 0),
      TRANSFER(PAY_MUCH, NULL, "s", false, 402, NO_REPLAY, 0),
      TRANSFER(PAY, "k", "s", false, 201, NO_REPLAY, 0), TRANSFER(PAY, NULL, "s", false, 200, REPLAY, 3)},
     "1 debit 100 v1 =400, 2 credit 100 v1 =100",
     4,
     1},
    {"a stored source; the key is stored beside it",
     SOURCE_201,
     {TRANSFER(PAY, "k", "s", false, 200, REPLAY, 0)},
     "",
     1,
     0},
    {"a stored refusal of a source", SOURCE_402, {TRANSFER(PAY, "k", "s", false, 402, REPLAY, 0)}, "", 1, 0},
    {"a stored source comes before the deadline",
     SOURCE_201,
     {TRANSFER(PAY, "k", "s", true, 200, REPLAY, 0)},
     "",
     1,
     0},
    {"key and source stored: nothing more to store",
     KEY_AND_SOURCE,
     {TRANSFER(PAY, "k", "s", false, 200, REPLAY, 0)},
     "",
     0,
     0},
    {"the key comes before the source",
     KEY_OTHER,
     {TRANSFER(PAY, "k", "s", false, 409, NO_REPLAY, 0)},
     "",
     0,
     0},
    {"other sources are others",
     SOURCE_201,
     {TRANSFER(PAY, "k", "t", false, 201, NO_REPLAY, 0)},
     "1 debit 100 v1 =400, 2 credit 100 v1 =100",
     1,
     1},
    {"an expired source is not stored",
     NOTHING,
     {TRANSFER(PAY, "k", "s", true, 503, NO_REPLAY, 0), TRANSFER(PAY, "k", "s", false, 201, NO_REPLAY, 0)},
     "1 debit 100 v1 =400, 2 credit 100 v1 =100",
     1,
     1},
    {"expired", NOTHING, {TRANSFER(PAY, "k", NULL, true, 503, NO_REPLAY, 0)}, "", 0, 0},
    {"later ones see what earlier ones did",
     NOTHING,
     {{"transfer.create", PAY_BACK, NULL, NULL, &bob, false, 402, NO_REPLAY, 0},
      TRANSFER("{\"from_account\":\"$1\",\"to_account\":\"$2\",\"amount\":500}", NULL, NULL, false, 201,
               NO_REPLAY, 0),
      TRANSFER(PAY, NULL, NULL, false, 402, NO_REPLAY, 0),
      {"transfer.create", PAY_BACK, NULL, NULL, &bob, false, 201, NO_REPLAY, 0},
      {"account.freeze", FREEZE, NULL, NULL, &staff, false, 200, NO_REPLAY, 0},
      TRANSFER(PAY, NULL, NULL, false, 409, NO_REPLAY, 0)},
     "1 debit 500 v1 =0, 2 credit 500 v1 =500, 2 debit 500 v2 =0, 1 credit 500 v2 =500",
     6,
     0},
};

static struct command step_command(struct world *w, const struct step *s)
{
    struct command c = world_command(w, s->command, *s->sender, s->data);
    if (s->key != NULL) {
        set_key(&c, s->key);
    }
    if (s->source != NULL) {
        set_source(&c, s->source);
    }
    c.deadline_us = NOW_US - (s->expired ? 1 : 0);
    return c;
}

static struct digest pay_fingerprint(void)
{
    char text[TEXT_MAX];
    expand(PAY, text);
    struct digest d;
    digest_of(str_of(text), &d);
    return d;
}

struct known {
    struct stored_key key;
    struct stored_source source;
};

static struct known known_of(enum stored stored, struct batch_input *in)
{
    struct known k = {0};
    k.key.digest = digest_key(STR_LIT("ann"), STR_LIT("k"), &k.key.command_id);
    k.key.status = stored == KEY_402 ? 402 : 201;
    k.key.body = STR_LIT(STORED_BODY);
    k.key.fingerprint = pay_fingerprint();
    k.key.fingerprint.bytes[31] ^= stored == KEY_OTHER;
    k.source = (struct stored_source){digest_source(STR_LIT("s")), stored == SOURCE_402 ? 402 : 201,
                                      STR_LIT(STORED_BODY)};
    in->key_count = stored == KEY_201 || stored == KEY_402 || stored == KEY_OTHER || stored == KEY_AND_SOURCE;
    in->source_count = stored == SOURCE_201 || stored == SOURCE_402 || stored == KEY_AND_SOURCE;
    return k;
}

static void check_step(const struct batch_case *t, const struct answer *answers, size_t i)
{
    const struct step *s = &t->steps[i];
    assert_int_equal(answers[i].status, s->status);
    assert_int_equal(answers[i].replayed, s->replayed);
    if (s->same_body_as > 0) {
        assert_true(str_eq(answers[i].body, answers[s->same_body_as - 1].body));
    } else if (s->replayed) {
        assert_str(answers[i].body, STORED_BODY);
    }
    if (s->status == 409 && s->key != NULL) {
        assert_problem(&answers[i], OUTCOME_idempotency_key_reused, NULL);
    }
    if (s->expired && !s->replayed && s->status == 503) {
        assert_problem(&answers[i], OUTCOME_deadline_exceeded, NULL);
    }
}

static void run_case(const struct batch_case *t)
{
    print_message("  %s\n", t->name);
    struct world w;
    world_start(&w);
    world_add_all(&w, two);
    struct command commands[STEPS_MAX];
    struct answer answers[STEPS_MAX];
    struct batch_input in = {.commands = commands};
    while (in.command_count < STEPS_MAX && t->steps[in.command_count].command != NULL) {
        commands[in.command_count] = step_command(&w, &t->steps[in.command_count]);
        in.command_count++;
    }
    struct known known = known_of(t->stored, &in);
    in.keys = &known.key;
    in.sources = &known.source;
    assert_int_equal(batch_decide(&w.ledger, &in, NOW_US, answers), STATUS_OK);

    char entries[TEXT_MAX];
    assert_string_equal(entries_text(&w, entries), t->entries);
    assert_int_equal(w.ledger.plan.key_count, t->keys);
    assert_int_equal(w.ledger.plan.source_count, t->sources);
    for (size_t i = 0; i < in.command_count; i++) {
        check_step(t, answers, i);
    }
    world_end(&w);
}

static void every_case(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        run_case(&cases[i]);
    }
}

/* Its sender never saw the first answer, so this is the first answer. */
static void the_same_message_again_is_no_replay(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add_all(&w, two);
    struct command commands[3];
    commands[0] = world_command(&w, "transfer.create", ann, PAY);
    set_key(&commands[0], "k");
    commands[1] = commands[0];
    commands[2] = world_command(&w, "transfer.create", ann, PAY);
    struct stored_key stored = {.digest = commands[2].key_digest,
                                .fingerprint = commands[2].envelope.fingerprint,
                                .command_id = commands[2].envelope.id,
                                .status = 201,
                                .body = STR_LIT(STORED_BODY)};
    const struct batch_input in = {.commands = commands, .command_count = 3, .keys = &stored, .key_count = 1};
    struct answer answers[3];
    assert_int_equal(batch_decide(&w.ledger, &in, NOW_US, answers), STATUS_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(answers[i].status, 201);
        assert_false(answers[i].replayed);
    }
    assert_true(str_eq(answers[0].body, answers[1].body));
    assert_str(answers[2].body, STORED_BODY);
    assert_int_equal(w.ledger.plan.transaction_count, 1);
    assert_int_equal(w.ledger.plan.key_count, 1);
    world_end(&w);
}

static void the_rows_of_a_key_and_a_source(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    world_add_all(&w, two);
    struct command c = world_command(&w, "transfer.create", ann, PAY);
    set_key(&c, "k");
    set_source(&c, "webhook:we_1");
    const struct batch_input in = {.commands = &c, .command_count = 1};
    struct answer answer;
    assert_int_equal(batch_decide(&w.ledger, &in, NOW_US, &answer), STATUS_OK);
    const struct key_row *k = &w.ledger.plan.keys[0];
    assert_int_equal(uuid_compare(&k->digest, &c.key_digest), 0);
    assert_true(digest_equal(&k->fingerprint, &c.envelope.fingerprint));
    assert_int_equal(uuid_compare(&k->command_id, &c.envelope.id), 0);
    assert_str(k->owner, "ann");
    assert_str(k->key, "k");
    assert_int_equal(k->status, 201);
    assert_true(str_eq(k->body, answer.body));
    const struct source_row *s = &w.ledger.plan.sources[0];
    assert_int_equal(uuid_compare(&s->digest, &c.source_digest), 0);
    assert_int_equal(uuid_compare(&s->command_id, &c.envelope.id), 0);
    assert_str(s->source, "webhook:we_1");
    assert_int_equal(s->status, 201);
    assert_true(str_eq(s->body, answer.body));
    world_end(&w);
}

static void the_deadlines_last_microsecond(void **state)
{
    (void)state;
    static const struct {
        int64_t deadline_us;
        int status;
    } rows[] = {{NOW_US + 1, 201}, {NOW_US, 201}, {NOW_US - 1, 503}, {0, 503}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world w;
        world_start(&w);
        world_add_all(&w, two);
        /* The ledger's time may be ahead of the clock, which alone decides. */
        world_account(&w, 1)->last_entry_us = NOW_US + 1000;
        ledger_start(&w.ledger, NOW_US, 1, 0);
        struct command c = world_command(&w, "transfer.create", ann, PAY);
        c.deadline_us = rows[i].deadline_us;
        const struct batch_input in = {.commands = &c, .command_count = 1};
        struct answer answer;
        assert_int_equal(batch_decide(&w.ledger, &in, NOW_US, &answer), STATUS_OK);
        assert_int_equal(answer.status, rows[i].status);
        world_end(&w);
    }
}

static void an_empty_batch_is_fine(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    const struct batch_input in = {0};
    struct needs n;
    batch_needs(NULL, 0, &n, &w.arena);
    assert_int_equal(n.accounts.count + n.locks.count + n.entries, 0);
    assert_int_equal(batch_decide(&w.ledger, &in, NOW_US, NULL), STATUS_OK);
    world_end(&w);
}

static bool has_lock(const struct needs *n, int64_t number)
{
    for (size_t i = 0; i < n->locks.count; i++) {
        if (n->locks.numbers[i] == number) {
            return true;
        }
    }
    return false;
}

static void needs_are_sorted_and_unique(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    struct command commands[40];
    for (size_t i = 0; i < COUNT(commands); i++) {
        if (i % 2 == 0) {
            commands[i] = world_command(&w, "transfer.create", ann, i % 4 == 0 ? PAY : PAY_BACK);
        } else {
            commands[i] = world_command(&w, "deposit.create", staff,
                                        "{\"account\":\"$3\",\"amount\":1,\"currency\":\"EUR\"}");
            set_source(&commands[i], i % 4 == 1 ? "s" : "t");
        }
    }
    set_key(&commands[0], "k");
    set_key(&commands[2], "k");
    struct needs n;
    batch_needs(commands, COUNT(commands), &n, &w.arena);
    assert_false(n.out_of_memory);
    assert_int_equal(n.accounts.count, 4);       /* 1, 2, 3 and cash */
    assert_int_equal(n.locks.count, 39 + 2 + 4); /* keys, sources, accounts */
    assert_int_equal(n.entries, 80);
    for (size_t i = 1; i < n.accounts.count; i++) {
        assert_true(uuid_compare(&n.accounts.ids[i - 1], &n.accounts.ids[i]) < 0);
    }
    for (size_t i = 1; i < n.locks.count; i++) {
        assert_true(n.locks.numbers[i - 1] < n.locks.numbers[i]);
    }
    for (size_t i = 0; i < COUNT(commands); i++) {
        assert_true(has_lock(&n, lock_number(LOCK_KEY, &commands[i].key_digest)));
        assert_true(i % 2 == 0 || has_lock(&n, lock_number(LOCK_KEY, &commands[i].source_digest)));
    }
    for (size_t i = 0; i < n.accounts.count; i++) {
        assert_true(has_lock(&n, lock_number(LOCK_ACCOUNT, &n.accounts.ids[i])));
    }
    world_end(&w);
}

static void many_commands_grow_every_table(void **state)
{
    (void)state;
    enum { MANY = 500 };
    static struct command commands[MANY];
    static struct answer answers[MANY];
    struct world w;
    world_start(&w);
    world_add_all(&w, two);
    for (size_t i = 0; i < MANY; i++) {
        commands[i] = world_command(&w, "transfer.create", ann,
                                    "{\"from_account\":\"$1\",\"to_account\":\"$2\",\"amount\":1}");
        char source[32];
        (void)snprintf(source, sizeof(source), "s%zu", i);
        set_source(&commands[i], arena_strndup(&w.arena, source, strlen(source)));
    }
    const struct batch_input in = {.commands = commands, .command_count = MANY};
    assert_int_equal(batch_decide(&w.ledger, &in, NOW_US, answers), STATUS_OK);
    const struct plan *p = &w.ledger.plan;
    assert_true(p->transaction_count == MANY && p->entry_count == 2 * MANY && p->event_count == MANY);
    assert_true(p->key_count == MANY && p->source_count == MANY);
    assert_int_equal(p->entries[0].account_version, 1);
    assert_int_equal(p->entries[2 * MANY - 1].balance_after, MANY);
    assert_true(uuid_compare(&p->transactions[0].id, &p->transactions[MANY - 1].id) < 0);
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case),
        cmocka_unit_test(the_same_message_again_is_no_replay),
        cmocka_unit_test(the_rows_of_a_key_and_a_source),
        cmocka_unit_test(the_deadlines_last_microsecond),
        cmocka_unit_test(an_empty_batch_is_fine),
        cmocka_unit_test(needs_are_sorted_and_unique),
        cmocka_unit_test(many_commands_grow_every_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
