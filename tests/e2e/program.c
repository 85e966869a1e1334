/* program.c - see program.h. */
#include "tests/e2e/program.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "shared/core/clock.h"
#include "tests/e2e/client.h"
#include "tests/support/process.h"

#define LOG_TAIL_BYTES  6000
#define LOOK_EVERY_MS   5
#define READY_TIMEOUT_S 2
#define METRICS_SIZE    (1 << 18)

void program_init(struct program *p, const char *name, const char *path, const char *directory, int port)
{
    *p = (struct program){.name = name, .path = path, .port = port};
    (void)pthread_mutex_init(&p->mutex, NULL);
    (void)snprintf(p->log_file, sizeof p->log_file, "%s/%s.log", directory, name);
}

static int find_setting(const struct program *p, const char *name)
{
    size_t len = strlen(name);
    for (int i = 0; i < p->setting_count; i++)
        if (strncmp(p->settings[i], name, len) == 0 && p->settings[i][len] == '=')
            return i;
    return -1;
}

void program_set(struct program *p, const char *name, const char *format, ...)
{
    char value[PROGRAM_SETTING_SIZE / 2];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(value, sizeof value, format, args);
    va_end(args);
    (void)pthread_mutex_lock(&p->mutex);
    int i = find_setting(p, name);
    if (i < 0 && p->setting_count == PROGRAM_SETTINGS_MAX)
        servers_fail("%s: too many settings", p->name);
    if (i < 0)
        i = p->setting_count++;
    (void)snprintf(p->settings[i], sizeof p->settings[i], "%s=%s", name, value);
    (void)pthread_mutex_unlock(&p->mutex);
}

static void start_locked(struct program *p)
{
    const char *environment[PROGRAM_SETTINGS_MAX + 1] = {NULL};
    for (int i = 0; i < p->setting_count; i++)
        environment[i] = p->settings[i];
    const char *const argv[] = {p->path, NULL};
    struct process_spec spec = {.argv = argv, .environment = environment, .log_file = p->log_file};
    if (process_start(&spec, &p->pid) != STATUS_OK)
        servers_fail("%s cannot be started", p->path);
}

void program_start(struct program *p)
{
    (void)pthread_mutex_lock(&p->mutex);
    if (p->pid == 0)
        start_locked(p);
    (void)pthread_mutex_unlock(&p->mutex);
}

bool program_is_ready(const struct program *p)
{
    char url[64];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/readyz", p->port);
    return client_probe(url, READY_TIMEOUT_S) == 200;
}

/* What it says on /metrics, with a line's end before the first. */
static void read_metrics(const struct program *p, char ret_text[static METRICS_SIZE])
{
    char url[64];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/metrics", p->port);
    FILE *stream = fmemopen(ret_text, METRICS_SIZE, "w");
    CURL *curl = curl_easy_init();
    if (stream == NULL || curl == NULL)
        servers_fail("out of memory");
    (void)fputc('\n', stream);
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)READY_TIMEOUT_S);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, stream);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_cleanup(curl);
    (void)fclose(stream);
    if (code != CURLE_OK)
        servers_fail("%s does not show its metrics: %s", p->name, curl_easy_strerror(code));
}

int64_t program_metric(const struct program *p, const char *series)
{
    static char text[METRICS_SIZE];
    char line[160];
    read_metrics(p, text);
    (void)snprintf(line, sizeof line, "\n%s ", series);
    const char *found = strstr(text, line);
    if (found == NULL)
        servers_fail("%s shows no %s", p->name, series);
    return strtoll(found + strlen(line), NULL, 10);
}

static bool ready(void *context)
{
    return program_is_ready(context);
}

bool program_wait_ready(const struct program *p, int timeout_ms)
{
    return eventually(ready, (void *)(uintptr_t)p, timeout_ms);
}

void program_keep(struct program *p, bool kept)
{
    (void)pthread_mutex_lock(&p->mutex);
    p->kept = kept;
    (void)pthread_mutex_unlock(&p->mutex);
}

