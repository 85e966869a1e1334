-- Events of accounts $1 that wait for those before them. At most 20,000 rows.
select account_id, from_version, to_version, base, change, seen_at
from paybus.reconcile_ahead
where account_id = any ($1::uuid[])
order by account_id, from_version
limit 20000
