/* harness.c - see harness.h. */
#include "tests/e2e/harness.h"

#include <ctype.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "e2e_statements.h"
#include "shared/core/clock.h"
#include "tests/e2e/log_scan.h"
#include "tests/e2e/webhook.h"
#include "tests/support/database.h"
#include "tests/support/ports.h"
#include "tests/support/process.h"

#define TOOL_TIMEOUT_MS  60000
#define STOP_TIMEOUT_MS  10000
#define KEEPER_LOOK_MS   10
#define NATS_TEMPLATE    PAYBUS_SOURCE_DIR "/compose/local/conf/nats.conf.in"
#define PASSWORD_SUFFIX  "-password"
#define WEBHOOK_PREFIX   "whsec_"
#define FILE_MAX         65536
#define QUERY_TIMEOUT_MS 60000

static void read_file(const char *path, char *ret_text, size_t size)
{
    FILE *f = fopen(path, "re");
    if (f == NULL)
        servers_fail("%s cannot be read", path);
    size_t n = fread(ret_text, 1, size - 1, f);
    ret_text[n] = '\0';
    (void)fclose(f);
}

static char lower(char c)
{
    return (char)tolower((unsigned char)c);
}

/* @LEDGER@ becomes the password "ledger-password": every second part between two @ is a name. */
static void fill_in_passwords(char *template, struct buf *out)
{
    bool is_name = false;
    for (char *part; (part = strsep(&template, "@")) != NULL; is_name = !is_name) {
        for (const char *c = part; *c != '\0'; c++)
            buf_add_char(out, is_name ? lower(*c) : *c);
        if (is_name)
            buf_add_str(out, PASSWORD_SUFFIX);
    }
}

/* With the pings, accounts, users and permissions of production. */
static void start_nats(struct harness *h)
{
    static char text[FILE_MAX];
    CLEANUP(buf_free) struct buf settings = {0};
    buf_init(&settings, sizeof text * 2);
    read_file(NATS_TEMPLATE, text, sizeof text);
    char *pings = strstr(text, "\nping_interval:");
    if (pings == NULL || strstr(pings, "\naccounts {") == NULL)
        servers_fail("%s has no pings, or no accounts after them", NATS_TEMPLATE);
    fill_in_passwords(pings, &settings);
    if (buf_status(&settings) != STATUS_OK)
        servers_fail("%s is too long", NATS_TEMPLATE);
    if (h->has_cluster) {
        servers_nats_create_cluster(h->cluster, settings.data);
        (void)snprintf(h->nats_servers, sizeof h->nats_servers, "%s,%s,%s", h->cluster[0].url,
                       h->cluster[1].url, h->cluster[2].url);
    } else {
        servers_nats_create(&h->nats, settings.data);
        (void)snprintf(h->nats_servers, sizeof h->nats_servers, "%s", h->nats.url);
    }
}

/* "user:password" in a file that nobody else may read, as the services demand. */
static void write_credentials(const struct harness *h, const char *user)
{
    char path[SERVERS_PATH_SIZE + 32];
    (void)snprintf(path, sizeof path, "%s/%s.nats", h->directory, user);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || dprintf(fd, "%s:%s" PASSWORD_SUFFIX "\n", user, user) < 0)
        servers_fail("%s cannot be written", path);
    close(fd);
}

void harness_write_webhook_secrets(const struct harness *h, const char *lines)
{
    char path[SERVERS_PATH_SIZE + 32];
    (void)snprintf(path, sizeof path, "%s/webhooks", h->directory);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || dprintf(fd, "%s", lines) < 0)
        servers_fail("%s cannot be written", path);
    close(fd);
}

/* A key that seals webhook secrets. */
static void write_secrets_key(const struct harness *h)
{
    char path[SERVERS_PATH_SIZE + 32];
    (void)snprintf(path, sizeof path, "%s/secrets.key", h->directory);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || dprintf(fd, "%064x\n", HARNESS_SECRETS_KEY) < 0)
        servers_fail("%s cannot be written", path);
    close(fd);
}

/* Webhooks go to servers of the test, which are on loopback. */
static void set_webhooks(const struct harness *h, struct program *p)
{
    program_set(p, "PAYBUS_SECRETS_KEY_FILE", "%s/secrets.key", h->directory);
    program_set(p, "PAYBUS_ENV", "development");
}

