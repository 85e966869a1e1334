/* secret_file.h - a short secret in a file that only its owner may read. */
#ifndef SHARED_IO_SECRET_FILE_H
#define SHARED_IO_SECRET_FILE_H

#include <stddef.h>

#include "shared/core/sealed.h"

/* The keys that seal secrets, from PAYBUS_SECRETS_KEY_FILE; why not is logged. */
NODISCARD enum status secret_file_read_keys(const char *path, struct seal_keys *ret_keys);

#endif
