/* Every line must be one JSON object whatever is logged, however long it is and whoever else writes. */
#include "shared/io/log.h"

#include <assert.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/core/buf.h"
#include "shared/core/timefmt.h"

static int saved_stderr = -1;

/* From here to capture_end standard error goes to a file; returns its descriptor. */
static int capture_begin(void)
{
    char path[] = "/tmp/paybus-log-XXXXXX";
    const int fd = mkostemp(path, O_APPEND | O_CLOEXEC);
    assert_true(fd >= 0);
    (void)unlink(path);
    saved_stderr = dup(STDERR_FILENO);
    assert_true(dup2(fd, STDERR_FILENO) >= 0);
    return fd;
}

static char *capture_end(int fd)
{
    (void)dup2(saved_stderr, STDERR_FILENO);
    (void)close(saved_stderr);
    const off_t size = lseek(fd, 0, SEEK_END);
    char *text = calloc(1, (size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(pread(fd, text, (size_t)size, 0), size);
    (void)close(fd);
    return text;
}

static json_t *parse_line(const char *line)
{
    json_error_t error;
    json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    if (object == NULL)
        fail_msg("%s: %s", error.text, line);
    return object;
}

static const char *member(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void test_line_has_header_and_fields(void **state)
{
    (void)state;
    log_init("ledger-svc", "i-1", LOG_INFO);
    const int fd = capture_begin();
    log_event(LOG_WARN, "batch_failed", log_str("sqlstate", "40001"), log_int("size", INT64_MIN),
              log_bool("again", true), log_str("none", NULL));
    char *text = capture_end(fd);
    assert_int_equal(strcspn(text, "\n"), strlen(text) - 1);
    json_t *object = parse_line(text);
    int64_t at;
    assert_int_equal(time_parse(str_of(member(object, "ts")), &at), STATUS_OK);
    assert_int_equal(strlen(member(object, "ts")), TIME_TEXT_SIZE - 1);
    assert_string_equal(member(object, "level"), "warn");
    assert_string_equal(member(object, "service"), "ledger-svc");
    assert_string_equal(member(object, "instance"), "i-1");
    assert_string_equal(member(object, "event"), "batch_failed");
    assert_string_equal(member(object, "sqlstate"), "40001");
    assert_true(json_integer_value(json_object_get(object, "size")) == INT64_MIN);
    assert_true(json_is_true(json_object_get(object, "again")));
    assert_true(json_is_null(json_object_get(object, "none")));
    json_decref(object);
    free(text);
}

static void test_strings_are_escaped(void **state)
{
    static const struct {
        const char *name, *given, *wanted;
    } cases[] = {
        {"plain", "abc", "abc"},
        {"quote and backslash", "a\"b\\c", "a\"b\\c"},
        {"a second line cannot be forged", "x\n{\"level\":\"info\"}", "x\n{\"level\":\"info\"}"},
        {"controls", "\x01\x1f\x7f\t", "\x01\x1f\x7f\t"},
        {"utf-8 of each length", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x92\xb6",
         "\xc3\xa9\xe2\x82\xac\xf0\x9f\x92\xb6"},
        {"lone continuation", "a\x80z", "a\xef\xbf\xbdz"},
        {"cut character", "a\xe2\x82", "a\xef\xbf\xbd\xef\xbf\xbd"},
        {"overlong", "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"surrogate", "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"beyond unicode", "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    };
    (void)state;
    log_init("s", "", LOG_INFO);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int fd = capture_begin();
        log_event(LOG_INFO, "e", log_str("v", cases[i].given));
        char *text = capture_end(fd);
        assert_int_equal(strcspn(text, "\n"), strlen(text) - 1);
        json_t *object = parse_line(text);
        if (strcmp(member(object, "v"), cases[i].wanted) != 0)
            fail_msg("%s: %s", cases[i].name, text);
        json_decref(object);
        free(text);
    }
}

/* Every length around the limit, with characters of one to four bytes and an escape, stays valid and within 4
 * KiB. */
static void test_long_lines_are_cut_validly(void **state)
{
    static const char *const units[] = {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x92\xb6", "\n", "\""};
    (void)state;
    log_init("s", "", LOG_INFO);
    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
        for (size_t start = 0; start < 200; start++) {
            struct buf value CLEANUP(buf_free);
            buf_init(&value, 8192);
            const size_t wanted = 3850 + start;
            while (value.len + strlen(units[u]) <= wanted)
                buf_add_str(&value, units[u]);
            const int fd = capture_begin();
            log_event(LOG_INFO, "e", log_str("v", value.data), log_int("n", 1234567), log_str("w", "end"));
            char *text = capture_end(fd);
            assert_true(strlen(text) <= 4096);
            json_t *object = parse_line(text);
            const bool whole = strcmp(member(object, "v"), value.data) == 0 && member(object, "w") != NULL &&
                               strcmp(member(object, "w"), "end") == 0;
            assert_true(whole != json_is_true(json_object_get(object, "truncated")));
            json_decref(object);
            free(text);
        }
    }
}

static void test_level_holds_back(void **state)
{
    enum log_level level = LOG_DEBUG;
    (void)state;
    log_init("s", "", LOG_WARN);
    const int fd = capture_begin();
    log_event(LOG_INFO, "unseen");
    log_set_level(LOG_DEBUG);
    log_event(LOG_DEBUG, "seen");
    char *text = capture_end(fd);
    assert_null(strstr(text, "unseen"));
    assert_non_null(strstr(text, "\"event\":\"seen\"}\n"));
    free(text);
    assert_int_equal(log_get_level(), LOG_DEBUG);
    assert_int_equal(log_level_parse("error", &level), STATUS_OK);
    assert_int_equal(level, LOG_ERROR);
    assert_int_equal(log_level_parse("verbose", &level), STATUS_INVALID);
    assert_int_equal(level, LOG_ERROR);
}

/* A reader that stalls may cost lines, counted, but never blocks the service and never joins two lines. */
static void test_full_pipe_drops_and_counts(void **state)
{
    int ends[2];
    static char text[1 << 20];
    (void)state;
    log_init("s", "", LOG_INFO);
    assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    saved_stderr = dup(STDERR_FILENO);
    (void)dup2(ends[1], STDERR_FILENO);
    const int64_t before = log_dropped_total();
    for (int i = 0; i < 2000; i++)
        log_event(LOG_INFO, "e", log_str("v", "some text to fill the pipe sooner"), log_int("i", i));
    const int64_t lost = log_dropped_total() - before;
    ssize_t len = read(ends[0], text, sizeof text - 1);
    log_event(LOG_INFO, "after");
    len += read(ends[0], text + len, sizeof text - 1 - (size_t)len);
    (void)dup2(saved_stderr, STDERR_FILENO);
    (void)close(saved_stderr);
    (void)close(ends[0]);
    (void)close(ends[1]);
    text[len] = '\0';
    int64_t whole = 0;
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        if (*line != '\0') {
            json_decref(parse_line(line));
            whole++;
        }
    }
    assert_true(lost > 0);
    assert_int_equal(whole + lost, 2001);
}

static void *write_many(void *name)
{
    for (int i = 0; i < 500; i++) {
        log_event(LOG_INFO, "thread", log_str("name", name), log_int("i", i));
        log_set_level(i % 2 == 0 ? LOG_DEBUG : LOG_INFO);
    }
    return NULL;
}

static void test_threads_do_not_mix_lines(void **state)
{
    static char names[4][4] = {"t0", "t1", "t2", "t3"};
    pthread_t threads[4];
    (void)state;
    log_init("s", "", LOG_INFO);
    const int fd = capture_begin();
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, names[i]), 0);
    for (int i = 0; i < 4; i++)
        (void)pthread_join(threads[i], NULL);
    char *text = capture_end(fd);
    int lines = 0;
    char *rest = text;
    for (char *line = strsep(&rest, "\n"); rest != NULL; line = strsep(&rest, "\n"), lines++)
        json_decref(parse_line(line));
    assert_int_equal(lines, 4 * 500);
    free(text);
}

