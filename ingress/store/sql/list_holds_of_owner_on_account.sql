-- Holds that owner $8 authorized on account $7, newest first, after the cursor $1: at most $5 rows. Filters as in list_holds.
-- Each status gives its newest, which are then merged.
select p.id, p.account_id, p.destination_id, p.owner, p.amount, p.captured, p.status, p.currency, p.capture_id,
       p.description, p.reference, p.metadata, p.expires_at, p.created_at, p.updated_at
from unnest(case when $2::text is null
                 then array['authorized', 'partially_captured', 'captured', 'released', 'expired']
                 else array[$2] end) as s (status)
cross join lateral (
    select h.id, h.account_id, h.destination_id, h.owner, h.amount, h.captured, h.status, h.currency, h.capture_id,
           h.description, h.reference, h.metadata, h.expires_at, h.created_at, h.updated_at
    from api.holds h
    where h.owner = $8
      and h.account_id = $7
      and h.status = s.status
      and uuid_send(h.id) < uuid_send($1)
      and uuid_send(h.id) >= uuid_send($6)
      and h.created_at >= $3
      and h.created_at < $4
    order by uuid_send(h.id) desc
    limit $5
) p
order by p.id desc
limit $5
