/* test_cmd_dead_letter_record.c - what became of work that was given up is a fact, with who did it. */
#include "tests/unit/ledger-svc/domain_expect.h"

#define LETTER "dl_01h455vb4pex5vsknk084sn02q"
#define WORK   "wrk_01h455vb4pex5vsknk084sn02q"

static const struct {
    const char *data, *fact, *before, *after, *body;
} cases[] = {
    {"{\"dead_letter\":\"" LETTER "\",\"happened\":\"created\",\"work\":\"" WORK "\",\"kind\":\"webhook\","
     "\"event_type\":\"demo.fund\",\"error\":\"a \\\"reason\\\"\",\"attempts\":6}",
     "dead_letter.created", "",
     "{\"status\":\"open\",\"work\":\"" WORK "\",\"kind\":\"webhook\",\"event_type\":\"demo.fund\","
     "\"error\":\"a \\\"reason\\\"\",\"attempts\":6}",
     "{\"dead_letter\":\"" LETTER "\",\"happened\":\"created\"}"},
    {"{\"dead_letter\":\"" LETTER "\",\"happened\":\"replayed\",\"work\":\"" WORK "\",\"kind\":\"webhook\","
     "\"error\":\"why\",\"attempts\":1}",
     "dead_letter.replayed", "{\"status\":\"open\"}",
     "{\"status\":\"replayed\",\"work\":\"" WORK "\",\"kind\":\"webhook\",\"event_type\":null,"
     "\"error\":\"why\",\"attempts\":1}",
     "{\"dead_letter\":\"" LETTER "\",\"happened\":\"replayed\"}"},
    {"{\"dead_letter\":\"" LETTER "\",\"happened\":\"discarded\",\"kind\":\"webhook\",\"error\":\"\","
     "\"attempts\":0}",
     "dead_letter.discarded", "{\"status\":\"open\"}",
     "{\"status\":\"discarded\",\"work\":null,\"kind\":\"webhook\",\"event_type\":null,\"error\":null,"
     "\"attempts\":0}",
     "{\"dead_letter\":\"" LETTER "\",\"happened\":\"discarded\"}"},
    {"{\"dead_letter\":\"" LETTER "\",\"happened\":\"discarded\",\"kind\":\"webhook\",\"error\":\"why\","
     "\"attempts\":6,\"note\":\"paid \\\"by hand\\\"\"}",
     "dead_letter.discarded", "{\"status\":\"open\"}",
     "{\"status\":\"discarded\",\"work\":null,\"kind\":\"webhook\",\"event_type\":null,\"error\":\"why\","
     "\"attempts\":6,\"note\":\"paid \\\"by hand\\\"\"}",
     "{\"dead_letter\":\"" LETTER "\",\"happened\":\"discarded\"}"},
};

static void facts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct world w;
        struct uuid id;
        struct answer answer;
        world_start(&w);
        struct command c = world_command(&w, "dead_letter.record", staff, cases[i].data);
        c.type->decide(&w.ledger, &c, &answer);
        assert_int_equal(answer.status, 201);
        assert_str(answer.body, cases[i].body);
        assert_int_equal(w.ledger.plan.event_count, 1);
        const struct event_row *fact = &w.ledger.plan.events[0];
        assert_string_equal(fact->type, cases[i].fact);
        assert_string_equal(fact->resource, "dead_letter");
        assert_int_equal(typeid_parse("dl", STR_LIT(LETTER), &id), STATUS_OK);
        assert_int_equal(uuid_compare(&fact->object_id, &id), 0);
        assert_str(fact->before, cases[i].before);
        assert_str(fact->after, cases[i].after);
        assert_int_equal(w.ledger.plan.transaction_count + w.ledger.plan.entry_count, 0);
        world_end(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(facts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
