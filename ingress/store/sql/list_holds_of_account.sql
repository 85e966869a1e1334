-- Holds of account $7, which belongs to owner $8 (null: anybody), newest first, after the cursor $1: at most $5 rows. Filters as
-- in list_holds. Each status gives its newest, which are then merged; whose the account is, is asked once and not of every hold.
-- What is always true names the index (migration 0018).
select p.id, p.account_id, p.destination_id, p.owner, p.amount, p.captured, p.status, p.currency, p.capture_id,
       p.description, p.reference, p.metadata, p.expires_at, p.created_at, p.updated_at
from api.accounts own
cross join unnest(case when $2::text is null
                       then array['authorized', 'partially_captured', 'captured', 'released', 'expired']
                       else array[$2] end) as s (status)
cross join lateral (
    select h.id, h.account_id, h.destination_id, h.owner, h.amount, h.captured, h.status, h.currency, h.capture_id,
           h.description, h.reference, h.metadata, h.expires_at, h.created_at, h.updated_at
    from api.holds h
    where h.account_id = own.id
      and h.expires_at > h.created_at
      and h.status = s.status
      and uuid_send(h.id) < uuid_send($1)
      and uuid_send(h.id) >= uuid_send($6)
      and h.created_at >= $3
      and h.created_at < $4
    order by uuid_send(h.id) desc
    limit $5
) p
where own.id = $7 and ($8::text is null or own.owner = $8)
order by p.id desc
limit $5
