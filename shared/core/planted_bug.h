/* planted_bug.h - faults that a test switches on by name, to see that the tests find them; nothing in release
   builds. PAYBUS_PLANTED_BUG="lost_event" makes PLANTED_BUG(lost_event) true; PLANTED_BUG_EACH(lost_event,
   1000) is true each thousandth time. */
#ifndef SHARED_CORE_PLANTED_BUG_H
#define SHARED_CORE_PLANTED_BUG_H

#include <stdbool.h>

enum planted_bug {
#define BUG(name) BUG_##name,
#include "shared/core/planted_bug.def"
#undef BUG
    PLANTED_BUG_COUNT
};

#if PAYBUS_CRASH_POINTS
bool planted_bug_is_due(enum planted_bug bug, int each);
#define PLANTED_BUG(name)         planted_bug_is_due(BUG_##name, 1)
#define PLANTED_BUG_EACH(name, n) planted_bug_is_due(BUG_##name, n)
#else
#define PLANTED_BUG(name)         false
#define PLANTED_BUG_EACH(name, n) false
#endif

#endif
