-- How far the events of accounts $1 have been consumed. A row for each that is known.
select account_id, version, posted
from paybus.reconcile_projection
where account_id = any ($1::uuid[])
