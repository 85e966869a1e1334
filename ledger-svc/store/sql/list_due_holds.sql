-- Open holds whose time is over, the longest overdue first: at most $1 rows.
select id
from paybus.holds
where status in ('authorized', 'partially_captured')
  and expires_at <= clock_timestamp()
order by expires_at
limit $1
