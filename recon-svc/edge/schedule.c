/* schedule.c - see schedule.h. */
#include "recon-svc/edge/schedule.h"

#include <sodium.h>

#include "recon-svc/edge/recon_metrics.h"
#include "recon-svc/store/run_rows.h"
#include "shared/core/clock.h"

/* After a full run that failed: incremental ones have their turn meanwhile. */
#define FULL_AGAIN_MS INT64_C(600000)
#define MS_PER_S      1000
#define S_PER_H       3600

void schedule_draw_interval(struct schedule *s)
{
    int64_t seconds = s->config->interval_seconds;
    s->interval_s = seconds - seconds / 10 + randombytes_uniform((uint32_t)(seconds / 5) + 1);
}

void schedule_init(struct schedule *s, const struct recon_config *config, struct store *store)
{
    int64_t now_ms = clock_monotonic_ms();
    *s = (struct schedule){
        .config = config, .store = store, .last_end_ms = now_ms, .last_full_end_ms = now_ms};
    schedule_draw_interval(s);
    metric_set(recon_metrics.interval, config->interval_seconds);
}

enum status schedule_look(struct schedule *s, struct schedule_due *ret_due)
{
    struct run_ages ages;
    enum status status = run_last_ends(s->store, &ages);
    if (status != STATUS_OK)
        return status;
    int64_t now_ms = clock_monotonic_ms();
    if (ages.any_s >= 0)
        s->last_end_ms = now_ms - ages.any_s * MS_PER_S;
    if (ages.full_s >= 0)
        s->last_full_end_ms = now_ms - ages.full_s * MS_PER_S;
    recon_metrics_set_last_ends(&ages);
    bool is_full_due = ages.full_s < 0 || ages.full_s >= s->config->full_hours * S_PER_H;
    bool is_any_due = ages.any_s < 0 || ages.any_s >= s->interval_s;
    ret_due->full = is_full_due && now_ms >= s->full_again_ms;
    ret_due->any = ret_due->full || (is_any_due && now_ms >= s->again_ms);
    return STATUS_OK;
}

void schedule_tell_missed(const struct schedule *s)
{
    int64_t now_ms = clock_monotonic_ms(), since_s = (now_ms - s->last_end_ms) / MS_PER_S,
            full_since_s = (now_ms - s->last_full_end_ms) / MS_PER_S;
    metric_set(recon_metrics.runs_missed, since_s / (s->config->interval_seconds + 1));
    metric_set(recon_metrics.full_runs_missed, full_since_s / (s->config->full_hours * S_PER_H + 1));
}

void schedule_put_off(struct schedule *s, bool is_full)
{
    if (is_full)
        s->full_again_ms = clock_monotonic_ms() + FULL_AGAIN_MS;
    else
        s->again_ms = clock_monotonic_ms() + s->interval_s * MS_PER_S;
}
