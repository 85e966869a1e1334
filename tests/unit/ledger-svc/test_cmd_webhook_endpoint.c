/* test_cmd_webhook_endpoint.c - every outcome of the commands on webhook endpoints, the facts they leave, and
   that no fact tells a secret. */
#include "ledger-svc/domain/endpoint_change.h"
#include "shared/core/typeid.h"
#include "tests/unit/ledger-svc/domain_expect.h"

#define GOOD   "\"url\":\"https://shop.example/\",\"event_types\":[\"hold.*\",\"*\"],\"secret\":\"sealed-1\""
#define THIS   "\"endpoint\":\"we_00000000000000000000000001\""
#define DAY_US INT64_C(86400000000)

static struct endpoint *add_endpoint(struct world *w, enum endpoint_status status)
{
    struct uuid id;
    assert_int_equal(typeid_parse("we", STR_LIT("we_00000000000000000000000001"), &id), STATUS_OK);
    struct endpoint *e = ledger_add_endpoint(&w->ledger, &id);
    assert_non_null(e);
    e->owner = STR_LIT("ann");
    e->url = STR_LIT("https://shop.example/");
    e->event_types = STR_LIT("[\"*\"]");
    e->secret = STR_LIT("sealed-0");
    e->status = status;
    e->disabled_reason = status == ENDPOINT_disabled ? STR_LIT("it was slow") : (struct str){NULL, 0};
    e->url_version = 2;
    e->created_us = e->updated_us = e->enabled_us = NOW_US - 1;
    return e;
}

static void decide(struct world *w, const char *name, struct sender sender, const char *data,
                   struct answer *ret_answer)
{
    struct command c = world_command(w, name, sender, data);
    c.type->decide(&w->ledger, &c, ret_answer);
}

static void creating(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const struct sender *sender;
        const char *data;
        enum outcome wanted;
        const char *pointer;
    } cases[] = {
        {"one's own", &ann, "{" GOOD "}", OUTCOME_created, NULL},
        {"one's own by name", &ann, "{\"owner\":\"ann\"," GOOD "}", OUTCOME_created, NULL},
        {"another's", &ann, "{\"owner\":\"bob\"," GOOD "}", OUTCOME_forbidden, "/owner"},
        {"another's by staff", &staff, "{\"owner\":\"bob\"," GOOD "}", OUTCOME_created, NULL},
        {"a bad url", &ann, "{" GOOD ",\"url_refusal\":\"is not public\"}", OUTCOME_invalid_value, "/url"},
        {"an unknown type", &ann, "{\"url\":\"u\",\"secret\":\"s\",\"event_types\":[\"*\",\"hold.made\"]}",
         OUTCOME_invalid_value, "/event_types/1"},
        {"without a secret", &ann, "{\"url\":\"u\",\"event_types\":[\"*\"]}", OUTCOME_missing_field,
         "/secret"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        print_message("  %s\n", cases[i].name);
        struct world w;
        struct answer answer;
        world_start(&w);
        decide(&w, "webhook_endpoint.create", *cases[i].sender, cases[i].data, &answer);
        if (cases[i].wanted != OUTCOME_created) {
            assert_problem(&answer, cases[i].wanted, cases[i].pointer);
            assert_int_equal(w.ledger.endpoint_count + w.ledger.plan.event_count, 0);
        } else {
            assert_int_equal(answer.status, 201);
            assert_true(w.ledger.endpoints[0]->is_new);
            assert_int_equal(w.ledger.plan.event_count, 1);
        }
        world_end(&w);
    }
}

