/* config.c - see config.h. */
#include "ingress/edge/config.h"

#define MEMBER(name) offsetof(struct ingress_config, name)

static const char *const environments[] = {"production", "development", NULL};
static const char *const log_levels[] = {"debug", "info", "warn", "error", NULL};

/* A row reads better than a column. */
/* clang-format off */
const struct config_row ingress_config_rows[] = {
    {.variable = "PAYBUS_HTTP_LISTEN", .type = CONFIG_LISTEN, .offset = MEMBER(http_listen),
     .fallback = "127.0.0.1:18000", .help = "address of the HTTP API"},
    {.variable = "PAYBUS_HTTP_THREADS", .type = CONFIG_INT, .offset = MEMBER(http_threads), .fallback = "320",
     .min = 4, .max = 2048, .help = "HTTP connections served at once; each has a thread"},
    {.variable = "PAYBUS_HTTP_HEADER_TIMEOUT_MS", .type = CONFIG_INT, .offset = MEMBER(header_timeout_ms),
     .fallback = "5000", .min = 100, .max = 60000, .help = "how long the head of a first request may take"},
    {.variable = "PAYBUS_HTTP_BODY_TIMEOUT_MS", .type = CONFIG_INT, .offset = MEMBER(body_timeout_ms),
     .fallback = "5000", .min = 100, .max = 60000, .help = "how long a body may take to arrive"},
    {.variable = "PAYBUS_HTTP_WRITE_TIMEOUT_MS", .type = CONFIG_INT, .offset = MEMBER(write_timeout_ms),
     .fallback = "5000", .min = 100, .max = 60000, .help = "how long a client may take to receive its answer"},
    {.variable = "PAYBUS_HTTP_KEEP_ALIVE_MS", .type = CONFIG_INT, .offset = MEMBER(keep_alive_timeout_ms),
     .fallback = "15000", .min = 100, .max = 600000, .help = "how long an idle connection stays open"},
    {.variable = "PAYBUS_REQUEST_TIMEOUT_MS", .type = CONFIG_INT, .offset = MEMBER(request_timeout_ms),
     .fallback = "5000", .min = 100, .max = 60000,
     .help = "from a request to its answer; also the deadline of its command"},
    {.variable = "PAYBUS_KEY_CACHE_SECONDS", .type = CONFIG_INT, .offset = MEMBER(key_cache_s), .fallback = "3",
     .min = 0, .max = 4, .help = "how long an API key is believed without asking the database again"},
    {.variable = "PAYBUS_DATABASE_URL", .type = CONFIG_STRING, .offset = MEMBER(database_url), .min = 1,
     .max = 1024, .help = "PostgreSQL of the role paybus_ingress; the password in a passfile"},
    {.variable = "PAYBUS_DATABASE_POOL", .type = CONFIG_INT, .offset = MEMBER(database_pool), .fallback = "8",
     .min = 1, .max = 64, .help = "database connections for reads"},
    {.variable = "PAYBUS_NATS_SERVERS", .type = CONFIG_STRING, .offset = MEMBER(nats_servers), .min = 1,
     .max = 1024, .help = "NATS servers, separated by commas"},
    {.variable = "PAYBUS_NATS_CREDENTIALS_FILE", .type = CONFIG_FILE, .offset = MEMBER(nats_credentials_file),
     .fallback = "", .secret = true, .help = "file with one line user:password, readable by its owner only"},
    {.variable = "PAYBUS_WEBHOOK_SECRETS", .type = CONFIG_FILE, .offset = MEMBER(webhook_secrets_file),
     .fallback = "", .secret = true,
     .help = "file with lines `provider whsec_...`, readable by its owner only: who may send webhooks"},
    {.variable = "PAYBUS_SECRETS_KEY_FILE", .type = CONFIG_FILE, .offset = MEMBER(secrets_key_file), .fallback = "",
     .secret = true, .help = "file with the keys that seal webhook secrets, 64 hex digits a line; the first one seals"},
    {.variable = "PAYBUS_ENV", .type = CONFIG_WORDS, .offset = MEMBER(environment), .fallback = "production",
     .words = environments, .help = "in development webhooks may go to http and to loopback"},
    {.variable = "PAYBUS_DEMO", .type = CONFIG_BOOL, .offset = MEMBER(demo), .fallback = "false",
     .help = "demonstrations: the routes under /v1/demo"},
    {.variable = "PAYBUS_DEMO_SECRET_FILE", .type = CONFIG_FILE, .offset = MEMBER(demo_secret_file), .fallback = "",
     .secret = true, .help = "file with one line: who sends it as X-Demo-Secret may use them without an admin's key"},
    {.variable = "PAYBUS_LOG_LEVEL", .type = CONFIG_WORDS, .offset = MEMBER(log_level), .fallback = "info",
     .words = log_levels, .help = "least level that is logged"},
    {.variable = "PAYBUS_INSTANCE", .type = CONFIG_STRING, .offset = MEMBER(instance), .fallback = "1", .min = 1,
     .max = 64, .help = "name of this instance in logs"},
};
/* clang-format on */
const size_t ingress_config_row_count = sizeof(ingress_config_rows) / sizeof(ingress_config_rows[0]);
