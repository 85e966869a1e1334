-- What of statements is open, by currency and result: how many rows, and the sum of what both sides differ by, whatever its sign.
select r.currency, r.result, count(*) as lines, least(sum(abs(r.expected - r.actual)), 9223372036854775807)::bigint as amount
from paybus.reconcile_open_results r
group by r.currency, r.result
order by r.currency, r.result
