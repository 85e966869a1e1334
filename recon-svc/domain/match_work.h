/* match_work.h - a statement and our entries while they are being matched. */
#ifndef RECON_DOMAIN_MATCH_WORK_H
#define RECON_DOMAIN_MATCH_WORK_H

#include "recon-svc/domain/statement_match.h"

/* Amount and day of a place. */
struct spot {
    int64_t amount;
    int32_t day;
    size_t place;
};
struct spots {
    struct spot *at;
    size_t count;
};
/* Places of lines or of entries. */
struct places {
    size_t *at;
    size_t count;
};
struct match_work {
    const struct match_input *in;
    bool *line_done, *entry_done;
    struct uuid *named; /* by line: the transaction that its reference names; zero: none */
    struct match_pair *pairs;
    size_t count, max, groups;
    struct places lines, entries;           /* of the pass under way */
    struct places left_lines, left_entries; /* of the group under way */
    struct spots line_spots, entry_spots;   /* in the end */
};

const struct statement_line *match_line(const struct match_work *w, size_t place);
const struct match_entry *match_entry(const struct match_work *w, size_t place);
/* Is it of the statement's days? What is of others is another statement's business, unless a line is about
 * it. */
bool match_is_of_statement(const struct match_work *w, size_t entry);
/* The next pair; both sides of it are done with. */
void match_add(struct match_work *w, enum statement_result result, size_t line, size_t entry,
               const int64_t expected_actual[2]);
/* The same with the amounts of the pair itself, as a group of its own. */
void match_add_alone(struct match_work *w, enum statement_result result, size_t line, size_t entry);

/* match_group.c: lines and entries of one reference. What stays open is left for the end. */
void match_group(struct match_work *w, struct places lines, struct places entries);
/* match_by_amount.c: lines that name nothing, by amount and day, where there is only one on either side. */
void match_by_amount(struct match_work *w);

#endif
