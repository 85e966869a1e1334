/* cast.h - accounts of a test by name, so that tables of cases can be read: in a path or a body @alice stands
   for her account's id, and ' for ". */
#ifndef TESTS_E2E_CAST_H
#define TESTS_E2E_CAST_H

#include <stddef.h>

#define CAST_MAX       32
#define CAST_NAME_SIZE 32

/* A name that is there already stands for the new id from now on. */
void cast_add(const char *name, const char *id);
/* Aborts the test when the name is not known. */
const char *cast_id(const char *name);
void cast_text(const char *text, char *ret_text, size_t size);

#endif
