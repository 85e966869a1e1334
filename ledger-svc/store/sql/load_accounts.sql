-- The accounts whose locks this transaction has, with the place of each row. One row per account that exists. A statement
-- of its own after take_locks, so that its snapshot has what the last holder committed. Rows need no locks besides: only
-- ledger-svc changes accounts, always behind their advisory locks, and each update is guarded by the version.
select id, owner, type, role, currency, name, status, allow_negative, debits_posted, credits_posted, debits_pending,
       credits_pending, version, last_entry_at, metadata, created_at, ctid
from paybus.accounts
where id = any($1::uuid[])
