/* bounds.c - see bounds.h. */
#include "ingress/store/bounds.h"

#define ID_SLACK_US   INT64_C(1000000) /* an id is made of its object's time, cut to milliseconds */
#define ID_TIME_BYTES 6
#define LOOKED_AT_MAX 20000 /* as in the statements that go through one list */
#define PAGES_MIN     4

const struct uuid UUID_LAST = {
    .bytes = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}};

struct uuid bounds_first_id(int64_t from_us)
{
    struct uuid id = {0};
    if (from_us > ID_SLACK_US) {
        id = uuid7_make(from_us - ID_SLACK_US, 0, 0);
    }
    return id;
}

struct uuid bounds_end_id(const struct uuid *before, int64_t until_us)
{
    struct uuid last = UUID_LAST;
    if (until_us <= TIME_LAST_US - ID_SLACK_US) {
        last = uuid7_make(until_us + ID_SLACK_US, 0, 0);
    }
    return uuid_compare(before, &last) < 0 ? *before : last;
}

int64_t bounds_time_of_id(const struct uuid *id, int64_t fallback_us)
{
    int64_t ms = 0;
    for (int i = 0; i < ID_TIME_BYTES; i++) {
        ms = ms << 8 | id->bytes[i];
    }
    bool is_ours = id->bytes[ID_TIME_BYTES] >> 4 == 7 && ms <= TIME_LAST_US / 1000;
    return is_ours ? ms * 1000 : fallback_us;
}

int64_t bounds_looked_at(int64_t accounts, int64_t limit)
{
    int64_t of_each = LOOKED_AT_MAX / (accounts > 0 ? accounts : 1);
    return of_each > PAGES_MIN * limit ? of_each : PAGES_MIN * limit;
}

void bounds_param_time(struct db_params *p, int64_t us, int64_t unbounded)
{
    if (us == unbounded) {
        db_param_null(p);
    } else {
        db_param_time(p, us);
    }
}
