/* db_metrics.h - what is counted of PostgreSQL: paybus_db_query_duration_seconds{class} and
   paybus_db_connect_failures_total{reason}. */
#ifndef SHARED_IO_DB_METRICS_H
#define SHARED_IO_DB_METRICS_H

/* What a statement does, the least first: a round trip is of the greatest class among its statements. */
enum db_class {
    DB_CONTROL, /* BEGIN, ROLLBACK, settings */
    DB_READ,
    DB_WRITE,
    DB_LOCK, /* may wait for a lock that it asks for */
    DB_COMMIT,
    DB_CLASSES
};

/* Registers them at zero; done by db_open, too. */
void db_metrics_init(void);

#endif
