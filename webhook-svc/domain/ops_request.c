/* ops_request.c - see ops_request.h. */
#include "webhook-svc/domain/ops_request.h"

#include <stdio.h>

#include "shared/core/timefmt.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT_MAX     255
#define TIME_MAX     64
#define ACTOR_MAX    64
#define TIMES_MAX    1000000
#define NOTE_MAX     500

static const char *const kinds[] = {
#define WORK_KIND(identifier, attempts) #identifier,
#include "webhook-svc/domain/work_kind.def"
#undef WORK_KIND
    NULL};

/* clang-format off */
#define KIND   {.name = "kind", .type = FIELD_ENUM, .words = kinds}
#define ACTOR  {.name = "actor", .type = FIELD_NAME, .min = 1, .max = ACTOR_MAX}
#define LIMIT  {.name = "limit", .type = FIELD_INT, .min = 1, .max = OPS_LIMIT_MAX}
#define LETTER {.name = "id", .type = FIELD_ID, .prefix = "dl", .not_found_as = OUTCOME_not_found}

static const struct field_spec filter_fields[] = {
    KIND,
    {.name = "event_type", .type = FIELD_STRING, .min = 1, .max = TEXT_MAX},
    {.name = "error_contains", .type = FIELD_STRING, .min = 1, .max = TEXT_MAX},
    {.name = "from", .type = FIELD_STRING, .min = 1, .max = TIME_MAX},
    {.name = "to", .type = FIELD_STRING, .min = 1, .max = TIME_MAX},
};
static const struct field_spec replay_fields[] = {
    LETTER,
    {.name = "event", .type = FIELD_ID, .prefix = "whe", .not_found_as = OUTCOME_not_found},
    {.name = "seq", .type = FIELD_INT, .min = 1, .max = INT64_MAX - 1},
    {.name = "filter", .type = FIELD_OBJECT, .members = filter_fields, .member_count = COUNT(filter_fields)},
    {.name = "dry_run", .type = FIELD_BOOL},
    LIMIT,
    ACTOR,
};
static const struct field_spec discard_fields[] = {
    LETTER,
    {.name = "seq", .type = FIELD_INT, .min = 1, .max = INT64_MAX - 1},
    {.name = "note", .type = FIELD_STRING, .min = 1, .max = NOTE_MAX},
    ACTOR,
};
static const struct field_spec list_fields[] = {
    KIND,
    LIMIT,
    {.name = "after", .type = FIELD_ID, .prefix = "dl", .not_found_as = OUTCOME_not_found},
};
static const struct field_spec inject_fields[] = {
    {.name = "event_id", .type = FIELD_STRING, .required = true, .min = 1, .max = TEXT_MAX},
    {.name = "provider", .type = FIELD_NAME, .min = 1, .max = 32},
    {.name = "times", .type = FIELD_INT, .required = true, .min = -1, .max = TIMES_MAX},
    ACTOR,
};
#define OWNER    {.name = "owner", .type = FIELD_NAME, .min = 1, .max = ACTOR_MAX}
#define ENDPOINT {.name = "id", .type = FIELD_ID, .required = true, .prefix = "we", .not_found_as = OUTCOME_not_found}
static const struct field_spec delivery_fields[] = {
    {.name = "id", .type = FIELD_ID, .required = true, .prefix = "dlv", .not_found_as = OUTCOME_not_found},
    OWNER,
    ACTOR,
};
static const struct field_spec endpoint_fields[] = {ENDPOINT, OWNER, ACTOR};
static const struct field_spec recovery_fields[] = {
    ENDPOINT,
    {.name = "since", .type = FIELD_STRING, .required = true, .min = 1, .max = TIME_MAX},
    {.name = "cursor", .type = FIELD_ID, .prefix = "dlv", .not_found_as = OUTCOME_invalid_value},
    OWNER,
    ACTOR,
};
/* clang-format on */

static enum status refuse(struct problem *ret_problem, const char *pointer, const char *detail)
{
    problem_init(ret_problem, OUTCOME_invalid_value);
    problem_add_error(ret_problem, pointer, "%s", detail);
    return STATUS_INVALID;
}

static struct str actor_of(const json_t *root)
{
    struct str actor = json_get_str(root, "actor");
    return actor.len > 0 ? actor : STR_LIT(OPS_ACTOR_DEFAULT);
}

static enum status read_time(const json_t *filter, const char *name, int64_t *ret_us,
                             struct problem *ret_problem)
{
    struct str text = json_get_str(filter, name);
    char pointer[32];
    if (text.len == 0 || time_parse(text, ret_us) == STATUS_OK)
        return STATUS_OK;
    (void)snprintf(pointer, sizeof pointer, "/filter/%s", name);
    return refuse(ret_problem, pointer, "must be a time like 2026-11-21T19:00:00Z");
}

