/* bus_discard.c - received messages end in bulk. natsMsg_Destroy hands each to nats.c's collector under one
   mutex of the whole process and wakes it: with a reply per request that was more than half of ingress's
   futex calls. */
#include <string.h>

#include "shared/io/bus_internal.h"

#define KEPT_BYTES_MAX (16 << 10) /* a large message must not wait for others */

void bus_bin_init(struct bus_bin *bin)
{
    monitor_init(&bin->monitor);
    bin->count = 0;
}

static void destroy_all(natsMsg *const *messages, int count)
{
    for (int i = 0; i < count; i++)
        natsMsg_Destroy(messages[i]);
}

void bus_bin_destroy(struct bus_bin *bin)
{
    destroy_all(bin->messages, bin->count);
    monitor_destroy(&bin->monitor);
}

void bus_discard(struct bus *bus, natsMsg *message)
{
    if (!message)
        return;
    if (natsMsg_GetDataLength(message) > KEPT_BYTES_MAX) {
        natsMsg_Destroy(message);
        return;
    }
    struct bus_bin *bin = &bus->bin;
    natsMsg *full[BUS_BIN_MAX];
    int count = 0;
    monitor_lock(&bin->monitor);
    bin->messages[bin->count++] = message;
    if (bin->count == BUS_BIN_MAX) {
        memcpy(full, bin->messages, sizeof(full));
        count = bin->count;
        bin->count = 0;
    }
    monitor_unlock(&bin->monitor);
    destroy_all(full, count);
}
