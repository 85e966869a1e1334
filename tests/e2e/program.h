/* program.h - one real process of the stack under test: its settings, its life, its log. A keeper may start
   it again at once when it ends, as supervisord does. */
#ifndef TESTS_E2E_PROGRAM_H
#define TESTS_E2E_PROGRAM_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tests/support/servers.h"

#define PROGRAM_SETTINGS_MAX 16
#define PROGRAM_SETTING_SIZE 320

struct program {
    const char *name;                                          /* "ledger-svc-1" */
    const char *path;                                          /* of the binary */
    char settings[PROGRAM_SETTINGS_MAX][PROGRAM_SETTING_SIZE]; /* "NAME=value" */
    int setting_count;
    char log_file[SERVERS_PATH_SIZE + 32];
    int port;              /* serves /readyz */
    pthread_mutex_t mutex; /* around what follows */
    pid_t pid;             /* 0: not running */
    int wait_status;       /* of its last end */
    int ends;              /* how often it ended, asked or not */
    bool kept;             /* started again when it ends */
};
/* How a process ended: its exit code, 128 and the signal that killed it, or that it did not end. */
#define PROGRAM_STILL_RUNS (-1)

void program_init(struct program *p, const char *name, const char *path, const char *directory, int port);
/* Takes effect at the next start; an empty value removes the setting. */
void program_set(struct program *p, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void program_start(struct program *p); /* does not wait until it is ready */
/* /readyz answers 200. */
bool program_is_ready(const struct program *p);
bool program_wait_ready(const struct program *p, int timeout_ms);
void program_keep(struct program *p, bool kept);
void program_look(struct program *p); /* the keeper's look: notices an end, starts again */
void program_signal(struct program *p, int signal);
/* Sends the signal and waits for the end; it is not started again. */
int program_stop(struct program *p, int signal, int timeout_ms);
int program_ends(struct program *p);
bool program_wait_ends(struct program *p, int ends, int timeout_ms);
bool program_is_stopped(struct program *p); /* by SIGSTOP */
int program_open_files(struct program *p);
/* A crash of it would write a core. */
bool program_dumps_core(struct program *p);
/* Whether its log so far has the text in a line. */
bool program_logged(const struct program *p, const char *text);
/* What a series on its /metrics stands at: "paybus_work_dead_total{kind=\"webhook\"}". One thread. */
int64_t program_metric(const struct program *p, const char *series);
/* The end of its log, for a test that failed. */
void program_print_log(const struct program *p);

#endif
