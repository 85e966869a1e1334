/* metrics_process.c - reads /proc/self; opens and closes everything at each exposition. */
#include "shared/io/metrics_internal.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define MICRO 1000000

static void write_gauge(struct buf *out, const char *name, const char *help, int64_t value)
{
    metrics_write_header(out, name, "gauge", help);
    buf_addf(out, "%s %" PRId64 "\n", name, value);
}

static void write_cpu(struct buf *out)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return;
    const int64_t us = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    metrics_write_header(out, "process_cpu_seconds_total", "counter", "CPU time used, user and system.");
    buf_add_str(out, "process_cpu_seconds_total ");
    metrics_write_decimal(out, usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + us / MICRO, us % MICRO);
    buf_add_char(out, '\n');
}

static void write_memory(struct buf *out)
{
    int64_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL)
        return;
    if (fscanf(file, "%*d %" SCNd64, &pages) == 1)
        write_gauge(out, "process_resident_memory_bytes", "Memory that is in RAM.",
                    pages * sysconf(_SC_PAGESIZE));
    (void)fclose(file);
}

static void write_files(struct buf *out)
{
    struct rlimit limit;
    DIR *dir = opendir("/proc/self/fd");
    if (dir != NULL) {
        int64_t count = -1; /* the directory itself is open too */
        for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir))
            count += entry->d_name[0] != '.';
        (void)closedir(dir);
        write_gauge(out, "process_open_fds", "Open file descriptors.", count);
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur <= INT64_MAX)
        write_gauge(out, "process_max_fds", "Limit of open file descriptors.", (int64_t)limit.rlim_cur);
}

/* When the machine started, in seconds since 1970. */
static bool read_boot_time(int64_t *ret_seconds)
{
    char text[256];
    bool found = false;
    FILE *file = fopen("/proc/stat", "re");
    if (file == NULL)
        return false;
    while (!found && fgets(text, sizeof text, file) != NULL)
        found = sscanf(text, "btime %" SCNd64, ret_seconds) == 1;
    (void)fclose(file);
    return found;
}

static void write_threads_and_start(struct buf *out)
{
    char text[1024];
    int64_t threads, started_ticks, boot;
    FILE *file = fopen("/proc/self/stat", "re");
    if (file == NULL)
        return;
    const size_t len = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    text[len] = '\0';
    const char *after_name = strrchr(text, ')'); /* the name itself may hold blanks */
    if (after_name == NULL ||
        sscanf(after_name,
               ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %" SCNd64
               " %*d %" SCNd64,
               &threads, &started_ticks) != 2)
        return;
    write_gauge(out, "process_threads", "Threads of the process.", threads);
    if (read_boot_time(&boot))
        write_gauge(out, "process_start_time_seconds", "When the process started, in seconds since 1970.",
                    boot + started_ticks / sysconf(_SC_CLK_TCK));
}

void metrics_write_process(struct buf *out)
{
    write_cpu(out);
    write_memory(out);
    write_files(out);
    write_threads_and_start(out);
}
