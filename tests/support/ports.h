/* ports.h - free loopback ports for private servers, below the range that the kernel hands out to clients. */
#ifndef TESTS_SUPPORT_PORTS_H
#define TESTS_SUPPORT_PORTS_H

#include <stdbool.h>

/* A port nobody listens on now; aborts when there is none. PAYBUS_TEST_PORTS="first-last" narrows the range
   (20000-31999). Another process may take it before the caller does: start again with another one then. */
int port_free(void);
bool port_answers(int port); /* a TCP connection to 127.0.0.1 is accepted */

#endif
