/* readiness.h - what /readyz looks at, as figures: who is not ready serves nobody, and an alert should say
 * so. */
#ifndef SHARED_IO_READINESS_H
#define SHARED_IO_READINESS_H

#include <stddef.h>

#include "shared/io/service.h"

#define READINESS_CHECKS_MAX 4

/* paybus_dependency_up{dependency}: the checks are asked at each exposition until the service stops. Once, at
   start, when they may be asked; checks is borrowed for life. */
void readiness_export(const struct readiness_check *checks, size_t count);

#endif
