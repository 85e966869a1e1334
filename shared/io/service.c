/* service.c - one thread waits for the signals, so that no handler ever interrupts the work. */
#include "shared/io/service.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

#include "shared/io/config.h"
#include "shared/io/log.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t stop_asked = PTHREAD_COND_INITIALIZER;
static atomic_bool stopping; /* written under lock, read anywhere */

bool service_is_stopping(void)
{
    return atomic_load(&stopping);
}

void service_request_stop(void)
{
    (void)pthread_mutex_lock(&lock);
    atomic_store(&stopping, true);
    (void)pthread_cond_broadcast(&stop_asked);
    (void)pthread_mutex_unlock(&lock);
}

void service_wait_for_stop(void)
{
    (void)pthread_mutex_lock(&lock);
    while (!atomic_load(&stopping))
        (void)pthread_cond_wait(&stop_asked, &lock);
    (void)pthread_mutex_unlock(&lock);
}

static void on_stop_signal(int signal_number)
{
    const bool again = service_is_stopping();
    log_event(LOG_INFO, again ? "stop_forced" : "stop_asked", log_int("signal", signal_number));
    if (again)
        _exit(EXIT_FAILED);
    service_request_stop();
}

/* To debug, and back to what was before: to info, where debug is the setting. Told at any level. */
static void toggle_debug(void)
{
    static enum log_level before = LOG_INFO; /* of the one thread that waits for signals */
    enum log_level now = log_get_level(), next = LOG_DEBUG;
    if (now == LOG_DEBUG)
        next = before;
    else
        before = now;
    log_set_level(LOG_DEBUG);
    log_event(LOG_INFO, "log_level_changed", log_str("threshold", log_level_name(next)));
    log_set_level(next);
}

static void waited_signals(sigset_t *ret_set)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};
    (void)sigemptyset(ret_set);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        (void)sigaddset(ret_set, numbers[i]);
}

static void *wait_for_signals(void *unused)
{
    sigset_t set;
    int number;
    (void)unused;
    waited_signals(&set);
    for (;;) {
        if (sigwait(&set, &number) != 0)
            continue;
        if (number == SIGUSR1)
            toggle_debug();
        else if (number ==
                 SIGHUP) /* there is nothing to reload, and a closed terminal is no reason to stop */
            log_event(LOG_INFO, "signal_ignored", log_int("signal", number));
        else
            on_stop_signal(number);
    }
    return NULL;
}

enum status service_signals_start(void)
{
    sigset_t set;
    waited_signals(&set);
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
        return STATUS_FAILED;
    pthread_t thread;
    if (pthread_create(&thread, NULL, wait_for_signals, NULL) != 0)
        return STATUS_NO_MEMORY;
    (void)pthread_detach(thread);
    return STATUS_OK;
}
