/* script.c - see script.h. */
#include "tests/sim/script.h"

#include <stdlib.h>

static void *grown(void *array, size_t count, size_t *cap, size_t size)
{
    if (count < *cap) {
        return array;
    }
    *cap = *cap == 0 ? 64 : 2 * *cap;
    void *larger = realloc(array, *cap * size);
    if (larger == NULL) {
        abort();
    }
    return larger;
}

void script_free(struct script *s)
{
    free(s->steps);
    free(s->commands);
    *s = (struct script){0};
}

void script_add_step(struct script *s, const struct script_step *step)
{
    s->steps = grown(s->steps, s->step_count, &s->step_cap, sizeof(*s->steps));
    s->steps[s->step_count] = *step;
    s->steps[s->step_count].first = s->command_count;
    s->steps[s->step_count++].count = 0;
}

void script_add_command(struct script *s, const struct intent *in)
{
    s->commands = grown(s->commands, s->command_count, &s->command_cap, sizeof(*s->commands));
    s->commands[s->command_count++] = (struct script_command){
        .intent = *in, .made_account = -1, .made_hold = -1, .made_transaction = -1, .made_endpoint = -1};
    s->steps[s->step_count - 1].count++;
}

bool script_keep_only(struct script *s, const char *numbers)
{
    for (size_t i = 0; i < s->command_count; i++) {
        s->commands[i].is_left_out = true;
    }
    while (*numbers != '\0') {
        char *end;
        unsigned long long number = strtoull(numbers, &end, 10);
        if (end == numbers || number >= s->command_count || (*end != ',' && *end != '\0')) {
            return false;
        }
        s->commands[number].is_left_out = false;
        numbers = *end == ',' ? end + 1 : end;
    }
    return true;
}
