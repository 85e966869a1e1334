/* crash_point.h - named places where a test may kill, stop or delay the process; nothing in release builds.
   PAYBUS_CRASH_POINT="name:n" raises SIGKILL at the n-th pass of that name; PAYBUS_CRASH_POINT="name:n:stop"
   SIGSTOP. */
#ifndef SHARED_IO_CRASH_POINT_H
#define SHARED_IO_CRASH_POINT_H

#if PAYBUS_CRASH_POINTS
void crash_point(const char *name);
#else
#define crash_point(name) ((void)0)
#endif

#endif
