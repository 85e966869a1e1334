/* process.c - see process.h. */
#include "tests/support/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "shared/core/clock.h"

#define EXIT_NOT_STARTED 127
#define LOOK_EVERY_MS    5
#define PAUSE_PER_LOOK   4
#define PAUSE_MAX_MS     200

static bool become_postgres(void)
{
    if (geteuid() != 0)
        return true;
    const struct passwd *p = getpwnam("postgres");
    return p && initgroups(p->pw_name, p->pw_gid) == 0 && setgid(p->pw_gid) == 0 && setuid(p->pw_uid) == 0;
}

static bool redirect_output(const char *log_file)
{
    int in = open("/dev/null", O_RDONLY);
    int out = open(log_file ? log_file : "/dev/null", O_WRONLY | O_CREAT | O_APPEND, 0644);
    return in >= 0 && out >= 0 && dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
           dup2(out, STDERR_FILENO) >= 0;
}

static void unblock_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void child(const struct process_spec *spec, pid_t parent)
{
    unblock_signals();
    /* The log is opened before we lose the right to, and death is arranged after: a change of user forgets
     * it. */
    if (!redirect_output(spec->log_file) || (spec->as_postgres && !become_postgres()))
        _exit(EXIT_NOT_STARTED);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(EXIT_NOT_STARTED);
    if (spec->directory && chdir(spec->directory) != 0)
        _exit(EXIT_NOT_STARTED);
    /* Sockets of libraries that do not mark theirs close-on-exec would live on in the child. */
    (void)close_range(STDERR_FILENO + 1, ~0U, 0);
    for (const char *const *e = spec->environment; e && *e; e++)
        putenv((char *)(uintptr_t)*e);
    execvp(spec->argv[0], (char *const *)(uintptr_t)spec->argv);
    _exit(EXIT_NOT_STARTED);
}

enum status process_start(const struct process_spec *spec, pid_t *ret_pid)
{
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        return STATUS_FAILED;
    if (pid == 0)
        child(spec, parent);
    *ret_pid = pid;
    return STATUS_OK;
}

bool process_is_running(pid_t pid, int *ret_wait_status)
{
    int wait_status = 0;
    pid_t ended;
    do {
        ended = waitpid(pid, &wait_status, WNOHANG);
    } while (ended < 0 && errno == EINTR);
    if (ended == 0)
        return true;
    if (ret_wait_status)
        *ret_wait_status = wait_status;
    return false;
}

static enum status wait_end(pid_t pid, int timeout_ms, int *ret_wait_status)
{
    int64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
    while (process_is_running(pid, ret_wait_status)) {
        if (clock_monotonic_ms() > deadline_ms)
            return STATUS_TIMEOUT;
        pause_ms(LOOK_EVERY_MS);
    }
    return STATUS_OK;
}

enum status process_stop(pid_t pid, int signal, int timeout_ms, int *ret_wait_status)
{
    if (kill(pid, signal) != 0)
        return STATUS_NOT_FOUND;
    return wait_end(pid, timeout_ms, ret_wait_status);
}

enum status process_run(const struct process_spec *spec, int timeout_ms)
{
    pid_t pid;
    int wait_status = 0;
    enum status s = process_start(spec, &pid);
    if (s != STATUS_OK)
        return s;
    s = wait_end(pid, timeout_ms, &wait_status);
    if (s == STATUS_TIMEOUT && process_stop(pid, SIGKILL, timeout_ms, NULL) != STATUS_OK)
        return STATUS_FAILED;
    if (s == STATUS_OK && wait_status != 0)
        return STATUS_FAILED;
    return s;
}

void pause_ms(int ms)
{
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    while (nanosleep(&pause, &pause) != 0 && errno == EINTR)
        ;
}

/* Looking must not keep the processor from what is looked for. */
static int pause_after_look(int64_t look_ms)
{
    int64_t pause = look_ms * PAUSE_PER_LOOK;
    return pause < LOOK_EVERY_MS ? LOOK_EVERY_MS : pause > PAUSE_MAX_MS ? PAUSE_MAX_MS : (int)pause;
}

bool eventually(bool (*holds)(void *context), void *context, int timeout_ms)
{
    int64_t now_ms = clock_monotonic_ms(), deadline_ms = now_ms + timeout_ms, begun_ms = now_ms;
    while (!holds(context)) {
        now_ms = clock_monotonic_ms();
        if (now_ms > deadline_ms)
            return false;
        pause_ms(pause_after_look(now_ms - begun_ms));
        begun_ms = clock_monotonic_ms();
    }
    return true;
}
