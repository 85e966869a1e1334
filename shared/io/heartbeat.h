/* heartbeat.h - paybus_heartbeat_timestamp_seconds{stage}: until when a stage of the way from a request to
   its last consequence has done all that it had to. Who finds nothing to do is up to date: a stage without
   work beats, one that hangs, or falls behind, does not. */
#ifndef SHARED_IO_HEARTBEAT_H
#define SHARED_IO_HEARTBEAT_H

#include <stdint.h>

struct heartbeat; /* of one of the threads of a stage */

/* At start. The stage beats as its slowest thread does; 0 until all have beaten. At most 64 threads in a
   process. */
struct heartbeat *heartbeat_add(const char *stage);
/* All that was there at this time (clock_monotonic_us) is done; 0: the stage is not done here, but by another
   instance. */
void heartbeat_until(struct heartbeat *h, int64_t monotonic_us);

#endif
