/* cmd_dead_letter_record.c - webhook-svc tells what became of work that it gave up: a fact of the audit
   trail, dead_letter.created, .replayed or .discarded. Nothing is refused; its source lets it be written
   once. */
#include "ledger-svc/domain/event.h"

#define OPEN       "{\"status\":\"open\"}"
#define TEXT_FIXED 512 /* of the JSON but for the texts */

struct dead_letter_record {
    struct uuid dead_letter, work;
    bool has_work;
    struct str happened, kind, event_type, error, note;
    int64_t attempts;
};

static const struct {
    const char *happened, *fact, *status;
    struct str before;
} happenings[] = {{"created", "dead_letter.created", "open", {NULL, 0}},
                  {"replayed", "dead_letter.replayed", "replayed", STR_LIT(OPEN)},
                  {"discarded", "dead_letter.discarded", "discarded", STR_LIT(OPEN)}};

void *dead_letter_record_decode(const struct command_envelope *e, struct arena *a)
{
    struct dead_letter_record *d = arena_alloc(a, sizeof(*d));
    if (d == NULL) {
        return NULL;
    }
    *d = (struct dead_letter_record){.happened = json_get_str(e->data, "happened"),
                                     .kind = json_get_str(e->data, "kind"),
                                     .event_type = json_get_str(e->data, "event_type"),
                                     .error = json_get_str(e->data, "error"),
                                     .note = json_get_str(e->data, "note"),
                                     .attempts = json_get_int(e->data, "attempts", 0)};
    (void)json_get_id(e->data, "dead_letter", "dl", &d->dead_letter);
    d->has_work = json_get_id(e->data, "work", "wrk", &d->work);
    return d;
}

void dead_letter_record_needs(const struct command *c, struct needs *n, struct arena *a)
{
    (void)c, (void)n, (void)a;
}

static void write_text(struct json_out *json, const char *name, struct str text)
{
    json_key(json, name);
    if (text.len > 0) {
        json_str(json, text);
    } else {
        json_write_null(json);
    }
}

/* {"status","work","kind","event_type","error","attempts","note"?} */
static struct str after_text(struct ledger *l, const struct dead_letter_record *d, const char *status)
{
    struct json_out json;
    size_t texts = d->error.len + d->event_type.len + d->note.len;
    json_out_init(&json, ledger_scratch(l, TEXT_FIXED + JSON_ESCAPE_MAX * texts));
    json_object_open(&json);
    json_key(&json, "status");
    json_cstr(&json, status);
    json_key(&json, "work");
    if (d->has_work) {
        json_typeid(&json, "wrk", &d->work);
    } else {
        json_write_null(&json);
    }
    write_text(&json, "kind", d->kind);
    write_text(&json, "event_type", d->event_type);
    write_text(&json, "error", d->error);
    json_key(&json, "attempts");
    json_int(&json, d->attempts);
    if (d->note.len > 0) {
        write_text(&json, "note", d->note);
    }
    json_object_close(&json);
    return ledger_keep(l);
}

static void answer(struct ledger *l, const struct dead_letter_record *d, struct answer *ret_answer)
{
    struct json_out json;
    json_out_init(&json, ledger_scratch(l, TEXT_FIXED));
    json_object_open(&json);
    json_key(&json, "dead_letter");
    json_typeid(&json, "dl", &d->dead_letter);
    json_key(&json, "happened");
    json_str(&json, d->happened);
    json_object_close(&json);
    answer_with(ret_answer, OUTCOME_created, ledger_keep(l));
}

void dead_letter_record_decide(struct ledger *l, const struct command *c, struct answer *ret_answer)
{
    const struct dead_letter_record *d = c->data;
    size_t i = 0;
    while (!str_eq_c(d->happened, happenings[i].happened)) { /* the spec knows the same words */
        i++;
    }
    const struct event_row fact = {.type = happenings[i].fact,
                                   .resource = "dead_letter",
                                   .object_id = d->dead_letter,
                                   .before = happenings[i].before,
                                   .after = after_text(l, d, happenings[i].status)};
    event_add(l, c, &fact);
    answer(l, d, ret_answer);
}
