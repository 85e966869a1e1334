-- What is wrong with the holds $1; $2: what expired before has been expired by now. Their facts are looked for from the day on when
-- they were made, $3: up to that of their last change only, since a day's events are a partition. A row for each reason and hold.
select c.code, 'hold' as object_type, w.id as object_id, null::text as object, h.currency, c.expected::bigint,
       c.actual::bigint
from unnest($1::uuid[]) as w (id)
left join paybus.holds h on h.id = w.id
left join paybus.accounts a on a.id = h.account_id
cross join lateral (
    select count(*) as captures, coalesce(sum(t.amount), 0)::bigint as captured,
           bool_or(t.id = h.capture_id) as has_newest
    from paybus.transaction_details d
    join paybus.transactions t on t.id = d.transaction_id
    where d.hold_id = h.id) k
cross join lateral (
    select count(*) filter (where e.type = 'hold.authorized') as authorized,
           count(*) filter (where e.type = 'hold.captured') as captured,
           count(*) filter (where e.type = 'hold.released') as released,
           count(*) filter (where e.type = 'hold.expired') as expired,
           bool_and((e.after ->> 'amount')::bigint = h.amount and e.after ->> 'owner' = h.owner
                    and e.after ->> 'account' = api.typeid('acct', h.account_id)
                    and e.after ->> 'destination' = api.typeid('acct', h.destination_id)
                    and (e.after ->> 'expires_at')::timestamptz = h.expires_at)
               filter (where e.type = 'hold.authorized') as is_as_agreed
    from paybus.events e
    where e.object_id = h.id and e.type <> 'transaction.posted'
      and e.created_at >= h.created_at - interval '1 day'
      and e.created_at < case when $3::boolean then h.updated_at + interval '1 day' else 'infinity' end) f
cross join lateral (values
    ('hold_missing', h.id is null, null, null),
    ('hold_without_account', h.id is not null and a.id is null, null, null),
    ('hold_currency_mismatch', a.currency <> h.currency, null, null),
    ('authorized_but_expired',
     h.status in ('authorized', 'partially_captured') and h.expires_at < $2::timestamptz, 0, h.amount - h.captured),
    ('captured_without_captured_tx',
     h.status in ('captured', 'partially_captured') and k.has_newest is not true, h.captured, k.captured),
    ('released_with_captured_tx',
     h.captured = 0 and h.status in ('released', 'expired', 'authorized') and k.captures > 0, 0, k.captured),
    ('captured_mismatch', h.captured > 0 and k.captures > 0 and h.captured <> k.captured, k.captured, h.captured),
    ('capture_exceeds_hold', greatest(h.captured, k.captured) > h.amount, h.amount, greatest(h.captured, k.captured)),
    ('hold_events_mismatch',
     h.id is not null and (f.authorized <> 1 or f.captured <> k.captures or f.released <> (h.status = 'released')::int
     or f.expired <> (h.status = 'expired')::int), null, null),
    ('hold_terms_mismatch', f.is_as_agreed = false, null, null)
) as c (code, is_broken, expected, actual)
where c.is_broken
