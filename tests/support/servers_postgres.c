/* servers_postgres.c - a private PostgreSQL cluster; initdb runs once per machine, tests copy its result. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/core/clock.h"
#include "tests/support/ports.h"
#include "tests/support/process.h"
#include "tests/support/servers.h"

#define INITDB_TIMEOUT_MS 60000
#define START_TIMEOUT_MS  30000
#define STOP_TIMEOUT_MS   30000
#define REMOVE_TIMEOUT_MS 30000
#define START_TRIES       5
#define SETTINGS          PAYBUS_SOURCE_DIR "/compose/local/conf/postgresql.conf.in"

/* Debian keeps the server's programs out of PATH, by version. */
static void find_program(const char *name, char ret_path[SERVERS_PATH_SIZE])
{
    glob_t found;
    char pattern[SERVERS_PATH_SIZE];
    snprintf(pattern, sizeof(pattern), "/usr/lib/postgresql/*/bin/%s", name);
    if (glob(pattern, 0, NULL, &found) != 0)
        servers_fail("PostgreSQL's %s is not installed", name);
    snprintf(ret_path, SERVERS_PATH_SIZE, "%s", found.gl_pathv[found.gl_pathc - 1]);
    globfree(&found);
}

static void give_to_postgres(const char *path)
{
    if (geteuid() != 0)
        return;
    const struct passwd *p = getpwnam("postgres");
    if (!p || chown(path, p->pw_uid, p->pw_gid) != 0)
        servers_fail("%s cannot be given to the OS user postgres", path);
}

static void run_as_postgres(const char *const *argv, const char *log_file)
{
    struct process_spec spec = {.argv = argv, .log_file = log_file, .directory = "/tmp", .as_postgres = true};
    if (process_run(&spec, INITDB_TIMEOUT_MS) != STATUS_OK)
        servers_fail("%s failed, see %s", argv[0], log_file ? log_file : "above");
}

static void make_template(const char *template)
{
    char initdb[SERVERS_PATH_SIZE], building[SERVERS_PATH_SIZE], data[SERVERS_PATH_SIZE + 8],
        log[SERVERS_PATH_SIZE + 8];
    find_program("initdb", initdb);
    servers_make_directory(building);
    give_to_postgres(building);
    snprintf(data, sizeof(data), "%s/data", building);
    snprintf(log, sizeof(log), "%s/log", building);
    const char *const argv[] = {initdb,
                                "-D",
                                data,
                                "-U",
                                "postgres",
                                "-A",
                                "trust",
                                "-E",
                                "UTF8",
                                "--locale=C.UTF-8",
                                "--data-checksums",
                                "--no-sync",
                                NULL};
    run_as_postgres(argv, log);
    if (rename(building, template) != 0)
        servers_fail("cannot rename %s to %s", building, template);
}

/* of: what is in it; NULL: nothing yet. */
static void template_path(const char *of, char ret_path[SERVERS_PATH_SIZE])
{
    char program[SERVERS_PATH_SIZE];
    int version = 0;
    find_program("initdb", program);
    sscanf(program, "/usr/lib/postgresql/%d/", &version);
    snprintf(ret_path, SERVERS_PATH_SIZE, "/tmp/paybus-test-template-%u-%d%s%s", (unsigned int)geteuid(),
             version, of ? "-" : "", of ? of : "");
}

/* Test programs that start together: the first makes it, the others wait. */
static int lock_templates(const char *of)
{
    char path[SERVERS_PATH_SIZE], lock_path[SERVERS_PATH_SIZE + 8];
    struct stat st;
    template_path(of, path);
    snprintf(lock_path, sizeof(lock_path), "%s.lock", path);
    int fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || fstat(fd, &st) != 0 || st.st_uid != geteuid() || flock(fd, LOCK_EX) != 0)
        servers_fail("%s cannot be locked", lock_path);
    return fd;
}

/* Says, too, that it is still in use. */
static bool is_template_made(const char *template)
{
    char data[SERVERS_PATH_SIZE + 32];
    struct stat st;
    snprintf(data, sizeof(data), "%s/data/PG_VERSION", template);
    return stat(data, &st) == 0 && utimensat(AT_FDCWD, template, NULL, 0) == 0;
}

static void copy_template(struct servers_postgres *pg, const char *template)
{
    char source[SERVERS_PATH_SIZE + 8];
    servers_make_directory(pg->directory);
    give_to_postgres(pg->directory);
    snprintf(source, sizeof(source), "%s/data", template);
    const char *const argv[] = {"cp", "-a", "--reflink=auto", source, pg->directory, NULL};
    run_as_postgres(argv, NULL);
}

