-- Lists are read from the newest back, so a filter by a common word finds a page at once. These are for the words that a
-- reader would otherwise search the whole table for.
create index transactions_by_rare_kind on paybus.transactions (kind, id) where kind <> 'transfer';
create index accounts_by_rare_type on paybus.accounts (type, id) where type <> 'user';
create index accounts_by_rare_status on paybus.accounts (status, id) where status <> 'open';
