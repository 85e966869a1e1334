/* object_id.c - see object_id.h. */
#include "shared/contract/object_id.h"

#include "shared/core/typeid.h"

static const struct {
    const char *resource, *prefix;
} objects[] = {{"account", "acct"}, {"transaction", "txn"}, {"hold", "hold"},
               {"key", "key"},      {"dead_letter", "dl"},  {"webhook_endpoint", "we"}};
#define OBJECT_COUNT (sizeof(objects) / sizeof(objects[0]))

const char *object_id_prefix(struct str resource)
{
    for (size_t i = 0; i < OBJECT_COUNT; i++) {
        if (str_eq_c(resource, objects[i].resource)) {
            return objects[i].prefix;
        }
    }
    return "object";
}

enum status object_id_parse(struct str text, struct uuid *ret_id)
{
    for (size_t i = 0; i < OBJECT_COUNT; i++) {
        if (typeid_parse(objects[i].prefix, text, ret_id) == STATUS_OK) {
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}
