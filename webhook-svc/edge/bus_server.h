/* bus_server.h - nats-server's own figures, read from its monitoring port whenever ours are asked for:
 * paybus_nats_*. */
#ifndef WEBHOOK_EDGE_BUS_SERVER_H
#define WEBHOOK_EDGE_BUS_SERVER_H

/* From now on, for the life of the process. url is "http://127.0.0.1:8222", borrowed for life; "": nothing is
   read, and there are no such series. */
void bus_server_watch(const char *url);

#endif
