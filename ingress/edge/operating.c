/* operating.c - see operating.h. */
#include "ingress/edge/operating.h"

#include "shared/core/clock.h"
#include "shared/io/admin_http.h"

void operating_livez(struct exchange *ex)
{
    exchange_raw(ex, 200, JSON_TYPE, STR_LIT("{\"status\":\"live\"}"));
}

void operating_readyz(struct exchange *ex)
{
    struct buf body CLEANUP(buf_free);
    buf_init(&body, 4096);
    int status = admin_readyz(ex->ingress->checks, INGRESS_CHECKS, &body);
    exchange_raw(ex, status, JSON_TYPE, (struct str){body.data, body.len});
}

/* One look at a dependency. */
static bool check(const struct readiness_check *c, char *ret_detail, unsigned detail_size,
                  int64_t *ret_latency_us)
{
    int64_t start_us = clock_monotonic_us();
    ret_detail[0] = '\0';
    bool ok = c->is_ready(c->context, ret_detail, detail_size);
    *ret_latency_us = clock_monotonic_us() - start_us;
    return ok;
}

static void write_health(struct exchange *ex, bool detailed)
{
    struct json_out out = exchange_json(ex);
    bool all_ok = true;
    json_object_open(&out);
    if (detailed) {
        json_key(&out, "dependencies");
        json_array_open(&out);
    }
    for (int i = 0; i < INGRESS_CHECKS; i++) {
        char detail[80];
        int64_t latency_us;
        bool ok = check(&ex->ingress->checks[i], detail, sizeof(detail), &latency_us);
        all_ok = all_ok && ok;
        if (detailed) {
            json_object_open(&out);
            json_key(&out, "name");
            json_cstr(&out, ex->ingress->checks[i].name);
            json_key(&out, "ok");
            json_bool(&out, ok);
            json_key(&out, "latency_ms");
            json_int(&out, (latency_us + 999) / 1000);
            json_key(&out, "detail");
            json_cstr(&out, detail);
            json_object_close(&out);
        }
    }
    if (detailed) {
        json_array_close(&out);
    }
    json_key(&out, "status");
    json_cstr(&out, all_ok ? "ok" : "degraded");
    json_object_close(&out);
    ex->status = all_ok ? 200 : 503;
}

void operating_health(struct exchange *ex)
{
    write_health(ex, false);
}

void operating_health_detailed(struct exchange *ex)
{
    write_health(ex, true);
}

void operating_metrics(struct exchange *ex)
{
    buf_reset(&ex->answer);
    metrics_write(&ex->answer);
    ex->status = 200;
    ex->content_type = "text/plain; version=0.0.4; charset=utf-8";
}

void operating_openapi(struct exchange *ex)
{
    exchange_page(ex, JSON_TYPE, (struct str){ex->ingress->openapi.data, ex->ingress->openapi.len});
}

void operating_problem(struct exchange *ex)
{
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        enum outcome o = (enum outcome)i;
        if (!str_eq_c(ex->id, outcome_code(o)) || outcome_http_status(o) < 400) {
            continue;
        }
        struct json_out out = exchange_json(ex);
        json_object_open(&out);
        json_key(&out, "code");
        json_cstr(&out, outcome_code(o));
        json_key(&out, "status");
        json_int(&out, outcome_http_status(o));
        json_key(&out, "title");
        json_cstr(&out, outcome_sentence(o));
        json_key(&out, "retryable");
        json_bool(&out, outcome_is_retryable(o));
        json_object_close(&out);
        return;
    }
    exchange_refuse(ex, OUTCOME_not_found, NULL);
}
