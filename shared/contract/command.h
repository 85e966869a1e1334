/* command.h - commands on the bus as ingress sends and ledger-svc reads them: subjects, bodies, replies.
   Pure. Subject pay.cmd.<resource>.<verb>, of bulk commands pay.cmd.bulk.<resource>.<verb> Body
   {"id","owner","actor","staff","key","fingerprint","source","deadline","traceparent","data"} Reply
   {"status":201,"replayed":false,"body":<exact bytes for the HTTP client>}, body always last */
#ifndef SHARED_CONTRACT_COMMAND_H
#define SHARED_CONTRACT_COMMAND_H

#include "shared/core/digest.h"
#include "shared/core/json_in.h"

#define COMMAND_SUBJECT_PREFIX "pay.cmd."
/* No command: whoever takes commands answers it with 200, and nothing happens. */
#define COMMAND_HEARTBEAT_SUBJECT COMMAND_SUBJECT_PREFIX "heartbeat.ask"
#define COMMAND_BULK_PREFIX       "pay.cmd.bulk."
#define COMMAND_KEY_MAX           255
#define COMMAND_OWNER_MAX         64
#define COMMAND_SOURCE_MAX        128
#define WEBHOOK_PROVIDER_MAX      32
#define WEBHOOK_EVENT_ID_MAX      255
#define WEBHOOK_EVENT_TYPE_MAX    100
#define WEBHOOK_PAYLOAD_MAX       (512 << 10) /* a body's payload, written canonically */
#define COMMAND_BATCH_MAX         1000        /* items of a bulk command */
#define COMMAND_ITEM_VALUES       64 /* JSON values of an item, with all the metadata that it may have */
#define COMMAND_BULK_VALUES       ((COMMAND_BATCH_MAX + 1) * COMMAND_ITEM_VALUES)

/* The data of each command: name ("transfer.create") and its fields; the one place that says what a body may
   hold. Ingress checks request bodies by it (and prints OpenAPI from it), ledger-svc decodes by it. */
struct command_spec {
    const char *name; /* "transfer.create": subject pay.cmd.transfer.create */
    const struct field_spec *fields;
    size_t field_count;
    const char *path_field; /* data field that comes from the route's {id}, not from the body; NULL: none */
    bool bulk;              /* a list of many items: it travels on subjects and to workers of its own */
};
const struct command_spec *command_spec_find(struct str name); /* NULL: unknown */
const struct command_spec *command_spec_list(size_t *ret_count);
/* What stands before the name in its subject. */
const char *command_subject_prefix(const struct command_spec *spec);
/* How many JSON values its data may have. */
int command_values_max(const struct command_spec *spec);

struct command_envelope {
    struct uuid id;            /* cmd_... */
    struct str owner;          /* whose key and, unless staff, whose accounts */
    struct str actor;          /* "key_...": who did it, for the audit trail */
    bool staff;                /* may act on every owner's objects */
    struct str key;            /* empty: none was given; the command id then stands for it */
    struct digest fingerprint; /* of the HTTP request: digest_request() */
    struct str source;         /* empty, or what caused it; has its effect once for ever */
    int64_t deadline_us;       /* unix microseconds, when the sender gives up; 0: not said */
    struct str traceparent;    /* W3C Trace Context; empty: none */
    const json_t *data;        /* checked by the command's spec; borrowed */
};
/* data_json is the canonical object. */
void command_write(const struct command_envelope *c, struct str data_json, struct buf *out);
/* Checks everything, data by spec. On success strings are borrowed from *ret_root, the caller's reference. */
NODISCARD enum status command_read(struct str body, const struct command_spec *spec, json_t **ret_root,
                                   struct command_envelope *ret_command, struct problem *ret_problem);

void reply_write(int status, bool replayed, struct str body, struct buf *out);
/* Slices the bytes; body is borrowed from text. STATUS_INVALID if it is not a reply. */
NODISCARD enum status reply_read(struct str text, int *ret_status, bool *ret_replayed, struct str *ret_body);

#endif
