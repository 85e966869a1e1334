/* directories.c - where private servers keep their data. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/support/process.h"
#include "tests/support/servers.h"

#define REMOVE_TIMEOUT_MS 30000

void servers_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}

void servers_make_directory(char ret_path[SERVERS_PATH_SIZE])
{
    snprintf(ret_path, SERVERS_PATH_SIZE, "/tmp/paybus-test-XXXXXX");
    if (!mkdtemp(ret_path) || chmod(ret_path, 0755) != 0)
        servers_fail("cannot make a directory in /tmp");
}

void servers_remove_directory(const char *path)
{
    const char *const argv[] = {"rm", "-rf", "--one-file-system", path, NULL};
    if (process_run(&(struct process_spec){.argv = argv}, REMOVE_TIMEOUT_MS) != STATUS_OK)
        fprintf(stderr, "%s is left behind\n", path);
}
