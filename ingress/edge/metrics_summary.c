/* metrics_summary.c - see metrics_summary.h. From the counters of /metrics: nothing is asked for. */
#include "ingress/edge/metrics_summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define US_PER_MS  1000
#define RATE_PARTS 10000 /* four digits after the point */

static bool is_of_api(const struct route *r)
{
    return strncmp(r->pattern, "/v1/", strlen("/v1/")) == 0;
}

static bool is_reversal(const struct route *r)
{
    return r->command != NULL && strcmp(r->command, "transaction.reverse") == 0;
}

/* Those that post a transaction for each good answer. */
static bool moves_money(const struct route *r)
{
    static const char *const commands[] = {"deposit.create",     "withdrawal.create", "transfer.create",
                                           "transaction.create", "exchange.create",   "hold.capture"};
    for (size_t i = 0; r->command != NULL && i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(r->command, commands[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* part of all with four digits; null of nothing. */
static void write_rate(struct json_out *out, const char *key, int64_t part, int64_t all)
{
    char text[32];
    json_key(out, key);
    if (all == 0) {
        json_write_null(out);
        return;
    }
    int64_t parts = part * RATE_PARTS / all;
    int len = snprintf(text, sizeof(text), "%" PRId64 ".%04" PRId64, parts / RATE_PARTS, parts % RATE_PARTS);
    json_raw(out, (struct str){text, (size_t)len});
}

static void write_totals(struct json_out *out, const struct http_totals *t)
{
    char text[32];
    json_key(out, "count");
    json_int(out, t->count);
    write_rate(out, "success_rate", t->succeeded, t->count);
    write_rate(out, "refusal_rate", t->refused, t->count);
    write_rate(out, "failure_rate", t->failed, t->count);
    json_key(out, "mean_latency_ms");
    if (t->count == 0) {
        json_write_null(out);
        return;
    }
    int64_t us = t->duration_us / t->count;
    int len = snprintf(text, sizeof(text), "%" PRId64 ".%03" PRId64, us / US_PER_MS, us % US_PER_MS);
    json_raw(out, (struct str){text, (size_t)len});
}

void metrics_summary(struct exchange *ex)
{
    const struct http_metrics *m = &ex->ingress->metrics;
    struct http_totals all = {0}, money = {0}, reversals = {0};
    http_metrics_sum(m, is_of_api, &all);
    http_metrics_sum(m, moves_money, &money);
    http_metrics_sum(m, is_reversal, &reversals);
    struct json_out out = exchange_json(ex);
    json_object_open(&out);
    json_key(&out, "since");
    json_time(&out, m->since_us);
    json_key(&out, "requests");
    json_object_open(&out);
    write_totals(&out, &all);
    json_object_close(&out);
    json_key(&out, "transactions");
    json_object_open(&out);
    write_totals(&out, &money);
    write_rate(&out, "refund_rate", reversals.created, money.created);
    json_object_close(&out);
    json_object_close(&out);
}
