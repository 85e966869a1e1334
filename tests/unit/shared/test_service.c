/* Signals end a process's life, so each case is a child process; it reports on a pipe what happened to it. */
#include "shared/io/service.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/io/config.h"
#include "shared/io/dumps.h"
#include "shared/io/log.h"

struct child {
    pid_t pid;
    int report; /* read end */
};

/* r: signals are waited for; s: a stop was asked for. Then the child drains until it is killed, or ends by
 * itself. */
static void child_main(int report, bool drains_for_ever)
{
    log_init("child", "", log_get_level());
    if (service_signals_start() != STATUS_OK || service_is_stopping() || write(report, "r", 1) != 1)
        _exit(99);
    service_wait_for_stop();
    if (!service_is_stopping() || write(report, "s", 1) != 1)
        _exit(98);
    if (!drains_for_ever)
        _exit(EXIT_OK);
    for (;;)
        (void)pause();
}

static struct child start_child(bool drains_for_ever)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct child c = {.pid = fork(), .report = ends[0]};
    if (c.pid == 0)
        child_main(ends[1], drains_for_ever);
    (void)close(ends[1]);
    return c;
}

static void assert_reports(const struct child *c, char wanted)
{
    char got = 0;
    assert_int_equal(read(c->report, &got, 1), 1);
    assert_int_equal(got, wanted);
}

