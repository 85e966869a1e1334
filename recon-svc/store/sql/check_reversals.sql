-- What is wrong with what was given back of the transactions $1. A row for each reason and transaction.
select c.code, 'transaction' as object_type, w.id as object_id, null::text as object, t.currency, c.expected::bigint,
       c.actual::bigint
from unnest($1::uuid[]) as w (id)
left join paybus.transactions t on t.id = w.id
left join paybus.reversals r on r.transaction_id = w.id
cross join lateral (
    select coalesce(sum(x.amount), 0)::bigint as amount, count(*) as reversals
    from paybus.transaction_details d
    join paybus.transactions x on x.id = d.transaction_id
    where d.reverses = w.id) g
cross join lateral (values
    ('reversal_without_original', t.id is null and (g.reversals > 0 or r.amount is not null), null, null),
    ('reversals_exceed_original', greatest(g.amount, r.reversed) > t.amount, t.amount, greatest(g.amount, r.reversed)),
    ('reversed_mismatch', coalesce(r.reversed, 0) <> g.amount, g.amount, coalesce(r.reversed, 0))
) as c (code, is_broken, expected, actual)
where c.is_broken
