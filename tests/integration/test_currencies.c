/* test_currencies.c - the currencies of the code and those of the database are the same list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "shared/core/currency.h"
#include "tests/support/database.h"

static void test_same_list(void **state)
{
    (void)state;
    struct database d = {0};
    database_create_migrated(&d);
    PGconn *conn = database_connect(&d, "paybus_ingress");
    PGresult *r = PQexec(conn, "select code, exponent, name from api.currencies order by code");
    size_t count;
    const struct currency *list = currency_list(&count);
    assert_int_equal(PQntuples(r), count);
    for (size_t i = 0; i < count; i++) {
        char exponent[12];
        (void)snprintf(exponent, sizeof(exponent), "%d", list[i].exponent);
        assert_string_equal(PQgetvalue(r, (int)i, 0), list[i].code);
        assert_string_equal(PQgetvalue(r, (int)i, 1), exponent);
        assert_string_equal(PQgetvalue(r, (int)i, 2), list[i].name);
    }
    PQclear(r);
    PQfinish(conn);
    database_destroy(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_list)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
