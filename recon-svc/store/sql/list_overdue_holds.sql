-- Open holds that expired before $1: at most $2 rows.
select id
from paybus.holds
where expires_at < $1::timestamptz and status in ('authorized', 'partially_captured')
order by expires_at
limit $2::bigint
