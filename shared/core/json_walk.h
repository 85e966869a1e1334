/* json_walk.h - JSON that one of our own programs wrote, read where it stands: once over the text, nothing is
   made of what nobody asks for. What clients send is read by json_in.h. Pure. */
#ifndef SHARED_CORE_JSON_WALK_H
#define SHARED_CORE_JSON_WALK_H

#include "shared/core/buf.h"

struct json_walk {
    struct str text;
    size_t at; /* the value to come */
};
struct json_walk json_walk_of(struct str text);

/* Each takes the value to come; false: it is none, or not of that kind. Where the walk is then is open. */
NODISCARD bool json_walk_skip(struct json_walk *w);
NODISCARD bool json_walk_text(struct json_walk *w, struct str *ret_text);     /* of whatever value */
NODISCARD bool json_walk_string(struct json_walk *w, struct str *ret_string); /* without escapes in it */
NODISCARD bool json_walk_int(struct json_walk *w, int64_t *ret_value);

/* Takes the value of the member of this name (as it is written), or of an item of an array, whose name is
   empty; false ends the walk. */
typedef bool json_walk_reader(struct json_walk *w, struct str name, void *context);
NODISCARD bool json_walk_object(struct json_walk *w, json_walk_reader *read, void *context);
NODISCARD bool json_walk_array(struct json_walk *w, json_walk_reader *read, void *context);

#endif
