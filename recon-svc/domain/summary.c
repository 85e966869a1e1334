/* summary.c - see summary.h. */
#include "recon-svc/domain/summary.h"

#include <string.h>

#include "shared/core/json_out.h"

void summary_write(const int64_t counts[CHECK_COUNT], struct buf *out)
{
    struct json_out json;
    json_out_init(&json, out);
    json_object_open(&json);
    for (size_t f = 0; check_families[f] != NULL; f++) {
        int64_t sum = 0;
        for (int c = 0; c < CHECK_COUNT; c++)
            sum += strcmp(check_row((enum check)c)->family, check_families[f]) == 0 ? counts[c] : 0;
        json_key(&json, check_families[f]);
        json_int(&json, sum);
    }
    json_object_close(&json);
}
