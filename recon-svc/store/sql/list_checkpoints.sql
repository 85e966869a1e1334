-- How far accounts after id $1 were proved by earlier runs, in order: at most $2 rows.
select account_id, version, debits, credits
from paybus.reconcile_checkpoints
where account_id > $1::uuid
order by account_id
limit $2::bigint
