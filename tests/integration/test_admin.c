/* test_admin.c - paybus-admin: API keys, secrets under a new key, and the seed through a real bus and a real
   ledger-svc. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "ledger-svc/domain/command.h"
#include "shared/core/digest.h"
#include "shared/core/parse.h"
#include "shared/core/sealed.h"
#include "shared/core/typeid.h"
#include "tests/support/database.h"
#include "tests/support/ports.h"
#include "tests/support/process.h"

#define OUTPUT_KEY_LEN 46 /* sk_ and 43 characters */
#define OLD_KEY        "0101010101010101010101010101010101010101010101010101010101010101"
#define NEW_KEY        "0202020202020202020202020202020202020202020202020202020202020202"
/* "secret" under the old key, from when a text belonged to nothing. */
#define UNBOUND          "f40ceaf8.AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAxEKLG29-6ff5tRUnwFZ6dmp5iXwD4A"
#define UUID(number)     "00000000-0000-0000-0000-00000000000" number
#define ENDPOINT(number) "we_0000000000000000000000000" number

static struct database d;
static PGconn *owner;
static struct tool tool;

/* Runs "paybus-admin key ..." with up to six more arguments. */
static int run_key(const char *const words[6])
{
    const char *argv[10] = {database_admin_path, "key"};
    int count = 2;
    for (int i = 0; i < 6 && words[i]; i++)
        argv[count++] = words[i];
    argv[count++] = "--database";
    argv[count] = d.owner_url;
    return tool_run(&tool, argv);
}

static void find_key_text(char ret_key[OUTPUT_KEY_LEN + 1])
{
    const char *at = strstr(tool.output, "sk_");
    assert_non_null(at);
    assert_int_equal(strspn(at + 3, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
                     OUTPUT_KEY_LEN - 3);
    memcpy(ret_key, at, OUTPUT_KEY_LEN);
    ret_key[OUTPUT_KEY_LEN] = '\0';
}

/* What ingress will ask: find_api_key by the digest of the whole key. */
static const char *found_by_ingress(const char *key)
{
    struct digest digest;
    char hex[2 * DIGEST_SIZE + 1], sql[256];
    digest_of(str_of(key), &digest);
    format_hex(digest.bytes, DIGEST_SIZE, hex);
    (void)snprintf(
        sql, sizeof(sql),
        "select coalesce(max(owner || scopes::text), '') from api.find_api_key(decode('%s', 'hex'))", hex);
    return database_value(owner, sql);
}

static void test_key_life(void **state)
{
    (void)state;
    char key[OUTPUT_KEY_LEN + 1], id[64] = "";
    assert_int_equal(
        run_key((const char *[6]){"create", "--owner", "shop.1", "--scopes", "ops, accounts:read"}), 0);
    find_key_text(key);
    assert_int_equal(sscanf(strstr(tool.output, "key_"), "%63s", id), 1);
    assert_string_equal(found_by_ingress(key), "shop.1{accounts:read,ops}");
    assert_string_equal(
        database_value(owner, "select count(*) from paybus.api_keys k where k::text like '%sk!_%' escape"
                              " '!'"),
        "0"); /* the key itself is nowhere */

    assert_int_equal(run_key((const char *[6]){"list"}), 0);
    assert_non_null(strstr(tool.output, id));
    assert_int_equal(run_key((const char *[6]){"revoke", id}), 0);
    assert_non_null(strstr(tool.output, "is revoked"));
    assert_string_equal(found_by_ingress(key), "");
    assert_int_equal(run_key((const char *[6]){"revoke", id}), 0);
    assert_non_null(strstr(tool.output, "was revoked before"));
    assert_string_equal(
        database_value(owner, "select string_agg(type || ' ' || actor, ', ' order by seq) from api.audit"
                              " where resource = 'key'"),
        "key.created paybus-admin, key.revoked paybus-admin");
}

static void test_bad_arguments(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *words[6];
        int wanted;
    } cases[] = {
        {"an owner with a space", {"create", "--owner", "a b", "--scopes", "ops"}, 64},
        {"an empty owner", {"create", "--owner", "", "--scopes", "ops"}, 64},
        {"an unknown scope", {"create", "--owner", "a", "--scopes", "ops,money"}, 64},
        {"no scope", {"create", "--owner", "a", "--scopes", ","}, 64},
        {"no scopes option", {"create", "--owner", "a"}, 64},
        {"an unknown option", {"create", "--own", "--what"}, 64},
        {"an id of something else", {"revoke", "acct_01m7x91qr1fg8bjshz83trc02r"}, 64},
        {"an unknown id", {"revoke", "key_01m7x91qr1fg8bjshz83trc02r"}, 1},
        {"no id", {"revoke"}, 64},
        {"an unknown command", {"steal"}, 64},
    };
    const char *before = database_value(owner, "select count(*)::text from paybus.api_keys");
    char count[16];
    (void)snprintf(count, sizeof(count), "%s", before);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int code = run_key(cases[i].words);
        if (code != cases[i].wanted)
            fail_msg("%s: %d, wanted %d: %s", cases[i].name, code, cases[i].wanted, tool.output);
    }
    assert_string_equal(database_value(owner, "select count(*)::text from paybus.api_keys"), count);
}

