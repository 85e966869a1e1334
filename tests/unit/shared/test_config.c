/* One table of a made-up service; each case sets the environment and reads the complaints. */
#include "shared/io/config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct sample {
    int64_t threads;
    bool demo;
    const char *dsn, *listen, *key_file, *level, *metrics_listen;
};
static const char *const levels[] = {"debug", "info", NULL};
static const struct config_row rows[] = {
    {"T_THREADS", CONFIG_INT, offsetof(struct sample, threads), "8", 1, 64, false, NULL, "Worker threads."},
    {"T_DEMO", CONFIG_BOOL, offsetof(struct sample, demo), "false", 0, 0, false, NULL, "Demo mode."},
    {"T_DSN", CONFIG_STRING, offsetof(struct sample, dsn), NULL, 8, 32, true, NULL, "Where the database is."},
    {"T_LISTEN", CONFIG_LISTEN, offsetof(struct sample, listen), "127.0.0.1:18000", 0, 0, false, NULL,
     "HTTP address."},
    {"T_KEY_FILE", CONFIG_FILE, offsetof(struct sample, key_file), "", 0, 0, true, NULL, "Key file."},
    {"T_LEVEL", CONFIG_WORDS, offsetof(struct sample, level), "info", 0, 0, false, levels,
     "Words: debug|info."},
    {"T_METRICS", CONFIG_LISTEN, offsetof(struct sample, metrics_listen), "", 0, 0, false, NULL,
     "Second address."},
};
#define ROW_COUNT (sizeof rows / sizeof rows[0])

static char key_path[] = "/tmp/paybus-config-XXXXXX";

