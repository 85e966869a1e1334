-- Lines that we did not have, and have now: an entry of the line's amount on its account, whose transaction has the line's
-- reference, explains it, if the line is the only one of its kind and so is the entry, explained ones among them: what comes every
-- month under the same name is no answer to a line of another month. $1 at most so many lines are looked at; a reference that more
-- than $2 transactions have is no name. A row for each.
with missing as (
    select r.statement_id, r.group_number, l.account_id, l.amount, l.reference
    from paybus.reconcile_results r
    join paybus.reconcile_statement_lines l on l.statement_id = r.statement_id and l.number = r.line_number
    join paybus.reconcile_statements s on s.id = r.statement_id
    where r.is_lead and r.result not in ('matched', 'seen_before') and r.result = 'missing_here'
      and l.reference is not null and l.currency = s.currency and s.state = 'reconciled'
      and (select true
           from paybus.reconcile_matches m
           where m.statement_id = r.statement_id and m.group_number = r.group_number
           limit 1) is null
    order by r.statement_id desc, r.number
    limit $1::bigint),
found as (
    select n.statement_id, n.group_number, e.transaction_id, e.leg
    from (select m.*, count(*) over (partition by m.account_id, m.reference, m.amount) as lines from missing m) n
    join paybus.accounts a on a.id = n.account_id
    cross join lateral (
        select min(b.transaction_id::text)::uuid as transaction_id, min(b.leg) as leg
        from (select w.id, x.transaction_id, x.leg
              from (select t.id from paybus.transactions t where t.reference = n.reference order by t.id limit $2::bigint + 1) w
              left join paybus.entries x
                on x.transaction_id = w.id and x.account_id = n.account_id and x.amount = abs(n.amount)
                   and (x.direction = 'credit') = ((n.amount > 0) <> (a.type = 'system'))) b
        having count(distinct b.id) <= $2::bigint and count(b.leg) = 1) e
    where n.lines = 1)
insert into paybus.reconcile_matches (transaction_id, leg, statement_id, group_number)
select f.transaction_id, f.leg, f.statement_id, f.group_number
from found f
on conflict (transaction_id, leg) do nothing
returning transaction_id
