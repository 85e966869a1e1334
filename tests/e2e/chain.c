/* chain.c - see chain.h. */
#include "tests/e2e/chain.h"

#include <stdio.h>

#include "e2e_statements.h"
#include "tests/e2e/api.h"

bool chain_is_sealed(void *harness)
{
    return harness_number(harness, E2E_SQL_COUNT_UNSEALED) == 0;
}

void chain_head(const struct harness *h, char ret_head[CHAIN_HEAD_SIZE])
{
    struct api api;
    api_open(&api, h, 0);
    if (api_get(&api, "/v1/chain") != 200)
        servers_fail("the chain has no head: %d %s", api.status, api.body.data);
    (void)snprintf(ret_head, CHAIN_HEAD_SIZE, "%lld:%s", (long long)api_int(&api, "number"),
                   api_string(&api, "hash"));
    api_close(&api);
}

int chain_verify(const struct harness *h, const char *option, const char *value, struct tool *ret_tool)
{
    char url[DATABASE_URL_SIZE];
    (void)snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=paybus_recon dbname=paybus",
                   h->postgres.port);
    const char *const argv[] = {database_verify_path, "--database", url, option, value, NULL};
    return tool_run(ret_tool, argv);
}
