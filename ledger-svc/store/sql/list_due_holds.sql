-- Open holds whose time is over, the longest overdue first, behind the place ($2, $3): at most $1 rows. Asked outside a
-- transaction, so that now() is the present; clock_timestamp() could not bound the index, and all open holds would be looked
-- at each time.
select id, expires_at
from paybus.holds
where status in ('authorized', 'partially_captured')
  and expires_at <= now()
  and (expires_at, id) > ($2, $3)
order by expires_at, id
limit $1
