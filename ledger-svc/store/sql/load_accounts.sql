-- The accounts whose locks this transaction has, with the place of each row; some columns only if asked for ($2), since
-- every column of every account costs. One row per account that exists. A statement of its own after take_locks, so that
-- its snapshot has what the last holder committed. Rows need no locks besides: only ledger-svc changes accounts, always
-- behind their advisory locks, and each update is guarded by the version.
select id, owner, type, case when $2::boolean then role end, currency, case when $2::boolean then name end, status,
       allow_negative, debits_posted, credits_posted, debits_pending, credits_pending, version, last_entry_at,
       case when $2::boolean then metadata end, case when $2::boolean then created_at end, ctid
from paybus.accounts
where id = any($1::uuid[])