/* Every stack of the tests is one for demonstrations. */
static void write_demo_secret(const struct harness *h)
{
    char path[SERVERS_PATH_SIZE + 32];
    (void)snprintf(path, sizeof path, "%s/demo-secret", h->directory);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || dprintf(fd, "%s\n", HARNESS_DEMO_SECRET) < 0)
        servers_fail("%s cannot be written", path);
    close(fd);
}

static void database_url(int port, const char *role, char ret_url[static 128])
{
    (void)snprintf(ret_url, 128, "postgresql://%s@127.0.0.1:%d/paybus?sslmode=disable", role, port);
}

/* Runs a tool to its end, its output in a file of the harness. */
static void run_tool(const struct harness *h, const char *name, const char *const *argv,
                     char ret_log[static 160])
{
    (void)snprintf(ret_log, 160, "%s/%s.log", h->directory, name);
    if (process_run(&(struct process_spec){.argv = argv, .log_file = ret_log}, TOOL_TIMEOUT_MS) !=
        STATUS_OK) {
        char text[2048];
        read_file(ret_log, text, sizeof text);
        servers_fail("%s failed: %s", argv[0], text);
    }
}

static void make_api_key(struct harness *h)
{
    char url[128], log[160], text[2048];
    database_url(h->postgres.port, "paybus_owner", url);
    const char *const argv[] = {PAYBUS_ADMIN_PATH, "key",   "create",     "--owner", HARNESS_OWNER,
                                "--scopes",        "admin", "--database", url,       NULL};
    run_tool(h, "key", argv, log);
    read_file(log, text, sizeof text);
    const char *key = strstr(text, "sk_");
    if (key == NULL)
        servers_fail("paybus-admin shows no key");
    (void)snprintf(h->api_key, sizeof h->api_key, "%.*s", (int)strcspn(key, " \n"), key);
}

/* Who a program is at PostgreSQL and at nats-server, and where it finds them. */
struct identity {
    const char *role, *user;
    int postgres_port;
    struct fault_proxy *bus_proxy; /* NULL: reached directly */
};

static void set_common(struct harness *h, struct program *p, const struct identity *identity)
{
    char url[128];
    database_url(identity->postgres_port, identity->role, url);
    program_set(p, "PAYBUS_DATABASE_URL", "%s", url);
    if (identity->bus_proxy != NULL)
        program_set(p, "PAYBUS_NATS_SERVERS", "nats://127.0.0.1:%d", fault_proxy_port(identity->bus_proxy));
    else
        program_set(p, "PAYBUS_NATS_SERVERS", "%s", h->nats_servers);
    program_set(p, "PAYBUS_NATS_CREDENTIALS_FILE", "%s/%s.nats", h->directory, identity->user);
    program_set(p, "PAYBUS_INSTANCE", "%s", p->name);
    if (h->log_level != NULL)
        program_set(p, "PAYBUS_LOG_LEVEL", "%s", h->log_level);
}

static void configure_ledger(struct harness *h, int i)
{
    static const char *const names[HARNESS_PROGRAMS_MAX] = {"ledger-svc-1", "ledger-svc-2"};
    struct program *p = &h->ledgers[i];
    const struct identity identity = {
        .role = "paybus_ledger",
        .user = "ledger",
        .postgres_port = h->database_proxy != NULL ? fault_proxy_port(h->database_proxy) : h->postgres.port,
        .bus_proxy = h->bus_proxy};
    program_init(p, names[i], PAYBUS_LEDGER_PATH, h->directory, port_free());
    set_common(h, p, &identity);
    program_set(p, "PAYBUS_ADMIN_LISTEN", "127.0.0.1:%d", p->port);
    if (h->has_cluster)
        program_set(p, "PAYBUS_STREAM_REPLICAS", "%d", SERVERS_CLUSTER_NODES);
    if (h->slice_transfers > 0)
        program_set(p, "PAYBUS_LEDGER_SLICE_TRANSFERS", "%d", h->slice_transfers);
}

