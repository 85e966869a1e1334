/* ingress.h - what every request handler may use: dependencies, settings and counters of the process. */
#ifndef INGRESS_EDGE_INGRESS_H
#define INGRESS_EDGE_INGRESS_H

#include <stdatomic.h>

#include "ingress/edge/account_reader.h"
#include "ingress/edge/config.h"
#include "ingress/edge/credentials.h"
#include "ingress/edge/http_metrics.h"
#include "ingress/edge/inbound_metrics.h"
#include "ingress/edge/pulse.h"
#include "shared/core/sealed.h"
#include "shared/io/bus.h"
#include "shared/io/db_pool.h"
#include "shared/io/micro.h"
#include "shared/io/rpc.h"
#include "shared/io/service.h"

#define DEMO_SECRET_MAX 255
#define INGRESS_CHECKS  2

struct ingress {
    struct ingress_config config;
    struct db_options db_options;
    struct db_pool *pool;
    struct db_pool *key_pool; /* of keys and readiness: slow reads must not stop them */
    struct account_reader *account_reader;
    struct bus *bus;
    struct rpc *rpc;
    struct pulse *pulse;
    struct micro *micro;
    struct credentials *credentials;
    struct seal_keys seal_keys; /* none: webhook endpoints cannot be made */
    bool is_development;
    struct http_metrics metrics;
    struct webhook_secrets webhook_secrets;
    char demo_secret[DEMO_SECRET_MAX + 1]; /* empty: none opens the demo's routes */
    struct inbound_metrics inbound_metrics;
    struct readiness_check checks[INGRESS_CHECKS];
    struct buf openapi;        /* the document, made once at start */
    atomic_size_t big_answers; /* bytes of them in memory */
    atomic_size_t big_bodies;  /* the same of requests */
};

/* Opens everything but the HTTP front, in order; the database and the bus may come up later. */
NODISCARD enum status ingress_open(struct ingress *in);
void ingress_close(struct ingress *in);

#endif
