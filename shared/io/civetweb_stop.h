/* civetweb_stop.h - ends a civetweb server without its wait. */
#ifndef SHARED_IO_CIVETWEB_STOP_H
#define SHARED_IO_CIVETWEB_STOP_H

#include <civetweb.h>

/* mg_stop() returns once civetweb's accepting thread has woken up, which takes up to 2 s on a quiet server: a
   connection to its own port on loopback wakes it at once. On another address it takes those 2 s. */
void civetweb_stop(struct mg_context *server);

#endif
