/* money_metrics.h - transactions and the money that they moved, counted once they are stored. */
#ifndef LEDGER_EDGE_MONEY_METRICS_H
#define LEDGER_EDGE_MONEY_METRICS_H

#include "ledger-svc/domain/ledger.h"

/* Registers paybus_ledger_transactions_total{kind} at zero. */
void money_metrics_init(void);
/* After COMMIT. paybus_ledger_volume_minor_units_total{kind,currency} has the series of all kinds, at zero,
   once a currency's first account is made or its first money moves: all currencies would be thousands. */
void money_metrics_count(const struct ledger *stored);

#endif
