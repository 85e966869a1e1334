/* recon.c - see recon.h. */
#include "tests/e2e/recon.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/core/clock.h"
#include "tests/support/database.h"
#include "tests/support/process.h"

#define ONCE_TIMEOUT_MS 300000
#define BUSY            3 /* its exit code while another one runs */
#define BUSY_TRIES      500

static void log_path(const struct harness *h, char *ret_path, size_t size)
{
    (void)snprintf(ret_path, size, "%s/recon-once.log", h->directory);
}

pid_t recon_start(const struct harness *h, const char *database, bool is_full, int load_percent)
{
    char url[192], servers[96], credentials[SERVERS_PATH_SIZE + 64], log[SERVERS_PATH_SIZE + 32], load[48],
        settle[48];
    (void)snprintf(url, sizeof url,
                   "PAYBUS_DATABASE_URL=postgresql://paybus_recon@127.0.0.1:%d/%s?sslmode=disable",
                   h->postgres.port, database);
    (void)snprintf(servers, sizeof servers, "PAYBUS_NATS_SERVERS=nats://127.0.0.1:%d", h->nats.port);
    (void)snprintf(credentials, sizeof credentials, "PAYBUS_NATS_CREDENTIALS_FILE=%s/recon.nats",
                   h->directory);
    (void)snprintf(load, sizeof load, "PAYBUS_RECON_LOAD_PERCENT=%d", load_percent);
    (void)snprintf(settle, sizeof settle, "PAYBUS_RECON_SETTLE_SECONDS=%d", h->recon_settle_seconds);
    log_path(h, log, sizeof log);
    (void)unlink(log);
    const char *const argv[] = {PAYBUS_RECON_PATH, "--once", is_full ? "--full" : NULL, NULL};
    const char *const environment[] = {
        url, servers, credentials, load, h->recon_settle_seconds > 0 ? settle : NULL, NULL};
    const struct process_spec spec = {.argv = argv, .environment = environment, .log_file = log};
    pid_t pid;
    if (process_start(&spec, &pid) != STATUS_OK)
        servers_fail("recon-svc cannot be started");
    return pid;
}

int recon_once(const struct harness *h, const char *database, bool is_full)
{
    pid_t pid = recon_start(h, database, is_full, 100);
    int wait_status = 0;
    for (int64_t end_ms = clock_monotonic_ms() + ONCE_TIMEOUT_MS; process_is_running(pid, &wait_status);) {
        if (clock_monotonic_ms() > end_ms)
            servers_fail("recon-svc --once does not end");
        pause_ms(2);
    }
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

int recon_once_free(const struct harness *h, const char *database, bool is_full)
{
    int code = recon_once(h, database, is_full);
    for (int i = 0; i < BUSY_TRIES && code == BUSY; i++) {
        pause_ms(20);
        code = recon_once(h, database, is_full);
    }
    return code;
}

const char *recon_open(PGconn *conn)
{
    return database_value(conn,
                          "select coalesce(string_agg(format(E'%s %s %s', code, object, "
                          "coalesce((actual - expected)::text, '-')), E'\\n' order by code, object), '') "
                          "from paybus.reconcile_anomalies where state in ('open', 'acknowledged')");
}

void recon_print_log(const struct harness *h)
{
    char path[SERVERS_PATH_SIZE + 32], line[1024];
    log_path(h, path, sizeof path);
    FILE *f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        (void)fputs(line, stderr);
    if (f != NULL)
        (void)fclose(f);
}