static void notice_end_locked(struct program *p)
{
    if (p->pid != 0 && !process_is_running(p->pid, &p->wait_status)) {
        p->pid = 0;
        p->ends++;
    }
}

void program_look(struct program *p)
{
    (void)pthread_mutex_lock(&p->mutex);
    notice_end_locked(p);
    if (p->pid == 0 && p->kept)
        start_locked(p);
    (void)pthread_mutex_unlock(&p->mutex);
}

/* Under the mutex, so that the pid is that of a child not reaped yet. */
void program_signal(struct program *p, int signal)
{
    (void)pthread_mutex_lock(&p->mutex);
    if (p->pid != 0)
        (void)kill(p->pid, signal);
    (void)pthread_mutex_unlock(&p->mutex);
}

static bool has_ended(void *context)
{
    struct program *p = context;
    (void)pthread_mutex_lock(&p->mutex);
    notice_end_locked(p);
    bool ended = p->pid == 0;
    (void)pthread_mutex_unlock(&p->mutex);
    return ended;
}

int program_stop(struct program *p, int signal, int timeout_ms)
{
    program_keep(p, false);
    program_signal(p, signal);
    if (!eventually(has_ended, p, timeout_ms))
        return PROGRAM_STILL_RUNS;
    return WIFEXITED(p->wait_status) ? WEXITSTATUS(p->wait_status) : 128 + WTERMSIG(p->wait_status);
}

int program_ends(struct program *p)
{
    (void)pthread_mutex_lock(&p->mutex);
    notice_end_locked(p);
    int ends = p->ends;
    (void)pthread_mutex_unlock(&p->mutex);
    return ends;
}

bool program_wait_ends(struct program *p, int ends, int timeout_ms)
{
    int64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
    while (program_ends(p) < ends) {
        if (clock_monotonic_ms() > deadline_ms)
            return false;
        pause_ms(LOOK_EVERY_MS);
    }
    return true;
}

bool program_is_stopped(struct program *p)
{
    char path[64], state = '?';
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)p->pid);
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return false;
    int fields = fscanf(f, "%*d (%*[^)]) %c", &state);
    (void)fclose(f);
    return fields == 1 && state == 'T';
}

int program_open_files(struct program *p)
{
    return (int)program_metric(p, "process_open_fds");
}

bool program_dumps_core(struct program *p)
{
    static const char wanted[] = "Max core file size";
    char path[64], line[256], soft[24] = "", hard[24] = "";
    (void)snprintf(path, sizeof path, "/proc/%d/limits", (int)p->pid);
    FILE *f = fopen(path, "re");
    if (f == NULL)
        servers_fail("%s cannot be read", path);
    while (fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, wanted, sizeof wanted - 1) == 0)
            (void)sscanf(line + sizeof wanted - 1, "%23s %23s", soft, hard);
    (void)fclose(f);
    return strcmp(soft, "0") != 0 || strcmp(hard, "0") != 0;
}

bool program_logged(const struct program *p, const char *text)
{
    char *line = NULL;
    size_t size = 0;
    bool found = false;
    FILE *f = fopen(p->log_file, "re");
    if (f == NULL)
        servers_fail("%s cannot be read", p->log_file);
    while (!found && getline(&line, &size, f) >= 0)
        found = strstr(line, text) != NULL;
    free(line);
    (void)fclose(f);
    return found;
}

void program_print_log(const struct program *p)
{
    char tail[LOG_TAIL_BYTES];
    FILE *f = fopen(p->log_file, "re");
    if (f == NULL)
        return;
    if (fseek(f, -LOG_TAIL_BYTES, SEEK_END) != 0)
        rewind(f);
    size_t n = fread(tail, 1, sizeof tail, f);
    (void)fprintf(stderr, "--- end of %s\n%.*s\n", p->log_file, (int)n, tail);
    (void)fclose(f);
}
