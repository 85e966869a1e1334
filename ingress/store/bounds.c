/* bounds.c - see bounds.h. */
#include "ingress/store/bounds.h"

#define ID_SLACK_US INT64_C(1000000) /* an id is made of its object's time, cut to milliseconds */

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

void bounds_param_time(struct db_params *p, int64_t us, int64_t unbounded)
{
    if (us == unbounded) {
        db_param_null(p);
    } else {
        db_param_time(p, us);
    }
}
