/* trial.c - see trial.h. */
#include "tests/e2e/trial.h"

#include "shared/core/clock.h"

void trial_start(struct trial *t, const struct mix_options *options)
{
    t->mix = mix_open(options);
    evidence_read(options->harness, 0, &t->before);
    mix_start(t->mix);
}

int trial_finish(struct trial *t, FILE *out)
{
    const struct harness *h = mix_harness(t->mix);
    struct evidence after;
    struct call_log log;
    bool learned = mix_stop(t->mix, &log);
    t->mix = NULL;
    int64_t start_us = clock_monotonic_us();
    evidence_read(h, t->before.last_event, &after);
    int complaints = replay_check(&t->before, &after, &log, out) + (learned ? 0 : 1);
    (void)fprintf(stderr, "%zu facts replayed in %lld ms, %d complaints\n", after.fact_count,
                  (long long)(clock_monotonic_us() - start_us) / 1000, complaints);
    evidence_free(&after);
    evidence_free(&t->before);
    call_log_free(&log);
    return complaints;
}
