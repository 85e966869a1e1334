/* camt_file.h - a camt.053 statement while it is read: which values have come, and what becomes of them. */
#ifndef RECON_DOMAIN_CAMT_FILE_H
#define RECON_DOMAIN_CAMT_FILE_H

#include "recon-svc/domain/statement.h"

enum camt_slot {
#define PATH(slot, path) CAMT_##slot,
#include "recon-svc/domain/camt_path.def"
#undef PATH
    CAMT_SLOTS
};
/* CAMT_SLOTS: nothing is read there. */
enum camt_slot camt_slot_of(const char *path);

#define CAMT_CODE_SIZE 8
struct camt_value {
    struct str text;               /* data NULL: it did not come */
    char currency[CAMT_CODE_SIZE]; /* of an Amt */
};
struct camt_part {
    struct camt_value amount;
    struct str side, reference, bank_reference, text;
};
struct camt_file {
    struct camt_value values[CAMT_SLOTS];
    struct camt_part *parts; /* of the Ntry under way */
    size_t part_count, part_cap;
    bool has_opening, has_closing, has_day_before; /* the last: the opening one is the closing one before */
    struct statement s;
    struct arena *arena;
    struct statement_refusal *refusal;
};

/* The element with that path below Stmt has ended. */
NODISCARD enum status camt_file_end(struct camt_file *f, const char *path);
/* All of it has come. */
NODISCARD enum status camt_file_finish(struct camt_file *f);

#endif
