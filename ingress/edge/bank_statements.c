/* bank_statements.c - see bank_statements.h. The same file is the same statement, so that no key is asked for
   and a request may be sent twice. */
#include "ingress/edge/bank_statements.h"

#include "ingress/edge/commands.h"
#include "shared/contract/bank_statement.h"
#include "shared/core/clock.h"

#define REQUEST_MAX           ((size_t)BANK_STATEMENT_MAX + 1024)
#define NO_RESPONDER_RETRY_MS 1000

static const struct {
    const char *type, *format;
} formats[] = {{"text/csv", "csv"}, {"application/xml", "camt.053"}, {"text/xml", "camt.053"}};
#define FORMATS (sizeof(formats) / sizeof(formats[0]))

const char *const bank_statement_types[] = {"text/csv", "application/xml", NULL};

/* NULL when it is none of them. */
static const char *format_of(const struct exchange *ex)
{
    for (size_t i = 0; i < FORMATS; i++) {
        if (http_head_has_file(&ex->head, formats[i].type)) {
            return formats[i].format;
        }
    }
    return NULL;
}

static void send(struct exchange *ex, const struct bank_statement_request *r)
{
    struct buf request CLEANUP(buf_free);
    buf_init(&request, REQUEST_MAX);
    bank_statement_request_write(r, &request);
    if (buf_status(&request) != STATUS_OK) {
        exchange_refuse(ex, OUTCOME_internal_error, NULL);
        return;
    }
    struct rpc_call call = {.subject = BANK_STATEMENT_ASK,
                            .data = request.data,
                            .len = (int)request.len,
                            .traceparent = ex->traceparent,
                            .deadline_us = clock_unix_us() + (ex->deadline_us - clock_monotonic_us()),
                            .no_responder_retry_ms = NO_RESPONDER_RETRY_MS};
    commands_request(ex, &call, "The service that does this is not available.");
}

void bank_statements_receive(struct exchange *ex)
{
    const struct param_value *account = exchange_param(ex, "account");
    const char *format = format_of(ex);
    if (format == NULL) {
        exchange_refuse(
            ex, OUTCOME_unsupported_media_type,
            "Send Content-Type: text/csv or application/xml, in UTF-8 and without a content coding.");
        return;
    }
    const struct bank_statement_request request = {.account =
                                                       account->is_set ? account->text : (struct str){0},
                                                   .owner = exchange_owner(ex),
                                                   .format = str_of(format),
                                                   .actor = str_of(ex->actor),
                                                   .file = ex->body};
    send(ex, &request);
}
