-- By how many milliseconds the holds expired too late, at most. One row.
select coalesce(max(ceil(extract(epoch from updated_at - expires_at) * 1000)), 0)::bigint
from paybus.holds
where status = 'expired'