struct stack {
    struct servers_nats nats;
    char directory[SERVERS_PATH_SIZE], credentials[SERVERS_PATH_SIZE + 16];
    pid_t ledger;
};

static void start_ledger(struct stack *s)
{
    servers_nats_create(&s->nats, "authorization { user: all, password: secret }\n");
    servers_make_directory(s->directory);
    (void)snprintf(s->credentials, sizeof(s->credentials), "%s/nats", s->directory);
    FILE *f = fopen(s->credentials, "we");
    assert_non_null(f);
    (void)fputs("all:secret\n", f);
    (void)fclose(f);
    assert_int_equal(chmod(s->credentials, 0600), 0);

    char database[192], servers[128], credentials[256], listen[64];
    (void)snprintf(database, sizeof(database),
                   "PAYBUS_DATABASE_URL=postgresql://paybus_ledger@127.0.0.1:%d/paybus", d.postgres.port);
    (void)snprintf(servers, sizeof(servers), "PAYBUS_NATS_SERVERS=%s", s->nats.url);
    (void)snprintf(credentials, sizeof(credentials), "PAYBUS_NATS_CREDENTIALS_FILE=%s", s->credentials);
    (void)snprintf(listen, sizeof(listen), "PAYBUS_ADMIN_LISTEN=127.0.0.1:%d", port_free());
    const char *const environment[] = {database, servers, credentials, listen, NULL};
    const char *const argv[] = {database_ledger_path, NULL};
    const struct process_spec spec = {.argv = argv, .environment = environment};
    assert_int_equal(process_start(&spec, &s->ledger), STATUS_OK);
}

static void stop_ledger(struct stack *s)
{
    assert_int_equal(process_stop(s->ledger, SIGTERM, 10000, NULL), STATUS_OK);
    servers_nats_destroy(&s->nats);
    servers_remove_directory(s->directory);
}

static int run_seed(const struct stack *s)
{
    const char *const argv[] = {database_admin_path, "seed",       "--nats",    s->nats.url, "--credentials",
                                s->credentials,      "--database", d.owner_url, NULL};
    return tool_run(&tool, argv);
}

static void test_seed_twice(void **state)
{
    (void)state;
    static const char counts[] = "select concat_ws(' ', (select count(*) from paybus.accounts), (select "
                                 "count(*) from paybus.transactions),"
                                 " (select count(*) from paybus.entries), (select count(*) from "
                                 "paybus.events where resource <> 'key'),"
                                 " (select count(*) from paybus.sources))";
    struct stack s = {0};
    start_ledger(&s);
    if (run_seed(&s) != 0)
        fail_msg("%s", tool.output);
    assert_null(strstr(tool.output, "Nothing changed"));
    assert_string_equal(database_value(owner, counts), "15 3 6 18 12");
    assert_string_equal(
        database_value(
            owner,
            "select string_agg(currency || ' ' || name || ' ' || (credits_posted - debits_posted), ', '"
            " order by currency, name) from paybus.accounts where currency = 'EUR'"),
        "EUR Alice Wallet 500000, EUR Corner Shop 0, EUR Escrow 0, EUR Mint Source -500000, EUR Treasury 0");

    assert_int_equal(run_seed(&s), 0);
    assert_non_null(strstr(tool.output, "Nothing changed"));
    assert_non_null(strstr(tool.output, "5000.00"));
    assert_string_equal(database_value(owner, counts), "15 3 6 18 12");
    stop_ledger(&s);
}

/* Endpoints as ingress left them: sealed by the old key for nothing in particular, for their own, one of them
   rotated; by the new key; by a key that is lost; and one that is deleted. */
static void plant_endpoints(const struct seal_keys *old, const struct seal_keys *new)
{
    static const unsigned char nonce[SEAL_NONCE_SIZE] = {7};
    char sql[2048], by_old[SEALED_SIZE], by_new[SEALED_SIZE], before[SEALED_SIZE];
    seal(old, nonce, STR_LIT(ENDPOINT("2")), STR_LIT("second"), by_old);
    seal(old, nonce, STR_LIT(ENDPOINT("2")), STR_LIT("before"), before);
    seal(new, nonce, STR_LIT(ENDPOINT("3")), STR_LIT("third"), by_new);
    (void)snprintf(
        sql, sizeof(sql),
        "insert into paybus.webhook_endpoints (id, owner, url, event_types, status, secret, "
        "previous_secret, previous_until, enabled_at, created_at, updated_at) "
        "select id::uuid, 'shop', 'https://a.example/', '[\"*\"]', status, secret, previous, "
        "now() + valid::interval, now(), now(), now() from (values "
        "('" UUID("1") "', 'enabled', '" UNBOUND "', null, null), "
                       "('" UUID("2") "', 'enabled', '%s', '%s', '1 hour'), "
                                      "('" UUID("3") "', 'enabled', '%s', 'lost', '-1 hour'), "
                                                     "('" UUID(
                                                         "4") "', 'deleted', '" UNBOUND "', null, null)) "
                                                              "as v(id, status, secret, previous, valid)",
        by_old, before, by_new);
    database_exec(owner, sql);
}