static void configure_ingress(struct harness *h, int i)
{
    static const char *const names[HARNESS_PROGRAMS_MAX] = {"ingress-1", "ingress-2"};
    struct program *p = &h->ingresses[i];
    const struct identity identity = {
        .role = "paybus_ingress", .user = "ingress", .postgres_port = h->postgres.port};
    program_init(p, names[i], PAYBUS_INGRESS_PATH, h->directory, port_free());
    set_common(h, p, &identity);
    set_webhooks(h, p);
    program_set(p, "PAYBUS_HTTP_LISTEN", "127.0.0.1:%d", p->port);
    program_set(p, "PAYBUS_WEBHOOK_SECRETS", "%s/webhooks", h->directory);
    program_set(p, "PAYBUS_DEMO", "1");
    program_set(p, "PAYBUS_DEMO_SECRET_FILE", "%s/demo-secret", h->directory);
    (void)snprintf(h->bases[i], sizeof h->bases[i], "http://127.0.0.1:%d", p->port);
}

static void configure_webhook(struct harness *h, int i)
{
    static const char *const names[HARNESS_PROGRAMS_MAX] = {"webhook-svc-1", "webhook-svc-2"};
    struct program *p = &h->webhooks[i];
    struct fault_proxy *proxy = h->webhook_database_proxy;
    const struct identity identity = {.role = "paybus_webhook",
                                      .user = "webhook",
                                      .postgres_port =
                                          proxy != NULL ? fault_proxy_port(proxy) : h->postgres.port};
    program_init(p, names[i], PAYBUS_WEBHOOK_PATH, h->directory, port_free());
    set_common(h, p, &identity);
    set_webhooks(h, p);
    program_set(p, "PAYBUS_ADMIN_LISTEN", "127.0.0.1:%d", p->port);
    if (h->lease_seconds > 0)
        program_set(p, "PAYBUS_WEBHOOK_LEASE_SECONDS", "%d", h->lease_seconds);
    if (h->sweep_seconds > 0)
        program_set(p, "PAYBUS_WEBHOOK_SWEEP_SECONDS", "%d", h->sweep_seconds);
    program_set(p, "PAYBUS_DEMO", "1");
}

static void configure_recon(struct harness *h, int i)
{
    static const char *const names[HARNESS_PROGRAMS_MAX] = {"recon-svc-1", "recon-svc-2"};
    struct program *p = &h->recons[i];
    const struct identity identity = {
        .role = "paybus_recon", .user = "recon", .postgres_port = h->postgres.port};
    program_init(p, names[i], PAYBUS_RECON_PATH, h->directory, port_free());
    set_common(h, p, &identity);
    program_set(p, "PAYBUS_ADMIN_LISTEN", "127.0.0.1:%d", p->port);
    if (h->recon_seconds > 0)
        program_set(p, "PAYBUS_RECON_INTERVAL_SECONDS", "%d", h->recon_seconds);
    if (h->recon_settle_seconds > 0)
        program_set(p, "PAYBUS_RECON_SETTLE_SECONDS", "%d", h->recon_settle_seconds);
}

static void *keeper_main(void *context)
{
    struct harness *h = context;
    while (!atomic_load(&h->stopping)) {
        for (int i = 0; i < h->ledger_count; i++)
            program_look(&h->ledgers[i]);
        for (int i = 0; i < h->webhook_count; i++)
            program_look(&h->webhooks[i]);
        for (int i = 0; i < h->recon_count; i++)
            program_look(&h->recons[i]);
        for (int i = 0; i < h->ingress_count; i++)
            program_look(&h->ingresses[i]);
        pause_ms(KEEPER_LOOK_MS);
    }
    return NULL;
}

static void start_programs(struct harness *h)
{
    for (int i = 0; i < h->ledger_count; i++) {
        configure_ledger(h, i);
        program_start(&h->ledgers[i]);
    }
    for (int i = 0; i < h->webhook_count; i++) {
        configure_webhook(h, i);
        program_start(&h->webhooks[i]);
    }
    for (int i = 0; i < h->recon_count; i++) {
        configure_recon(h, i);
        program_start(&h->recons[i]);
    }
    for (int i = 0; i < h->ingress_count; i++) {
        configure_ingress(h, i);
        program_start(&h->ingresses[i]);
    }
    if (pthread_create(&h->keeper, NULL, keeper_main, h) != 0)
        servers_fail("no thread for the keeper");
    if (!harness_wait_ready(h, HARNESS_READY_MS)) {
        harness_stop(h, true);
        servers_fail("the stack is not ready after %d ms", HARNESS_READY_MS);
    }
}

