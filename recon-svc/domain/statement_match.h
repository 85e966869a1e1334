/* statement_match.h - what of a statement is what of ours: by reference, amount, currency and days; one to
   one, one to many, many to one. What could be several is not guessed. Sorting is all that it costs: groups
   of one reference are compared as a whole and by equal amounts; which few of many might sum to a line is not
   searched. Pure but for its arena. */
#ifndef RECON_DOMAIN_STATEMENT_MATCH_H
#define RECON_DOMAIN_STATEMENT_MATCH_H

#include "recon-svc/domain/statement.h"
#include "shared/core/uuid.h"

#define MATCH_ENTRIES_MAX 100000
#define MATCH_LOOK_DAYS   7 /* beyond days_apart: to tell another date from what is missing */

enum statement_result {
#define RESULT(name, sentence) RESULT_##name,
#include "recon-svc/domain/statement_result.def"
#undef RESULT
    RESULT_COUNT
};
const char *statement_result_word(enum statement_result r);
const char *statement_result_sentence(enum statement_result r);

/* An entry of ours on the statement's account that no statement has been matched with. */
struct match_entry {
    struct uuid transaction;
    int64_t leg;
    int64_t amount; /* with the sign that the bank gives it */
    int32_t day;
    struct str reference; /* the transaction's; empty: none */
};
struct match_input {
    const struct statement *statement;
    const struct match_entry *entries; /* of its days, with days_apart and MATCH_LOOK_DAYS around them */
    size_t entry_count;
    int32_t days_apart; /* more than that is another date; as long an entry may come late */
};
#define MATCH_NONE SIZE_MAX
struct match_pair {
    enum statement_result result;
    size_t line, entry;       /* places in the input; MATCH_NONE: it has none on that side */
    size_t group;             /* pairs that explain each other; what is alone is a group of its own */
    int64_t expected, actual; /* of the group: what we have, what the bank has */
    bool is_lead;             /* the first of its group */
    bool explains;            /* it has a line and an entry, and the entry is in no pair before */
};
struct match_pairs {
    struct match_pair *all; /* by line; at the end those without one */
    size_t count;
};

/* STATUS_NO_MEMORY. */
NODISCARD enum status statement_match(const struct match_input *in, struct arena *arena,
                                      struct match_pairs *ret);

#endif
