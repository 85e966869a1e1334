/* test_api_document.c - docs/API.md names every route of the table and every code of outcome.def. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingress/edge/routes.h"
#include "shared/core/outcome.h"

#define DOCUMENT     "docs/API.md"
#define THIS_FILE    "tests/unit/ingress/test_api_document.c"
#define DOCUMENT_MAX ((size_t)1 << 20)

static char *document;

/* The document lies beside this file's tree. */
static int set_up(void **state)
{
    (void)state;
    const char *here = __FILE__;
    size_t root = strlen(here) - strlen(THIS_FILE);
    char path[4096];
    (void)snprintf(path, sizeof(path), "%.*s%s", (int)root, here, DOCUMENT);
    FILE *f = fopen(path, "re");
    document = calloc(1, DOCUMENT_MAX);
    if (f == NULL || document == NULL) {
        return -1;
    }
    size_t len = fread(document, 1, DOCUMENT_MAX - 1, f);
    (void)fclose(f);
    return len > 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    free(document);
    return 0;
}

static void test_every_code_has_its_row(void **state)
{
    (void)state;
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        enum outcome o = (enum outcome)i;
        char row[256];
        (void)snprintf(row, sizeof(row), "| %d | `%s` | %s | %s |", outcome_http_status(o), outcome_code(o),
                       outcome_is_retryable(o) ? "yes" : "no", outcome_sentence(o));
        if (outcome_http_status(o) >= 400 && strstr(document, row) == NULL) {
            fail_msg("docs/API.md lacks the row: %s", row);
        }
    }
}

static void test_every_route_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < ingress_route_count; i++) {
        const char *pattern = ingress_routes[i].pattern;
        const char *last = strrchr(pattern, '/'); /* "/freeze, /unfreeze, /close" stand together */
        bool is_part = strncmp(pattern, "/docs/", 6) == 0;
        if (!is_part && strstr(document, pattern) == NULL && strstr(document, last) == NULL) {
            fail_msg("docs/API.md does not name %s", pattern);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_has_its_row),
        cmocka_unit_test(test_every_route_is_named),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