void harness_start(struct harness *h, const struct harness_options *options)
{
    struct database database;
    *h = (struct harness){.ledger_count = options->ledgers > 0 ? options->ledgers : 1,
                          .ingress_count = options->ingresses > 0 ? options->ingresses : 1,
                          .webhook_count = options->webhooks,
                          .has_cluster = options->nats_cluster,
                          .recon_count = options->recons,
                          .recon_seconds = options->recon_seconds,
                          .recon_settle_seconds = options->recon_settle_seconds,
                          .slice_transfers = options->slice_transfers,
                          .lease_seconds = options->lease_seconds,
                          .sweep_seconds = options->sweep_seconds,
                          .log_level = options->log_level};
    servers_make_directory(h->directory);
    database_create_migrated(&database);
    h->postgres = database.postgres;
    start_nats(h);
    write_credentials(h, "ledger");
    write_credentials(h, "webhook");
    write_credentials(h, "recon");
    write_credentials(h, "ops");
    write_credentials(h, "demo");
    write_demo_secret(h);
    write_credentials(h, "ingress");
    harness_write_webhook_secrets(h, WEBHOOK_SECRET_LINES);
    write_secrets_key(h);
    make_api_key(h);
    if (options->database_proxy)
        h->database_proxy = fault_proxy_start(h->postgres.port, FAULT_PROTOCOL_POSTGRES);
    if (options->bus_proxy)
        h->bus_proxy = fault_proxy_start(h->nats.port, FAULT_PROTOCOL_ANY);
    if (options->webhook_database_proxy)
        h->webhook_database_proxy = fault_proxy_start(h->postgres.port, FAULT_PROTOCOL_POSTGRES);
    start_programs(h);
}

/* All secrets of the stack, without what tells that they are some; and who is nobody's business. */
static void scan_words(const struct harness *h, const char *path)
{
    char key[65];
    (void)snprintf(key, sizeof key, "%064x", HARNESS_SECRETS_KEY);
    const char *const words[] = {h->api_key,
                                 key,
                                 HARNESS_DEMO_SECRET,
                                 PASSWORD_SUFFIX,
                                 &WEBHOOK_SECRET[strlen(WEBHOOK_PREFIX)],
                                 &WEBHOOK_NEXT_SECRET[strlen(WEBHOOK_PREFIX)],
                                 &WEBHOOK_BANK_SECRET[strlen(WEBHOOK_PREFIX)],
                                 LOG_SCAN_PERSON,
                                 NULL};
    if (log_scan_words(path, words) > 0)
        servers_fail("%s has what should not be there", path);
}

static void scan_log_in(const struct harness *h, const char *directory, const char *name)
{
    char path[SERVERS_PATH_SIZE + 32];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    if (directory[0] != '\0')
        scan_words(h, path);
}

/* Of PostgreSQL, nats-server, the demo job and recon-svc --once. */
static void scan_others(const struct harness *h)
{
    scan_log_in(h, h->postgres.directory, "log");
    scan_log_in(h, h->nats.directory, "log");
    for (int i = 0; i < SERVERS_CLUSTER_NODES; i++)
        scan_log_in(h, h->cluster[i].directory, "log");
    scan_log_in(h, h->directory, "demo.log");
    scan_log_in(h, h->directory, "recon-once.log");
}

static void stop_program(struct harness *h, struct program *p, bool failed)
{
    if (program_stop(p, SIGKILL, STOP_TIMEOUT_MS) == PROGRAM_STILL_RUNS)
        (void)fprintf(stderr, "%s does not die\n", p->name);
    if (failed) {
        program_print_log(p);
        return;
    }
    if (log_scan_file(p->log_file) > 0)
        servers_fail("the log of %s has what should not be there", p->name);
    scan_words(h, p->log_file);
}

