-- What is wrong between the ledger and the events of accounts $1, which should all have been consumed before $2. Of an account of
-- which none was, those count that are later than the first that was consumed of any: what is older may not be in the stream any
-- more. A row for each reason and account.
select c.code, 'account' as object_type, w.id as object_id, null::text as object, a.currency, c.expected::bigint, c.actual::bigint
from unnest($1::uuid[]) as w (id)
left join paybus.reconcile_projection p on p.account_id = w.id
left join paybus.accounts a on a.id = w.id
left join paybus.entries e on e.account_id = w.id and e.account_version = p.version
left join paybus.entries n on n.account_id = w.id and n.account_version = coalesce(p.version, 0) + 1
cross join (select min(created_at) as at from paybus.reconcile_projection where created_at is not null) s
cross join lateral (
    select case when a.version = p.version and e.balance_after is not distinct from p.posted
                then a.credits_posted - a.debits_posted else e.balance_after end as posted) l
cross join lateral (values
    ('projection_mismatch', p.version <= a.version and l.posted <> p.posted, p.posted, l.posted),
    ('event_consumed_twice', p.version > coalesce(a.version, 0), coalesce(a.version, 0), p.version),
    ('event_not_consumed',
     case when p.version is not null then n.created_at < $2::timestamptz
          else (n.created_at > s.at and n.created_at < $2::timestamptz)
               or (a.last_entry_at > s.at and a.last_entry_at < $2::timestamptz) end,
     a.version, coalesce(p.version, 0))
) as c (code, is_broken, expected, actual)
where c.is_broken