static enum status read_filter(const json_t *filter, struct ops_request *r, struct problem *ret_problem)
{
    if (json_object_size(filter) == 0 && !r->dry_run)
        return refuse(ret_problem, "/filter",
                      "must say which: everything is put back by a time from which on");
    r->kind = json_get_str(filter, "kind");
    r->event_type = json_get_str(filter, "event_type");
    r->error_contains = json_get_str(filter, "error_contains");
    enum status s = read_time(filter, "from", &r->from_us, ret_problem);
    return s == STATUS_OK ? read_time(filter, "to", &r->to_us, ret_problem) : s;
}

enum status ops_read_replay(const json_t *root, struct ops_request *ret_request, struct problem *ret_problem)
{
    enum status s = json_check(root, replay_fields, COUNT(replay_fields), ret_problem);
    if (s != STATUS_OK)
        return s;
    const json_t *filter = json_object_get(root, "filter");
    struct ops_request r = {.actor = actor_of(root),
                            .seq = json_get_int(root, "seq", 0),
                            .dry_run = json_get_bool(root, "dry_run", false),
                            .limit = json_get_int(root, "limit", OPS_LIMIT_DEFAULT)};
    bool by_letter = json_get_id(root, "id", "dl", &r.id);
    bool by_event = !by_letter && json_get_id(root, "event", "whe", &r.id);
    int targets = by_letter + (json_object_get(root, "event") != NULL) + (r.seq > 0) + (filter != NULL);
    if (targets != 1)
        return refuse(ret_problem, "", "must have one of id, event, seq and filter");
    r.target = by_letter        ? OPS_DEAD_LETTER
               : by_event       ? OPS_EVENT
               : filter != NULL ? OPS_FILTER
                                : OPS_SEQUENCE;
    if (filter != NULL)
        s = read_filter(filter, &r, ret_problem);
    if (s == STATUS_OK)
        *ret_request = r;
    return s;
}

enum status ops_read_discard(const json_t *root, struct ops_request *ret_request, struct problem *ret_problem)
{
    enum status s = json_check(root, discard_fields, COUNT(discard_fields), ret_problem);
    if (s != STATUS_OK)
        return s;
    struct ops_request r = {
        .actor = actor_of(root), .seq = json_get_int(root, "seq", 0), .note = json_get_str(root, "note")};
    bool by_letter = json_get_id(root, "id", "dl", &r.id);
    if (by_letter == (r.seq > 0))
        return refuse(ret_problem, "", "must have one of id and seq");
    r.target = by_letter ? OPS_DEAD_LETTER : OPS_SEQUENCE;
    *ret_request = r;
    return STATUS_OK;
}

enum status ops_read_list(const json_t *root, struct ops_request *ret_request, struct problem *ret_problem)
{
    enum status s = json_check(root, list_fields, COUNT(list_fields), ret_problem);
    if (s != STATUS_OK)
        return s;
    *ret_request = (struct ops_request){.kind = json_get_str(root, "kind"),
                                        .limit = json_get_int(root, "limit", OPS_LIMIT_DEFAULT)};
    (void)json_get_id(root, "after", "dl", &ret_request->after);
    return STATUS_OK;
}

enum status ops_read_inject(const json_t *root, struct ops_request *ret_request, struct problem *ret_problem)
{
    enum status s = json_check(root, inject_fields, COUNT(inject_fields), ret_problem);
    if (s != STATUS_OK)
        return s;
    *ret_request = (struct ops_request){.event_id = json_get_str(root, "event_id"),
                                        .provider = json_get_str(root, "provider"),
                                        .times = json_get_int(root, "times", 0)};
    if (ret_request->provider.data == NULL)
        ret_request->provider = STR_LIT("");
    return STATUS_OK;
}

static struct ops_request about_webhooks(const json_t *root, const char *prefix)
{
    struct ops_request r = {.actor = actor_of(root), .owner = json_get_str(root, "owner")};
    (void)json_get_id(root, "id", prefix, &r.id);
    return r;
}

enum status ops_read_delivery(const json_t *root, struct ops_request *ret_request,
                              struct problem *ret_problem)
{
    enum status s = json_check(root, delivery_fields, COUNT(delivery_fields), ret_problem);
    if (s == STATUS_OK)
        *ret_request = about_webhooks(root, "dlv");
    return s;
}

enum status ops_read_endpoint(const json_t *root, struct ops_request *ret_request,
                              struct problem *ret_problem)
{
    enum status s = json_check(root, endpoint_fields, COUNT(endpoint_fields), ret_problem);
    if (s == STATUS_OK)
        *ret_request = about_webhooks(root, "we");
    return s;
}

enum status ops_read_recovery(const json_t *root, struct ops_request *ret_request,
                              struct problem *ret_problem)
{
    int64_t since_us = 0;
    enum status s = json_check(root, recovery_fields, COUNT(recovery_fields), ret_problem);
    if (s != STATUS_OK)
        return s;
    if (time_parse(json_get_str(root, "since"), &since_us) != STATUS_OK)
        return refuse(ret_problem, "/since", "must be a time like 2026-11-21T19:00:00Z");
    *ret_request = about_webhooks(root, "we");
    ret_request->from_us = since_us;
    (void)json_get_id(root, "cursor", "dlv", &ret_request->after);
    return STATUS_OK;
}
