/* servers_nats.c - a private nats-server. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/core/clock.h"
#include "tests/support/ports.h"
#include "tests/support/process.h"
#include "tests/support/servers.h"

#define START_TIMEOUT_MS 15000
#define STOP_TIMEOUT_MS  15000
#define START_TRIES      5
#define SETTINGS_MAX     (64 << 10)

static void write_config(const struct servers_nats *nats, const char *settings)
{
    char path[SERVERS_PATH_SIZE + 16];
    snprintf(path, sizeof(path), "%s/nats.conf", nats->directory);
    FILE *f = fopen(path, "we");
    if (!f)
        servers_fail("%s cannot be written", path);
    fprintf(f, "server_name: %s\nmax_payload: 8MB\njetstream { store_dir: \"%s/jetstream\" }\n%s\n",
            nats->name, nats->directory, settings ? settings : "");
    fclose(f);
}

static void launch(struct servers_nats *nats)
{
    char config[SERVERS_PATH_SIZE + 16], log[SERVERS_PATH_SIZE + 8], port[16];
    snprintf(config, sizeof(config), "%s/nats.conf", nats->directory);
    snprintf(log, sizeof(log), "%s/log", nats->directory);
    snprintf(port, sizeof(port), "%d", nats->port);
    const char *const argv[] = {"nats-server", "-c", config, "-a", "127.0.0.1", "-p", port, NULL};
    if (process_start(&(struct process_spec){.argv = argv, .log_file = log}, &nats->pid) != STATUS_OK)
        servers_fail("nats-server cannot be started");
}

/* False: it ended by itself, for instance because its port was taken in the meantime. */
static bool wait_ready(struct servers_nats *nats)
{
    int64_t deadline_ms = clock_monotonic_ms() + START_TIMEOUT_MS;
    while (!port_answers(nats->port)) {
        if (!process_is_running(nats->pid, NULL)) {
            nats->pid = 0;
            return false;
        }
        if (clock_monotonic_ms() > deadline_ms)
            servers_fail("nats-server is not ready after %d ms, see %s/log", START_TIMEOUT_MS,
                         nats->directory);
        pause_ms(5);
    }
    return true;
}

void servers_nats_create(struct servers_nats *nats, const char *settings)
{
    memset(nats, 0, sizeof(*nats));
    servers_make_directory(nats->directory);
    snprintf(nats->name, sizeof(nats->name), "%s", strrchr(nats->directory, '/') + 1);
    write_config(nats, settings);
    for (int i = 0; i < START_TRIES; i++) {
        nats->port = port_free();
        snprintf(nats->url, sizeof(nats->url), "nats://127.0.0.1:%d", nats->port);
        launch(nats);
        if (wait_ready(nats))
            return;
    }
    servers_fail("nats-server does not start, see %s/log", nats->directory);
}

/* Settings and routes between all nodes, of which this one listens on its port. */
static void write_cluster(char *text, size_t size, const char *settings, const int *ports, int node)
{
    snprintf(text, size,
             "%s\ncluster { name: test, listen: \"127.0.0.1:%d\", routes: [\"nats://127.0.0.1:%d\","
             " \"nats://127.0.0.1:%d\", \"nats://127.0.0.1:%d\"] }\n",
             settings, ports[node], ports[0], ports[1], ports[2]);
}

void servers_nats_create_cluster(struct servers_nats nodes[SERVERS_CLUSTER_NODES], const char *settings)
{
    static char text[SETTINGS_MAX];
    int ports[SERVERS_CLUSTER_NODES];
    for (int i = 0; i < SERVERS_CLUSTER_NODES; i++) {
        bool taken = true;
        while (taken) {
            ports[i] = port_free();
            taken = (i > 0 && ports[i] == ports[0]) || (i > 1 && ports[i] == ports[1]);
        }
    }
    for (int i = 0; i < SERVERS_CLUSTER_NODES; i++) {
        write_cluster(text, sizeof(text), settings, ports, i);
        servers_nats_create(&nodes[i], text);
    }
}

void servers_nats_start(struct servers_nats *nats)
{
    launch(nats);
    if (!wait_ready(nats))
        servers_fail("nats-server does not start again, see %s/log", nats->directory);
}

static void stop(struct servers_nats *nats, int signal)
{
    if (nats->pid == 0)
        return;
    if (process_stop(nats->pid, signal, STOP_TIMEOUT_MS, NULL) != STATUS_OK)
        servers_fail("nats-server, process %d, does not stop", (int)nats->pid);
    nats->pid = 0;
}