static void what_is_created(void **state)
{
    (void)state;
    struct world w;
    struct answer answer;
    world_start(&w);
    decide(&w, "webhook_endpoint.create", ann, "{" GOOD ",\"description\":\"mine\"}", &answer);
    json_t *body = body_of(&answer);
    assert_string_equal(json_string_value(json_object_get(body, "owner")), "ann");
    assert_string_equal(json_string_value(json_object_get(body, "url")), "https://shop.example/");
    assert_string_equal(json_string_value(json_object_get(body, "description")), "mine");
    assert_string_equal(json_string_value(json_object_get(body, "status")), "enabled");
    assert_string_equal(json_string_value(json_object_get(body, "secret")), "sealed-1");
    assert_int_equal(json_array_size(json_object_get(body, "event_types")), 2);
    json_decref(body);
    const struct event_row *fact = &w.ledger.plan.events[0];
    assert_string_equal(fact->type, "webhook_endpoint.created");
    assert_int_equal(fact->before.len, 0);
    assert_null(memmem(fact->after.data, fact->after.len, "secret\"", 7));
    assert_null(memmem(fact->after.data, fact->after.len, "sealed", 6));
    world_end(&w);
}

/* Also those of the same batch count, and those that it deletes no more. */
static void there_is_a_limit(void **state)
{
    (void)state;
    struct world w;
    struct answer answer;
    world_start(&w);
    ledger_endpoints_of(&w.ledger, STR_LIT("ann"))->living = ENDPOINTS_OF_OWNER_MAX - 1;
    decide(&w, "webhook_endpoint.create", ann, "{" GOOD "}", &answer);
    assert_int_equal(answer.status, 201);
    decide(&w, "webhook_endpoint.create", ann, "{" GOOD "}", &answer);
    assert_problem(&answer, OUTCOME_too_many_webhook_endpoints, NULL);
    decide(&w, "webhook_endpoint.create", bob, "{" GOOD "}", &answer);
    assert_int_equal(answer.status, 201);
    char id[TYPEID_TEXT_SIZE], first[64];
    typeid_format("we", &w.ledger.endpoints[0]->id, id);
    (void)snprintf(first, sizeof first, "{\"endpoint\":\"%s\"}", id);
    decide(&w, "webhook_endpoint.delete", ann, first, &answer);
    assert_int_equal(answer.status, 200);
    decide(&w, "webhook_endpoint.create", ann, "{" GOOD "}", &answer);
    assert_int_equal(answer.status, 201);
    decide(&w, "webhook_endpoint.create", ann, "{" GOOD "}", &answer);
    assert_problem(&answer, OUTCOME_too_many_webhook_endpoints, NULL);
    world_end(&w);
}

/* Ingress names it, as the secret is sealed for that name. Whoever else names it changes nothing of it. */
static void its_id_is_its_own(void **state)
{
    (void)state;
    struct world w;
    struct answer answer;
    world_start(&w);
    const char *data = "{\"id\":\"we_00000000000000000000000002\"," GOOD "}";
    decide(&w, "webhook_endpoint.create", ann, data, &answer);
    assert_int_equal(answer.status, 201);
    assert_non_null(memmem(answer.body.data, answer.body.len, "we_00000000000000000000000002", 29));
    decide(&w, "webhook_endpoint.create", bob, data, &answer);
    assert_problem(&answer, OUTCOME_invalid_value, "/id");
    assert_int_equal(w.ledger.endpoint_count, 1);
    assert_int_equal(w.ledger.plan.event_count, 1);
    assert_str(w.ledger.endpoints[0]->owner, "ann");
    world_end(&w);
}

static void nor_one_that_was(void **state)
{
    (void)state;
    static const enum endpoint_status statuses[] = {ENDPOINT_enabled, ENDPOINT_disabled, ENDPOINT_deleted};
    for (size_t i = 0; i < COUNT(statuses); i++) {
        struct world w;
        struct answer answer;
        world_start(&w);
        struct endpoint *e = add_endpoint(&w, statuses[i]);
        const char *data = "{\"id\":\"we_00000000000000000000000001\"," GOOD "}";
        decide(&w, "webhook_endpoint.create", bob, data, &answer);
        assert_problem(&answer, OUTCOME_invalid_value, "/id");
        decide(&w, "webhook_endpoint.create", ann, data, &answer);
        assert_problem(&answer, OUTCOME_invalid_value, "/id");
        assert_str(e->owner, "ann");
        assert_str(e->secret, "sealed-0");
        assert_false(e->is_changed);
        world_end(&w);
    }
}

