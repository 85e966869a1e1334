/* bounds.c - see bounds.h. */
#include "ingress/store/bounds.h"

const struct uuid UUID_LAST = {
    .bytes = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}};

void bounds_param_time(struct db_params *p, int64_t us, int64_t unbounded)
{
    if (us == unbounded) {
        db_param_null(p);
    } else {
        db_param_time(p, us);
    }
}
