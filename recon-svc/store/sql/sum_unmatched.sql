-- What of statements is open, by currency and result: how many rows, and the sum of what both sides differ by, whatever its sign.
-- Each is asked for by itself: what is explained is far more than what is open.
select r.currency, r.result, count(*) as lines, least(sum(abs(r.expected - r.actual)), 9223372036854775807)::bigint as amount
from paybus.reconcile_results r
where r.is_lead and r.result not in ('matched', 'seen_before')
  and (select true
       from paybus.reconcile_matches m
       where m.transaction_id = r.transaction_id and m.leg = r.leg and r.line_number is null
       limit 1) is null
  and (select true
       from paybus.reconcile_matches m
       where m.statement_id = r.statement_id and m.group_number = r.group_number and r.result = 'missing_here'
       limit 1) is null
group by r.currency, r.result
order by r.currency, r.result
