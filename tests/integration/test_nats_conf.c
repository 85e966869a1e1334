/* test_nats_conf.c - nats-server starts with the configuration of production, its own limits and the
   accounts' included. Elsewhere tests leave out the limits of the server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "shared/core/buf.h"
#include "tests/support/servers.h"

#define TEMPLATE PAYBUS_SOURCE_DIR "/compose/local/conf/nats.conf.in"
#define TEXT_MAX (64 << 10)
#define HOME     "@HOME@"

static void read_template(char ret_text[TEXT_MAX])
{
    FILE *f = fopen(TEMPLATE, "re");
    assert_non_null(f);
    size_t n = fread(ret_text, 1, TEXT_MAX - 1, f);
    ret_text[n] = '\0';
    (void)fclose(f);
}

/* From the limits on, with a directory of the test; names of passwords may stay as passwords. */
static void render(const char *template, const char *directory, struct buf *out)
{
    const char *from = strstr(template, "\njetstream {");
    assert_non_null(from);
    for (const char *at; (at = strstr(from, HOME)) != NULL; from = at + strlen(HOME)) {
        buf_add(out, from, (size_t)(at - from));
        buf_add_str(out, directory);
    }
    buf_add_str(out, from);
    assert_int_equal(buf_status(out), STATUS_OK);
}

static void it_starts(void **state)
{
    (void)state;
    static char text[TEXT_MAX];
    char directory[SERVERS_PATH_SIZE];
    struct servers_nats nats;
    CLEANUP(buf_free) struct buf settings = {0};
    buf_init(&settings, 2 * (size_t)TEXT_MAX);
    servers_make_directory(directory);
    read_template(text);
    render(text, directory, &settings);
    servers_nats_create(&nats, settings.data); /* aborts the test unless it starts */
    servers_nats_destroy(&nats);
    servers_remove_directory(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_starts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
