-- The poison trigger is gone: what it refused can be stored. No row.
drop trigger refuse_poison on paybus.transactions
