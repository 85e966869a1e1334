/* problem.h - application/problem+json of RFC 9457, written into a buffer. Pure. */
#ifndef SHARED_CORE_PROBLEM_H
#define SHARED_CORE_PROBLEM_H

#include "shared/core/buf.h"
#include "shared/core/json_out.h"
#include "shared/core/outcome.h"

#define PROBLEM_ERRORS_MAX 16

struct problem_error {
    char pointer[256]; /* JSON Pointer (RFC 6901) into the body, "?name" of a parameter, or a header's name */
    char detail[200];
};
struct problem {
    enum outcome outcome;
    char detail[256];      /* empty: left out */
    struct str request_id; /* empty: left out */
    size_t error_count;
    struct problem_error errors[PROBLEM_ERRORS_MAX];
};

void problem_init(struct problem *p, enum outcome o);
void problem_detail(struct problem *p, const char *format, ...) PRINTF_LIKE(2, 3);
/* Beyond PROBLEM_ERRORS_MAX further ones are dropped. */
void problem_add_error(struct problem *p, const char *pointer, const char *format, ...) PRINTF_LIKE(3, 4);
/* {"type":"/problems/<code>","title":..,"status":..,"code":..,"detail":..,"request_id":..,"errors":[..]}
   problem_open leaves the object open for the members of the case (available, required). */
void problem_open(const struct problem *p, struct json_out *out);
void problem_close(struct json_out *out);
void problem_write(const struct problem *p, struct buf *out); /* open and close */

#endif