/* What it writes down is what it does in production. */
static void copy_log_settings(FILE *to)
{
    char line[512];
    FILE *f = fopen(SETTINGS, "re");
    if (!f)
        servers_fail("%s cannot be read", SETTINGS);
    while (fgets(line, sizeof(line), f))
        if (strncmp(line, "log_", strlen("log_")) == 0)
            fputs(line, to);
    fclose(f);
}

static void write_settings(const struct servers_postgres *pg, const char *settings)
{
    char path[SERVERS_PATH_SIZE + 32];
    snprintf(path, sizeof(path), "%s/data/postgresql.conf", pg->directory);
    FILE *f = fopen(path, "ae");
    if (!f)
        servers_fail("%s cannot be written", path);
    copy_log_settings(f);
    fprintf(
        f,
        "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = on\nsynchronous_commit = on\n"
        "shared_buffers = 64MB\nmax_connections = 200\nmax_wal_size = 256MB\ntimezone = UTC\n%s\n",
        settings ? settings : "");
    fclose(f);
}

static void use_port(struct servers_postgres *pg, int port)
{
    pg->port = port;
    snprintf(pg->conninfo, sizeof(pg->conninfo), "host=127.0.0.1 port=%d user=postgres dbname=postgres",
             pg->port);
}

static void launch(struct servers_postgres *pg)
{
    char program[SERVERS_PATH_SIZE], data[SERVERS_PATH_SIZE + 8], log[SERVERS_PATH_SIZE + 8], port[16];
    find_program("postgres", program);
    snprintf(data, sizeof(data), "%s/data", pg->directory);
    snprintf(log, sizeof(log), "%s/log", pg->directory);
    snprintf(port, sizeof(port), "%d", pg->port);
    const char *const argv[] = {program, "-D", data, "-p", port, NULL};
    struct process_spec spec = {.argv = argv, .log_file = log, .directory = "/tmp", .as_postgres = true};
    if (process_start(&spec, &pg->pid) != STATUS_OK)
        servers_fail("%s cannot be started", program);
}

/* By its own word: another server may have taken its port while it was stopped. */
static bool says_ready(const struct servers_postgres *pg)
{
    char path[SERVERS_PATH_SIZE + 32], line[256];
    long pid = 0;
    bool ready = false;
    snprintf(path, sizeof(path), "%s/data/postmaster.pid", pg->directory);
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    if (fgets(line, sizeof(line), f))
        pid = strtol(line, NULL, 10);
    while (fgets(line, sizeof(line), f))
        ready = ready || strncmp(line, "ready", strlen("ready")) == 0;
    fclose(f);
    return ready && pid == pg->pid;
}

/* False: it ended by itself, for instance because its port was taken in the meantime. */
static bool wait_ready(struct servers_postgres *pg)
{
    int64_t deadline_ms = clock_monotonic_ms() + START_TIMEOUT_MS;
    while (!says_ready(pg) || PQping(pg->conninfo) != PQPING_OK) {
        if (!process_is_running(pg->pid, NULL)) {
            pg->pid = 0;
            return false;
        }
        if (clock_monotonic_ms() > deadline_ms)
            servers_fail("PostgreSQL is not ready after %d ms, see %s/log", START_TIMEOUT_MS, pg->directory);
        pause_ms(10);
    }
    return true;
}

static void start_somewhere(struct servers_postgres *pg)
{
    for (int i = 0; i < START_TRIES; i++) {
        use_port(pg, port_free());
        launch(pg);
        if (wait_ready(pg))
            return;
    }
    servers_fail("PostgreSQL does not start, see %s/log", pg->directory);
}

void servers_postgres_create(struct servers_postgres *pg, const char *settings)
{
    memset(pg, 0, sizeof(*pg));
    char template[SERVERS_PATH_SIZE];
    template_path(NULL, template);
    int lock = lock_templates(NULL);
    if (!is_template_made(template))
        make_template(template);
    close(lock);
    copy_template(pg, template);
    write_settings(pg, settings);
    start_somewhere(pg);
}

static void make_filled(const char *template, void (*fill)(const struct servers_postgres *pg))
{
    struct servers_postgres pg;
    servers_postgres_create(&pg, NULL);
    fill(&pg);
    servers_postgres_stop(&pg, SERVERS_STOP_FAST);
    if (rename(pg.directory, template) != 0)
        servers_fail("cannot rename %s to %s", pg.directory, template);
}

