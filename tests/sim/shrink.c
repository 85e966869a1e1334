/* shrink.c - see shrink.h. Large parts are tried first, then smaller ones, down to single commands, until
   none can be left out any more. */
#include "tests/sim/shrink.h"

#include <inttypes.h>
#include <stdio.h>

#define SHRINK_PART_MAX 1024

static bool still_fails(const struct run_options *options, const struct script *script)
{
    struct run_result result;
    run_script(options, script, &result);
    return !result.ok;
}

static size_t count_kept(const struct script *script)
{
    size_t kept = 0;
    for (size_t i = 0; i < script->command_count; i++) {
        kept += !script->commands[i].is_left_out;
    }
    return kept;
}

/* Leaves out up to count kept commands from at on, notes them, and gives how many they are. */
static size_t leave_out(struct script *script, size_t at, size_t count, size_t *ret_numbers)
{
    size_t n = 0;
    for (size_t i = at; i < script->command_count && n < count; i++) {
        if (!script->commands[i].is_left_out) {
            script->commands[i].is_left_out = true;
            ret_numbers[n++] = i;
        }
    }
    return n;
}

/* Tries to do without each part of so many commands; whether there was one. */
static bool drop_parts(const struct run_options *options, struct script *script, size_t size)
{
    static size_t numbers[SHRINK_PART_MAX];
    bool dropped = false;
    for (size_t at = 0; at < script->command_count;) {
        size_t n = leave_out(script, at, size, numbers);
        if (n == 0) {
            break;
        }
        at = numbers[n - 1] + 1;
        if (still_fails(options, script)) {
            dropped = true;
            continue;
        }
        for (size_t i = 0; i < n; i++) {
            script->commands[numbers[i]].is_left_out = false;
        }
    }
    return dropped;
}

size_t shrink(const struct run_options *options, struct script *script)
{
    if (!still_fails(options, script)) {
        return 0;
    }
    for (size_t size = SHRINK_PART_MAX; size > 1; size /= 2) {
        (void)drop_parts(options, script, size);
    }
    while (drop_parts(options, script, 1)) {
    }
    return count_kept(script);
}

void shrink_print(const struct run_options *options, const struct script *script)
{
    struct run_result result;
    struct run_options loud = *options;
    loud.is_loud = true;
    run_script(&loud, script, &result);
    (void)printf("%s\n%zu commands still fail; again: sim --seeds 1 --first %" PRIu64
                 " --steps %zu%s --only ",
                 result.ok ? "passes" : result.error, count_kept(script), options->seed, script->step_count,
                 options->has_error ? " --plant" : "");
    const char *separator = "";
    for (size_t i = 0; i < script->command_count; i++) {
        if (!script->commands[i].is_left_out) {
            (void)printf("%s%zu", separator, i);
            separator = ",";
        }
    }
    (void)printf("\n");
}
