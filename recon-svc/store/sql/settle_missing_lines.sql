-- Lines that we did not have, and have now: an entry of the line's amount on its account, whose transaction has the line's
-- reference, explains it, if it is the only one and the line is the only one. $1 at most so many lines are looked at. A row for
-- each.
with missing as (
    select r.statement_id, r.group_number, l.account_id, l.amount, l.reference
    from paybus.reconcile_results r
    join paybus.reconcile_statement_lines l on l.statement_id = r.statement_id and l.number = r.line_number
    join paybus.reconcile_statements s on s.id = r.statement_id
    where r.is_lead and r.result not in ('matched', 'seen_before') and r.result = 'missing_here'
      and l.reference is not null and l.currency = s.currency
      and not exists (
          select
          from paybus.reconcile_matches m
          where m.statement_id = r.statement_id and m.group_number = r.group_number)
    order by r.statement_id desc, r.number
    limit $1::bigint),
found as (
    select n.statement_id, n.group_number, e.transaction_id, e.leg,
           count(*) over (partition by n.statement_id, n.group_number) as entries,
           count(*) over (partition by e.transaction_id, e.leg) as lines
    from missing n
    join paybus.accounts a on a.id = n.account_id
    join paybus.transactions t on t.reference = n.reference
    join paybus.entries e on e.transaction_id = t.id
    where e.account_id = n.account_id and e.amount = abs(n.amount)
      and (e.direction = 'credit') = ((n.amount > 0) <> (a.type = 'system'))
      and not exists (
          select
          from paybus.reconcile_matches m
          where m.transaction_id = e.transaction_id and m.leg = e.leg))
insert into paybus.reconcile_matches (transaction_id, leg, statement_id, group_number)
select f.transaction_id, f.leg, f.statement_id, f.group_number
from found f
where f.entries = 1 and f.lines = 1
on conflict (transaction_id, leg) do nothing
returning transaction_id
