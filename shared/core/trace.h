/* trace.h - W3C Trace Context level 1: parse and write the traceparent header. Pure. */
#ifndef SHARED_CORE_TRACE_H
#define SHARED_CORE_TRACE_H

#include "shared/core/buf.h"

#define TRACEPARENT_HEADER "traceparent"
#define TRACEPARENT_SIZE   56 /* "00-<32>-<16>-01" and NUL */
#define TRACE_ID_SIZE      33

struct trace {
    uint8_t trace_id[16], span_id[8];
    uint8_t flags;
};

/* STATUS_INVALID for anything the specification tells us to ignore (then start a new trace). */
NODISCARD enum status trace_parse(struct str header, struct trace *ret_trace);
void trace_format(const struct trace *t, char ret_text[TRACEPARENT_SIZE]);
/* The 32 hex digits of the trace id, for logs. */
void trace_id_format(const struct trace *t, char ret_text[TRACE_ID_SIZE]);
/* The same of a traceparent; "" if it is none. Returns ret_text. */
const char *trace_id_of(struct str traceparent, char ret_text[TRACE_ID_SIZE]);

#endif