void harness_stop(struct harness *h, bool failed)
{
    atomic_store(&h->stopping, true);
    (void)pthread_join(h->keeper, NULL);
    for (int i = 0; i < h->ingress_count; i++)
        stop_program(h, &h->ingresses[i], failed);
    for (int i = 0; i < h->ledger_count; i++)
        stop_program(h, &h->ledgers[i], failed);
    for (int i = 0; i < h->webhook_count; i++)
        stop_program(h, &h->webhooks[i], failed);
    for (int i = 0; i < h->recon_count; i++)
        stop_program(h, &h->recons[i], failed);
    fault_proxy_stop(h->database_proxy);
    fault_proxy_stop(h->bus_proxy);
    fault_proxy_stop(h->webhook_database_proxy);
    if (!failed)
        scan_others(h);
    servers_nats_destroy(&h->nats);
    for (int i = 0; i < SERVERS_CLUSTER_NODES; i++)
        servers_nats_destroy(&h->cluster[i]);
    servers_postgres_destroy(&h->postgres);
    if (failed)
        (void)fprintf(stderr, "whole logs are in %s\n", h->directory);
    else
        servers_remove_directory(h->directory);
}

void harness_client(struct harness *h, int first, struct client *ret_client)
{
    client_init(ret_client, h->api_key);
    for (int i = 0; i < h->ingress_count; i++)
        client_add_base(ret_client, h->bases[(first + i) % h->ingress_count]);
}

struct db *harness_database(const struct harness *h)
{
    static char conninfo[256]; /* both are borrowed by the connection */
    static struct db_options options = {.conninfo = conninfo,
                                        .service = "e2e",
                                        /* whole tables are compared, right after they were filled */
                                        .settings = "set jit = off; set enable_nestloop = off",
                                        .statements = e2e_statements,
                                        .statement_count = E2E_SQL_COUNT,
                                        .query_timeout_ms = QUERY_TIMEOUT_MS};
    struct db *db = NULL;
    (void)snprintf(conninfo, sizeof conninfo, "host=127.0.0.1 port=%d user=postgres dbname=paybus",
                   h->postgres.port);
    if (db_open(&options, &db) != STATUS_OK)
        servers_fail("the superuser cannot connect: %s", db_connect_error());
    return db;
}

void harness_do(const struct harness *h, const int *statements, int count)
{
    struct db *db = harness_database(h);
    for (int i = 0; i < count; i++) {
        CLEANUP(db_result_ptr) PGresult *r = NULL;
        if (db_query(db, statements[i], NULL, &r) != STATUS_OK)
            servers_fail("%s failed: %s", e2e_statements[statements[i]].name, db_error(db));
    }
    db_close(db);
}

int64_t harness_number(const struct harness *h, int statement)
{
    CLEANUP(db_result_ptr) PGresult *r = NULL;
    struct db *db = harness_database(h);
    if (db_query(db, statement, NULL, &r) != STATUS_OK || PQntuples(r) != 1)
        servers_fail("%s failed: %s", e2e_statements[statement].name, db_error(db));
    int64_t number = db_get_int(r, 0, 0);
    db_close(db);
    return number;
}

bool harness_wait_ready(const struct harness *h, int timeout_ms)
{
    int64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
    bool ready = true;
    for (int i = 0; ready && i < h->ledger_count; i++)
        ready = program_wait_ready(&h->ledgers[i], (int)(deadline_ms - clock_monotonic_ms()));
    for (int i = 0; ready && i < h->webhook_count; i++)
        ready = program_wait_ready(&h->webhooks[i], (int)(deadline_ms - clock_monotonic_ms()));
    for (int i = 0; ready && i < h->recon_count; i++)
        ready = program_wait_ready(&h->recons[i], (int)(deadline_ms - clock_monotonic_ms()));
    for (int i = 0; ready && i < h->ingress_count; i++)
        ready = program_wait_ready(&h->ingresses[i], (int)(deadline_ms - clock_monotonic_ms()));
    return ready;
}

void harness_keep_all(struct harness *h, bool kept)
{
    for (int i = 0; i < h->ledger_count; i++)
        program_keep(&h->ledgers[i], kept);
    for (int i = 0; i < h->webhook_count; i++)
        program_keep(&h->webhooks[i], kept);
    for (int i = 0; i < h->recon_count; i++)
        program_keep(&h->recons[i], kept);
    for (int i = 0; i < h->ingress_count; i++)
        program_keep(&h->ingresses[i], kept);
}

