/* sim.c - the simulation of the ledger's core: random batches from seeds against an independent model, no
   server. sim [--seeds N] [--first S] [--steps K] [--twice] [--shrink] [--only N,N,...] [--plant]: prints a
   hash per seed, and at failure how to run it again. --shrink finds the few commands that make it fail,
   --only runs those of a seed and prints them, --plant puts an error into the model for --shrink to find. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "shared/core/parse.h"
#include "tests/sim/shrink.h"
#include "tests/sim/tally.h"

struct settings {
    int64_t seeds, first, steps;
    bool twice;  /* run each seed again and compare the hashes */
    bool shrink; /* what fails */
    bool plant;
    const char *only; /* numbers of commands; NULL: all */
};

static bool read_settings(int argc, char **argv, struct settings *ret)
{
    static const struct option options[] = {
        {"seeds", required_argument, NULL, 'n'}, {"first", required_argument, NULL, 'f'},
        {"steps", required_argument, NULL, 's'}, {"twice", no_argument, NULL, 't'},
        {"shrink", no_argument, NULL, 'k'},      {"only", required_argument, NULL, 'o'},
        {"plant", no_argument, NULL, 'p'},       {NULL, 0, NULL, 0}};
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
        case 'k':
            ret->shrink = true;
            break;
        case 'o':
            ret->only = optarg;
            break;
        case 'p':
            ret->plant = true;
            break;
        default:
            return false;
        }
    }
    return status == STATUS_OK && optind == argc;
}

static struct run_options options_of(const struct settings *s, int64_t seed)
{
    return (struct run_options){.seed = (uint64_t)seed, .steps = (size_t)s->steps, .has_error = s->plant};
}

/* The seed's commands as they were made, then only those that were asked for. */
static bool run_only(const struct settings *s, int64_t seed)
{
    struct run_result result;
    struct script script;
    const struct run_options options = options_of(s, seed);
    run_seed(&options, &script, &result);
    bool ok = script_keep_only(&script, s->only);
    if (ok) {
        shrink_print(&options, &script);
    }
    script_free(&script);
    return ok;
}

static void print_failure(const struct settings *s, const struct run_options *options, struct script *script,
                          const struct run_result *result)
{
    (void)printf("FAILED %s\nagain: sim --seeds 1 --first %" PRIu64 " --steps %" PRId64 "\n", result->error,
                 options->seed, s->steps);
    if (s->shrink && shrink(options, script) > 0) {
        shrink_print(options, script);
    }
}

static bool run_and_print(const struct settings *s, int64_t seed)
{
    struct run_result result;
    struct script script;
    const struct run_options options = options_of(s, seed);
    run_seed(&options, &script, &result);
    (void)printf("seed %" PRId64
                 ": %zu commands, %zu entries, %zu known answers, %zu splits, hash %016" PRIx64 "\n",
                 seed, result.commands, result.entries, result.replays, result.splits, result.hash);
    if (!result.ok) {
        print_failure(s, &options, &script, &result);
    }
    script_free(&script);
    if (!result.ok) {
        return false;
    }
    if (s->twice) {
        uint64_t hash = result.hash;
        run_seed(&options, NULL, &result);
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
        (void)fprintf(stderr,
                      "usage: sim [--seeds N] [--first S] [--steps K] [--twice] [--shrink] [--only N,N,...] "
                      "[--plant]\n");
        return EXIT_FAILURE;
    }
    for (int64_t seed = s.first; seed < s.first + s.seeds; seed++) {
        if (s.only != NULL ? !run_only(&s, seed) : !run_and_print(&s, seed)) {
            return EXIT_FAILURE;
        }
    }
    tally_print();
    return EXIT_SUCCESS;
}
