/* A child process asks whether a bug is planted; the environment decides which, and a misspelt one ends it.
 */
#include "shared/core/planted_bug.h"

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

#define CHANCES 10

/* The child's exit code: how often of ten times lost_release was due, and each third lost_event. */
static int ask_child(const char *setting)
{
    int status;
    const pid_t child = fork();
    if (child == 0) {
        const struct rlimit no_core = {0, 0};
        int due = 0;
        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)setenv("PAYBUS_PLANTED_BUG", setting, 1);
        for (int i = 0; i < CHANCES; i++)
            due += PLANTED_BUG(lost_release) + PLANTED_BUG_EACH(lost_event, 3);
        _exit(due);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void test_setting_decides(void **state)
{
    (void)state;
#if PAYBUS_CRASH_POINTS
    const int always = CHANCES, each_third = CHANCES / 3, refused = -SIGABRT;
#else
    const int always = 0, each_third = 0, refused = 0; /* compiled out: nothing reads the setting */
#endif
    assert_int_equal(ask_child(""), 0);
    assert_int_equal(ask_child("lost_release"), always);
    assert_int_equal(ask_child("lost_event"), each_third);
    assert_int_equal(ask_child("unsorted_locks"), 0);
    assert_int_equal(ask_child("lost_releases"), refused);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_setting_decides)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
