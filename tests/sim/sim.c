/* sim.c - the simulation of the ledger's core: random batches from seeds against an independent model, no
   server. sim [--seeds N] [--first S] [--steps K] [--twice]: prints a hash per seed, and at failure how to
   run it again. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "shared/core/parse.h"
#include "tests/sim/run.h"

struct settings {
    int64_t seeds, first, steps;
    bool twice; /* run each seed again and compare the hashes */
};

static bool read_settings(int argc, char **argv, struct settings *ret)
{
    static const struct option options[] = {{"seeds", required_argument, NULL, 'n'},
                                            {"first", required_argument, NULL, 'f'},
                                            {"steps", required_argument, NULL, 's'},
                                            {"twice", no_argument, NULL, 't'},
                                            {NULL, 0, NULL, 0}};
    int option;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'n':
            status = parse_int64(str_of(optarg), 1, INT32_MAX, &ret->seeds);
            break;
        case 'f':
            status = parse_int64(str_of(optarg), 0, INT64_MAX / 2, &ret->first);
            break;
        case 's':
            status = parse_int64(str_of(optarg), 1, INT32_MAX, &ret->steps);
            break;
        case 't':
            ret->twice = true;
            break;
        default:
            return false;
        }
    }
    return status == STATUS_OK && optind == argc;
}

static bool run_and_print(const struct settings *s, int64_t seed)
{
    struct run_result result;
    run_seed((uint64_t)seed, (size_t)s->steps, &result);
    (void)printf("seed %" PRId64
                 ": %zu commands, %zu entries, %zu known answers, %zu splits, hash %016" PRIx64 "\n",
                 seed, result.commands, result.entries, result.replays, result.splits, result.hash);
    if (!result.ok) {
        (void)printf("FAILED %s\nagain: sim --seeds 1 --first %" PRId64 " --steps %" PRId64 "\n",
                     result.error, seed, s->steps);
        return false;
    }
    if (s->twice) {
        uint64_t hash = result.hash;
        run_seed((uint64_t)seed, (size_t)s->steps, &result);
        if (result.hash != hash) {
            (void)printf("FAILED: the same seed gave another hash, %016" PRIx64 "\n", result.hash);
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    struct settings s = {.seeds = 200, .first = 1, .steps = 20};
    if (!read_settings(argc, argv, &s)) {
        (void)fprintf(stderr, "usage: sim [--seeds N] [--first S] [--steps K] [--twice]\n");
        return EXIT_FAILURE;
    }
    for (int64_t seed = s.first; seed < s.first + s.seeds; seed++) {
        if (!run_and_print(&s, seed)) {
            return EXIT_FAILURE;
        }
    }
    run_print_answers();
    return EXIT_SUCCESS;
}
