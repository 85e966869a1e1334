/* ndjson.h - a body of one JSON object a line, as the list that the same body in JSON would have. Pure. */
#ifndef INGRESS_DOMAIN_NDJSON_H
#define INGRESS_DOMAIN_NDJSON_H

#include "shared/core/json_in.h"

struct ndjson_limits {
    int lines_max;  /* beyond: one line more is read, so that the list is seen to be too long, and no other */
    int values_max; /* JSON values of a line */
};
/* Lines end with a line feed, which the last may lack; none is empty. *ret_list is a new reference. A line
   that is not JSON is named by its number, from 1, and "/list/index" for its errors' pointers. */
NODISCARD enum status ndjson_read(struct str text, const char *list, const struct ndjson_limits *limits,
                                  json_t **ret_list, struct problem *ret_problem);

#endif
