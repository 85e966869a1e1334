/* receiver.h - a real HTTP server that receives webhooks, well or badly: the path says how. What it received
 * is kept. */
#ifndef TESTS_SUPPORT_RECEIVER_H
#define TESTS_SUPPORT_RECEIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Paths begin with what is done: /ok, /500 and /fails, /301, /302 and /307 (both to an address within), /gone
   (410), /tardy_gone (410 after two seconds), /429 (Retry-After: 2), /later (429, Retry-After: 600), /hang
   (no answer until it stops), /slow (200, then a byte a second without end), /endless (200, then all that
   fits), /chunks (the same in chunks), /trailers (200, then trailers without end), /first_fails (500 until it
   knows the webhook-id), /sized_ and a number (200, so many bytes in all, head included). */
struct received {
    char path[64], host[64], id[64], timestamp[24], signature[128], type[64], traceparent[64];
    char *body;
    int64_t at_us; /* monotonic */
    int from_port; /* the same: on the same connection */
};
struct receiver;
/* On a free loopback port. */
struct receiver *receiver_start(void);
void receiver_stop(struct receiver *r);
int receiver_port(const struct receiver *r);
/* How much of the bodies without end it could write, until the connections were cut. */
int64_t receiver_endless(struct receiver *r);
/* How many came to that path, and how many of them under different ids. */
int receiver_count(struct receiver *r, const char *path);
int receiver_distinct(struct receiver *r, const char *path);
/* A copy of the n-th that came to that path; false: there is none. body is borrowed until receiver_stop. */
bool receiver_get(struct receiver *r, const char *path, int n, struct received *ret_received);
/* False when there are fewer after timeout_ms. */
bool receiver_wait(struct receiver *r, const char *path, int count, int timeout_ms);

#endif
