/* lookup.h - the addresses of receivers' host names, looked up by getaddrinfo in threads of its own: it
   follows the machine's own rules (hosts, resolv.conf), which another resolver would have to be taught, and
   it blocks, which nobody who sends may. An owner has two of the threads, one if slow names are theirs, and
   all who have slow names have half of them: whoever has none finds a thread, also beside many who have.
   What was found is good for five seconds, and for a minute while it is looked up again; what was not is
   asked for ever more seldom. */
#ifndef WEBHOOK_EDGE_LOOKUP_H
#define WEBHOOK_EDGE_LOOKUP_H

#include "shared/io/webhook_target.h"

struct lookup;
/* notify is called from any thread when something was found. */
struct lookup_options {
    bool development;
    void (*notify)(void *context);
    void *context;
};
NODISCARD enum status lookup_open(const struct lookup_options *options, struct lookup **ret_lookup);
/* Does not wait for names that are being looked up; notify is not called any more. NULL-safe. */
void lookup_close(struct lookup *l);

/* To be called once a second: other threads take the place of those that hang. */
void lookup_tend(struct lookup *l);

struct lookup_result {
    enum status status; /* as webhook_target_resolve's */
    struct webhook_addresses addresses;
    char reason[WEBHOOK_REASON_SIZE];
};
/* False: not yet; it is looked up now, and notify tells when to ask again. */
bool lookup_find(struct lookup *l, const char *owner, const struct webhook_target *target,
                 struct lookup_result *ret_result);

#endif