/* Deleting makes no room: rows stay for ever. */
static void there_is_a_limit_of_a_day(void **state)
{
    (void)state;
    struct world w;
    struct answer answer;
    world_start(&w);
    ledger_endpoints_of(&w.ledger, STR_LIT("ann"))->made_of_late = ENDPOINTS_OF_DAY_MAX - 1;
    decide(&w, "webhook_endpoint.create", ann, "{" GOOD "}", &answer);
    assert_int_equal(answer.status, 201);
    decide(&w, "webhook_endpoint.create", ann, "{" GOOD "}", &answer);
    assert_problem(&answer, OUTCOME_too_many_new_webhook_endpoints, NULL);
    ledger_endpoints_of(&w.ledger, STR_LIT("ann"))->living = ENDPOINTS_OF_OWNER_MAX;
    decide(&w, "webhook_endpoint.create", ann, "{" GOOD "}", &answer);
    assert_problem(&answer, OUTCOME_too_many_webhook_endpoints, NULL);
    decide(&w, "webhook_endpoint.create", bob, "{" GOOD "}", &answer);
    assert_int_equal(answer.status, 201);
    world_end(&w);
}

struct change_case {
    const char *name, *command, *data;
    const struct sender *sender;
    enum endpoint_status from;
    enum outcome wanted;
    enum endpoint_status to;
    const char *fact; /* NULL: nothing changed */
};

