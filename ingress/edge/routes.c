/* routes.c - a row is a route: what is not here is not served. */
#include "ingress/edge/routes.h"

#include "ingress/edge/commands.h"
#include "ingress/edge/operating.h"

#define BODY_MAX ((int64_t)256 * 1024)

/* clang-format off: a row reads better than a column */
#define OPEN       .access = ACCESS_PUBLIC
#define NEEDS(s)   .access = ACCESS_SCOPE, .scope = SCOPE_##s
#define COMMAND(c) .handle = commands_handle, .command = (c), .body_limit = BODY_MAX

const struct route ingress_routes[] = {
    {.method = "POST",
     .pattern = "/v1/accounts",
     COMMAND("account.create"),
     NEEDS(accounts_write),
     .key = KEY_REQUIRED,
     .answer = "account",
     .summary = "Open an account"},
    {.method = "POST",
     .pattern = "/v1/accounts/{id}/freeze",
     .id_prefix = "acct",
     COMMAND("account.freeze"),
     NEEDS(accounts_write),
     .key = KEY_OPTIONAL,
     .body_optional = true,
     .answer = "account",
     .summary = "Refuse further debits"},
    {.method = "POST",
     .pattern = "/v1/accounts/{id}/unfreeze",
     .id_prefix = "acct",
     COMMAND("account.unfreeze"),
     NEEDS(accounts_write),
     .key = KEY_OPTIONAL,
     .body_optional = true,
     .answer = "account",
     .summary = "Take debits again"},
    {.method = "POST",
     .pattern = "/v1/accounts/{id}/close",
     .id_prefix = "acct",
     COMMAND("account.close"),
     NEEDS(accounts_write),
     .key = KEY_OPTIONAL,
     .body_optional = true,
     .answer = "account",
     .summary = "Close an empty account for good"},
    {.method = "POST",
     .pattern = "/v1/deposits",
     COMMAND("deposit.create"),
     NEEDS(deposits_write),
     .key = KEY_REQUIRED,
     .answer = "transaction",
     .summary = "Bring money in from outside"},
    {.method = "POST",
     .pattern = "/v1/transfers",
     COMMAND("transfer.create"),
     NEEDS(transactions_write),
     .key = KEY_REQUIRED,
     .answer = "transaction",
     .summary = "Move money between two accounts"},

    {.method = "GET",
     .pattern = "/livez",
     OPEN,
     .handle = operating_livez,
     .summary = "Is the process running?"},
    {.method = "GET",
     .pattern = "/readyz",
     OPEN,
     .handle = operating_readyz,
     .summary = "Can it serve? Its dependencies, and not stopping"},
    {.method = "GET", .pattern = "/health", OPEN, .handle = operating_health, .summary = "All well?"},
    {.method = "GET",
     .pattern = "/health/detailed",
     OPEN,
     .handle = operating_health_detailed,
     .summary = "Each dependency with its latency"},
    {.method = "GET",
     .pattern = "/metrics",
     OPEN,
     .handle = operating_metrics,
     .summary = "Prometheus text exposition"},
};
/* clang-format on */
const size_t ingress_route_count = sizeof(ingress_routes) / sizeof(ingress_routes[0]);
