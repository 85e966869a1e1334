-- Open holds whose time is over, the longest overdue first: at most $1 rows. Asked outside a transaction, so that now() is
-- the present; clock_timestamp() could not bound the index, and all open holds would be looked at each time.
select id
from paybus.holds
where status in ('authorized', 'partially_captured')
  and expires_at <= now()
order by expires_at
limit $1
