-- What was committed between two snapshots is found by the transactions' numbers. PostgreSQL cannot build the index of a
-- partitioned table concurrently: writers wait for it, some 0.5 s for a million events. Where that is too long, make it on each
-- partition before (create index concurrently on paybus.events_20261121 (xid)): those are then taken over.
create index events_by_xid on paybus.events (xid);
