/* clock.h - reading the machine's clocks; the only impure file of core, never called from a domain. */
#ifndef SHARED_CORE_CLOCK_H
#define SHARED_CORE_CLOCK_H

#include <stdint.h>

int64_t clock_unix_us(void);      /* CLOCK_REALTIME, microseconds */
int64_t clock_monotonic_us(void); /* CLOCK_MONOTONIC, microseconds */
int64_t clock_monotonic_ms(void);

#endif
