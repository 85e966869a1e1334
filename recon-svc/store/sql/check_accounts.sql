-- Those of the accounts $1 that are not what their facts say: what the first one told of, in the state that the last one left. $2:
-- of which a run has met a later fact; of others, if they are open, none is looked for: a day's events are a partition, and there
-- are years of them. The first one is of the day when the account was made, whatever else its row says. A row for each.
select 'account_altered' as code, 'account' as object_type, a.id as object_id, null::text as object, a.currency,
       null::bigint as expected, null::bigint as actual
from unnest($1::uuid[], $2::boolean[]) as w (id, is_changed)
join paybus.accounts a on a.id = w.id
left join lateral (
    select e.after as text
    from paybus.events e
    where e.object_id = a.id and e.type <> 'transaction.posted' and e.type = 'account.created'
      and e.created_at >= a.created_at - interval '1 day' and e.created_at < a.created_at + interval '1 day'
    order by e.seq
    limit 1) c on true
left join lateral (
    select e.after ->> 'status' as status
    from paybus.events e
    where (w.is_changed or a.status <> 'open')
      and e.object_id = a.id and e.type <> 'transaction.posted' and e.resource = 'account'
      and e.created_at >= a.created_at - interval '1 day'
    order by e.seq desc
    limit 1) l on true
where (a.owner, a.type, a.currency, a.created_at, a.status)
      is distinct from
      (c.text ->> 'owner', c.text ->> 'type', c.text ->> 'currency', (c.text ->> 'created_at')::timestamptz,
       coalesce(l.status, c.text ->> 'status'))
   or (a.role is not null) <> (a.type = 'system')
   or a.allow_negative <> coalesce(a.role in ('cash', 'fx'), false)
