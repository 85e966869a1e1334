/* json_scan.h - what the parser does not tell: depth beforehand, where an error lies, integers beyond int64.
   Pure. Private to json_in.c; each walks the text once, outside of strings. */
#ifndef SHARED_CORE_JSON_SCAN_H
#define SHARED_CORE_JSON_SCAN_H

#include "shared/core/buf.h"

/* Whether brackets nest at most max deep. Cheap, for texts of any kind. */
bool json_scan_depth_within(struct str text, int max);
/* Whether there are at most max values: one for each bracket that opens and for each comma. Cheap, as above.
 */
bool json_scan_values_within(struct str text, int max);
/* Replaces each integer beyond int64 by the nearest int64, padded with spaces so that positions stay. */
void json_scan_clamp_integers(char *text, size_t len);
/* Appends the JSON Pointer of the member that the parser had reached at this byte: text[0..position) must be
   the beginning of valid JSON within JSON_DEPTH_MAX. */
void json_scan_locate(struct str text, size_t position, struct buf *out);
/* The text of a member's value as it stands in an object that has passed the parser; data NULL: there is
 * none. */
struct str json_scan_member(struct str object, struct str name);
/* Appends "/" and the token with ~ and / escaped as RFC 6901 says. */
void json_scan_add_pointer(struct buf *out, struct str token);

#endif