static int make_key_file(void **state)
{
    (void)state;
    const int fd = mkstemp(key_path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_key_file(void **state)
{
    (void)state;
    return unlink(key_path);
}

static int clear_environment(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++)
        (void)unsetenv(rows[i].variable);
    (void)setenv("T_DSN", "dbname=paybus", 1);
    return 0;
}

/* The complaints; the caller frees. */
static char *load(struct sample *config, enum status wanted)
{
    char *text = NULL;
    size_t size = 0;
    FILE *errors = open_memstream(&text, &size);
    assert_non_null(errors);
    const enum status got = config_load(rows, ROW_COUNT, config, errors);
    (void)fclose(errors);
    if (got != wanted)
        fail_msg("%s: %s", status_name(got), text);
    return text;
}

static void test_defaults(void **state)
{
    struct sample c;
    (void)state;
    free(load(&c, STATUS_OK));
    assert_int_equal(c.threads, 8);
    assert_false(c.demo);
    assert_string_equal(c.dsn, "dbname=paybus");
    assert_string_equal(c.listen, "127.0.0.1:18000");
    assert_null(c.key_file);
    assert_string_equal(c.level, "info");
    assert_null(c.metrics_listen);
}

static void test_accepted(void **state)
{
    struct sample c;
    static const char *const listens[] = {"localhost:0", "0.0.0.0:65535", "[::1]:9000",
                                          "ledger-1.pay_net:80"};
    (void)state;
    (void)setenv("T_THREADS", "64", 1);
    (void)setenv("T_DEMO", "on", 1);
    (void)setenv("T_KEY_FILE", key_path, 1);
    (void)setenv("T_LEVEL", "debug", 1);
    (void)chmod(key_path, 0400);
    free(load(&c, STATUS_OK));
    assert_int_equal(c.threads, 64);
    assert_true(c.demo);
    assert_string_equal(c.key_file, key_path);
    assert_ptr_equal(c.level, levels[0]);
    for (size_t i = 0; i < sizeof listens / sizeof listens[0]; i++) {
        (void)setenv("T_LISTEN", listens[i], 1);
        free(load(&c, STATUS_OK));
        assert_string_equal(c.listen, listens[i]);
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *variable, *value, *wanted;
    } cases[] = {
        {"T_THREADS", "0", "T_THREADS wants a whole number from 1 to 64; it is \"0\"\n"},
        {"T_THREADS", "65", "T_THREADS wants a whole number from 1 to 64"},
        {"T_THREADS", "99999999999999999999", "T_THREADS wants a whole number"},
        {"T_THREADS", " 8", "T_THREADS wants a whole number"},
        {"T_THREADS", "8x", "T_THREADS wants a whole number"},
        {"T_THREADS", "a\nb", "it is \"a?b\"\n"},
        {"T_DEMO", "maybe", "T_DEMO wants true or false; it is \"maybe\"\n"},
        {"T_DSN", "short", "T_DSN wants 8 to 32 bytes, has 5\n"},
        {"T_DSN", "password=0123456789012345678901234567890", "T_DSN wants 8 to 32 bytes, has 40\n"},
        {"T_DSN", "", "T_DSN is required: Where the database is.\n"},
        {"T_LISTEN", "18000", "T_LISTEN wants host:port with a port from 0 to 65535; it is \"18000\"\n"},
        {"T_LISTEN", ":18000", "T_LISTEN wants host:port"},
        {"T_LISTEN", "127.0.0.1:", "T_LISTEN wants host:port"},
        {"T_LISTEN", "127.0.0.1:65536", "T_LISTEN wants host:port"},
        {"T_LISTEN", "127.0.0.1:18000s", "T_LISTEN wants host:port"},
        {"T_LISTEN", "+127.0.0.1:18000", "T_LISTEN wants host:port"},
        {"T_LISTEN", "a,b:18000", "T_LISTEN wants host:port"},
        {"T_LISTEN", "::1:18000", "T_LISTEN wants host:port"},
        {"T_LISTEN", "[]:18000", "T_LISTEN wants host:port"},
        {"T_KEY_FILE", "/nonexistent/key", "T_KEY_FILE wants the path of a readable file: No such file"},
        {"T_KEY_FILE", "/tmp", "T_KEY_FILE wants the path of a readable file: not a file; it is \"/tmp\"\n"},
        {"T_LEVEL", "loud", "T_LEVEL wants one of: debug info; it is \"loud\"\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sample c;
        (void)clear_environment(NULL);
        (void)setenv(cases[i].variable, cases[i].value, 1);
        char *text = load(&c, STATUS_INVALID);
        if (strstr(text, cases[i].wanted) == NULL)
            fail_msg("%s=%s: %s", cases[i].variable, cases[i].value, text);
        if (strcmp(cases[i].variable, "T_DSN") == 0 && *cases[i].value != '\0')
            assert_null(strstr(text, cases[i].value));
        free(text);
    }
}

static void test_secret_files_are_private(void **state)
{
    static const struct {
        mode_t mode;
        enum status wanted;
    } cases[] = {
        {0600, STATUS_OK},      {0400, STATUS_OK},      {0640, STATUS_INVALID},
        {0604, STATUS_INVALID}, {0620, STATUS_INVALID},
    };
    (void)state;
    (void)setenv("T_KEY_FILE", key_path, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sample c;
        (void)chmod(key_path, cases[i].mode);
        char *text = load(&c, cases[i].wanted);
        if (cases[i].wanted != STATUS_OK)
            assert_non_null(strstr(text, "T_KEY_FILE wants a file that group and others cannot use"));
        free(text);
    }
}

static void test_all_errors_at_once(void **state)
{
    struct sample c;
    (void)state;
    (void)setenv("T_THREADS", "none", 1);
    (void)setenv("T_DSN", "", 1);
    (void)setenv("T_LISTEN", "nowhere", 1);
    (void)setenv("T_LEVEL", "loud", 1);
    char *text = load(&c, STATUS_INVALID);
    int lines = 0;
    for (const char *p = text; *p != '\0'; p++)
        lines += *p == '\n';
    assert_int_equal(lines, 4);
    free(text);
}

static void test_markdown(void **state)
{
    char *text = NULL;
    size_t size = 0;
    (void)state;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    config_print_markdown(rows, ROW_COUNT, out);
    (void)fclose(out);
    assert_string_equal(text, "| variable | default | what |\n|---|---|---|\n"
                              "| `T_THREADS` | `8` | Worker threads. |\n"
                              "| `T_DEMO` | `false` | Demo mode. |\n"
                              "| `T_DSN` | required | Where the database is. |\n"
                              "| `T_LISTEN` | `127.0.0.1:18000` | HTTP address. |\n"
                              "| `T_KEY_FILE` | none | Key file. |\n"
                              "| `T_LEVEL` | `info` | Words: debug\\|info. |\n"
                              "| `T_METRICS` | none | Second address. |\n");
    free(text);
}

static int64_t hash(void)
{
    return config_hash(rows, ROW_COUNT, offsetof(struct sample, level));
}

/* Addresses, secrets and what a process is called by are its own. */
static void test_hash(void **state)
{
    (void)state;
    const int64_t at_first = hash();
    assert_in_range(at_first, 1, (INT64_C(1) << 48) - 1);
    (void)setenv("T_LISTEN", "127.0.0.1:18009", 1);
    (void)setenv("T_LEVEL", "debug", 1);
    (void)setenv("T_DSN", "dbname=another", 1);
    (void)setenv("T_THREADS", "8", 1); /* the default */
    assert_true(hash() == at_first);
    (void)setenv("T_THREADS", "9", 1);
    assert_true(hash() != at_first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_defaults, clear_environment),
        cmocka_unit_test_setup(test_accepted, clear_environment),
        cmocka_unit_test_setup(test_refused, clear_environment),
        cmocka_unit_test_setup(test_secret_files_are_private, clear_environment),
        cmocka_unit_test_setup(test_all_errors_at_once, clear_environment),
        cmocka_unit_test_setup(test_hash, clear_environment),
        cmocka_unit_test(test_markdown),
    };
    return cmocka_run_group_tests(tests, make_key_file, remove_key_file);
}
