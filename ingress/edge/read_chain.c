/* read_chain.c - the head of the hash chain, to be kept elsewhere. */
#include <sodium.h>

#include "ingress/edge/reads.h"
#include "ingress/store/events.h"
#include "shared/core/digest.h"

static void write_int(struct json_out *out, const char *key, int64_t value)
{
    json_key(out, key);
    json_int(out, value);
}

/* A hash in hex; zeros while there is none. */
static void write_hash(struct json_out *out, const char *key, struct str hash)
{
    static const uint8_t zeros[DIGEST_SIZE];
    char hex[2 * DIGEST_SIZE + 1];
    bool is_hash = hash.len == DIGEST_SIZE;
    (void)sodium_bin2hex(hex, sizeof(hex), is_hash ? (const uint8_t *)hash.data : zeros, DIGEST_SIZE);
    json_key(out, key);
    json_cstr(out, hex);
}

/* Before the first block everything is zero. */
void reads_chain(struct exchange *ex)
{
    PGresult *r CLEANUP(db_result_ptr) = NULL;
    struct chain_head head = {0};
    if (!reads_run(ex, events_chain_head, NULL, &r)) {
        return;
    }
    bool has_head = PQntuples(r) > 0;
    if (has_head) {
        chain_head_row(r, 0, &head);
    }
    struct json_out out = exchange_json(ex);
    json_object_open(&out);
    write_int(&out, "number", head.number);
    write_hash(&out, "hash", head.hash);
    write_hash(&out, "previous_hash", head.previous_hash);
    write_int(&out, "first_seq", head.first_seq);
    write_int(&out, "last_seq", head.last_seq);
    write_int(&out, "events", head.events);
    write_int(&out, "transactions", head.transactions);
    write_int(&out, "entries", head.entries);
    json_key(&out, "sealed_at");
    if (has_head) {
        json_time(&out, head.sealed_us);
    } else {
        json_write_null(&out);
    }
    json_object_close(&out);
}
