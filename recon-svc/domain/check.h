/* check.h - what a run can find: one row per reason in check.def. Pure. */
#ifndef RECON_DOMAIN_CHECK_H
#define RECON_DOMAIN_CHECK_H

#include "shared/core/buf.h"

enum check {
#define CHECK(code, number, severity, family, scope, sentence) CHECK_##code,
#include "recon-svc/domain/check.def"
#undef CHECK
    CHECK_COUNT
};
/* How bad: money that is not explained, records that are not right, something that is late. */
enum severity { SEVERITY_critical, SEVERITY_error, SEVERITY_warning };
/* Which runs can tell that it is gone. */
enum scope { SCOPE_EACH, SCOPE_FULL_ONLY, SCOPE_IN_STREAM, SCOPE_COUNT };

struct check_row {
    const char *code, *number, *family;
    enum severity severity;
    enum scope scope;
    const char *sentence;
};
const struct check_row *check_row(enum check c);
const char *severity_word(enum severity s);
/* STATUS_NOT_FOUND for a code that no check has. */
NODISCARD enum status check_find(struct str code, enum check *ret_check);

/* The families of a run's summary, in their order; NULL-ended. Every check's family is one of them. */
extern const char *const check_families[];

#endif