void harness_new_key(char ret_key[HARNESS_KEY_SIZE])
{
    static atomic_int count;
    (void)snprintf(ret_key, HARNESS_KEY_SIZE, "e2e-%lld-%d", (long long)clock_unix_us(),
                   atomic_fetch_add(&count, 1));
}

void harness_new_transfer(const char *from, const char *to, int64_t amount, const char *description,
                          struct transfer_request *ret_request)
{
    char key[HARNESS_KEY_SIZE], more[64] = "";
    harness_new_key(key);
    if (description != NULL)
        (void)snprintf(more, sizeof more, ",\"description\":\"%s\"", description);
    memcpy(ret_request->key, key, sizeof key);
    (void)snprintf(ret_request->body, sizeof ret_request->body,
                   "{\"from_account\":\"%s\",\"to_account\":\"%s\",\"amount\":%lld,\"reference\":\"%s\"%s}",
                   from, to, (long long)amount, key, more);
}

/* A call that has to be answered with that status. */
static void must(struct harness *h, const char *path, const char *body, int status,
                 struct client_answer *ret_answer)
{
    struct client client;
    char key[HARNESS_KEY_SIZE];
    harness_new_key(key);
    harness_client(h, 0, &client);
    client_call(&client, path, body != NULL ? key : NULL, body, ret_answer);
    client_close(&client);
    if (ret_answer->status != status)
        servers_fail("%s was answered %d, not %d: %s", path, ret_answer->status, status, ret_answer->body);
}

void harness_open_account_of(struct harness *h, const char *owner, const char *currency,
                             char ret_id[TYPEID_TEXT_SIZE])
{
    struct client_answer a;
    char body[192];
    (void)snprintf(body, sizeof body,
                   "{\"type\":\"user\",\"currency\":\"%s\",\"name\":\"Wallet\",\"owner\":\"%s\"}", currency,
                   owner);
    must(h, "/v1/accounts", body, 201, &a);
    if (!client_answer_string(&a, "id", ret_id, TYPEID_TEXT_SIZE))
        servers_fail("an account without an id: %s", a.body);
}

void harness_open_account(struct harness *h, const char *currency, char ret_id[TYPEID_TEXT_SIZE])
{
    harness_open_account_of(h, HARNESS_OWNER, currency, ret_id);
}

void harness_deposit(struct harness *h, const char *account, const char *currency, int64_t amount)
{
    struct client_answer a;
    char body[192];
    (void)snprintf(body, sizeof body, "{\"account\":\"%s\",\"amount\":%lld,\"currency\":\"%s\"}", account,
                   (long long)amount, currency);
    must(h, "/v1/deposits", body, 201, &a);
}

void harness_open_funded(struct harness *h, const char *currency, int64_t amount, int count,
                         char (*ret_ids)[TYPEID_TEXT_SIZE])
{
    for (int i = 0; i < count; i++) {
        harness_open_account(h, currency, ret_ids[i]);
        harness_deposit(h, ret_ids[i], currency, amount);
    }
}

int64_t harness_available(struct harness *h, const char *account)
{
    struct client_answer a;
    char path[96];
    int64_t available = 0;
    (void)snprintf(path, sizeof path, "/v1/accounts/%s", account);
    must(h, path, NULL, 200, &a);
    if (!client_answer_int(&a, "available", &available))
        servers_fail("an account without an available balance: %s", a.body);
    return available;
}

pid_t harness_start_demo_job(const struct harness *h)
{
    char url[128], nats[64], credentials[SERVERS_PATH_SIZE + 32], log[160];
    pid_t pid = 0;
    database_url(h->postgres.port, "paybus_owner", url);
    (void)snprintf(nats, sizeof nats, "nats://127.0.0.1:%d", h->nats.port);
    (void)snprintf(credentials, sizeof credentials, "%s/demo.nats", h->directory);
    (void)snprintf(log, sizeof log, "%s/demo.log", h->directory);
    const char *const argv[] = {PAYBUS_ADMIN_PATH, "demo",      "serve",      "--nats", nats,
                                "--credentials",   credentials, "--database", url,      NULL};
    if (process_start(&(struct process_spec){.argv = argv, .log_file = log}, &pid) != STATUS_OK)
        servers_fail("paybus-admin demo serve does not start");
    return pid;
}
