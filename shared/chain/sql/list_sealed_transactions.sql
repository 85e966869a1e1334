-- Those of the transactions $1 that are there, each once, by id: all columns and those of its details, in the order in which
-- they are hashed. Further columns come at the end.
select t.id, t.kind, t.amount, t.currency, t.entry_count, t.owner, t.actor, t.description, t.reference, t.metadata,
       t.created_at, t.reverses, t.hold_id, t.reason, t.rate_numerator, t.rate_denominator, t.rounding
from (select distinct u.id from unnest($1::uuid[]) as u (id)) w
cross join lateral (
    select p.id, p.kind, p.amount, p.currency, p.entry_count, p.owner, p.actor, p.description, p.reference, p.metadata,
           p.created_at, d.reverses, d.hold_id, d.reason, d.rate_numerator, d.rate_denominator, d.rounding
    from paybus.transactions p
    left join lateral (select x.reverses, x.hold_id, x.reason, x.rate_numerator, x.rate_denominator, x.rounding
                       from paybus.transaction_details x
                       where x.transaction_id = p.id
                       limit 1) d on true
    where p.id = w.id
    limit 1) t
order by t.id
