-- Accounts whose events and whose ledger differed when they were compared last: after $1, at most $2 rows.
select account_id
from paybus.reconcile_projection
where differs and account_id > $1::uuid
order by account_id
limit $2::bigint
