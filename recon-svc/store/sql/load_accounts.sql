-- The accounts $1 in that order with what their holds say and what was proved of them before: one row for each, of nulls if it
-- is not there. Each is looked up by its id, however few of them there were when the plan was made: the first run of all proves
-- accounts while it goes on.
select a.currency, a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending, a.version,
       coalesce((select sum(h.amount - h.captured)
                 from paybus.holds h
                 where h.account_id = a.id and h.status in ('authorized', 'partially_captured')
                   and h.expires_at > h.created_at), 0)::bigint as open_holds,
       coalesce((select h.amount from paybus.held h where h.account_id = a.id), 0) as held,
       a.status = 'closed' as is_closed,
       case when a.status = 'closed'
            then (select e.created_at from paybus.events e
                  where e.object_id = a.id and e.type = 'account.closed' and e.type <> 'transaction.posted'
                    and e.created_at >= a.created_at - interval '1 day'
                  order by e.seq desc limit 1) end as closed_at,
       a.allow_negative, coalesce(a.role = 'clearing', false) as is_clearing,
       coalesce(c.version, 0) as proved_version, coalesce(c.debits, 0) as proved_debits,
       coalesce(c.credits, 0) as proved_credits, c.last_at as proved_at
from unnest($1::uuid[]) with ordinality as w (id, place)
left join paybus.accounts a on a.id = w.id
left join lateral (select k.version, k.debits, k.credits, k.last_at
                   from paybus.reconcile_checkpoints k
                   where k.account_id = w.id
                   limit 1) c on true
order by w.place