static void assert_that(bool holds)
{
    assert(holds);
}

/* What does not hold is a line of the log like any other. */
static void test_assertion_is_logged(void **state)
{
    (void)state;
    int status = 0;
    const int fd = capture_begin();
    const pid_t pid = fork();
    if (pid == 0)
        assert_that(fd < 0);
    const pid_t ended = waitpid(pid, &status, 0);
    char *text = capture_end(fd);
    assert_int_equal(ended, pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    json_t *object = parse_line(text);
    assert_string_equal(member(object, "event"), "assertion_failed");
    assert_string_equal(member(object, "assertion"), "holds");
    assert_string_equal(member(object, "function"), "assert_that");
    json_decref(object);
    free(text);
}

static int levels_asked;

static enum log_level next_level(void)
{
    levels_asked++;
    return LOG_WARN;
}

/* The level may be found out by something that counts. */
static void test_level_is_asked_for_once(void **state)
{
    (void)state;
    const int fd = capture_begin();
    log_event(next_level(), "e");
    free(capture_end(fd));
    assert_int_equal(levels_asked, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_has_header_and_fields), cmocka_unit_test(test_strings_are_escaped),
        cmocka_unit_test(test_long_lines_are_cut_validly), cmocka_unit_test(test_level_holds_back),
        cmocka_unit_test(test_full_pipe_drops_and_counts), cmocka_unit_test(test_threads_do_not_mix_lines),
        cmocka_unit_test(test_level_is_asked_for_once),    cmocka_unit_test(test_assertion_is_logged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
