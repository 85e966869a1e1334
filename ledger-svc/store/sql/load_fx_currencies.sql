-- The currencies of the accounts $1. No lock: an account's currency never changes. One row per currency.
select distinct currency
from paybus.accounts
where id = any($1::uuid[])