static void expect_secret(const struct seal_keys *keys, const char *column, const char *number,
                          const char *wanted)
{
    char sql[256], id[64], plain[SEAL_PLAIN_MAX + 1];
    (void)snprintf(sql, sizeof(sql), "select %s from paybus.webhook_endpoints where id = '" UUID("%s") "'",
                   column, number);
    (void)snprintf(id, sizeof(id), ENDPOINT("%s"), number);
    const char *sealed = database_value(owner, sql);
    if (seal_open(keys, str_of(sealed), str_of(id), plain) != STATUS_OK)
        fail_msg("%s of %s does not open: %s", column, id, sealed);
    assert_string_equal(plain, wanted);
}

static void write_keys(const char *path, const char *text)
{
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    (void)fputs(text, f);
    (void)fclose(f);
}

static void keys_of(const char *text, struct seal_keys *ret_keys)
{
    assert_int_equal(seal_keys_parse(str_of(text), ret_keys), STATUS_OK);
}

/* After it the old key may go. */
static void test_reseal(void **state)
{
    (void)state;
    struct seal_keys old, new;
    char directory[SERVERS_PATH_SIZE], path[SERVERS_PATH_SIZE + 16];
    keys_of(OLD_KEY, &old);
    keys_of(NEW_KEY, &new);
    servers_make_directory(directory);
    (void)snprintf(path, sizeof(path), "%s/keys", directory);
    const char *const argv[] = {database_admin_path, "secrets",   "reseal", "--keys", path,
                                "--database",        d.owner_url, NULL};
    plant_endpoints(&old, &new);
    write_keys(path, "nonsense\n");
    assert_int_equal(tool_run(&tool, argv), 64);
    write_keys(path, NEW_KEY "\n");
    assert_int_equal(tool_run(&tool, argv), 1);
    assert_non_null(strstr(tool.output, ENDPOINT("1") ": no key opens its secret"));
    assert_non_null(strstr(tool.output, ENDPOINT("2") ": no key opens its secret"));
    write_keys(path, NEW_KEY "\n" OLD_KEY "\n");
    if (tool_run(&tool, argv) != 0)
        fail_msg("%s", tool.output);
    assert_non_null(strstr(tool.output, "2 webhook endpoints"));
    expect_secret(&new, "secret", "1", "secret");
    expect_secret(&new, "secret", "2", "second");
    expect_secret(&new, "previous_secret", "2", "before");
    expect_secret(&new, "secret", "3", "third");
    assert_string_equal(
        database_value(owner, "select secret from paybus.webhook_endpoints where status = 'deleted'"),
        UNBOUND);
    assert_int_equal(tool_run(&tool, argv), 0);
    assert_non_null(strstr(tool.output, "0 webhook endpoints"));
    servers_remove_directory(directory);
}

/* It waits for a command that has read the endpoint and would write the old text back. */
static void test_reseal_waits_for_commands(void **state)
{
    (void)state;
    struct seal_keys both;
    struct uuid endpoint;
    char directory[SERVERS_PATH_SIZE], path[SERVERS_PATH_SIZE + 16], lock[128];
    keys_of(OLD_KEY "\n" NEW_KEY, &both); /* sealed by the new one before: now the old one is first */
    assert_int_equal(typeid_parse("we", STR_LIT(ENDPOINT("1")), &endpoint), STATUS_OK);
    servers_make_directory(directory);
    (void)snprintf(path, sizeof(path), "%s/keys", directory);
    write_keys(path, OLD_KEY "\n" NEW_KEY "\n");
    const char *const argv[] = {database_admin_path, "secrets",   "reseal", "--keys", path,
                                "--database",        d.owner_url, NULL};
    PGconn *command = database_connect(&d, "paybus_owner");
    (void)snprintf(lock, sizeof(lock), "begin; select pg_advisory_xact_lock(%lld)",
                   (long long)lock_number(LOCK_OBJECT, &endpoint));
    database_exec(command, lock);
    assert_int_equal(tool_run(&tool, argv), 1);
    assert_non_null(strstr(tool.output, "run it again"));
    database_exec(command, "rollback");
    PQfinish(command);
    assert_int_equal(tool_run(&tool, argv), 0);
    expect_secret(&both, "secret", "1", "secret");
    servers_remove_directory(directory);
}

static int create(void **state)
{
    (void)state;
    database_create_migrated(&d);
    owner = database_connect(&d, "paybus_owner");
    return 0;
}

static int destroy(void **state)
{
    (void)state;
    PQfinish(owner);
    database_destroy(&d);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_life),
        cmocka_unit_test(test_bad_arguments),
        cmocka_unit_test(test_seed_twice),
        cmocka_unit_test(test_reseal),
        cmocka_unit_test(test_reseal_waits_for_commands),
    };
    return cmocka_run_group_tests(tests, create, destroy);
}
