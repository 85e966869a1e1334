/* test_bus_options.c - servers lists and credentials files: what is refused before any connection. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/io/bus_internal.h"
#include "shared/io/log.h"

static void servers_lists(void **state)
{
    (void)state;
    static const struct {
        const char *name, *servers;
        enum status wanted;
    } cases[] = {
        {"one", "nats://127.0.0.1:4222", STATUS_OK},
        {"two", "nats://127.0.0.1:4222,nats://127.0.0.1:4223", STATUS_OK},
        {"trailing comma", "nats://127.0.0.1:4222,", STATUS_OK},
        {"none", "", STATUS_INVALID},
        {"commas only", ",,", STATUS_INVALID},
        {"nine", "nats://a,nats://b,nats://c,nats://d,nats://e,nats://f,nats://g,nats://h,nats://i",
         STATUS_INVALID},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        natsOptions *o CLEANUP(bus_options_ptr) = NULL;
        assert_int_equal(natsOptions_Create(&o), NATS_OK);
        enum status s = bus_set_servers(o, cases[i].servers);
        if (s != cases[i].wanted)
            fail_msg("%s: %s", cases[i].name, status_name(s));
    }
}

static void credentials_files(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        mode_t mode;
        enum status wanted;
    } cases[] = {
        {"good", "ledger:secret\n", 0600, STATUS_OK},
        {"no newline", "ledger:secret", 0600, STATUS_OK},
        {"password with colon", "ledger:sec:ret\n", 0600, STATUS_OK},
        {"read only", "ledger:secret\n", 0400, STATUS_OK},
        {"group may read", "ledger:secret\n", 0640, STATUS_INVALID},
        {"all may read", "ledger:secret\n", 0604, STATUS_INVALID},
        {"empty", "", 0600, STATUS_INVALID},
        {"no colon", "ledger\n", 0600, STATUS_INVALID},
        {"no user", ":secret\n", 0600, STATUS_INVALID},
        {"no password", "ledger:\n", 0600, STATUS_INVALID},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char path[] = "/tmp/paybus-credentials-XXXXXX";
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, cases[i].text, strlen(cases[i].text)), strlen(cases[i].text));
        assert_int_equal(fchmod(fd, cases[i].mode), 0);
        close(fd);
        natsOptions *o CLEANUP(bus_options_ptr) = NULL;
        assert_int_equal(natsOptions_Create(&o), NATS_OK);
        enum status s = bus_set_credentials(o, path);
        unlink(path);
        if (s != cases[i].wanted)
            fail_msg("%s: %s", cases[i].name, status_name(s));
    }
}

static void a_missing_credentials_file_is_refused(void **state)
{
    (void)state;
    natsOptions *o CLEANUP(bus_options_ptr) = NULL;
    assert_int_equal(natsOptions_Create(&o), NATS_OK);
    assert_int_equal(bus_set_credentials(o, "/tmp/paybus-no-such-file"), STATUS_INVALID);
}

int main(void)
{
    log_init("test", "1", LOG_ERROR + 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_lists),
        cmocka_unit_test(credentials_files),
        cmocka_unit_test(a_missing_credentials_file_is_refused),
    };
    return cmocka_run_group_tests_name("bus_options", tests, NULL, NULL);
}