static const struct change_case changes[] = {
    {"another address", "webhook_endpoint.update", "{" THIS ",\"url\":\"https://b.example/\"}", &ann,
     ENDPOINT_enabled, OUTCOME_ok, ENDPOINT_enabled, "webhook_endpoint.updated"},
    {"the same address", "webhook_endpoint.update", "{" THIS ",\"url\":\"https://shop.example/\"}", &ann,
     ENDPOINT_enabled, OUTCOME_ok, ENDPOINT_enabled, NULL},
    {"nothing", "webhook_endpoint.update", "{" THIS "}", &ann, ENDPOINT_enabled, OUTCOME_ok, ENDPOINT_enabled,
     NULL},
    {"off", "webhook_endpoint.update", "{" THIS ",\"status\":\"disabled\"}", &ann, ENDPOINT_enabled,
     OUTCOME_ok, ENDPOINT_disabled, "webhook_endpoint.disabled"},
    {"off again", "webhook_endpoint.update", "{" THIS ",\"status\":\"disabled\"}", &ann, ENDPOINT_disabled,
     OUTCOME_ok, ENDPOINT_disabled, NULL},
    {"on", "webhook_endpoint.update", "{" THIS ",\"status\":\"enabled\"}", &ann, ENDPOINT_disabled,
     OUTCOME_ok, ENDPOINT_enabled, "webhook_endpoint.enabled"},
    {"by staff", "webhook_endpoint.update", "{" THIS ",\"status\":\"disabled\"}", &staff, ENDPOINT_enabled,
     OUTCOME_ok, ENDPOINT_disabled, "webhook_endpoint.disabled"},
    {"another's", "webhook_endpoint.update", "{" THIS ",\"status\":\"disabled\"}", &bob, ENDPOINT_enabled,
     OUTCOME_not_found, ENDPOINT_enabled, NULL},
    {"a bad address", "webhook_endpoint.update", "{" THIS ",\"url\":\"u\",\"url_refusal\":\"no\"}", &ann,
     ENDPOINT_enabled, OUTCOME_invalid_value, ENDPOINT_enabled, NULL},
    {"bad events", "webhook_endpoint.update", "{" THIS ",\"event_types\":[\"x\"]}", &ann, ENDPOINT_enabled,
     OUTCOME_invalid_value, ENDPOINT_enabled, NULL},
    {"what is deleted", "webhook_endpoint.update", "{" THIS "}", &ann, ENDPOINT_deleted, OUTCOME_not_found,
     ENDPOINT_deleted, NULL},
    {"delete", "webhook_endpoint.delete", "{" THIS "}", &ann, ENDPOINT_disabled, OUTCOME_ok, ENDPOINT_deleted,
     "webhook_endpoint.deleted"},
    {"delete another's", "webhook_endpoint.delete", "{" THIS "}", &bob, ENDPOINT_enabled, OUTCOME_not_found,
     ENDPOINT_enabled, NULL},
    {"delete again", "webhook_endpoint.delete", "{" THIS "}", &ann, ENDPOINT_deleted, OUTCOME_not_found,
     ENDPOINT_deleted, NULL},
    {"disable", "webhook_endpoint.disable", "{" THIS ",\"reason\":\"gone\"}", &staff, ENDPOINT_enabled,
     OUTCOME_ok, ENDPOINT_disabled, "webhook_endpoint.disabled"},
    {"disable for its present url", "webhook_endpoint.disable",
     "{" THIS ",\"reason\":\"gone\",\"url_version\":2}", &staff, ENDPOINT_enabled, OUTCOME_ok,
     ENDPOINT_disabled, "webhook_endpoint.disabled"},
    {"disable for the url before", "webhook_endpoint.disable",
     "{" THIS ",\"reason\":\"gone\",\"url_version\":1}", &staff, ENDPOINT_enabled, OUTCOME_ok,
     ENDPOINT_enabled, NULL},
    {"disable again", "webhook_endpoint.disable", "{" THIS ",\"reason\":\"gone\"}", &staff, ENDPOINT_disabled,
     OUTCOME_ok, ENDPOINT_disabled, NULL},
    {"disable what is deleted", "webhook_endpoint.disable", "{" THIS ",\"reason\":\"gone\"}", &staff,
     ENDPOINT_deleted, OUTCOME_not_found, ENDPOINT_deleted, NULL},
    {"rotate", "webhook_endpoint.rotate_secret", "{" THIS ",\"secret\":\"sealed-1\"}", &ann, ENDPOINT_enabled,
     OUTCOME_created, ENDPOINT_enabled, "webhook_endpoint.secret_rotated"},
    {"rotate another's", "webhook_endpoint.rotate_secret", "{" THIS ",\"secret\":\"sealed-1\"}", &bob,
     ENDPOINT_enabled, OUTCOME_not_found, ENDPOINT_enabled, NULL},
    {"rotate without a secret", "webhook_endpoint.rotate_secret", "{" THIS "}", &ann, ENDPOINT_enabled,
     OUTCOME_missing_field, ENDPOINT_enabled, NULL},
};

static void changing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(changes); i++) {
        const struct change_case *t = &changes[i];
        print_message("  %s\n", t->name);
        struct world w;
        struct answer answer;
        world_start(&w);
        struct endpoint *e = add_endpoint(&w, t->from);
        decide(&w, t->command, *t->sender, t->data, &answer);
        assert_int_equal(answer.status, outcome_http_status(t->wanted));
        assert_int_equal(e->status, t->to);
        assert_int_equal(e->is_changed, t->fact != NULL);
        assert_int_equal(w.ledger.plan.event_count, t->fact != NULL);
        assert_int_equal(e->disabled_reason.len > 0, t->to == ENDPOINT_disabled);
        if (t->fact != NULL) {
            const struct event_row *fact = &w.ledger.plan.events[0];
            assert_string_equal(fact->type, t->fact);
            assert_true(fact->before.len > 0 && !str_eq(fact->before, fact->after));
            assert_null(memmem(fact->after.data, fact->after.len, "sealed", 6));
            assert_int_equal(e->updated_us, NOW_US);
        }
        world_end(&w);
    }
}

