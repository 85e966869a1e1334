/* fault_proxy.h - a TCP proxy in a thread of the test that misbehaves on command: slow, cut, silent in one
   direction, deaf, or eating the answer of a COMMIT. Stands between a process and PostgreSQL or nats-server
   on loopback. */
#ifndef TESTS_SUPPORT_FAULT_PROXY_H
#define TESTS_SUPPORT_FAULT_PROXY_H

enum fault {
    FAULT_NONE,           /* pass everything on */
    FAULT_DELAY,          /* each piece arrives late, in both directions */
    FAULT_CUT,            /* connections end with a reset, new ones too */
    FAULT_MUTE_TO_SERVER, /* what the client sends does not arrive; it comes late if the fault ends first */
    FAULT_MUTE_TO_CLIENT, /* the same for what the server sends */
    FAULT_DEAF            /* new connections are neither accepted nor refused */
};
enum fault_protocol { FAULT_PROTOCOL_ANY, FAULT_PROTOCOL_POSTGRES };
enum fault_direction { FAULT_TO_SERVER, FAULT_TO_CLIENT };
struct fault_proxy;

/* Listens on a free port and connects each client to target_port. What cannot work aborts the test. */
struct fault_proxy *fault_proxy_start(int target_port, enum fault_protocol protocol);
int fault_proxy_port(const struct fault_proxy *p);
/* Holds for all connections when it returns. delay_ms is for FAULT_DELAY. One thread sets faults. */
void fault_proxy_set(struct fault_proxy *p, enum fault fault, int delay_ms);
/* The next times PostgreSQL reports COMMIT on any connection, the report and all that follows is dropped, and
   the connection is cut a moment later. Only with FAULT_PROTOCOL_POSTGRES. */
void fault_proxy_swallow_commits(struct fault_proxy *p, int times);
int fault_proxy_swallowed(const struct fault_proxy *p); /* how many reports were dropped so far */
/* The connection on which the n-th of PostgreSQL's messages from now would pass in that direction ends before
   it: what came before has arrived, it and all after it have not. 0: none does. Only with
   FAULT_PROTOCOL_POSTGRES. */
void fault_proxy_cut_at(struct fault_proxy *p, enum fault_direction direction, int message);
int fault_proxy_cuts(const struct fault_proxy *p); /* how many connections ended so */
void fault_proxy_stop(struct fault_proxy *p);      /* NULL-safe */

#endif