static int exit_code(const struct child *c)
{
    int status;
    assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
    (void)close(c->report);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void test_signals(void **state)
{
    static const struct {
        const char *name;
        int signals[3]; /* sent in order once the child waits for them; the last one asks for the stop */
        bool drains_for_ever;
        int second, wanted_exit;
    } cases[] = {
        {"TERM stops", {SIGTERM}, false, 0, EXIT_OK},
        {"INT stops", {SIGINT}, false, 0, EXIT_OK},
        {"HUP and PIPE alone do not", {SIGHUP, SIGPIPE, SIGTERM}, false, 0, EXIT_OK},
        {"USR1 does not", {SIGUSR1, SIGUSR1, SIGTERM}, false, 0, EXIT_OK},
        {"second TERM ends at once", {SIGTERM}, true, SIGTERM, EXIT_FAILED},
        {"INT after TERM ends at once", {SIGTERM}, true, SIGINT, EXIT_FAILED},
        {"USR2 is left alone", {SIGTERM}, true, SIGUSR2, -SIGUSR2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct child c = start_child(cases[i].drains_for_ever);
        assert_reports(&c, 'r');
        for (size_t k = 0; k < 3 && cases[i].signals[k] != 0; k++)
            (void)kill(c.pid, cases[i].signals[k]);
        assert_reports(&c, 's');
        if (cases[i].second != 0)
            (void)kill(c.pid, cases[i].second);
        const int got = exit_code(&c);
        if (got != cases[i].wanted_exit)
            fail_msg("%s: %d", cases[i].name, got);
    }
}

/* The level's change is itself a log line, at any level: that is what the parent waits for. */
static void expect_levels(enum log_level configured, const char *const wanted[3])
{
    char text[512];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        log_set_level(configured);
        (void)dup2(ends[1], STDERR_FILENO);
        child_main(ends[1], false);
    }
    (void)close(ends[1]);
    const struct child c = {pid, ends[0]};
    assert_reports(&c, 'r');
    for (size_t i = 0; i < 3; i++) {
        (void)kill(pid, SIGUSR1);
        const ssize_t len = read(ends[0], text, sizeof text - 1);
        assert_true(len > 0);
        text[len] = '\0';
        if (strstr(text, wanted[i]) == NULL)
            fail_msg("%s is not %s", text, wanted[i]);
    }
    (void)kill(pid, SIGKILL);
    assert_int_equal(exit_code(&c), -SIGKILL);
}

static void test_usr1_switches_debug(void **state)
{
    (void)state;
#define THRESHOLD(level) "\"threshold\":\"" level "\""
    static const char *const from_info[] = {THRESHOLD("debug"), THRESHOLD("info"), THRESHOLD("debug")},
                             *const from_error[] = {THRESHOLD("debug"), THRESHOLD("error"),
                                                    THRESHOLD("debug")},
                             *const from_debug[] = {THRESHOLD("info"), THRESHOLD("debug"), THRESHOLD("info")};
    expect_levels(LOG_INFO, from_info);
    expect_levels(LOG_ERROR, from_error);
    expect_levels(LOG_DEBUG, from_debug);
}

static void test_a_stop_from_inside(void **state)
{
    (void)state;
    assert_false(service_is_stopping());
    service_request_stop();
    service_wait_for_stop();
    assert_true(service_is_stopping());
}

struct made_up {
    const char *log_level, *instance, *listen;
};
static const struct config_row rows[] = {{.variable = "PAYBUS_LOG_LEVEL",
                                          .type = CONFIG_STRING,
                                          .offset = offsetof(struct made_up, log_level),
                                          .fallback = "info",
                                          .min = 1,
                                          .max = 64,
                                          .help = "as everywhere"},
                                         {.variable = "PAYBUS_INSTANCE",
                                          .type = CONFIG_STRING,
                                          .offset = offsetof(struct made_up, instance),
                                          .fallback = "1",
                                          .min = 1,
                                          .max = 64,
                                          .help = "as everywhere"},
                                         {.variable = "PAYBUS_LISTEN",
                                          .type = CONFIG_LISTEN,
                                          .offset = offsetof(struct made_up, listen),
                                          .fallback = "127.0.0.1:0",
                                          .help = "where it listens"}};

static enum status refuse_files(void *context, FILE *errors)
{
    (void)fprintf(errors, "%s has no such file\n", *(const char **)context);
    return STATUS_INVALID;
}

#define WENT_ON 42

/* In a process of its own, which writes what it has to say into a file. */
static int begin(char **argv, const char *listen, bool has_bad_files, const char *errors)
{
    const pid_t pid = fork();
    if (pid == 0) {
        struct made_up settings;
        const struct service_program program = {.name = "made-up",
                                                .rows = rows,
                                                .row_count = sizeof rows / sizeof rows[0],
                                                .config = &settings,
                                                .log_level = &settings.log_level,
                                                .instance = &settings.instance,
                                                .load_files = has_bad_files ? refuse_files : NULL,
                                                .context = &settings.instance};
        int argc = 0;
        while (argv[argc] != NULL)
            argc++;
        if (freopen("/dev/null", "w", stdout) == NULL || freopen(errors, "w", stderr) == NULL ||
            setenv("PAYBUS_LISTEN", listen, 1) != 0)
            _exit(99);
        const int code = service_begin(&program, argc, argv);
        (void)fflush(stderr);
        _exit(code == SERVICE_GOES_ON ? WENT_ON : code);
    }
    const struct child c = {pid, dup(STDIN_FILENO)};
    return exit_code(&c);
}

static void test_begin(void **state)
{
    static const struct {
        const char *name;
        const char *argv[4];
        const char *listen;
        bool has_bad_files;
        int wanted;
    } cases[] = {
        {"goes on", {"made-up"}, "", false, WENT_ON},
        {"good settings", {"made-up", "--check-config"}, "", false, EXIT_OK},
        {"bad settings", {"made-up"}, "nowhere", false, EXIT_CONFIG},
        {"bad settings, looked at", {"made-up", "--check-config"}, "nowhere", false, EXIT_CONFIG},
        {"bad files", {"made-up"}, "", true, EXIT_CONFIG},
        {"bad files, looked at", {"made-up", "--check-config"}, "", true, EXIT_CONFIG},
        {"table of settings needs none", {"made-up", "--print-config"}, "nowhere", true, EXIT_OK},
        {"unknown option", {"made-up", "--check"}, "", false, EXIT_USAGE},
        {"one too many", {"made-up", "--check-config", "x"}, "", false, EXIT_USAGE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int got = begin((char **)cases[i].argv, cases[i].listen, cases[i].has_bad_files, "/dev/null");
        if (got != cases[i].wanted)
            fail_msg("%s: %d", cases[i].name, got);
    }
}

static void read_line(const char *path, char ret_line[256])
{
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_non_null(fgets(ret_line, 256, file));
    (void)fclose(file);
}

/* The log of a service is JSON from its first line on; who asks whether settings are good reads words. */
static void test_wrong_settings_are_logged(void **state)
{
    (void)state;
    char path[] = "/tmp/paybus-service-XXXXXX", line[256];
    const char *const starts[] = {"made-up", NULL}, *const checks[] = {"made-up", "--check-config", NULL};
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
    assert_int_equal(begin((char **)starts, "nowhere", false, path), EXIT_CONFIG);
    read_line(path, line);
    assert_memory_equal(line, "{\"ts\":", 6);
    assert_non_null(strstr(line, "\"event\":\"setting_refused\",\"error\":\"PAYBUS_LISTEN wants host:port"));
    assert_int_equal(begin((char **)starts, "", true, path), EXIT_CONFIG);
    read_line(path, line);
    assert_memory_equal(line, "{\"ts\":", 6);
    assert_int_equal(begin((char **)checks, "nowhere", false, path), EXIT_CONFIG);
    read_line(path, line);
    assert_memory_equal(line, "PAYBUS_LISTEN wants", 19);
    (void)unlink(path);
}

/* In a child, as it cannot be taken back. */
static void test_no_dumps(void **state)
{
    (void)state;
    const pid_t pid = fork();
    if (pid == 0) {
        struct rlimit limit = {1, 1};
        bool is_forbidden = dumps_forbid() == STATUS_OK && getrlimit(RLIMIT_CORE, &limit) == 0 &&
                            limit.rlim_cur == 0 && limit.rlim_max == 0 && prctl(PR_GET_DUMPABLE) == 0;
        _exit(is_forbidden ? EXIT_OK : EXIT_FAILED);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_begin),
        cmocka_unit_test(test_wrong_settings_are_logged),
        cmocka_unit_test(test_signals),
        cmocka_unit_test(test_usr1_switches_debug),
        cmocka_unit_test(test_a_stop_from_inside),
        cmocka_unit_test(test_no_dumps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
