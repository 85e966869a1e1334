/* statement_seen.h - lines that earlier statements of the account had, each as often as the one of them that
   had it most: files that overlap, and one that is sent again after it was mended, tell of the same bookings,
   whether or not the bank numbers them. Pure but for its arena. */
#ifndef RECON_DOMAIN_STATEMENT_SEEN_H
#define RECON_DOMAIN_STATEMENT_SEEN_H

#include "recon-svc/domain/statement.h"

/* Good lines that are equal, in the order of the file. */
struct seen_group {
    size_t first, count;
    size_t seen; /* of them, the first ones */
    size_t had;  /* by the earlier statement under way */
};
struct statement_seen {
    struct statement *statement;
    size_t *order; /* places of lines, group by group */
    struct seen_group *groups;
    size_t group_count;
};

/* No line is seen yet. STATUS_NO_MEMORY. */
NODISCARD enum status statement_seen_begin(struct statement *s, struct arena *arena,
                                           struct statement_seen *ret);
/* What is added from now on is another earlier statement's. */
void statement_seen_open(struct statement_seen *seen);
/* A line of it: is_seen of the first line that is equal and not yet accounted for. */
void statement_seen_add(struct statement_seen *seen, const struct statement_line *earlier);

#endif