static void both_secrets_for_a_day(void **state)
{
    (void)state;
    struct world w;
    struct answer answer;
    world_start(&w);
    struct endpoint *e = add_endpoint(&w, ENDPOINT_enabled);
    decide(&w, "webhook_endpoint.rotate_secret", ann, "{" THIS ",\"secret\":\"sealed-1\"}", &answer);
    assert_str(e->secret, "sealed-1");
    assert_str(e->previous_secret, "sealed-0");
    assert_int_equal(e->previous_until_us, NOW_US + DAY_US);
    assert_non_null(memmem(answer.body.data, answer.body.len, "sealed-1", 8));
    decide(&w, "webhook_endpoint.rotate_secret", ann, "{" THIS ",\"secret\":\"sealed-2\"}", &answer);
    assert_str(e->previous_secret, "sealed-1");
    world_end(&w);
}

/* Whoever switches it on again is not switched off at once for what was before. */
static void switching_on_starts_afresh(void **state)
{
    (void)state;
    struct world w;
    struct answer answer;
    world_start(&w);
    struct endpoint *e = add_endpoint(&w, ENDPOINT_disabled);
    decide(&w, "webhook_endpoint.update", ann, "{" THIS ",\"status\":\"enabled\"}", &answer);
    assert_int_equal(e->enabled_us, NOW_US);
    assert_int_equal(e->url_version, 3);
    decide(&w, "webhook_endpoint.update", ann, "{" THIS ",\"status\":\"enabled\"}", &answer);
    assert_int_equal(e->url_version, 3); /* it was on */
    world_end(&w);
}

static void a_new_url_has_a_new_version(void **state)
{
    (void)state;
    struct world w;
    struct answer answer;
    world_start(&w);
    struct endpoint *e = add_endpoint(&w, ENDPOINT_enabled);
    decide(&w, "webhook_endpoint.update", ann, "{" THIS ",\"description\":\"mine\"}", &answer);
    assert_int_equal(e->url_version, 2);
    decide(&w, "webhook_endpoint.update", ann, "{" THIS ",\"url\":\"https://b.example/\"}", &answer);
    assert_int_equal(e->url_version, 3);
    world_end(&w);
}

static void what_they_need(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    for (size_t i = 0; i < COUNT(changes); i++) {
        struct command c = world_command(&w, changes[i].command, ann, changes[i].data);
        struct needs n = {0};
        c.type->needs(&c, &n, &w.arena);
        assert_int_equal(n.endpoints.count, 1);
        assert_int_equal(n.locks.count, 1);
        assert_int_equal(n.accounts.count + n.entries, 0);
    }
    struct command c = world_command(&w, "webhook_endpoint.create", ann, "{" GOOD "}");
    struct needs n = {0};
    c.type->needs(&c, &n, &w.arena);
    assert_int_equal(n.endpoint_owners.count, 1);
    assert_int_equal(n.locks.count, 1);
    c = world_command(&w, "webhook_endpoint.create", ann,
                      "{\"id\":\"we_00000000000000000000000002\"," GOOD "}");
    n = (struct needs){0};
    c.type->needs(&c, &n, &w.arena);
    assert_int_equal(n.endpoints.count, 1);
    assert_int_equal(n.locks.count, 2);
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(creating),
        cmocka_unit_test(what_is_created),
        cmocka_unit_test(there_is_a_limit),
        cmocka_unit_test(there_is_a_limit_of_a_day),
        cmocka_unit_test(its_id_is_its_own),
        cmocka_unit_test(nor_one_that_was),
        cmocka_unit_test(changing),
        cmocka_unit_test(both_secrets_for_a_day),
        cmocka_unit_test(switching_on_starts_afresh),
        cmocka_unit_test(a_new_url_has_a_new_version),
        cmocka_unit_test(what_they_need),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
