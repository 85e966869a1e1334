/* A child process passes a named point; the environment decides at which pass it dies or stops. */
#include "shared/io/crash_point.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define PASSES 5

/* The child's exit code is the number of passes it survived. */
static pid_t start_child(const char *setting)
{
    const pid_t child = fork();
    if (child != 0)
        return child;
    const struct rlimit no_core = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &no_core);
    if (setting == NULL)
        (void)unsetenv("PAYBUS_CRASH_POINT");
    else
        (void)setenv("PAYBUS_CRASH_POINT", setting, 1);
    for (int i = 0; i < PASSES; i++) {
        crash_point("ledger.other");
        crash_point("ledger.commit");
    }
    _exit(PASSES);
}

static void test_setting_decides(void **state)
{
#if PAYBUS_CRASH_POINTS
    const int killed = SIGKILL, refused = SIGABRT;
#else
    const int killed = 0, refused = 0; /* compiled out: nothing reads the setting */
#endif
    const struct {
        const char *setting;
        int signal_number; /* 0: survives */
    } cases[] = {
        {NULL, 0},
        {"", 0},
        {"ledger.commit:1", killed},
        {"ledger.commit:5", killed},
        {"ledger.commit:6", 0},
        {"ledger.comm:1", 0},
        {"ledger.commit.more:1", 0},
        {"ledger.commit", refused},
        {"ledger.commit:", refused},
        {"ledger.commit:0", refused},
        {"ledger.commit:x", refused},
        {"ledger.commit:1:pause", refused},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int status;
        const pid_t child = start_child(cases[i].setting);
        assert_int_equal(waitpid(child, &status, 0), child);
        const int got = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        if (got != cases[i].signal_number)
            fail_msg("%s: signal %d", cases[i].setting, got);
        if (got == 0)
            assert_int_equal(WEXITSTATUS(status), PASSES);
    }
}

static void test_stop_can_be_continued(void **state)
{
    (void)state;
#if PAYBUS_CRASH_POINTS
    int status;
    const pid_t child = start_child("ledger.commit:2:stop");
    assert_int_equal(waitpid(child, &status, WUNTRACED), child);
    assert_true(WIFSTOPPED(status));
    (void)kill(child, SIGCONT);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), PASSES);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_setting_decides),
        cmocka_unit_test(test_stop_can_be_continued),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
