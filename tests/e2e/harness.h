/* harness.h - a whole private stack of real processes for one test program: PostgreSQL migrated by
   paybus-migrate, nats-server with the permissions of production, ledger-svc and ingress as built beside the
   test, API keys made by paybus-admin. What cannot work aborts the test with a sentence. */
#ifndef TESTS_E2E_HARNESS_H
#define TESTS_E2E_HARNESS_H

#include <stdatomic.h>

#include "shared/core/typeid.h"
#include "shared/io/db.h"
#include "tests/e2e/client.h"
#include "tests/e2e/program.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/servers.h"

#define HARNESS_PROGRAMS_MAX 2
#define HARNESS_DEMO_SECRET  "a secret of demonstrations"
#define HARNESS_SECRETS_KEY  0x5ea1 /* seals webhook secrets, as 64 hex digits */
#define HARNESS_READY_MS     20000
#define HARNESS_OWNER        "e2e" /* owner of the API key that clients use */

struct harness_options {
    int ledgers, ingresses;           /* how many of each; 0 means 1 */
    int webhooks;                     /* how many of webhook-svc; 0: none */
    bool nats_cluster;                /* three nats-servers; streams with three copies */
    int recons;                       /* how many of recon-svc; 0: none */
    int recon_seconds;                /* from one of its runs to the next; 0: as by default */
    int recon_settle_seconds;         /* how long its runs wait for open transactions; 0: as by default */
    bool database_proxy;              /* ledger-svc reaches PostgreSQL through a fault proxy */
    bool bus_proxy;                   /* ledger-svc reaches nats-server through a fault proxy */
    bool webhook_database_proxy;      /* webhook-svc reaches PostgreSQL through a fault proxy */
    int slice_transfers;              /* of a batch in one database transaction; 0: as by default */
    int lease_seconds, sweep_seconds; /* of webhook-svc; 0: as by default */
    const char *log_level;            /* of all services; NULL: as by default */
};
struct harness {
    struct servers_postgres postgres;
    struct servers_nats nats;
    struct servers_nats cluster[SERVERS_CLUSTER_NODES]; /* instead, if asked for */
    char nats_servers[256];                             /* all URLs */
    bool has_cluster;
    char directory[SERVERS_PATH_SIZE]; /* logs, credentials */
    struct program ledgers[HARNESS_PROGRAMS_MAX], ingresses[HARNESS_PROGRAMS_MAX],
        webhooks[HARNESS_PROGRAMS_MAX], recons[HARNESS_PROGRAMS_MAX];
    int ledger_count, ingress_count, webhook_count, recon_count, recon_seconds, recon_settle_seconds,
        slice_transfers, lease_seconds, sweep_seconds;
    char bases[HARNESS_PROGRAMS_MAX][64]; /* of the ingresses, for clients */
    struct fault_proxy *database_proxy, *bus_proxy, *webhook_database_proxy; /* NULL unless asked for */
    const char *log_level;
    char api_key[128];
    pthread_t keeper;
    atomic_bool stopping;
};

/* Everything is started and ready when it returns. */
void harness_start(struct harness *h, const struct harness_options *options);
/* Ends everything; prints the ends of all logs first if the tests failed, and looks through them, those of
   PostgreSQL and nats-server too, for what must not be there if they did not. */
void harness_stop(struct harness *h, bool failed);

/* A client of all ingresses, starting with the given one. */
void harness_client(struct harness *h, int first, struct client *ret_client);
/* The superuser's connection, with the statements of tests/e2e/sql prepared. */
struct db *harness_database(const struct harness *h);
/* Runs statements of tests/e2e/sql without parameters, set-up for a test. */
void harness_do(const struct harness *h, const int *statements, int count);
/* The single number that a statement of tests/e2e/sql without parameters gives. */
int64_t harness_number(const struct harness *h, int statement);
/* Who may send webhooks, from the next start of an ingress on. */
void harness_write_webhook_secrets(const struct harness *h, const char *lines);
/* paybus-admin demo serve, until the caller ends it. */
pid_t harness_start_demo_job(const struct harness *h);
/* Every service ready again within the time. */
bool harness_wait_ready(const struct harness *h, int timeout_ms);
/* From now on: programs that end are started again at once, as supervisord does. */
void harness_keep_all(struct harness *h, bool kept);

#define HARNESS_KEY_SIZE 48
/* An Idempotency-Key never used before. */
void harness_new_key(char ret_key[HARNESS_KEY_SIZE]);

struct transfer_request {
    char key[HARNESS_KEY_SIZE]; /* also its reference, by which the money checker finds its effects */
    char body[320];
};
/* description may be NULL. */
void harness_new_transfer(const char *from, const char *to, int64_t amount, const char *description,
                          struct transfer_request *ret_request);

/* By the API; a refusal aborts the test. */
void harness_open_account_of(struct harness *h, const char *owner, const char *currency,
                             char ret_id[TYPEID_TEXT_SIZE]);
void harness_open_account(struct harness *h, const char *currency, char ret_id[TYPEID_TEXT_SIZE]);
void harness_deposit(struct harness *h, const char *account, const char *currency, int64_t amount);
/* Many accounts of one currency with the same opening deposit. */
void harness_open_funded(struct harness *h, const char *currency, int64_t amount, int count,
                         char (*ret_ids)[TYPEID_TEXT_SIZE]);
int64_t harness_available(struct harness *h, const char *account);

#endif