/* Of other builds and days. */
static void remove_old_templates(void)
{
    char name[SERVERS_PATH_SIZE];
    snprintf(name, sizeof(name), "paybus-test-template-%u-*", (unsigned int)geteuid());
    const char *const argv[] = {"find",  "/tmp", "-maxdepth", "1",  "-type", "d",  "-name", name,
                                "-mmin", "+60",  "-exec",     "rm", "-rf",   "{}", "+",     NULL};
    if (process_run(&(struct process_spec){.argv = argv}, REMOVE_TIMEOUT_MS) != STATUS_OK)
        fprintf(stderr, "templates of databases are left behind in /tmp\n");
}

void servers_postgres_create_filled(struct servers_postgres *pg, const char *content,
                                    void (*fill)(const struct servers_postgres *pg))
{
    memset(pg, 0, sizeof(*pg));
    char template[SERVERS_PATH_SIZE];
    template_path(content, template);
    int lock = lock_templates("filled");
    if (!is_template_made(template)) {
        make_filled(template, fill);
        remove_old_templates();
    }
    close(lock);
    copy_template(pg, template);
    start_somewhere(pg);
}

void servers_postgres_start(struct servers_postgres *pg)
{
    /* After a kill the old backends notice within moments; a new postmaster refuses to start while they live.
     */
    int64_t deadline_ms = clock_monotonic_ms() + START_TIMEOUT_MS;
    for (;;) {
        launch(pg);
        if (wait_ready(pg))
            return;
        if (clock_monotonic_ms() > deadline_ms)
            servers_fail("PostgreSQL does not start again, see %s/log", pg->directory);
        pause_ms(50);
    }
}

void servers_postgres_stop(struct servers_postgres *pg, enum servers_stop_mode mode)
{
    static const int signals[] = {
        [SERVERS_STOP_FAST] = SIGINT, [SERVERS_STOP_IMMEDIATE] = SIGQUIT, [SERVERS_STOP_KILL] = SIGKILL};
    if (pg->pid == 0)
        return;
    if (process_stop(pg->pid, signals[mode], STOP_TIMEOUT_MS, NULL) != STATUS_OK)
        servers_fail("PostgreSQL, process %d, does not stop", (int)pg->pid);
    pg->pid = 0;
}

void servers_postgres_destroy(struct servers_postgres *pg)
{
    if (pg->directory[0] == '\0')
        return;
    servers_postgres_stop(pg, SERVERS_STOP_IMMEDIATE);
    servers_remove_directory(pg->directory);
    memset(pg, 0, sizeof(*pg));
}

void servers_standby_create(struct servers_postgres *standby, const struct servers_postgres *primary,
                            const char *name)
{
    char program[SERVERS_PATH_SIZE], data[SERVERS_PATH_SIZE + 8], log[SERVERS_PATH_SIZE + 8], source[256];
    memset(standby, 0, sizeof(*standby));
    find_program("pg_basebackup", program);
    servers_make_directory(standby->directory);
    give_to_postgres(standby->directory);
    snprintf(data, sizeof(data), "%s/data", standby->directory);
    snprintf(log, sizeof(log), "%s/log", standby->directory);
    snprintf(source, sizeof(source), "host=127.0.0.1 port=%d user=postgres application_name=%s",
             primary->port, name);
    const char *const argv[] = {program, "-d",   source,      "-D", data, "-R", /* settings of a standby */
                                "-c",    "fast", "--no-sync", NULL};
    run_as_postgres(argv, log);
    start_somewhere(standby);
}

pid_t servers_standby_receiver(const struct servers_postgres *standby)
{
    pid_t pid = 0;
    int64_t deadline_ms = clock_monotonic_ms() + START_TIMEOUT_MS;
    while (pid == 0) {
        PGconn *conn = PQconnectdb(standby->conninfo);
        PGresult *r = PQexec(conn, "select pid from pg_stat_wal_receiver where status = 'streaming'");
        if (PQntuples(r) == 1)
            pid = (pid_t)strtol(PQgetvalue(r, 0, 0), NULL, 10);
        PQclear(r);
        PQfinish(conn);
        if (pid == 0 && clock_monotonic_ms() > deadline_ms)
            servers_fail("the standby receives nothing, see %s/log", standby->directory);
        if (pid == 0)
            pause_ms(10);
    }
    return pid;
}

void servers_standby_move(struct servers_postgres *standby, int port)
{
    servers_postgres_stop(standby, SERVERS_STOP_FAST);
    use_port(standby, port);
    servers_postgres_start(standby);
}

void servers_standby_promote(struct servers_postgres *standby)
{
    char program[SERVERS_PATH_SIZE], data[SERVERS_PATH_SIZE + 8];
    find_program("pg_ctl", program);
    snprintf(data, sizeof(data), "%s/data", standby->directory);
    const char *const argv[] = {program, "-D", data, "-w", "promote", NULL};
    run_as_postgres(argv, NULL);
}