void servers_nats_stop(struct servers_nats *nats)
{
    stop(nats, SIGTERM);
}

void servers_nats_kill(struct servers_nats *nats)
{
    stop(nats, SIGKILL);
}

void servers_nats_wipe(const struct servers_nats *nats)
{
    char path[SERVERS_PATH_SIZE + 16];
    if (nats->pid != 0)
        servers_fail("nats-server runs: its store cannot be wiped");
    snprintf(path, sizeof(path), "%s/jetstream", nats->directory);
    servers_remove_directory(path);
}

void servers_nats_lose_messages(const struct servers_nats *nats, const char *account, const char *stream)
{
    char path[SERVERS_PATH_SIZE + 128];
    snprintf(path, sizeof(path), "%s/jetstream/jetstream/%s/streams/%s/msgs", nats->directory, account,
             stream);
    if (nats->pid != 0 || access(path, W_OK) != 0)
        servers_fail("%s cannot be lost", path);
    servers_remove_directory(path);
    if (mkdir(path, 0750) != 0)
        servers_fail("%s cannot be made", path);
}

static void run(const char *const *argv)
{
    if (process_run(&(struct process_spec){.argv = argv}, START_TIMEOUT_MS) != STATUS_OK)
        servers_fail("%s fails", argv[0]);
}

void servers_nats_empty_files(const struct servers_nats *nats, const char *account, const char *stream)
{
    char path[SERVERS_PATH_SIZE + 128];
    snprintf(path, sizeof(path), "%s/jetstream/jetstream/%s/streams/%s", nats->directory, account, stream);
    const char *const argv[] = {"find", path, "-type", "f", "-exec", "truncate", "--size=0", "{}", "+", NULL};
    if (nats->pid != 0 || access(path, W_OK) != 0)
        servers_fail("%s cannot be emptied", path);
    run(argv);
}

void servers_nats_keep_store(const struct servers_nats *nats)
{
    char store[SERVERS_PATH_SIZE + 16], kept[SERVERS_PATH_SIZE + 16];
    snprintf(store, sizeof(store), "%s/jetstream", nats->directory);
    snprintf(kept, sizeof(kept), "%s/kept", nats->directory);
    servers_remove_directory(kept);
    /* Files come and go meanwhile. */
    const char *const argv[] = {"sh", "-c", "cp -r \"$1\" \"$2\" 2>/dev/null || :", "sh", store, kept, NULL};
    run(argv);
}

void servers_nats_put_store_back(const struct servers_nats *nats)
{
    char store[SERVERS_PATH_SIZE + 16], kept[SERVERS_PATH_SIZE + 16];
    snprintf(store, sizeof(store), "%s/jetstream", nats->directory);
    snprintf(kept, sizeof(kept), "%s/kept", nats->directory);
    if (nats->pid != 0)
        servers_fail("nats-server runs: its store cannot be put back");
    servers_remove_directory(store);
    if (rename(kept, store) != 0)
        servers_fail("%s cannot be put back", kept);
}

void servers_nats_clear_torn(const struct servers_nats *nats)
{
    char store[SERVERS_PATH_SIZE + 16];
    snprintf(store, sizeof(store), "%s/jetstream", nats->directory);
    const char *const argv[] = {PAYBUS_SOURCE_DIR "/compose/local/nats-start.sh", store, "true", NULL};
    run(argv);
}

static void send_signal(const struct servers_nats *nats, int signal)
{
    if (nats->pid == 0 || kill(nats->pid, signal) != 0)
        servers_fail("nats-server is not running");
}

void servers_nats_freeze(struct servers_nats *nats)
{
    send_signal(nats, SIGSTOP);
    /* The signal reaches thread after thread; waitpid reports when the last one stands still. */
    int wait_status = 0;
    if (waitpid(nats->pid, &wait_status, WUNTRACED) != nats->pid || !WIFSTOPPED(wait_status))
        servers_fail("nats-server ended instead of being stopped");
}

void servers_nats_thaw(struct servers_nats *nats)
{
    send_signal(nats, SIGCONT);
}

void servers_nats_destroy(struct servers_nats *nats)
{
    if (nats->directory[0] == '\0')
        return;
    servers_nats_kill(nats);
    servers_remove_directory(nats->directory);
    memset(nats, 0, sizeof(*nats));
}
