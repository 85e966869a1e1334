-- What is wrong between the ledger and the events of accounts $1, which should all have been consumed before $2. A row for each
-- reason and account.
select c.code, 'account' as object_type, w.id as object_id, null::text as object, a.currency, c.expected::bigint, c.actual::bigint
from unnest($1::uuid[]) as w (id)
join paybus.reconcile_projection p on p.account_id = w.id
left join paybus.accounts a on a.id = w.id
left join paybus.entries e on e.account_id = w.id and e.account_version = p.version
left join paybus.entries n on n.account_id = w.id and n.account_version = p.version + 1
cross join lateral (
    select case when a.version = p.version and e.balance_after is not distinct from p.posted
                then a.credits_posted - a.debits_posted else e.balance_after end as posted) l
cross join lateral (values
    ('projection_mismatch', p.version <= a.version and l.posted <> p.posted, p.posted, l.posted),
    ('event_consumed_twice', p.version > coalesce(a.version, 0), coalesce(a.version, 0), p.version),
    ('event_not_consumed', n.created_at < $2::timestamptz, a.version, p.version)
) as c (code, is_broken, expected, actual)
where c.is_broken
