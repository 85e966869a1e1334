/* servers.h - a private PostgreSQL cluster and a private nats-server on free loopback ports, real ones, for
   one test program: fsync on, data in a directory of their own under /tmp, removed at the end. What cannot
   work aborts the test with a sentence. Each may be stopped, killed and started again on its port with its
   data. */
#ifndef TESTS_SUPPORT_SERVERS_H
#define TESTS_SUPPORT_SERVERS_H

#include <sys/types.h>

#define SERVERS_PATH_SIZE 128

struct servers_postgres {
    char directory[SERVERS_PATH_SIZE]; /* data/ and log */
    char conninfo[192];                /* superuser postgres, database postgres, trust */
    int port;
    pid_t pid; /* 0: not running */
};
enum servers_stop_mode {
    SERVERS_STOP_FAST,      /* sessions are ended, a checkpoint is made */
    SERVERS_STOP_IMMEDIATE, /* as if it had crashed; recovery at the next start */
    SERVERS_STOP_KILL       /* kill -9 of the postmaster; its children follow */
};

/* Makes a cluster from a template that initdb filled once per machine, and starts it. settings: further lines
   for postgresql.conf, or NULL. */
void servers_postgres_create(struct servers_postgres *pg, const char *settings);
/* The same from a template that fill filled, once for each name of a content. */
void servers_postgres_create_filled(struct servers_postgres *pg, const char *content,
                                    void (*fill)(const struct servers_postgres *pg));
void servers_postgres_start(struct servers_postgres *pg);
void servers_postgres_stop(struct servers_postgres *pg, enum servers_stop_mode mode);
void servers_postgres_destroy(struct servers_postgres *pg); /* safe when zeroed or stopped */

/* A copy of the running primary that streams from it as application_name name, on a port of its own;
   everything above works on it, too. The primary's synchronous_standby_names decides whether a COMMIT waits
   for it. */
void servers_standby_create(struct servers_postgres *standby, const struct servers_postgres *primary,
                            const char *name);
/* The process that receives what the primary sends. While it has SIGSTOP nothing more arrives, what has
   arrived is still applied. */
pid_t servers_standby_receiver(const struct servers_postgres *standby);
/* Starts it again on another port, say that of a primary that is gone, as a standby still. */
void servers_standby_move(struct servers_postgres *standby, int port);
void servers_standby_promote(struct servers_postgres *standby); /* it takes writes when this returns */

#define SERVERS_NATS_NAME_SIZE 32
struct servers_nats {
    char directory[SERVERS_PATH_SIZE]; /* nats.conf, jetstream/ and log */
    char name[SERVERS_NATS_NAME_SIZE]; /* its server_name */
    char url[64];
    int port;
    pid_t pid; /* 0: not running */
};

/* JetStream on. settings: further text for the configuration file (authorization, limits), or NULL. */
void servers_nats_create(struct servers_nats *nats, const char *settings);
/* Three of them that are one cluster. */
#define SERVERS_CLUSTER_NODES 3
void servers_nats_create_cluster(struct servers_nats nodes[SERVERS_CLUSTER_NODES], const char *settings);
void servers_nats_start(struct servers_nats *nats);
void servers_nats_stop(struct servers_nats *nats); /* SIGTERM */
void servers_nats_kill(struct servers_nats *nats); /* SIGKILL */
/* While it is stopped: all its streams are gone. */
void servers_nats_wipe(const struct servers_nats *nats);
/* While it is stopped: a stream of an account has lost all messages, as by a power cut before they were
   written; the stream itself is there. */
void servers_nats_lose_messages(const struct servers_nats *nats, const char *account, const char *stream);
/* While it is stopped: a power cut within half a minute of a stream's creation leaves all its files, empty
   (seen with nats-server 2.9.10 on ext4). */
void servers_nats_empty_files(const struct servers_nats *nats, const char *account, const char *stream);
/* While it runs: keeps what its store has now, some of it half written. While it is stopped: puts that in its
   place, as if nothing had reached the disk since. */
void servers_nats_keep_store(const struct servers_nats *nats);
void servers_nats_put_store_back(const struct servers_nats *nats);
/* While it is stopped: what the supervised start does before (compose/local/nats-start.sh). */
void servers_nats_clear_torn(const struct servers_nats *nats);
/* SIGSTOP and SIGCONT: silent but connected. */
void servers_nats_freeze(struct servers_nats *nats);
void servers_nats_thaw(struct servers_nats *nats);
void servers_nats_destroy(struct servers_nats *nats); /* safe when zeroed or stopped */

/* A directory under /tmp that the OS user postgres may enter; remove_directory takes it away with all in it.
 */
void servers_make_directory(char ret_path[SERVERS_PATH_SIZE]);
void servers_remove_directory(const char *path);
/* One sentence on standard error, then abort. */
void servers_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
