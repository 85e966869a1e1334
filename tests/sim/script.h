/* script.h - what a run was asked, step by step, so that it or a part of it can be run again. */
#ifndef TESTS_SIM_SCRIPT_H
#define TESTS_SIM_SCRIPT_H

#include <stddef.h>

#include "tests/sim/intent.h"

/* One batch. */
struct script_step {
    int64_t now_us;      /* the database's clock */
    size_t first, count; /* of the commands */
    bool in_vain;        /* decided once before, and rolled back */
    bool few_bytes;      /* with little memory, so that it may be split */
    bool again;          /* once more afterwards: the answer to its COMMIT was lost */
};
struct script_command {
    struct intent intent;
    int made_account, made_hold, made_transaction,
        made_endpoint; /* their numbers in the first run; -1: none. Others name them by these */
    bool is_left_out;
};
struct script {
    struct script_step *steps;
    size_t step_count, step_cap;
    struct script_command *commands;
    size_t command_count, command_cap;
};

void script_free(struct script *s);
void script_add_step(struct script *s, const struct script_step *step);
/* To the last step. */
void script_add_command(struct script *s, const struct intent *in);
/* Leaves out all but the commands in a list of numbers, "3,17,42"; false when it is none. */
bool script_keep_only(struct script *s, const char *numbers);

#endif
