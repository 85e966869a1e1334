/* test_cmd_webhook_accept.c - an event is accepted once: the same message again, a duplicate, another
   content, too late; and what is stored of it. */
#include "tests/unit/ledger-svc/domain_expect.h"

#define DATA                                                                                                 \
    "{\"provider\":\"gateway\",\"event_id\":\"evt \\\"1\\\"\",\"event_type\":\"payment.succeeded\","         \
    "\"payload\":\"{\\\"a\\\":1}\"}"
#define TIMED                                                                                                \
    "{\"provider\":\"bank\",\"event_id\":\"evt_2\",\"event_type\":\"payout.failed\",\"payload\":\"{}\","     \
    "\"occurred_at\":\"2026-11-18T11:06:40Z\"}"

/* What the database would tell of the event that this command accepted. */
static void load(struct world *w, const struct command *c, const char *status)
{
    struct webhook_event *event = ledger_add_webhook(&w->ledger, &c->key_digest);
    assert_non_null(event);
    event->id = c->envelope.id;
    event->fingerprint = c->envelope.fingerprint;
    event->status = str_of(status);
}

static void expect_body(const struct answer *answer, const struct command *first, const char *status,
                        bool is_duplicate)
{
    char id[TYPEID_TEXT_SIZE], wanted[TEXT_MAX];
    typeid_format("whe", &first->envelope.id, id);
    (void)snprintf(wanted, sizeof(wanted),
                   "{\"id\":\"%s\",\"event_id\":\"evt \\\"1\\\"\",\"status\":\"%s\",\"duplicate\":%s}", id,
                   status, is_duplicate ? "true" : "false");
    assert_int_equal(answer->status, 202);
    assert_int_equal(answer->outcome, OUTCOME_accepted);
    assert_int_equal(answer->replayed, is_duplicate);
    assert_str(answer->body, wanted);
}

static void a_new_event(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    struct command c = world_command(&w, "webhook.accept", ann, DATA);
    c.traceparent = STR_LIT("00-trace");
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);
    expect_body(&answer, &c, "received", false);
    assert_int_equal(w.ledger.plan.webhook_count, 1);
    assert_int_equal(w.ledger.plan.event_count, 0);
    const struct webhook_row *row = &w.ledger.plan.webhooks[0];
    assert_int_equal(uuid_compare(&row->id, &c.envelope.id), 0);
    assert_int_not_equal(uuid_compare(&row->work_id, &row->id), 0);
    assert_str(row->provider, "gateway");
    assert_str(row->event_id, "evt \"1\"");
    assert_str(row->event_type, "payment.succeeded");
    assert_str(row->payload, "{\"a\":1}");
    assert_str(row->traceparent, "00-trace");
    assert_int_equal(row->occurred_us, 0);
    assert_true(digest_equal(&row->fingerprint, &c.envelope.fingerprint));
    world_end(&w);
}

static void with_a_time(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    struct command c = world_command(&w, "webhook.accept", ann, TIMED);
    struct answer answer;
    c.type->decide(&w.ledger, &c, &answer);
    assert_int_equal(w.ledger.plan.webhooks[0].occurred_us, NOW_US);
    world_end(&w);
}

/* A repeat of the very message is what a lost COMMIT makes: it is answered as the first time, though late. */
static const struct {
    const char *name;
    bool same_message, same_content, is_late, is_known;
    enum outcome wanted;
    bool is_duplicate;
} repeats[] = {
    {"duplicate", false, true, false, true, OUTCOME_accepted, true},
    {"late duplicate", false, true, true, true, OUTCOME_accepted, true},
    {"the same message", true, true, false, true, OUTCOME_accepted, false},
    {"the same message, late", true, true, true, true, OUTCOME_accepted, false},
    {"other content", false, false, false, true, OUTCOME_webhook_event_id_reused, false},
    {"other content, late", false, false, true, true, OUTCOME_webhook_event_id_reused, false},
    {"new, but late", false, true, true, false, OUTCOME_deadline_exceeded, false},
};

static void every_repeat(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(repeats); i++) {
        print_message("  %s\n", repeats[i].name);
        struct world w;
        world_start(&w);
        struct command first = world_command(&w, "webhook.accept", ann, DATA),
                       again =
                           repeats[i].same_message ? first : world_command(&w, "webhook.accept", bob, DATA);
        if (!repeats[i].same_content) {
            digest_of(STR_LIT("other"), &again.envelope.fingerprint);
        }
        again.deadline_us = repeats[i].is_late ? NOW_US - 1 : NOW_US;
        if (repeats[i].is_known) {
            load(&w, &first, "processed");
        }
        struct snapshot before = world_snapshot(&w);
        struct answer answer;
        again.type->decide(&w.ledger, &again, &answer);
        struct snapshot after = world_snapshot(&w);
        assert_true(snapshot_equal(&before, &after));
        if (repeats[i].wanted == OUTCOME_accepted) {
            expect_body(&answer, &first, "processed", repeats[i].is_duplicate);
        } else {
            assert_problem(&answer, repeats[i].wanted,
                           repeats[i].wanted == OUTCOME_deadline_exceeded ? NULL : "/event_id");
        }
        world_end(&w);
    }
}

/* In one batch: twins, another content, another provider's event of the same name, a command with a key. No
   answer is stored under a key but the last one's. */
static void twins(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    struct command commands[] = {
        world_command(&w, "webhook.accept", ann, DATA),
        world_command(&w, "webhook.accept", ann, DATA),
        world_command(&w, "webhook.accept", ann, DATA),
        world_command(&w, "webhook.accept", ann,
                      "{\"provider\":\"bank\",\"event_id\":\"evt \\\"1\\\"\",\"event_type\":\"t\","
                      "\"payload\":\"{}\"}"),
        world_command(&w, "account.create", ann, "{\"type\":\"user\",\"currency\":\"EUR\",\"name\":\"W\"}"),
    };
    digest_of(STR_LIT("other"), &commands[2].envelope.fingerprint);
    struct answer answers[COUNT(commands)];
    struct batch_input in = {.commands = commands, .command_count = COUNT(commands)};
    assert_int_equal(batch_decide(&w.ledger, &in, NOW_US, answers), STATUS_OK);
    expect_body(&answers[0], &commands[0], "received", false);
    expect_body(&answers[1], &commands[0], "received", true);
    assert_problem(&answers[2], OUTCOME_webhook_event_id_reused, "/event_id");
    assert_int_equal(answers[3].status, 202);
    assert_false(answers[3].replayed);
    assert_int_equal(answers[4].status, 201);
    assert_int_equal(w.ledger.plan.webhook_count, 2);
    assert_int_equal(w.ledger.plan.key_count, 1);
    world_end(&w);
}

/* One lock an event, and nothing but the events is looked for. */
static void what_a_batch_needs(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    struct command commands[] = {
        world_command(&w, "webhook.accept", ann, DATA),
        world_command(&w, "webhook.accept", bob, DATA),
        world_command(&w, "webhook.accept", ann, TIMED),
    };
    struct needs needs;
    batch_needs(commands, COUNT(commands), &needs, &w.arena);
    assert_int_equal(needs.locks.count, 2);
    assert_int_equal(needs.webhooks.count, 3);
    assert_int_equal(needs.accounts.count, 0);
    assert_int_equal(needs.entries, 0);
    assert_false(batch_has_objects(&needs));
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_event), cmocka_unit_test(with_a_time),        cmocka_unit_test(every_repeat),
        cmocka_unit_test(twins),       cmocka_unit_test(what_a_batch_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
