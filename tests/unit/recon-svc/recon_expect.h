/* recon_expect.h - what was found, as text that a table of cases can hold: "debits_mismatch 5 6;" in the
   order of finding, without amounts "entry_note_mismatch;". */
#ifndef TESTS_UNIT_RECON_EXPECT_H
#define TESTS_UNIT_RECON_EXPECT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "recon-svc/domain/anomaly.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static inline void expect_found(const char *name, struct anomalies *found, const char *wanted)
{
    char text[2048] = "";
    size_t len = 0;
    for (size_t i = 0; i < found->count; i++) {
        const struct anomaly *a = &found->all[i];
        len += (size_t)snprintf(text + len, sizeof text - len, "%s", check_row(a->check)->code);
        if (a->has_amounts) {
            len += (size_t)snprintf(text + len, sizeof text - len, " %lld %lld", (long long)a->expected,
                                    (long long)a->actual);
        }
        len += (size_t)snprintf(text + len, sizeof text - len, ";");
    }
    if (strcmp(text, wanted) != 0) {
        fail_msg("%s: found \"%s\", wanted \"%s\"", name, text, wanted);
    }
    anomalies_free(found);
}

#endif
